"""Tests that are gone by name, and what of them is still there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from functools import cached_property

from coder_cli.review.checks.dead_names import Dead, dead_names
from coder_cli.review.checks.ground import FilePair, Ground, Lines
from coder_cli.review.checks.inherited_tests import inherited_by
from coder_cli.review.checks.kept_tests import (
    come_words,
    expects,
    has_moved,
    is_made_of,
    is_named_in,
    is_renamed,
    is_rewritten,
    is_row_of,
    is_told_by,
    is_turned,
    is_twin,
    is_written_over,
    likeness,
    lives_in_helper,
    says_nothing,
    stays_at,
    with_helpers,
)
from coder_cli.review.checks.paths import is_shown, is_test
from coder_cli.review.checks.skipped_tests import is_off
from coder_cli.review.checks.tests_of import Test, may_hold_tests, new_tests, tests_of
from coder_cli.review.checks.titles import is_called_alike, is_entitled, is_retitled, last

_WORD = re.compile(r"\w+")
_COMMENTS = ("#", "//", "/*", "*/", "* ")
_MOST_VARIANTS = 2  # tests of one title: one is a variant, more stand for the one that is gone
_MOST_APART = 3  # tests of a file that gave way one by one; more are a file that is written anew


class ChangedTests:
    """The tests of the files that changed, before and after."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.pairs = {pair.path: pair for pair in ground.pairs}
        self.old = {
            pair.path: list(tests_of(pair.path, pair.old, ground.before.parsed(pair.old_path)))
            for pair in ground.pairs
        }
        self.new = {pair.path: list(new_tests(ground, pair)) for pair in ground.pairs}
        self.gone: list[Test] = []
        self.come: list[Test] = []
        self._inherited: dict[tuple[str, str], frozenset[str]] = {}  # by path and class
        for path, pair in self.pairs.items():
            self.gone += without(self.old[path], self.new[path], pair.new)
            self.come += without(self.new[path], self.old[path], pair.old)

    @cached_property
    def moved(self) -> Sequence[Test]:
        """Tests that were there, and were written anew in another place."""
        return [
            test
            for path, tests in self.new.items()
            for test in tests
            if test.line in self.pairs[path].added_numbers and all(test is not each for each in self.come)
        ]

    @cached_property
    def dead(self) -> Dead:
        # Only Rust has its tests where programs have their functions.
        names = {last(test) for test in self.gone if not is_test(test.path)}
        now = [test for tests in self.new.values() for test in tests]
        return dead_names(self.ground, names, now, self._kept)

    @cached_property
    def _kept(self) -> Sequence[Test]:
        """As they were before."""
        gone = {id(test) for test in self.gone}
        return [test for tests in self.old.values() for test in tests if id(test) not in gone]

    @cached_property
    def _added(self) -> Set[str]:
        return {row.text.strip() for pair in with_tests(self.ground) for row in pair.added}

    @cached_property
    def _untitled(self) -> Set[str]:
        """Lines of code that came, but for the titles of tests: those are matched with each other."""
        titles = {(test.path, test.line) for test in self.come}
        return {
            row.text
            for pair, lines in self.ground.new_pairs()
            if may_hold_tests(pair.path, lines)
            for row in pair.added
            if row.new_line is not None and (pair.path, row.new_line) not in titles
            if lines.code_line(row.new_line).strip()
        }

    @cached_property
    def _others(self) -> Sequence[Test]:
        return [test for test in self.gone if not any(is_twin(test, each) for each in self.come)]

    @cached_property
    def _lost(self) -> str:
        return "\n".join(_lost(self.ground, self.old))

    @cached_property
    def _came(self) -> Set[str]:
        """The words of the code that came to files with tests, without what only stands elsewhere now."""
        gone = {row.text.strip() for pair in with_tests(self.ground) for row in pair.deleted}
        return {
            word
            for pair, lines in self.ground.new_pairs()
            if may_hold_tests(pair.path, lines)
            for row in pair.added
            if row.text.strip() not in gone and row.new_line is not None
            if lines.code_line(row.new_line).strip()
            for word in _WORD.findall(row.text)
        }

    def is_said_still(self, test: Test) -> bool:
        """Whether what it said stands elsewhere, is turned round, or was nothing."""
        pair = self.pairs[test.path]
        return (
            says_nothing(test)
            or is_off(pair.old, test)
            or is_told_by(test, self.new[test.path], self._came)
            or is_named_in(test, self._untitled)
            or has_moved(pair, test, self._others, self._added)
            or expects(pair, test, self._lost)
            or lives_in_helper(pair, test, self.ground.after.parsed(test.path))
            or any(is_turned(pair, test, each, self._others) for each in self.come)
            or self._is_inherited(test)
        )

    def _is_inherited(self, test: Test) -> bool:
        owner, _, name = test.name.rpartition(".")
        if not owner or test.titled:
            return False
        key = test.path, owner.rpartition(".")[2]
        if key not in self._inherited:
            self._inherited[key] = inherited_by(self.ground, *key)
        return name in self._inherited[key]

    def place_of(self, test: Test) -> tuple[str, int] | None:
        """Where it stands under another name; within a test that was there, git only took a copy for it."""
        line = stays_at(self.pairs[test.path], test)
        if line is None or not any(is_at(each, (test.path, line)) for each in self.come):
            return None
        return test.path, line

    def became_another(self, test: Test, own: Sequence[Test]) -> bool:
        """Whether a test that came has taken it in; `own`: those that are not an old one renamed."""
        pair = self.pairs[test.path]
        return (
            is_written_over(pair, test)
            or self._is_anew(test.path)
            or sum(each.path == test.path and is_entitled(test, each) for each in self.come) >= _MOST_VARIANTS
            or any(is_retitled(test, each) for each in self.come)
            or any(is_renamed(test, each) for each in own)
            or any(self._is_like(test, each) for each in own)
            or self.is_row(test)
            or any(is_rewritten(pair, test, each) for each in self.come)
            or any(is_rewritten(pair, test, self._with_helpers(each)) for each in self.moved)
            or any(
                (each.path != test.path or is_called_alike(test, each) or self._is_like(test, each))
                and is_made_of(test, come_words(self.pairs[each.path], each, test))
                for each in self.come
            )
        )

    def _is_like(self, test: Test, come: Test) -> bool:
        """Whether one that came says the same, more than any that stays beside it does."""
        if not is_twin(test, come):
            return False
        alike = likeness(test, come)
        return is_called_alike(test, come) or not any(
            each.path == test.path and is_twin(test, each) and likeness(test, each) >= alike
            for each in self._kept
        )

    def _with_helpers(self, test: Test) -> Test:
        return with_helpers(self.pairs[test.path], test, self.new[test.path])

    def is_row(self, test: Test) -> bool:
        """Whether it is a row of a table now."""
        pair = self.pairs[test.path]
        return any(is_row_of(pair, test, self._with_helpers(each)) for each in self.come)

    def is_duplicate(self, test: Test) -> bool:
        """Whether one that stays beside it has the very same code, whatever the comments say."""
        code = self._code(test)
        return code != "" and any(
            _is_beside(each, test) and each.table == test.table and self._code(each) == code
            for each in self._kept
        )

    def _code(self, test: Test) -> str:
        """Its lines below the first, without comments; what a string has over several lines counts."""
        lines = self.pairs[test.path].old
        if lines is None:
            return ""
        inside = range(test.line + 1, test.last + 1)
        said = [lines.line(number).strip() for number in inside]
        return "".join(line for line in said if not line.startswith(_COMMENTS)).replace(",)", ")")

    def _is_anew(self, path: str) -> bool:
        """Whether the tests of a file were written anew: no rule tells what became of which."""
        lost = sum(test.path == path for test in self.gone)
        return self.is_most_of(path) and sum(test.path == path for test in self.come) * 2 > lost

    def is_most_of(self, path: str) -> bool:
        return is_most(path, self.gone, self.old)


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


