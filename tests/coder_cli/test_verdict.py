"""What test runners, compilers and linters say of a run, in their own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_cli.verdict import Stage, Verdict, VerdictReader

ENDS = {
    "pytest": ("=== 1 failed, 2 passed, 1 error in 0.03s ===", Stage.FAILED, 2, 4),
    "pytest -q": ("3 failed, 1 passed, 2 warnings in 61.20s (0:01:01)", Stage.FAILED, 3, 4),
    "pytest, collecting": (
        "!!!!!!!!! Interrupted: 2 errors during collection !!!!!!!!!\n2 errors in 0.1s",
        Stage.BROKEN,
        2,
        2,
    ),
    "unittest": ("Ran 5 tests in 0.001s\n\nFAILED (failures=1, errors=2)", Stage.FAILED, 3, 5),
    "unittest, errors": ("Ran 5 tests in 0.001s\n\nFAILED (errors=2)", Stage.FAILED, 2, 5),
    "unittest, loading": (
        "ImportError: Failed to import test module: t\nFAILED (errors=1)",
        Stage.BROKEN,
        1,
        None,
    ),
    "cargo test": (
        "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        Stage.FAILED,
        1,
        4,
    ),
    "cargo build": (
        "error[E0308]: mismatched types\n --> src/lib.rs:1:37\nerror: could not compile `a` (lib)"
        " due to 1 previous error",
        Stage.BROKEN,
        1,
        None,
    ),
    "go test": (
        "--- FAIL: TestAdd (0.00s)\n    a_test.go:3: got -1\nFAIL\nFAIL\texample.com/a\t0.002s",
        Stage.FAILED,
        1,
        1,
    ),
    "go build": (
        "# example.com/a\n./a.go:2:36: undefined: c\nFAIL\texample.com/a [build failed]",
        Stage.BROKEN,
        1,
        None,
    ),
    "jest": ("Tests:       1 failed, 1 skipped, 2 passed, 4 total", Stage.FAILED, 1, 3),
    "jest, all": ("Tests:       2 failed, 2 total", Stage.FAILED, 2, None),
    "vitest": ("      Tests  1 failed | 2 passed (3)", Stage.FAILED, 1, 3),
    "mocha": ("  2 passing (5ms)\n  1 failing", Stage.FAILED, 1, 2),
    "node": ("# tests 3\n# pass 1\n# fail 2", Stage.FAILED, 2, 1),
    "rspec": ("3 examples, 1 failure", Stage.FAILED, 1, 3),
    "maven": ("[ERROR] Tests run: 5, Failures: 1, Errors: 1, Skipped: 0", Stage.FAILED, 2, 5),
    "ctest": ("50% tests passed, 1 tests failed out of 2", Stage.FAILED, 1, 2),
    "tsc": ("a.ts(1,7): error TS2322: no\nb.ts(2,1): error TS1005: ';' expected.", Stage.BROKEN, 2, None),
    "tsc --pretty": ("a.ts:1:7 - error TS2322: Type\n\nFound 1 error in a.ts:1", Stage.UNKNOWN, 0, None),
    "mypy": (
        'a.py:1: error: Incompatible types  [x]\nFound 1 error in 1 file (checked 2 source files)',
        Stage.FAILED,
        1,
        None,
    ),
    "mypy, syntax": ("Found 1 error in 1 file (errors prevented further checking)", Stage.BROKEN, 1, None),
    "gcc": ("a.c:2:24: error: 'y'\na.c:3:1: warning: w\na.c:9: fatal error: no", Stage.BROKEN, 2, None),
    "ld": ("/usr/bin/ld: b.c:(.text+0xe): undefined reference to `f'", Stage.BROKEN, 1, None),
    "eslint": ("\u2716 3 problems (2 errors, 1 warning)", Stage.FAILED, 3, None),
    "ruff": ("a.py:1:1: F401 unused\nFound 4 errors (1 fixed, 3 remaining).", Stage.FAILED, 3, None),
    "a script": ("Traceback (most recent call last):\nValueError: no", Stage.UNKNOWN, 0, None),
}  # fmt: skip


def verdict(text: str, *, passed: bool = False, ended: bool = True) -> Verdict:
    reader = VerdictReader()
    for line in text.split("\n"):
        reader.read(line)
    return reader.verdict(passed=passed, ended=ended)


@pytest.mark.parametrize("runner", ENDS)
def test_what_a_runner_says_is_counted(runner: str) -> None:
    text, stage, failed, ran = ENDS[runner]
    found = verdict(text)
    assert (found.stage, found.failed) == (stage, failed)
    if ran is not None:
        assert found.ran == ran


def test_the_exit_code_has_the_last_word() -> None:
    assert verdict("1 failed, 2 passed in 0.1s", passed=True) == Verdict(Stage.PASSED, 0, 3)
    assert verdict("2 passed in 0.1s", ended=False).stage is Stage.ENDLESS


def test_a_later_stage_is_better_than_fewer_failures() -> None:
    order = [
        Verdict(Stage.PASSED),
        Verdict(Stage.FAILED, 1, 9),  # the same failures of more tests: it stops at the first
        Verdict(Stage.FAILED, 1, 3),
        Verdict(Stage.FAILED, 7),
        Verdict(Stage.BROKEN, 1),
        Verdict(Stage.BROKEN, 2),
        Verdict(Stage.UNKNOWN),
        Verdict(Stage.ENDLESS),
    ]
    for number, one in enumerate(order):
        assert not one.is_better_than(one)
        assert all(one.is_better_than(other) for other in order[number + 1 :])
    assert [str(one) for one in order[:4:3]] == ["it passes", "7 failures"]


@given(st.text(alphabet="0123456789 :,.()=ErorfaildpsinFo\t[]s", max_size=400))
def test_no_line_keeps_it_busy(line: str) -> None:
    verdict(line)


@pytest.mark.parametrize("line", ["1 failed, " * 60, "a:1: " * 100, "1 " * 200, "  Tests  " + "1 " * 190])
def test_a_hostile_line_is_read_at_once(line: str) -> None:
    verdict("\n".join([line[:400]] * 200))
