"""Tries as the journal sees them: one entry, whatever happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coder_cli.edits.types import FileChange
from coder_cli.errors import RepositoryError
from coder_cli.journal.journal import Journal
from coder_cli.tried_files import TriedFiles


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.25
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    root.mkdir()
    (root / "a.py").write_bytes(b"one\ntwo\nthree\nfour\nfive\nsix\n")
    return root


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal", 10**8)


def change(root: Path, old: bytes, new: bytes) -> FileChange:
    before = b"one\ntwo\nthree\nfour\nfive\nsix\n"
    return FileChange("a.py", before, before.replace(old, new))


def files(journal: Journal, root: Path) -> TriedFiles:
    clock = Clock()
    return TriedFiles(journal, root, "coder fix -- make", lambda: clock.now, clock.sleep)


def test_one_undo_takes_all_tries_back(journal: Journal, root: Path) -> None:
    before = (root / "a.py").read_bytes()
    tried = files(journal, root)
    tried.put((change(root, b"one", b"1"),))
    tried.put((change(root, b"one", b"2"), FileChange("new/b.py", None, b"b\n")))
    assert (root / "a.py").read_bytes().startswith(b"2\n") and (root / "new/b.py").exists()
    history = journal.history(root)
    assert [entry.title for entry in history.entries[: history.done]] == ["coder fix -- make"]
    journal.undo(root)
    assert (root / "a.py").read_bytes() == before and not (root / "new").exists()


def test_the_original_comes_back_and_nothing_is_left_to_undo(journal: Journal, root: Path) -> None:
    before = (root / "a.py").read_bytes()
    tried = files(journal, root)
    tried.put(())
    tried.put((change(root, b"one", b"1"),))
    tried.put(())
    tried.put(())
    assert (root / "a.py").read_bytes() == before and journal.history(root).done == 0


def test_what_someone_else_has_changed_is_left_alone(journal: Journal, root: Path) -> None:
    tried = files(journal, root)
    tried.put((change(root, b"one", b"1"),))
    theirs = (root / "a.py").read_bytes().replace(b"six", b"6")
    (root / "a.py").write_bytes(theirs)
    with pytest.raises(RepositoryError, match=r"a\.py: changed by something else"):
        tried.put(())
    assert (root / "a.py").read_bytes() == theirs


def test_another_edit_in_between_is_never_undone(journal: Journal, root: Path) -> None:
    tried = files(journal, root)
    tried.put((change(root, b"one", b"1"),))
    journal.apply(root, [FileChange("other.py", None, b"x\n")], "coder edit")
    with pytest.raises(RepositoryError, match=r"other\.py"):
        tried.put(())
    assert (root / "other.py").exists()


def test_what_a_kill_leaves_can_be_undone(tmp_path: Path, journal: Journal, root: Path) -> None:
    before = (root / "a.py").read_bytes()
    code = (
        "import os, sys; from pathlib import Path\n"
        "from coder_cli.edits.types import FileChange; from coder_cli.journal.journal import Journal\n"
        "from coder_cli.tried_files import TriedFiles\n"
        "folder = Path(sys.argv[1]); before = (folder / 'work/a.py').read_bytes()\n"
        "tried = TriedFiles(Journal(folder / 'journal', 10**8), folder / 'work', 'coder fix -- make')\n"
        "tried.put((FileChange('a.py', before, b'1'),)); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    assert (root / "a.py").read_bytes() == b"1"
    journal.undo(root)
    assert (root / "a.py").read_bytes() == before


def test_no_two_tries_are_written_in_one_second(journal: Journal, root: Path) -> None:
    clock = Clock()
    tried = TriedFiles(journal, root, "fix", lambda: clock.now, clock.sleep)
    tried.put((change(root, b"one", b"uno"),))
    tried.put(())
    assert clock.slept == [0.75] and int(clock.now) == 1_001
    clock.now += 1
    tried.put((change(root, b"one", b"uno"),))
    assert clock.slept == [0.75]
