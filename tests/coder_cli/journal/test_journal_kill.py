"""A process that is killed before any call leaves all files as they were, or all as they were to be."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coder_cli.edits.types import FileChange
from coder_cli.errors import CoderError
from coder_cli.journal.disk import Disk
from coder_cli.journal.journal import Journal
from coder_cli.journal.types import Kind
from tests.coder_cli.journal.disks import CountingDisk, QuickDisk, Snapshot, below, full, in_a_child, killed

CHANGES = (
    FileChange("a.txt", b"one\ntwo\n", b"one\n2\n"),
    FileChange("bin/run.sh", b"#!/bin/sh\r\nexit\r\n", b"#!/bin/sh\r\nexit 1\r\n"),
    FileChange("gone/last.txt", b"\xff\x00", None),
    FileChange("new/deep/made.txt", None, b"made\n"),
    FileChange("new/empty.txt", None, b""),
)


class Place:
    """A repository and its journal, ready for one kind of step, as often as it is wanted."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self.kind = kind
        self.root = folder / "repository"
        self.journal = folder / "journal"
        for change in CHANGES:
            if change.before is not None:
                file = self.root / change.path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(change.before)
        (self.root / "bin/run.sh").chmod(0o755)
        (self.root / "gone/last.txt").chmod(0o640)
        plain = self.open(QuickDisk())
        if kind is not Kind.APPLY:
            plain.apply(self.root, CHANGES, "title")
        if kind is Kind.REDO:
            plain.undo(self.root)
        self._kept = folder / "kept"
        shutil.copytree(self.root, self._kept / "repository")
        if self.journal.exists():
            shutil.copytree(self.journal, self._kept / "journal")
        self.old = below(self.root)
        self.step(QuickDisk())
        self.new = below(self.root)
        self.reset()

    def open(self, disk: Disk) -> Journal:
        return Journal(self.journal, 10**6, disk=disk)

    def step(self, disk: Disk) -> None:
        journal = self.open(disk)
        if self.kind is Kind.APPLY:
            journal.apply(self.root, CHANGES, "title")
        elif self.kind is Kind.UNDO:
            journal.undo(self.root)
        else:
            journal.redo(self.root)

    def reset(self) -> None:
        for folder in (self.root, self.journal):
            shutil.rmtree(folder, ignore_errors=True)
            if (self._kept / folder.name).exists():
                shutil.copytree(self._kept / folder.name, folder)

    def check(self) -> bool:
        """All is old, or all is new, and the journal knows which. Returns whether it is new."""
        found = below(self.root)
        assert found in (self.old, self.new)
        new = found == self.new
        edited = new == (self.kind is not Kind.UNDO)
        journal = self.open(QuickDisk())
        history = journal.history(self.root)
        assert history.done == (1 if edited else 0)
        assert len(history.entries) == (1 if new or self.kind is not Kind.APPLY else 0)
        if history.entries:
            other: Callable[[Path], object] = journal.undo if edited else journal.redo
            other(self.root)
            assert below(self.root) == (self.old if new else self.new)
        return new


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: thousands of files are made and removed."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as made:
        yield Path(made)


@pytest.fixture(params=list(Kind), ids=str)
def place(request: pytest.FixtureRequest, folder: Path) -> Place:
    return Place(folder, request.param)


def test_a_step_that_is_killed_at_any_call_is_done_or_was_never_begun(place: Place) -> None:
    seen = set[bool]()
    for at in itertools.count():
        place.reset()
        if in_a_child(lambda at=at: place.step(CountingDisk(at, killed))):  # type: ignore[misc]
            break
        recovery = place.open(QuickDisk()).recover(place.root)
        assert recovery is None or (not recovery.left and recovery.title == "title")
        new = place.check()
        assert recovery is None or recovery.finished == new
        seen.add(new)
    assert at > 30 and seen == {False, True}


def test_mending_may_be_killed_as_well(place: Place) -> None:
    """At each call of the step that follows the record, and there at every fifth of the mending, in turn."""
    counted = CountingDisk()
    place.step(counted)
    for at in range(counted.calls.index("rename", 6), len(counted.calls)):
        place.reset()
        if in_a_child(lambda at=at: place.step(CountingDisk(at, killed))):  # type: ignore[misc]
            break
        for second in itertools.count(at % 5, 5):
            if in_a_child(lambda n=second: place.open(CountingDisk(n, killed)).recover(place.root)):  # type: ignore[misc]
                break
        place.open(QuickDisk()).recover(place.root)
        place.check()


def test_what_the_disk_refuses_changes_nothing(place: Place) -> None:
    """No call fails half way: an error says that nothing is changed, and no error says that all is."""
    failed = 0
    for at in itertools.count():
        place.reset()
        disk = CountingDisk(at, full)
        try:
            place.step(disk)
        except CoderError as problem:
            failed += 1
            assert "No space left" in problem.message and "Nothing is changed" in problem.message
            assert below(place.root) == place.old
        else:
            assert below(place.root) == place.new
        place.check()
        if len(disk.calls) <= at:
            break
    assert failed > 20


def test_ctrl_c_at_any_call_leaves_no_half(place: Place) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    for at in itertools.count():
        place.reset()
        disk = CountingDisk(at, interrupt)
        try:
            place.step(disk)
        except KeyboardInterrupt:
            place.check()
        else:
            break


def test_a_file_that_someone_changed_after_the_crash_stays_theirs(tmp_path: Path) -> None:
    place = Place(tmp_path, Kind.APPLY)
    counted = CountingDisk()
    place.step(counted)
    place.reset()
    at = [number for number, call in enumerate(counted.calls) if call == "rename"][-3]
    assert not in_a_child(lambda: place.step(CountingDisk(at, killed)))
    half: Snapshot = below(place.root)
    assert half not in (place.old, place.new)
    (place.root / "a.txt").write_bytes(b"mine\n")
    told: list[str] = []
    Journal(place.journal, 10**6, told=told.append).history(place.root)
    assert len(told) == 1 and told[0].startswith('The edit "title" was cut off and is taken back.')
    assert told[0].endswith("Changed since, and left as they are: a.txt.")
    assert below(place.root) == place.old | {"a.txt": (place.old["a.txt"][0], b"mine\n")}  # type: ignore[index]
