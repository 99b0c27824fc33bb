"""Which documents a word stands in, and how often: gathered in memory, packed for the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
NUMBER_BYTES = 4  # on the disk
_MOST_TIMES = 255  # that a word is counted in one document


@dataclass(frozen=True, slots=True)
class Postings:
    documents: Ints  # ascending
    counts: NDArray[np.uint8]

    @classmethod
    def joined(cls, parts: Sequence[tuple[bytes, bytes]]) -> Self:
        """From the disk; each part's documents come after those of the part before."""
        documents, counts = (b"".join(part[side] for part in parts) for side in (0, 1))
        if len(documents) != NUMBER_BYTES * len(counts):
            raise ValueError("postings of different lengths")
        return cls(unpacked(documents), np.frombuffer(counts, np.uint8))


class Batch:
    """Documents on their way into the index. Their numbers only grow."""

    def __init__(self) -> None:
        self._words: dict[tuple[int, str], int] = {}
        self._found: list[int] = []
        self._documents: list[int] = []
        self._counts: list[int] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, field: int, document: int, words: Iterable[str]) -> int:
        """Returns how many words there are."""
        counted = Counter(words)
        known = self._words
        self._found += [known.setdefault((field, word), len(known)) for word in counted]
        self._documents += [document] * len(counted)
        self._counts += counted.values()
        return counted.total()

    def rows(self) -> Iterator[tuple[int, str, bytes, bytes]]:
        """Field, word, documents, counts; by field and word, as the disk has them."""
        found = np.array(self._found, np.int32)
        order = np.argsort(found, kind="stable")
        documents = np.array(self._documents, np.int32)[order]
        counts = np.minimum(np.array(self._counts, np.int32), _MOST_TIMES).astype(np.uint8)[order]
        ends = np.cumsum(np.bincount(found, minlength=len(self._words)))
        for (field, word), number in sorted(self._words.items()):
            start, end = ends[number - 1] if number else 0, ends[number]
            yield field, word, packed(documents[start:end]), counts[start:end].tobytes()


def packed(numbers: Ints) -> bytes:
    return numbers.astype("<i4", copy=False).tobytes()


def unpacked(data: bytes) -> Ints:
    return np.frombuffer(data, "<i4")
