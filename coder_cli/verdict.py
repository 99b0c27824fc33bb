"""How good a run of tests, a build or a linter's run is, by what it says itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Stage(IntEnum):
    """How far a run came; less is better."""

    PASSED = 0
    FAILED = 1  # tests ran, or a linter did: some say no
    BROKEN = 2  # it does not build, or the tests cannot be loaded
    UNKNOWN = 3  # its exit code says no, and nothing else is known
    ENDLESS = 4  # it did not end in time


@dataclass(frozen=True, slots=True)
class Verdict:
    """Comparable with another run of the same command."""

    stage: Stage
    failed: int = 0
    ran: int | None = None  # tests; None: it does not say

    def is_better_than(self, other: Verdict) -> bool:
        return self._key < other._key

    @property
    def _key(self) -> tuple[int, int, int]:
        return self.stage, self.failed, -(self.ran or 0)

    def __str__(self) -> str:
        if self.stage is Stage.PASSED:
            return "it passes"
        if self.stage is Stage.ENDLESS:
            return "it did not end in time"
        if self.stage is Stage.UNKNOWN:
            return "it fails"
        what = "failure" if self.stage is Stage.FAILED else "error"
        return f"{self.failed} {what}{'' if self.failed == 1 else 's'}"


_TELLING = re.compile(r"fail|pass|error|problem|undefined|\bok\b|test|example|:\d+: ", re.IGNORECASE)
# What they say at their end: how many failed (`no`), how many did not (`yes`), how many ran (`all`).
_SUMMARIES = tuple(
    re.compile(pattern)
    for pattern in (
        r"FAILED \((?:failures=(?P<no>\d+))?(?:, )?(?:errors=(?P<no2>\d+))?.*\)",  # unittest
        r"Ran (?P<all>\d+) tests? in [\d.]+s",
        r"test result: \S+ (?P<yes>\d+) passed; (?P<no>\d+) failed;.*",  # cargo test
        r"Tests: +(?:(?P<no>\d+) failed, )?(?:\d+ \w+, )*?(?:(?P<yes>\d+) passed, )?\d+ total",  # jest
        r"\s*Tests  +(?:(?P<no>\d+) failed)?(?: \| )?(?:(?P<yes>\d+) passed)?.*\(\d+\)",  # vitest
        r"\s+(?P<yes>\d+) passing(?: \(.*\))?",  # mocha
        r"\s+(?P<no>\d+) failing",
        r"(?:#|\u2139) pass (?P<yes>\d+)",  # node --test
        r"(?:#|\u2139) fail (?P<no>\d+)",
        r"(?P<all>\d+) examples?, (?P<no>\d+) failures?.*",  # rspec
        r".*Tests run: (?P<all>\d+), Failures: (?P<no>\d+), Errors: (?P<no2>\d+), Skipped: \d+",  # maven
        r"(?P<all>\d+) tests completed, (?P<no>\d+) failed.*",  # gradle
        r"\d+% tests passed, (?P<no>\d+) tests? failed out of (?P<all>\d+)",  # ctest
        r"Found (?P<no>\d+) errors?(?: in \d+ files?.*|\.)?",  # mypy, ruff
        r"Found \d+ errors? \(\d+ fixed, (?P<no>\d+) remaining\)\.?",
        r"\S+ (?P<no>\d+) problems? \(\d+ errors?, \d+ warnings?\)",  # eslint
        r"(?P<no>\d+) errors?, \d+ warnings?(?:, \d+ \w+)? *",  # pyright
    )
)
# "== 1 failed, 2 passed, 1 error in 0.03s ==", without the rules under -q.
_PYTEST = re.compile(r"(?:=+ )?((?:\d+ [a-z]+, )*\d+ [a-z]+) in [\d.]+s\b.*")
_OF_PYTEST = re.compile(r"(\d+) (failed|error|passed)")
# Where there is no summary, one line a failure.
_RESULTS = re.compile(
    r"--- FAIL: .+|not ok \d+.*|\S[^:]*:\d+:\d+: [A-Z]+\d+ .+|(?P<yes>--- PASS: .+|ok  \t.+|ok \d+.*)"
)
_ERRORS = re.compile(
    r"\S.*?[:(]\d+(?:[:,]\d+)?\)?: (?:fatal )?error\b.*"  # gcc, clang, javac, tsc, msbuild
    r"|\S+\.go:\d+:\d+: .+"
    r"|.*(?:undefined reference to|Undefined symbols for|undefined symbol:) .+"
    r"|error(?:\[E\d+\])?: (?!could not compile|aborting|test failed|process didn't|\d+ target).+"  # rustc
)
_BROKEN = re.compile(
    r"!* ?Interrupted: \d+ errors? during collection.*|=*\s*no tests ran in .*"  # pytest
    r"|ImportError: Failed to import test module.*"  # unittest
    r"|error: could not compile .+|FAIL\t.+ \[(?:build|setup) failed\]|.*Test suite failed to run"
    r"|Found \d+ errors? in .*\(errors prevented further checking\)"  # mypy
)


def is_error(line: str) -> bool:
    """Whether a compiler begins to tell an error with it."""
    return _TELLING.search(line) is not None and _ERRORS.fullmatch(line) is not None


class VerdictReader:
    """Reads line after line, and keeps counts only."""

    def __init__(self) -> None:
        self._summed = False
        self._broken = False
        self._no = self._all = 0  # by summaries
        self._failures = self._results = self._errors = 0  # by lines

    def read(self, line: str) -> None:
        if not _TELLING.search(line):
            return
        self._broken = self._broken or _BROKEN.fullmatch(line) is not None
        if self._read_summary(line):
            self._summed = True
        elif found := _RESULTS.fullmatch(line):
            self._results += 1
            self._failures += not found["yes"]
        elif _ERRORS.fullmatch(line):
            self._errors += 1

    def _read_summary(self, line: str) -> bool:
        if found := _PYTEST.fullmatch(line):
            counts = {what: int(number) for number, what in _OF_PYTEST.findall(found[1])}
            self._no += counts.get("failed", 0) + counts.get("error", 0)
            self._all += sum(counts.values())
            return bool(counts)
        for pattern in _SUMMARIES:
            if (found := pattern.fullmatch(line)) and any(found.groups()):
                groups = {name: int(text or 0) for name, text in found.groupdict().items()}
                no = groups.get("no", 0) + groups.get("no2", 0)
                self._no += no
                self._all += groups.get("all", 0) or (no + groups["yes"] if "yes" in groups else 0)
                return True
        return False

    def verdict(self, *, passed: bool, ended: bool) -> Verdict:
        """Of the whole run. `passed` is its exit code's word, and the last one."""
        ran = (self._all if self._summed else self._results) or None
        if not ended:
            return Verdict(Stage.ENDLESS)
        if passed:
            return Verdict(Stage.PASSED, 0, ran)
        failed = self._no if self._summed else self._failures
        if self._broken or (self._errors and not failed):
            return Verdict(Stage.BROKEN, max(self._errors, failed, 1), ran)
        return Verdict(Stage.FAILED, failed, ran) if failed else Verdict(Stage.UNKNOWN)
