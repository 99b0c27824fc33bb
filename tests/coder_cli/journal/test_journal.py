"""Edits are applied whole or not at all, and taken back exactly."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from coder_cli.edits.types import FileChange
from coder_cli.errors import CoderError, ExitCode, RepositoryError
from coder_cli.journal.journal import Journal
from coder_cli.journal.types import Kind, NothingLeft, Refused, StaleFile
from tests.coder_cli.journal.disks import QuickDisk, below

TEN = b"".join(b"line %d\n" % number for number in range(10))
EDITED = TEN.replace(b"line 5\n", b"LINE 5\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "repository"
    made.mkdir()
    (made / "a.txt").write_bytes(TEN)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal"


@pytest.fixture
def journal(folder: Path) -> Journal:
    return Journal(folder, 10**6, disk=QuickDisk())


def edit(journal: Journal, root: Path, path: str = "a.txt", after: bytes | None = EDITED) -> None:
    file = root / path
    before = file.read_bytes() if file.exists() else None
    journal.apply(root, [FileChange(path, before, after)], f"edit {path}")


def files_of(folder: Path) -> int:
    return len(list(folder.glob("*/contents/*")))


# -- apply


def test_what_an_edit_makes_and_removes_comes_and_goes_with_undo_and_redo(
    root: Path, journal: Journal
) -> None:
    (root / "run.sh").write_bytes(b"#!/bin/sh\r\n")
    (root / "run.sh").chmod(0o751)
    (root / "old.bin").write_bytes(b"\xff\0\r")
    (root / "old.bin").chmod(0o600)
    before = below(root)
    changes = [
        FileChange("run.sh", b"#!/bin/sh\r\n", b"#!/bin/sh\r\nexit\r\n"),
        FileChange("old.bin", b"\xff\0\r", None),
        FileChange("x/y/new.py", None, b"new"),
    ]
    entry = journal.apply(root, changes, "three")
    after = below(root)
    assert {file.path for file in entry.files} == {"run.sh", "old.bin", "x/y/new.py"}
    assert after["run.sh"] == (oct(stat.S_IFREG | 0o751), b"#!/bin/sh\r\nexit\r\n")
    assert "old.bin" not in after and after["x/y"] == "folder"
    for _ in range(2):
        journal.undo(root)
        assert below(root) == before
        journal.redo(root)
        assert below(root) == after


def test_a_new_file_gets_the_mode_that_others_get(root: Path, journal: Journal) -> None:
    mask = os.umask(0o027)
    try:
        edit(journal, root, "new.txt", b"x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((root / "new.txt").stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("path", "before", "said"),
    [
        ("a.txt", b"other", "has changed since it was read"),
        ("a.txt", None, "is there already"),
        ("b.txt", b"other", "is not there any more"),
    ],
)
def test_a_stale_file_is_refused_and_the_others_with_it(
    root: Path, journal: Journal, path: str, before: bytes | None, said: str
) -> None:
    found = below(root)
    changes = [FileChange("new.txt", None, b"x"), FileChange(path, before, b"y")]
    with pytest.raises(StaleFile, match=said) as caught:
        journal.apply(root, changes, "stale")
    assert caught.value.exit_code == ExitCode.NEGATIVE and below(root) == found
    assert not journal.history(root).entries


def test_an_edit_that_changes_nothing_is_none(root: Path, journal: Journal) -> None:
    with pytest.raises(CoderError, match="changes nothing"):
        edit(journal, root, after=TEN)
    with pytest.raises(CoderError, match="twice"):
        change = FileChange("a.txt", TEN, EDITED)
        journal.apply(root, [change, change], "two")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x", "a/../x", "", ".", "x//y", "./x", "x\0y", "a.txt/", "~/../../x"]
)
def test_a_path_that_is_none_is_refused(root: Path, journal: Journal, path: str) -> None:
    with pytest.raises(CoderError, match="no path"):
        journal.apply(root, [FileChange(path, None, b"x")], "out")
    assert list(below(root)) == ["a.txt"]


@pytest.mark.parametrize("path", [".git/hooks/x", "sub/.git/config", ".GIT/config", ".git", ".git./x"])
def test_git_is_no_place_for_edits(root: Path, journal: Journal, path: str) -> None:
    with pytest.raises(CoderError, match=r"lies in \.git"):
        journal.apply(root, [FileChange(path, None, b"x")], "hook")


def test_a_link_to_git_is_no_way_into_it(root: Path, journal: Journal) -> None:
    (root / ".git" / "hooks").mkdir(parents=True)
    (root / "nice").symlink_to(".git/hooks")
    with pytest.raises(CoderError, match=r"lies in \.git"):
        journal.apply(root, [FileChange("nice/pre-commit", None, b"x")], "hook")


def test_a_link_is_never_written_through(root: Path, journal: Journal, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "theirs.txt").write_bytes(b"x")
    (root / "link.txt").symlink_to(outside / "theirs.txt")
    (root / "inner.txt").symlink_to("a.txt")
    (root / "dangling.txt").symlink_to(outside / "none.txt")
    (root / "folder").symlink_to(outside)
    for path, before in (("link.txt", b"x"), ("inner.txt", TEN), ("dangling.txt", None)):
        with pytest.raises(CoderError, match="is a symbolic link"):
            journal.apply(root, [FileChange(path, before, b"y")], "link")
    for path in ("folder/theirs.txt", "folder/new.txt", "folder/deep/new.txt"):
        with pytest.raises(CoderError, match="leads out of"):
            journal.apply(root, [FileChange(path, None, b"y")], "link")
    assert below(outside) == {"theirs.txt": (oct(stat.S_IFREG | 0o644), b"x")}


def test_a_link_to_a_folder_of_the_repository_is_that_folder(root: Path, journal: Journal) -> None:
    (root / "real").mkdir()
    (root / "alias").symlink_to("real")
    before = below(root)
    entry = journal.apply(root, [FileChange("alias/new.txt", None, b"x")], "alias")
    assert entry.files[0].path == "real/new.txt" and (root / "alias").is_symlink()
    journal.undo(root)
    assert below(root) == before


def test_undo_goes_through_no_link_that_came_since(root: Path, journal: Journal, tmp_path: Path) -> None:
    edit(journal, root, "sub/a.txt", b"x")
    (root / "sub").rename(tmp_path / "moved")
    (root / "sub").symlink_to(tmp_path / "moved")
    with pytest.raises(CoderError, match="leads out of"):
        journal.undo(root)
    (root / "sub").unlink()
    (tmp_path / "moved").rename(root / "moved")
    (root / "sub").symlink_to("moved")
    with pytest.raises(CoderError, match="behind a symbolic link"):
        journal.undo(root)
    assert (root / "moved" / "a.txt").read_bytes() == b"x"


def test_only_files_are_edited(root: Path, journal: Journal) -> None:
    (root / "folder").mkdir()
    os.mkfifo(root / "pipe")
    for path in ("folder", "pipe"):
        with pytest.raises(CoderError, match="regular file"):
            journal.apply(root, [FileChange(path, None, b"x")], "odd")
    with pytest.raises(CoderError):
        journal.apply(root, [FileChange("a.txt/b.txt", None, b"x")], "below a file")
    assert (root / "a.txt").read_bytes() == TEN


def test_a_write_protected_file_stays(root: Path, journal: Journal) -> None:
    (root / "a.txt").chmod(0o444)
    with pytest.raises(CoderError, match="write-protected"):
        edit(journal, root)


def test_the_journal_edits_not_itself(tmp_path: Path) -> None:
    inside = Journal(tmp_path / "state" / "journal", 10**6)
    with pytest.raises(CoderError, match="lies in the journal"):
        inside.apply(tmp_path, [FileChange("state/journal/x", None, b"x")], "itself")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_may_not_be_written_changes_nothing(root: Path, journal: Journal) -> None:
    (root / "shut").mkdir(mode=0o500)
    changes = [FileChange("a.txt", TEN, EDITED), FileChange("shut/new.txt", None, b"x")]
    with pytest.raises(RepositoryError, match=r"Permission denied\. Nothing is changed"):
        journal.apply(root, changes, "shut")
    assert (root / "a.txt").read_bytes() == TEN


def test_a_journal_that_cannot_be_written_changes_nothing(root: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"a file in the way")
    with pytest.raises(RepositoryError, match=r"cannot be opened.*Nothing is changed"):
        edit(Journal(tmp_path / "state" / "journal", 10**6), root)
    assert (root / "a.txt").read_bytes() == TEN


def test_a_name_that_is_no_text_is_kept(root: Path, journal: Journal) -> None:
    name = os.fsdecode(b"caf\xe9 \xf0\x9f\x98\x80\n.txt")
    edit(journal, root, name, b"x")
    journal.undo(root)
    journal.redo(root)
    assert (root / name).read_bytes() == b"x"


def test_a_hard_link_elsewhere_keeps_its_bytes(root: Path, journal: Journal, tmp_path: Path) -> None:
    os.link(root / "a.txt", tmp_path / "other.txt")
    edit(journal, root)
    assert (tmp_path / "other.txt").read_bytes() == TEN


# -- undo and redo


def test_edits_go_back_one_by_one_and_forward_again(root: Path, journal: Journal) -> None:
    texts = [TEN, b"1\n", b"2\n", None, b"4\n"]
    for text in texts[1:]:
        edit(journal, root, after=text)
    for number in reversed(range(4)):
        plan = journal.undo(root)
        assert [change.after for change in plan.changes] == [texts[number]] and not plan.merged
    with pytest.raises(NothingLeft, match="nothing to undo"):
        journal.undo(root)
    for text in texts[1:]:
        journal.redo(root)
        assert ((root / "a.txt").read_bytes() if text is not None else None) == text
    with pytest.raises(NothingLeft, match="nothing to redo"):
        journal.redo(root)


def test_a_new_edit_ends_what_could_be_done_again(root: Path, journal: Journal, folder: Path) -> None:
    edit(journal, root, after=b"1\n")
    edit(journal, root, after=b"2\n")
    journal.undo(root)
    edit(journal, root, after=b"3\n")
    assert [entry.files[0].after is not None for entry in journal.history(root).entries] == [True, True]
    with pytest.raises(NothingLeft):
        journal.redo(root)
    assert files_of(folder) == 3  # the text that nothing leads to any more is gone
    journal.undo(root)
    journal.undo(root)
    assert (root / "a.txt").read_bytes() == TEN


def test_a_change_elsewhere_stays_and_is_told(root: Path, journal: Journal) -> None:
    edit(journal, root)
    mine = EDITED.replace(b"line 1\n", b"mine\n") + b"more\n"
    (root / "a.txt").write_bytes(mine)
    (root / "a.txt").chmod(0o755)
    plan = journal.undo(root)
    assert plan.merged == ("a.txt",)
    undone = TEN.replace(b"line 1\n", b"mine\n") + b"more\n"
    assert (root / "a.txt").read_bytes() == undone
    assert stat.S_IMODE((root / "a.txt").stat().st_mode) == 0o755
    assert not journal.redo(root).merged
    assert (root / "a.txt").read_bytes() == mine
    assert not journal.undo(root).merged
    (root / "a.txt").write_bytes(undone.replace(b"line 9\n", b""))
    assert journal.redo(root).merged == ("a.txt",)
    assert (root / "a.txt").read_bytes() == mine.replace(b"line 9\n", b"")


def test_a_change_at_the_same_place_refuses_all_and_shows_what_it_was(root: Path, journal: Journal) -> None:
    journal.apply(root, [FileChange("a.txt", TEN, EDITED), FileChange("b.txt", None, b"b")], "two")
    mine = EDITED.replace(b"LINE 5", b"mine")
    (root / "a.txt").write_bytes(mine)
    found = below(root)
    with pytest.raises(Refused, match="at the same place: nothing is undone") as caught:
        journal.undo(root)
    (conflict,) = caught.value.plan.conflicts
    assert conflict.since == FileChange("a.txt", EDITED, mine)
    assert caught.value.exit_code == ExitCode.NEGATIVE and below(root) == found
    assert journal.history(root).done == 1


@pytest.mark.parametrize(
    ("made", "now", "reason"),
    [
        (b"x", b"xy", "was changed since"),  # a new file, that the user wrote on in
        (None, b"again", "is there again"),  # a removed file
        (EDITED, None, "was removed since"),
        (b"\0binary", b"\0other", "was changed since at the same place"),
    ],
)
def test_what_cannot_be_merged_is_refused(
    root: Path, journal: Journal, made: bytes | None, now: bytes | None, reason: str
) -> None:
    path = "new.txt" if made == b"x" else "a.txt"
    edit(journal, root, path, made)
    if now is None:
        (root / path).unlink()
    else:
        (root / path).write_bytes(now)
    with pytest.raises(Refused) as caught:
        journal.undo(root)
    assert caught.value.plan.conflicts[0].reason == reason


def test_what_the_user_has_taken_back_already_is_no_conflict(root: Path, journal: Journal) -> None:
    journal.apply(root, [FileChange("a.txt", TEN, EDITED), FileChange("b.txt", None, b"b")], "two")
    (root / "a.txt").write_bytes(TEN)
    (root / "b.txt").unlink()
    assert journal.undo(root).changes == ()
    assert journal.redo(root).changes == ()  # redo takes back what undo did: nothing
    assert (root / "a.txt").read_bytes() == TEN


def test_redo_is_refused_where_its_place_was_changed(root: Path, journal: Journal) -> None:
    edit(journal, root)
    journal.undo(root)
    (root / "a.txt").write_bytes(TEN.replace(b"line 5", b"mine"))
    with pytest.raises(Refused, match="nothing is done again"):
        journal.redo(root)


def test_a_folder_that_holds_something_else_by_now_stays(root: Path, journal: Journal) -> None:
    edit(journal, root, "x/y/new.txt", b"x")
    (root / "x" / "mine.txt").write_bytes(b"mine")
    journal.undo(root)
    assert list(below(root)) == ["a.txt", "x", "x/mine.txt"]


def test_a_removed_file_comes_back_into_a_folder_that_is_gone(root: Path, journal: Journal) -> None:
    edit(journal, root, "x/y/z.txt", b"z")
    edit(journal, root, "x/y/z.txt", None)
    (root / "x" / "y").rmdir()
    (root / "x").rmdir()
    journal.undo(root)
    assert (root / "x/y/z.txt").read_bytes() == b"z"
    journal.redo(root)
    assert list(below(root)) == ["a.txt"]


def test_a_plan_that_was_agreed_to_is_the_one_that_is_done(root: Path, journal: Journal) -> None:
    edit(journal, root)
    plan = journal.plan(root, Kind.UNDO)
    assert plan.changes == (FileChange("a.txt", EDITED, TEN),)
    (root / "a.txt").write_bytes(EDITED + b"more\n")
    with pytest.raises(StaleFile, match="since their changes were shown"):
        journal.undo(root, plan)
    assert (root / "a.txt").read_bytes() == EDITED + b"more\n"
    assert journal.undo(root, journal.plan(root, Kind.UNDO)).merged == ("a.txt",)


def test_repositories_have_histories_of_their_own(root: Path, journal: Journal, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    edit(journal, root)
    with pytest.raises(NothingLeft):
        journal.undo(other)
    assert journal.recover(other) is None
    (tmp_path / "alias").symlink_to(root)
    journal.undo(tmp_path / "alias")
    with pytest.raises(RepositoryError, match="no folder"):
        journal.history(tmp_path / "none")


def test_asking_makes_no_journal(root: Path, journal: Journal, folder: Path) -> None:
    assert journal.history(root).entries == ()
    for kind in (Kind.UNDO, Kind.REDO):
        with pytest.raises(NothingLeft):
            journal.plan(root, kind)
    assert not folder.exists()


# -- what is kept


def test_only_the_owner_may_read_what_is_kept(root: Path, journal: Journal, folder: Path) -> None:
    mask = os.umask(0)
    try:
        edit(journal, root)
    finally:
        os.umask(mask)
    for path in (folder, *folder.rglob("*")):
        assert not path.stat().st_mode & 0o077, path


def test_damaged_contents_are_refused(root: Path, journal: Journal, folder: Path) -> None:
    edit(journal, root)
    for file in folder.glob("*/contents/*"):
        file.write_bytes(b"x")
    with pytest.raises(RepositoryError, match="is damaged"):
        journal.undo(root)
    assert (root / "a.txt").read_bytes() == EDITED


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"form": 1}', b'{"form": 1, "history": 5}', b"\xff"])
def test_a_damaged_history_is_told(root: Path, journal: Journal, folder: Path, text: bytes) -> None:
    edit(journal, root)
    next(folder.glob("*/journal.json")).write_bytes(text)
    with pytest.raises(RepositoryError, match="is damaged") as caught:
        journal.undo(root)
    assert caught.value.help_line and caught.value.help_line.startswith("rm -r ")


def test_a_history_of_a_later_version_is_left_alone(root: Path, journal: Journal, folder: Path) -> None:
    edit(journal, root)
    file = next(folder.glob("*/journal.json"))
    file.write_bytes(b'{"form": 99}')
    with pytest.raises(RepositoryError, match="another version"):
        edit(journal, root, after=b"x")
    assert file.read_bytes() == b'{"form": 99}' and (root / "a.txt").read_bytes() == EDITED


def test_the_oldest_edits_go_where_room_is_short(root: Path, folder: Path) -> None:
    small = Journal(folder, 3000, disk=QuickDisk())
    for _ in range(8):
        edit(small, root, after=os.urandom(700))
    history = small.history(root)
    assert 2 <= len(history.entries) <= 3 and history.done == len(history.entries)
    assert sum(file.stat().st_size for file in folder.glob("*/contents/*")) <= 3000
    for _ in history.entries:
        small.undo(root)
    with pytest.raises(NothingLeft):
        small.undo(root)


def test_the_newest_edit_is_kept_whatever_its_size(root: Path, folder: Path) -> None:
    none = Journal(folder, 0, disk=QuickDisk())
    edit(none, root, after=b"1")
    edit(none, root, after=os.urandom(5000))
    assert len(none.history(root).entries) == 1
    none.undo(root)
    assert (root / "a.txt").read_bytes() == b"1"
    none.redo(root)


def test_room_is_short_for_all_repositories_together(root: Path, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    small = Journal(folder, 2500, disk=QuickDisk())
    edit(small, other, "b.txt", os.urandom(1000))
    edit(small, other, "c.txt", os.urandom(1000))
    edit(small, root, after=os.urandom(1000))
    assert [len(small.history(one).entries) for one in (other, root)] == [1, 1]
    edit(small, root, after=os.urandom(2000))
    assert [len(small.history(one).entries) for one in (other, root)] == [0, 1]


def test_the_number_of_edits_is_bounded(
    root: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coder_cli.journal.journal.MOST_ENTRIES", 3)
    for number in range(6):
        edit(journal, root, after=b"%d" % number)
    assert len(journal.history(root).entries) == 3


def test_one_at_a_time(root: Path, folder: Path) -> None:
    """Each adds a line to what it reads; none is lost, and none is written over another."""
    (root / "a.txt").write_bytes(b"")
    refused = []

    def add(name: bytes) -> None:
        journal = Journal(folder, 10**6, disk=QuickDisk())
        left = 5
        while left:
            text = (root / "a.txt").read_bytes()
            try:
                journal.apply(root, [FileChange("a.txt", text, text + name + b"\n")], "add")
                left -= 1
            except StaleFile as problem:
                refused.append(problem)
                time.sleep(0.001)

    threads = [threading.Thread(target=add, args=(b"%d" % number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (root / "a.txt").read_bytes().splitlines()
    assert sorted(lines) == sorted(b"%d" % number for number in range(4) for _ in range(5))
    journal = Journal(folder, 10**6, disk=QuickDisk())
    for _ in range(20):
        journal.undo(root)
    assert (root / "a.txt").read_bytes() == b""


def test_who_waits_too_long_is_told(root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    journal = Journal(folder, 10**6, disk=QuickDisk())
    edit(journal, root)
    monkeypatch.setattr("coder_cli.journal.store.PATIENCE", 0.05)
    with FileLock(next(folder.glob("*/lock"))), pytest.raises(CoderError, match="Another coder"):
        journal.undo(root)
