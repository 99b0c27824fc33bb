"""Text -> words, as search compares them: identifiers come apart, endings go, case does not count.

`parseHTTPHeaders2` is parse, http, header, 2, and also itself: `parsehttpheaders2`. What a request and a file
share counts by these words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_IDENTIFIER = re.compile(r"[^\W_](?:\w*[^\W_])?")  # without underscores at either end
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")  # HTTP, Header, 2
_PART_BEYOND_ASCII = re.compile(r"[^\W\d_]+|\d+")
_LONGEST = 64  # characters; what is longer is data
_KEPT = 200_000  # identifiers whose words are remembered
# Plurals and the forms of verbs: enough for code, where a full stemmer joins too much.
_ENDINGS = (
    ("sses", "ss"),
    ("ies", "y"),
    ("xes", "x"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("ing", ""),
    ("ed", ""),
)
_SHORTEST_STEM = 3
_VOWEL = re.compile("[aeiouy]")


def words(text: str) -> list[str]:
    """All words of a text in its order, compound identifiers after their parts."""
    found: list[str] = []
    for identifier in _IDENTIFIER.findall(text):
        found += of_identifier(identifier)
    return found


@lru_cache(maxsize=_KEPT)
def of_identifier(identifier: str) -> tuple[str, ...]:
    """Its parts, and the whole where there is more than one. Data in the guise of a name has no words."""
    if len(identifier) > _LONGEST:
        return ()
    pattern = _PART if identifier.isascii() else _PART_BEYOND_ASCII
    parts = [stem(part.lower()) for part in pattern.findall(identifier)]
    if len(parts) == 1:
        return tuple(parts)
    return *parts, identifier.lower()


def stem(word: str) -> str:
    """Without the endings of plurals and verbs."""
    if not word.isascii() or len(word) <= _SHORTEST_STEM:
        return word
    for ending, rest in _ENDINGS:
        begin = word.removesuffix(ending)
        if (
            begin != word and len(begin) + len(rest) >= _SHORTEST_STEM and _VOWEL.search(begin)
        ):  # not `string`
            return _undoubled(begin + rest, rest)
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM + 1 else word


def _undoubled(word: str, rest: str) -> str:
    """`stopped` is stop; `caching` is cach, and so is `cache`."""
    if not rest and len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word


def identifiers(text: str) -> Iterator[str]:
    """The compound names and plain words as written, without underscores at either end."""
    return (found[0] for found in _IDENTIFIER.finditer(text))
