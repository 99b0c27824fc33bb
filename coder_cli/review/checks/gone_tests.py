"""Which tests of before no side of a change has by name any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from coder_cli.review.checks.ground import Lines
from coder_cli.review.checks.kept_tests import is_twin, last
from coder_cli.review.checks.tests_of import Test


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
        if left[test.name] and not (test.group and side is not None and test.group in side.text):
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
