"""Tests that do not run any more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from coder_cli.review.checks.ground import FilePair, Ground, Lines, at_lines
from coder_cli.review.checks.kept_tests import says
from coder_cli.review.checks.paths import is_shown
from coder_cli.review.checks.tests_of import Test, end_of_block, may_hold_tests, new_tests, tests_of
from coder_cli.review.checks.titles import is_called_alike
from coder_cli.review.types import Category, Finding, Severity

NAME = "test-skipped"
_MOST_ARGUMENTS = 5  # lines
_MOST_ABOVE = 2  # lines of a test before the one that switches it off
_MOST_ALONE = 3  # tests of a file that are switched off; more have one cause
_SWITCHED_OFF = "A test is switched off"
_UNSEEN = "What it tests can break, and nobody sees it."
_SAME = 0.9  # of the words of a test: another one says the same
_OFF = {
    "python": re.compile(
        r"^\s*@(?:pytest\.mark\.(?:skip|xfail(?!\s*\(\s*(?!(?:reason|raises|strict|run)\s*=)[^\s)]))\b(?!if)"
        r"(?!.*\bcondition\s*=)|unittest\.(?:skip|expectedFailure)\b(?!If|Unless)|skip\b|expectedFailure\b)"
    ),
    "javascript": re.compile(r"^\s*(?:xit|xtest|xdescribe)\s*\(|^\s*(?:it|test|describe)\.skip\s*\("),
    "go": re.compile(r"^\t\w+\.Skip(?:f|Now)?\s*\("),
    "rust": re.compile(r"^\s*#\[\s*ignore\b"),
    "java": re.compile(r"^\s*@(?:Disabled|Ignore)\b(?!\w)"),
    "csharp": re.compile(r"^\s*\[\s*Ignore\b|\b(?:Fact|Theory)\s*\([^)]*\bSkip\s*="),
    "ruby": re.compile(
        r"^\s*(?:xit|xdescribe|xcontext|xspecify)\s|^\s*(?:skip|pending)(?:\s+\"(?!.*\b(?:if|unless)\b)|\s*$)"
    ),
    "php": re.compile(r"^\s*\$this->markTest(?:Skipped|Incomplete)\s*\("),
}
_BUILD = re.compile(r"\s*#\s*(?:if|ifdef|ifndef|elif|else)\b")  # off in some builds only
_BRANCH = re.compile(r"\s*(?:\}\s*)?(?:if|else|elif|elsif|elseif|unless|catch|except|rescue|case|switch)\b")
_OFF["typescript"] = _OFF["tsx"] = _OFF["javascript"]
_OFF["kotlin"] = _OFF["java"]
_ONLY = {
    "javascript": re.compile(r"^\s*(?:it|test|describe|context|suite)\.only\s*\(|^\s*(?:fit|fdescribe)\s*\("),
    "ruby": re.compile(r"^\s*(?:fit|fdescribe|fcontext)\s"),
}
_ONLY["typescript"] = _ONLY["tsx"] = _ONLY["javascript"]


def find(ground: Ground) -> Iterator[Finding]:
    for pair, lines in ground.new_pairs():
        before = {test.name for test in tests_of(pair.path, pair.old, ground.before.parsed(pair.old_path))}
        found = list(_switched_off(pair, lines, list(new_tests(ground, pair)), before))
        off = [each for each in found if each.title == _SWITCHED_OFF]
        if len(off) > _MOST_ALONE:
            yield _joint(off)
            found = [each for each in found if each.title != _SWITCHED_OFF]
        yield from found


def _joint(found: Sequence[Finding]) -> Finding:
    places = ", ".join(str(each.start_line) for each in found[1:])
    return replace(
        found[0],
        title=f"{len(found)} tests are switched off",
        scenario=f"So are those at {places}. {_UNSEEN}",
    )


def _switched_off(pair: FilePair, lines: Lines, tests: Sequence[Test], before: Set[str]) -> Iterator[Finding]:
    only, off = _ONLY.get(lines.language), _OFF.get(lines.language)
    if not may_hold_tests(pair.path, lines) or is_shown(pair.path, pair.language):
        return
    old = pair.old  # of deleted lines the code alone: a comment beside it may be another now
    moved = {old.code_line(number).strip() for number in pair.deleted_numbers} if old is not None else set()
    for number in sorted(pair.added_numbers):
        code = _statement(lines, number)
        alone = only is not None and only.search(code) is not None
        if not alone and (off is None or off.search(code) is None):
            continue
        if lines.code_line(number).strip() in moved or _BUILD.match(_above(lines, number)):
            continue
        if _depends(lines, number) or (off is not None and _was_off(pair, number, off)):
            continue
        if alone:
            yield _off(
                pair,
                number,
                "Only this test runs",
                "All other tests of the file are left out.",
                "Take .only away.",
            )
        elif _is_old_test(pair, lines, number, tests, before):
            yield _off(
                pair,
                number,
                _SWITCHED_OFF,
                _UNSEEN,
                "Mend the test, or say beside it why and until when it is off.",
            )


def is_off(lines: Lines | None, test: Test) -> bool:
    """Whether a test does not run at all."""
    off = _OFF.get(lines.language) if lines is not None else None
    if lines is None or off is None:
        return False
    return any(
        off.search(_statement(lines, number)) and not _depends(lines, number)
        for number in range(test.first, min(test.last, test.line + _MOST_ABOVE) + 1)
    )


def _depends(lines: Lines, number: int) -> bool:
    """Whether it stands in a branch: then it is off in some cases only."""
    width = _width(lines.line(number))
    for above in range(number - 1, 0, -1):
        line = lines.code_line(above)
        if line.strip() and line.strip() != "{" and _width(line) < width:
            if _BRANCH.match(line):
                return True
            if not line.startswith((" ", "\t")):
                return False
            width = _width(line)
    return False


def _width(line: str) -> int:
    return len(line) - len(line.lstrip())


def _was_off(pair: FilePair, number: int, off: re.Pattern[str]) -> bool:
    """Whether the change only gives another reason or condition."""
    old = pair.old
    return old is not None and any(
        off.search(old.code_line(row.old_line))
        for hunk in pair.file.hunks
        if hunk.new_start <= number < hunk.new_start + hunk.new_lines
        for row in hunk.deleted
        if row.old_line is not None
    )


def _above(lines: Lines, number: int) -> str:
    """The line above what stands over a test: `#if` for all of its attributes."""
    while lines.line(number - 1).strip().startswith(("[", "@", "#[")):
        number -= 1
    return lines.line(number - 1)


def _statement(lines: Lines, number: int) -> str:
    """The line, with what follows a bracket that is open at its end: a condition may."""
    code = lines.code_line(number)
    if code.rstrip().endswith("("):
        code += " ".join(lines.code_line(one) for one in range(number + 1, number + _MOST_ARGUMENTS))
    return code


def _is_old_test(pair: FilePair, lines: Lines, number: int, tests: Sequence[Test], before: Set[str]) -> bool:
    """Whether the test that is switched off here was there before, and no new one says the same: some of its
    lines are not new."""
    around = [test for test in tests if test.first <= number <= test.last]
    inner = min(around, key=lambda test: test.last - test.first, default=None)
    first, last = (inner.first, inner.last) if inner else (number, end_of_block(lines, number))
    if inner and lines.language == "python" and number > inner.line:
        return False  # of a function within the test
    if inner and inner.line in pair.added_numbers and inner.name not in before:
        return False
    if inner and any(
        is_called_alike(inner, each) and says(each, inner, _SAME) for each in tests if _is_new(pair, each)
    ):
        return False
    if lines.language == "go" and not re.match(r"func ", lines.line(number - 1)):
        return False
    return any(
        line not in pair.added_numbers and len(lines.line(line).strip()) > 3
        for line in range(first, last + 1)
    )


def _is_new(pair: FilePair, test: Test) -> bool:
    return pair.added_numbers.issuperset(range(test.line, test.last + 1))


def _off(pair: FilePair, number: int, title: str, scenario: str, suggestion: str) -> Finding:
    return at_lines(
        pair,
        number,
        number,
        check=NAME,
        severity=Severity.WARNING,
        category=Category.TESTS,
        title=title,
        scenario=scenario,
        suggestion=suggestion,
    )
