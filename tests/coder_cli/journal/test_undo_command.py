"""`coder undo` and `coder redo`, and /undo and /redo in a chat."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from coder_cli import cli, settings
from coder_cli.chat import slash
from coder_cli.chat.loop import Chat
from coder_cli.edits.types import FileChange
from coder_cli.journal.journal import Journal, open_journal
from tests.coder_cli.journal.disks import CountingDisk, in_a_child, killed

Capture = pytest.CaptureFixture[str]
OLD, NEW = b"one\ntwo\nthree\nfour\n", b"one\n2\nthree\nfour\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plain folder with an edit."""
    made = tmp_path / "here"
    made.mkdir()
    (made / "a.txt").write_bytes(OLD)
    monkeypatch.chdir(made)
    journal().apply(made, [FileChange("a.txt", OLD, NEW)], "two\nbecomes 2\x1b[31m")
    return made


def journal() -> Journal:
    return open_journal(settings.load(), lambda text: None)


def types(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """At a terminal."""
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)


def test_undo_shows_the_diff_and_asks(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    types(monkeypatch, "n\n")
    assert cli.main(["undo"]) == 1
    told = capsys.readouterr()
    assert "-2\n+two\n" in told.out and 'Undo "two becomes 2' in told.err and "\x1b[31m" not in told.err
    assert (root / "a.txt").read_bytes() == NEW
    types(monkeypatch, "y\n")
    assert cli.main(["undo"]) == 0
    assert (root / "a.txt").read_bytes() == OLD
    types(monkeypatch, "y\n")
    assert cli.main(["redo"]) == 0
    assert (root / "a.txt").read_bytes() == NEW


def test_without_a_terminal_it_wants_a_yes(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    for verb in ("undo", "redo"):
        assert cli.main([verb]) == 2
        assert "Add -y." in capsys.readouterr().err
    assert (root / "a.txt").read_bytes() == NEW
    assert cli.main(["undo", "--dry-run"]) == 0 and (root / "a.txt").read_bytes() == NEW
    assert cli.main(["undo", "-y"]) == 0 and (root / "a.txt").read_bytes() == OLD
    assert cli.main(["redo", "-y"]) == 0 and (root / "a.txt").read_bytes() == NEW


def test_nothing_to_undo_is_a_negative_result(root: Path, capsys: Capture) -> None:
    assert cli.main(["redo", "-y"]) == 1
    assert cli.main(["undo", "-y"]) == 0
    assert cli.main(["undo", "-y"]) == 1
    assert "There is nothing to undo" in capsys.readouterr().err


def test_edits_of_a_folder_above_are_pointed_to(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (root / "sub").mkdir()
    monkeypatch.chdir(root / "sub")
    assert cli.main(["undo", "-y"]) == 1
    assert f"There are edits of {root}" in capsys.readouterr().err


def test_a_change_elsewhere_stays_and_one_in_the_way_is_shown(root: Path, capsys: Capture) -> None:
    (root / "a.txt").write_bytes(NEW.replace(b"four", b"4"))
    assert cli.main(["undo", "-y"]) == 0
    assert "a.txt was changed elsewhere since: those changes stay." in capsys.readouterr().err
    assert (root / "a.txt").read_bytes() == OLD.replace(b"four", b"4")
    assert cli.main(["redo", "-y"]) == 0
    (root / "a.txt").write_bytes(NEW.replace(b"2", b"zwei"))
    assert cli.main(["undo", "-y"]) == 1
    told = capsys.readouterr()
    assert "-2\n+zwei\n" in told.out and "was changed since at the same place: nothing is undone" in told.err
    assert cli.main(["undo", "-y", "--json"]) == 1
    value = json.loads(capsys.readouterr().out)
    assert value["exit_code"] == 1 and "+zwei" in value["since"]


def test_undo_needs_no_git_program(root: Path, tmp_path: Path) -> None:
    """Also in a repository, and in a folder of it."""
    (root / ".git").mkdir()
    for name in ("objects", "refs"):
        (root / ".git" / name).mkdir()
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / "sub").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "coder_cli", "undo", "-y"],
        cwd=root / "sub",
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (root / "a.txt").read_bytes() == OLD


def test_json_is_one_object(root: Path, capsys: Capture) -> None:
    assert cli.main(["undo", "--list", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["edits"][0]["files"] == ["a.txt"] and not value["edits"][0]["undone"]
    assert cli.main(["undo", "-y", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["files"] == ["a.txt"] and value["merged"] == [] and "+two" in value["patch"]


def test_the_list_has_the_newest_first(root: Path, capsys: Capture) -> None:
    journal().apply(root, [FileChange("b.txt", None, b"b")], "second")
    journal().undo(root)
    assert cli.main(["undo", "--list"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[0] == "undone" and "b.txt" in first and "two becomes 2" in second
    assert cli.main(["undo", "--list", "-y"]) == 2


def test_an_edit_that_was_cut_off_is_all_that_undo_takes_back(root: Path, capsys: Capture) -> None:
    folder = settings.load().state_dir / "journal"
    changes = [FileChange("a.txt", NEW, b"x"), FileChange("b.txt", None, b"b")]
    for _ in range(2):  # the second time all contents are kept already, as they will be the third time
        counted = CountingDisk()
        Journal(folder, 10**6, disk=counted).apply(root, changes, "probe")
        journal().undo(root)
    at = [number for number, call in enumerate(counted.calls) if call == "rename"][-2]
    half = Journal(folder, 10**6, disk=CountingDisk(at, killed))
    assert not in_a_child(lambda: half.apply(root, changes, "cut"))
    assert cli.main(["undo", "-y"]) == 0
    assert 'The edit "cut" was cut off and is taken back.' in capsys.readouterr().err
    assert (root / "a.txt").read_bytes() == NEW and not (root / "b.txt").exists()
    assert cli.main(["undo", "-y"]) == 0
    assert (root / "a.txt").read_bytes() == OLD


def test_a_chat_undoes_and_does_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = SimpleNamespace(repository=str(root))
    talk = cast("Chat", SimpleNamespace(settings=settings.load(), record=record))
    types(monkeypatch, "y\n")
    slash.run(talk, "/undo")
    assert (root / "a.txt").read_bytes() == OLD
    types(monkeypatch, "y\n")
    slash.run(talk, "/redo")
    assert (root / "a.txt").read_bytes() == NEW
