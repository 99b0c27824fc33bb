"""The titles of tests: what two of them have in common."""

from __future__ import annotations

import re

from coder_cli.review.checks.tests_of import Test

_SMALL = frozenset(
    {"a", "an", "and", "as", "at", "be", "by", "for", "if", "in", "is", "of", "on", "the", "to"}
)
_LONG_TITLE = 3  # words
_ENTITLED = 0.75  # of the words of a title
FILLING = frozenset({"test", "it", "should"})
_TITLE = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")


def is_called_alike(one: Test, other: Test) -> bool:
    """The name of a class counts where the other one has none."""
    names = (one.name, other.name) if ("." in one.name) != ("." in other.name) else (last(one), last(other))
    title, others = (words_of(name) - FILLING for name in names)
    return len(title & others) >= len(title) / 2


def is_entitled(gone: Test, come: Test) -> bool:
    """Whether nearly all of the title of a test is in that of another, or of the group around it."""
    title = _title_of(gone)
    said = _title_of(come) | _stems(come.group)
    return len(title) >= _LONG_TITLE and len(title & said) >= _ENTITLED * len(title)


def is_retitled(gone: Test, come: Test) -> bool:
    """Whether their titles differ by nothing that tells what is tested: `types` for `type`."""
    title = _title_of(gone)
    return len(title) >= _LONG_TITLE and title == _title_of(come)


def is_of_one_subject(gone: Test, come: Test) -> bool:
    """Whether all of a title is in that of another."""
    title = _title_of(gone)
    return bool(title) and title <= _title_of(come)


def _title_of(test: Test) -> set[str]:
    """The words of its title, without what they end in and small ones."""
    return _stems(last(test))


def _stems(title: str) -> set[str]:
    words = {re.sub(r"(?:es?|s|ed|ing)$", "", word) or word for word in words_of(title)}
    return words - FILLING - _SMALL


def last(test: Test) -> str:
    """Its name without its class's; a title stays whole."""
    return test.name if test.titled or " " in test.name else test.name.rpartition(".")[2]


def words_of(name: str) -> set[str]:
    return {word.lower() for word in _TITLE.findall(name)}
