"""Tests that are gone."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from coder_cli.review.checks.dead_names import goes_with, lost_words
from coder_cli.review.checks.gone_tests import ChangedTests, is_at, is_most, nowhere, with_tests
from coder_cli.review.checks.ground import FilePair, Ground, at_lines
from coder_cli.review.checks.kept_tests import is_stranger, is_twin, replacements
from coder_cli.review.checks.paths import is_shown, is_test
from coder_cli.review.checks.tests_of import Test, tests_of
from coder_cli.review.checks.titles import is_called_alike, is_of_one_subject, last
from coder_cli.review.types import Category, Finding, Severity

NAME = "test-removed"
_MOST_PAIRS = 20_000
_MOST_NAMED = 5
_MOST_FILES = 4  # that tests are removed from; more have one cause
_WORD = re.compile(r"\w+")
_FEW = 4  # where most of the tests that are gone had nothing left to test, no rule tells about the others
_TELLING = re.compile(r"[A-Za-z]{3}")  # a test that had no such word alone may only have other values now
_MOST_CAME = 8  # tests that came to a file; more, and nobody can say which of them stands for which
_CAME = "Other code for tests came: look whether it tests the same."
_AGAIN = "Another test beside it has the very same code: if it is no other case, nothing is lost."
_LOSES = "Programs lose lines, too: if these are not what was tested, what breaks it is no longer seen."


def find(ground: Ground) -> Iterator[Finding]:
    change = ChangedTests(ground)
    if not change.gone or len(change.gone) * len(change.come) > _MOST_PAIRS:
        return  # where all is written anew no rule tells what became of what
    left = [test for test in nowhere(change.gone, change.come, change.new) if not change.is_said_still(test)]
    changed = list(_other_subjects(ground, left, change.old)) if change.come else []
    changed = [test for test in changed if not change.is_row(test)]
    stayed = {id(test): place for test in left if (place := change.place_of(test)) is not None}
    left = [test for test in left if id(test) not in stayed]
    own = [each for each in change.come if not any(is_at(each, place) for place in stayed.values())]
    missing = []
    for test in left:
        instead = replacements(change.pairs[test.path], test, own)
        if change.became_another(test, own):
            continue
        if not instead:
            missing.append(test)
        elif all(is_stranger(test, each) for each in instead) and not change.is_most_of(test.path):
            changed.append(test)
    yield from _removals(change, missing)
    yield from _replacements(change, changed, missing)


def _removals(change: ChangedTests, missing: Sequence[Test]) -> Iterator[Finding]:
    """Of each file those whose subject is still there."""
    if not missing:
        return
    found: list[tuple[FilePair, Sequence[Test], str]] = []
    words = lost_words(change.ground, change.old)
    shrinks = _shrinks(change.ground)
    more = any(_grew(pair) for pair in change.ground.pairs if is_test(pair.path))
    for pair in change.ground.pairs:
        every = [test for test in missing if test.path == pair.path]
        mine = [
            test
            for test in every
            if not change.dead.is_tested_by(test) and not goes_with(test, change.new[test.path], words)
        ]
        copies = _copies(change.ground, pair) if mine and pair.new is None else ()
        mine = [test for test in mine if not any(is_twin(test, each) for each in copies)]
        if mine and len(mine) * _FEW > len(every):
            doubt = _doubt(change, mine, shrinks=shrinks, grew=more or _grew(pair))
            found.append((pair, mine, doubt))
    if len(found) > _MOST_FILES:
        yield _joint_removal(found)
    else:
        yield from (_removal(pair, mine, len(change.old[pair.path]), doubt) for pair, mine, doubt in found)


def _doubt(change: ChangedTests, tests: Sequence[Test], *, shrinks: bool, grew: bool) -> str:
    """What else may be the reason that they are gone, a sentence."""
    if all(change.is_duplicate(test) for test in tests):
        return _AGAIN
    if shrinks:
        return _LOSES
    return _CAME if change.come or grew else ""


def _replacements(
    change: ChangedTests, changed: Sequence[Test], missing: Sequence[Test]
) -> Iterator[Finding]:
    came = Counter(test.path for test in change.come)
    for test in dict.fromkeys(changed):
        if came[test.path] > _MOST_CAME:
            continue
        lives_on = any(
            (each.path == test.path and is_of_one_subject(test, each))
            or (is_called_alike(test, each) and is_twin(test, each))
            for each in change.come
        )
        told = any(test is each for each in missing)
        if not told and not lives_on and not change.dead.is_tested_by(test):
            yield _replacement(change.pairs[test.path], test)


def _copies(ground: Ground, pair: FilePair) -> Sequence[Test]:
    """The tests of files of the same name elsewhere: what went may have been one of several copies."""
    name = posixpath.basename(pair.path)
    return [
        test
        for path in ground.after.paths
        if posixpath.basename(path) == name
        for test in tests_of(path, ground.new_lines(path), ground.after.parsed(path))
    ]


def _other_subjects(ground: Ground, gone: Sequence[Test], old: dict[str, list[Test]]) -> Iterator[Test]:
    """Tests that what came may have been made of, but what set them apart from the tests beside them stands
    hardly anywhere in a test file of the change."""
    texts = [pair.new.text for pair in with_tests(ground) if pair.new is not None]
    now = {word for text in texts for word in _WORD.findall(text)}
    for test in gone:
        if is_most(test.path, gone, old):
            continue
        beside = {word for each in old[test.path] if each is not test for word in each.words}
        apart = set(test.words) - beside - set(_WORD.findall(test.name))
        if any(_TELLING.search(word) for word in apart) and len(apart & now) < len(apart) / 2:
            yield test


def _shrinks(ground: Ground) -> bool:
    """Whether programs lose more than they get: tests of what is taken away may well go with it."""
    programs = [
        pair for pair in ground.pairs if not is_test(pair.path) and not is_shown(pair.path, pair.language)
    ]
    return sum(len(pair.deleted) - len(pair.added) for pair in programs) > 0


def _grew(pair: FilePair) -> bool:
    """Whether its file got code of its own: a macro, a helper or a table may do what tests did."""
    gone = {row.text.strip() for row in pair.deleted}
    new = pair.new
    return new is not None and any(
        new.code_line(number).strip() and new.line(number).strip() not in gone
        for number in pair.added_numbers
    )


def _joint_removal(found: Sequence[tuple[FilePair, Sequence[Test], str]]) -> Finding:
    first, tests, _ = found[0]
    doubts = sorted((doubt for _, _, doubt in found if doubt), key=lambda doubt: doubt == _AGAIN)
    every = [test for _, each, _ in found for test in each]
    finding = _removal(first, tests, 0, doubts[0] if doubts else "")
    names = ", ".join(f"{test.path}: {last(test)}" for test in every[:_MOST_NAMED])
    return replace(
        finding,
        title=f"{len(every)} tests of {len(found)} files are removed: {names}"
        + (f" and {len(every) - _MOST_NAMED} more" if len(every) > _MOST_NAMED else ""),
    )


def _removal(pair: FilePair, tests: Sequence[Test], before: int, doubt: str) -> Finding:
    """`doubt`: what may explain it, a sentence."""
    names = ", ".join(test.name for test in tests[:_MOST_NAMED])
    more = f" and {len(tests) - _MOST_NAMED} more" if len(tests) > _MOST_NAMED else ""
    whole = pair.new is None or len(tests) == before
    line = pair.beside(tests[0].first)
    return at_lines(
        pair,
        line,
        line,
        check=NAME,
        severity=Severity.INFO if doubt in (_AGAIN, _LOSES) else Severity.WARNING,
        category=Category.TESTS,
        title=(
            "All tests of the file are removed"
            if whole and before > 1
            else "A test is removed"
            if len(tests) == 1
            else f"{len(tests)} tests are removed"
        )
        + f": {names}{more}",
        scenario=doubt or "Nothing came that tests the same, so what broke these tests would not be seen.",
        suggestion="Keep the test, or say in the commit why it is not needed any more.",
        deleted=pair.deleted_text(tests[0].first, tests[0].last),
        certain=not doubt,
    )


def _replacement(pair: FilePair, test: Test) -> Finding:
    line = pair.beside(test.first)
    return at_lines(
        pair,
        line,
        line,
        check=NAME,
        severity=Severity.INFO,
        category=Category.TESTS,
        title=f"A test gave way to another: {test.name}",
        scenario="Hardly any of what the old one said alone is in the new one.",
        suggestion="Look whether what it tested is tested still.",
        deleted=pair.deleted_text(test.first, test.last),
        certain=False,
    )
