"""Tries until a command passes: what is tried, what stays, when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from coder_cli.edits.types import FileChange
from coder_cli.errors import CoderError, RepositoryError
from coder_cli.fixing import Changes, Complaint, Ending, Repair, combined
from coder_cli.output import Output


@dataclass
class Disk:
    """Files in memory, what they are put to, and a command that judges them."""

    files: dict[str, bytes | None] = field(default_factory=lambda: {"a.py": b"0"})
    verdicts: dict[bytes | None, str] = field(default_factory=dict)  # of a.py: what a run says
    runs: list[bytes | None] = field(default_factory=list)
    original: dict[str, bytes | None] = field(init=False)

    def __post_init__(self) -> None:
        self.original = dict(self.files)

    def put(self, changes: Changes) -> None:
        self.files = dict(self.original)
        for change in changes:
            assert self.files.get(change.path) == change.before
            self.files[change.path] = change.after

    def check(self) -> Output:
        self.runs.append(self.files["a.py"])
        return says(self.verdicts.get(self.files["a.py"], "3 failed, 1 passed in 0.1s"))


def says(text: str) -> Output:
    output = Output("pytest")
    for line in text.split("\n"):
        output.add(line)
    output.status = 0 if "fail" not in text and "error" not in text else 1
    return output


def change(before: bytes | None, after: bytes | None, path: str = "a.py") -> Changes:
    return (FileChange(path, before, after),)


@dataclass
class Script:
    """An Attempt that writes its lines into a.py, one after the other."""

    disk: Disk
    lines: list[bytes | Exception | KeyboardInterrupt | None]
    heard: list[Complaint] = field(default_factory=list)

    def __call__(self, complaint: Complaint) -> Changes | None:
        self.heard.append(complaint)
        line = self.lines.pop(0)
        if isinstance(line, BaseException):
            raise line
        return None if line is None else change(self.disk.files["a.py"], line) if line else ()


def repair(disk: Disk, *lines: bytes | Exception | KeyboardInterrupt | None, rounds: int = 3) -> Repair:
    script = Script(disk, list(lines))
    return Repair(script, disk.check, disk, rounds)


def heard(walk: Repair) -> list[Complaint]:
    assert isinstance(walk.attempt, Script)
    return walk.attempt.heard


PASSES = "4 passed in 0.1s"
START = "3 failed, 1 passed in 0.1s"


def test_the_first_try_that_passes_is_the_last() -> None:
    disk = Disk(verdicts={b"2": PASSES})
    walk = repair(disk, b"1", b"2", b"3")
    found = walk.fix(says(START))
    assert (found.ending, found.tries, found.kept.changes) == (Ending.PASSED, 2, change(b"0", b"2"))
    assert disk.files["a.py"] == b"2" and disk.runs == [b"1", b"2"] and not found.tests_lost
    assert [(one.round, one.fruitless) for one in heard(walk)] == [(1, 0), (2, 1)]


def test_a_try_that_is_worse_is_taken_back_and_the_next_starts_before_it() -> None:
    disk = Disk(
        verdicts={b"1": "2 failed in 0.1s", b"2": "1 error in 0.1s\nInterrupted: 1 error during collection"}
    )
    walk = repair(disk, b"1", b"2", b"3")
    found = walk.fix(says(START))
    assert found.ending is Ending.ROUNDS and found.kept.changes == change(b"0", b"1")
    assert disk.files["a.py"] == b"1" and disk.runs == [b"1", b"2", b"3"]
    third = heard(walk)[2]
    assert third.fruitless == 1 and third.output.head == ["2 failed in 0.1s"]


def test_where_nothing_is_better_the_original_comes_back() -> None:
    disk = Disk()
    found = repair(disk, b"1", b"2", b"3").fix(says(START))
    assert found.kept is found.original and not found.kept.changes and disk.files == disk.original


def test_a_run_that_counts_nothing_is_no_better_than_the_first() -> None:
    disk = Disk(verdicts={b"1": "another error"})
    found = repair(disk, b"1", None).fix(says("some error"))
    assert found.kept is found.original and disk.files == disk.original


def test_another_failure_is_gone_on_from_and_the_same_is_not() -> None:
    other = "3 failed, 1 passed in 0.2s\na.py:9: another error"
    disk = Disk(verdicts={b"1": "3 failed, 1 passed in 7.5s", b"2": other})
    walk = repair(disk, b"1", b"2", None)
    walk.fix(says(START))
    assert [(one.fruitless, one.output.head[-1]) for one in heard(walk)] == [
        (0, START),
        (1, START),
        (0, "a.py:9: another error"),
    ]
    assert disk.files == disk.original  # neither is better


def test_three_identical_tries_are_the_end() -> None:
    disk = Disk(verdicts={b"1": "9 failed in 0.1s"})
    walk = repair(disk, b"1", b"1", b"1", b"2", rounds=9)
    found = walk.fix(says(START))
    assert (found.ending, found.tries) == (Ending.IDENTICAL, 3)
    assert disk.runs == [b"1"]  # the same bytes are not run again
    assert [one.fruitless for one in heard(walk)] == [0, 1, 2]


def test_no_change_and_the_way_back_are_tries_too_but_are_not_run() -> None:
    disk = Disk()
    walk = repair(disk, b"", b"1", b"0", b"", b"", rounds=9)
    found = walk.fix(says(START))
    assert found.ending is Ending.IDENTICAL and disk.runs == [b"1"] and disk.files == disk.original


def test_who_declines_keeps_the_best() -> None:
    disk = Disk(verdicts={b"1": "1 failed, 3 passed in 0.1s"})
    found = repair(disk, b"1", None).fix(says(START))
    assert (found.ending, found.tries) == (Ending.DECLINED, 1) and disk.files["a.py"] == b"1"


def test_tests_that_run_no_more_are_counted() -> None:
    disk = Disk(verdicts={b"1": "2 passed in 0.1s"})
    assert repair(disk, b"1").fix(says(START)).tests_lost == 2


def test_an_error_and_ctrl_c_leave_the_best_state() -> None:
    said: list[str] = []
    disk = Disk(verdicts={b"1": "1 failed, 3 passed in 0.1s"})
    walk = repair(disk, b"1", b"2", KeyboardInterrupt())
    walk.say = said.append
    with pytest.raises(KeyboardInterrupt):
        walk.fix(says(START))
    assert disk.files["a.py"] == b"1" and said[-1] == "Cut off: the best try stays."
    disk = Disk()
    with pytest.raises(CoderError, match="no window"):
        repair(disk, b"1", CoderError("no window")).fix(says(START))
    assert disk.files == disk.original


def test_what_goes_wrong_first_is_told_where_putting_back_fails_too() -> None:
    disk = Disk()

    def broken(changes: Changes) -> None:
        raise CoderError("the disk is full")

    walk = repair(disk, KeyboardInterrupt())
    walk.files = type("Full", (), {"put": staticmethod(broken)})()
    with pytest.raises(KeyboardInterrupt):
        walk.fix(says(START))


def test_an_edit_that_passes_at_once_needs_no_look_at_the_original() -> None:
    disk = Disk(verdicts={b"1": PASSES})
    found = repair(disk).hold(change(b"0", b"1"))
    assert (found.tries, found.original) == (0, None) and disk.runs == [b"1"] and disk.files["a.py"] == b"1"


def test_an_edit_stays_where_the_original_is_no_better() -> None:
    disk = Disk()
    found = repair(disk, b"2", None).hold(change(b"0", b"1"))
    assert found.kept.changes == change(b"0", b"1") and disk.files["a.py"] == b"1"
    assert disk.runs == [b"1", b"0", b"2"] and found.original is not None


def test_an_edit_goes_where_only_the_original_passes() -> None:
    disk = Disk(verdicts={b"0": PASSES})
    found = repair(disk, b"2", b"3", rounds=2).hold(change(b"0", b"1"))
    assert found.kept is found.original and disk.files == disk.original


def test_an_edit_is_repaired_although_the_original_passed() -> None:
    disk = Disk(verdicts={b"0": PASSES, b"2": PASSES})
    walk = repair(disk, b"2")
    found = walk.hold(change(b"0", b"1"))
    assert (found.ending, disk.files["a.py"]) == (Ending.PASSED, b"2")
    assert heard(walk)[0].output.head == [START]  # what the command says of the edit, not of the original


def test_an_edit_whose_check_breaks_off_is_taken_back() -> None:
    disk = Disk()

    def cut() -> Output:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Repair(Script(disk, []), cut, disk).hold(change(b"0", b"1"))
    assert disk.files == disk.original


def test_changes_of_changes_are_changes_of_the_original() -> None:
    first = (*change(b"0", b"1"), *change(None, b"new", "b.py"))
    assert combined(first, change(b"1", b"2")) == (*change(b"0", b"2"), *change(None, b"new", "b.py"))
    assert combined(first, (*change(b"1", b"0"), *change(b"new", None, "b.py"))) == ()
    assert combined((), change(b"0", b"0")) == ()
    with pytest.raises(RepositoryError, match=r"a\.py was changed by something else"):
        combined(first, change(b"0", b"2"))