def with_tests(ground: Ground) -> Sequence[FilePair]:
    return [pair for pair, lines in ground.new_pairs() if may_hold_tests(pair.path, lines)]


def is_most(path: str, gone: Sequence[Test], old: dict[str, list[Test]]) -> bool:
    lost = sum(test.path == path for test in gone)
    return lost > _MOST_APART and lost * 2 > len(old[path])


def _is_beside(test: Test, other: Test) -> bool:
    """In the same class or group: what is set up around it is the same."""
    owner, others = (each.name.rpartition(".")[0] if each.group == "" else "" for each in (test, other))
    return test.path == other.path and test.group == other.group and owner == others


def is_at(test: Test, place: tuple[str, int]) -> bool:
    path, line = place
    return test.path == path and test.first <= line <= test.last


def without(tests: Sequence[Test], others: Sequence[Test], side: Lines | None) -> list[Test]:
    """Those whose name the others have not, or less often: then what says the same as one of them stays.

    `side`: the other side of their file. A group that it still has keeps its tests.
    """
    known = Counter((test.group, test.name) for test in others)
    same = Counter((test.name, test.words) for test in others)
    apart = []
    for test in sorted(tests, key=lambda test: not same[test.name, test.words]):
        if known[test.group, test.name]:
            known[test.group, test.name] -= 1
        else:
            apart.append(test)
    left = Counter({name: 0 for _, name in known})
    for (_, name), count in known.items():
        left[name] += count
    found = []
    for test in apart:
        stays = test.group and side is not None and test.group in side.text
        if left[test.name] and (not stays or same[test.name, test.words]):
            left[test.name] -= 1
        else:
            found.append(test)
    return sorted(found, key=lambda test: test.first)


def nowhere(gone: Sequence[Test], come: Sequence[Test], new: dict[str, list[Test]]) -> Iterator[Test]:
    """Those of which no file that changed has a new one of the same name; of a file that has no tests any
    more, no old one either."""
    kept = {path for path, tests in new.items() if tests}
    every = [test for tests in new.values() for test in tests]
    names = Counter(last(test) for test in come)
    beside = {(each.path, each.name): each for each in come}
    for test in gone:
        of_group = beside.get((test.path, test.name))
        if names[last(test)] and (of_group is None or is_twin(test, of_group)):
            names[last(test)] -= 1
        elif test.path in kept or not any(_is_same(test, each) for each in every):
            yield test


def _is_same(test: Test, other: Test) -> bool:
    """Of another file: the same test of the same class, or one of the same name that says the same."""
    of_class = "." in test.name and " " not in test.name
    return last(other) == last(test) and (is_twin(test, other) or (of_class and other.name == test.name))
