"""Tests that are gone."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from coder_cli.review.checks.dead_names import dead_names, goes_with, lost_words
from coder_cli.review.checks.gone_tests import nowhere, without
from coder_cli.review.checks.ground import FilePair, Ground, at_lines
from coder_cli.review.checks.kept_tests import (
    come_words,
    expects,
    has_moved,
    is_called_alike,
    is_made_of,
    is_named_in,
    is_renamed,
    is_rewritten,
    is_row_of,
    is_stranger,
    is_turned,
    is_twin,
    is_written_over,
    last,
    lives_in_helper,
    replacements,
    says_nothing,
    stays_at,
    with_helpers,
)
from coder_cli.review.checks.paths import is_shown, is_test
from coder_cli.review.checks.tests_of import Test, may_hold_tests, new_tests, tests_of
from coder_cli.review.types import Category, Finding, Severity

NAME = "test-removed"
_MOST_PAIRS = 20_000
_MOST_NAMED = 5
_WORD = re.compile(r"\w+")
_FEW = 4  # where most of the tests that are gone had nothing left to test, no rule tells about the others
_TELLING = re.compile(r"[A-Za-z]{3}")  # a test that had no such word alone may only have other values now
_MOST_APART = 3  # tests of a file that gave way one by one; more are a file that is written anew


def find(ground: Ground) -> Iterator[Finding]:
    old = {pair.path: list(_old_tests(ground, pair)) for pair in ground.pairs}
    new = {pair.path: list(new_tests(ground, pair)) for pair in ground.pairs}
    yield from _removed(ground, old, new)


def _old_tests(ground: Ground, pair: FilePair) -> Iterator[Test]:
    return tests_of(pair.path, pair.old, ground.before.parsed(pair.old_path))


def _removed(ground: Ground, old: dict[str, list[Test]], new: dict[str, list[Test]]) -> Iterator[Finding]:
    pairs = {pair.path: pair for pair in ground.pairs}
    gone = [test for path in old for test in without(old[path], new[path], pairs[path].new)]
    come = [test for path in new for test in without(new[path], old[path], pairs[path].old)]
    if not gone or len(gone) * len(come) > _MOST_PAIRS:
        return  # where all is written anew no rule tells what became of what
    left = list(nowhere(gone, come, new))
    added = {row.text.strip() for pair in _with_tests(ground) for row in pair.added}
    titles = {(test.path, test.line) for test in come}
    unnamed = {
        row.text
        for pair in _with_tests(ground)
        for row in pair.added
        if row.new_line is not None and (pair.path, row.new_line) not in titles
        if pair.new is not None and pair.new.code_line(row.new_line).strip()
    }
    others = [test for test in gone if not any(is_twin(test, each) for each in come)]
    lost = "\n".join(_lost(ground, old))
    left = [
        test
        for test in left
        if not says_nothing(test)
        and not is_named_in(test, unnamed)
        and not has_moved(pairs[test.path], test, others, added)
        and not expects(pairs[test.path], test, lost)
        and not lives_in_helper(pairs[test.path], test, ground.after.parsed(test.path))
        and not any(is_turned(pairs[test.path], test, each, others) for each in come)
    ]
    changed = list(_other_subjects(ground, left, old)) if come else []
    stayed = [(test, line) for test in left if (line := _stays_at(pairs[test.path], test, come)) is not None]
    left = [test for test in left if not any(test is each for each, _ in stayed)]
    places = {(test.path, line) for test, line in stayed}
    own = [
        each
        for each in come
        if not any(each.path == path and each.first <= line <= each.last for path, line in places)
    ]
    instead = [(test, replacements(pairs[test.path], test, own)) for test in left]
    changed += [
        test
        for test, by in instead
        if by and all(is_stranger(test, each) for each in by) and not _is_most(test.path, gone, old)
    ]
    left = [test for test, by in instead if not by and not is_written_over(pairs[test.path], test)]
    moved = [
        each
        for path in new
        for each in new[path]
        if each.line in pairs[path].added_numbers and all(each is not one for one in come)
    ]
    missing = [
        test
        for test in left
        if not _is_anew(test.path, gone, come, old)
        and not any(is_twin(test, each) or is_renamed(test, each) for each in own)
        and not any(is_row_of(pairs[test.path], test, each) for each in come)
        and not any(is_rewritten(pairs[test.path], test, each) for each in come)
        and not any(
            is_rewritten(pairs[test.path], test, with_helpers(pairs[each.path], each, new[each.path]))
            for each in moved
        )
        and not any(
            (each.path != test.path or is_called_alike(test, each) or is_twin(test, each))
            and is_made_of(test, come_words(pairs[each.path], each, test))
            for each in come
        )
    ]
    # Only Rust has its tests where programs have their functions.
    tests = {last(test) for test in gone if not is_test(test.path)}
    kept = [test for path in old for test in old[path] if all(test is not each for each in gone)]
    dead = dead_names(ground, tests, [test for path in new for test in new[path]], kept)
    words = lost_words(ground, old)
    shrinks = _shrinks(ground)
    for pair in ground.pairs:
        every = [test for test in missing if test.path == pair.path]
        mine = [
            test
            for test in every
            if not dead.is_tested_by(test) and not goes_with(test, new[test.path], words)
        ]
        copies = _copies(ground, pair) if mine and pair.new is None else ()
        mine = [test for test in mine if not any(is_twin(test, each) for each in copies)]
        if mine and len(mine) * _FEW > len(every):
            yield _removal(pair, mine, len(old[pair.path]), shrinks)
    for test in dict.fromkeys(changed):
        lives_on = any(is_called_alike(test, each) and is_twin(test, each) for each in come)
        if all(test is not each for each in missing) and not lives_on and not dead.is_tested_by(test):
            yield _replacement(pairs[test.path], test)


def _stays_at(pair: FilePair, test: Test, come: Sequence[Test]) -> int | None:
    """Where it stands under another name; within a test that was there, git only took a copy for it."""
    line = stays_at(pair, test)
    own = any(
        line is not None and each.path == test.path and each.first <= line <= each.last for each in come
    )
    return line if own else None


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
    texts = [pair.new.text for pair in _with_tests(ground) if pair.new is not None]
    now = {word for text in texts for word in _WORD.findall(text)}
    for test in gone:
        if _is_most(test.path, gone, old):
            continue
        beside = {word for each in old[test.path] if each is not test for word in each.words}
        apart = set(test.words) - beside - set(_WORD.findall(test.name))
        if any(_TELLING.search(word) for word in apart) and len(apart & now) < len(apart) / 2:
            yield test


def _lost(ground: Ground, old: dict[str, list[Test]]) -> Iterator[str]:
    """The lines that programs have no more; Rust has its tests among them."""
    for pair in ground.pairs:
        if is_test(pair.path) or is_shown(pair.path, pair.language):
            continue
        come = {row.text.strip() for row in pair.added}
        inside = {number for test in old[pair.path] for number in range(test.first, test.last + 1)}
        yield from (
            row.text for row in pair.deleted if row.old_line not in inside and row.text.strip() not in come
        )


def _with_tests(ground: Ground) -> Sequence[FilePair]:
    return [pair for pair, lines in ground.new_pairs() if may_hold_tests(pair.path, lines)]


def _is_anew(path: str, gone: Sequence[Test], come: Sequence[Test], old: dict[str, list[Test]]) -> bool:
    """Whether the tests of a file were written anew: no rule tells what became of which."""
    lost = sum(test.path == path for test in gone)
    return _is_most(path, gone, old) and sum(test.path == path for test in come) * 2 > lost


def _is_most(path: str, gone: Sequence[Test], old: dict[str, list[Test]]) -> bool:
    lost = sum(test.path == path for test in gone)
    return lost > _MOST_APART and lost * 2 > len(old[path])


def _shrinks(ground: Ground) -> bool:
    """Whether programs lose more than they get: tests of what is taken away may well go with it."""
    programs = [
        pair for pair in ground.pairs if not is_test(pair.path) and not is_shown(pair.path, pair.language)
    ]
    return sum(len(pair.deleted) - len(pair.added) for pair in programs) > 0


def _removal(pair: FilePair, tests: Sequence[Test], before: int, shrinks: bool) -> Finding:
    names = ", ".join(test.name for test in tests[:_MOST_NAMED])
    more = f" and {len(tests) - _MOST_NAMED} more" if len(tests) > _MOST_NAMED else ""
    whole = pair.new is None or len(tests) == before
    line = pair.beside(tests[0].first)
    return at_lines(
        pair,
        line,
        line,
        check=NAME,
        severity=Severity.INFO if shrinks else Severity.WARNING,
        category=Category.TESTS,
        title=(
            "All tests of the file are removed"
            if whole and before > 1
            else "A test is removed"
            if len(tests) == 1
            else f"{len(tests)} tests are removed"
        )
        + f": {names}{more}",
        scenario=(
            "Programs lose lines here, too: if that is not what was tested, what breaks it is seen no more."
            if shrinks
            else "Nothing in this change tests the same, so what broke these tests would no longer be seen."
        ),
        suggestion="Keep the test, or say in the commit why it is not needed any more.",
        deleted=pair.deleted_text(tests[0].first, tests[0].last),
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
