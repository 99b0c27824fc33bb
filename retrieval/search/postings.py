"""Which documents a word stands in, and how often: gathered in memory, packed for the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Buffer: TypeAlias = bytes | memoryview
NUMBER_BYTES = 4  # on the disk
_MOST_TIMES = 255  # that a word is counted in one document


@dataclass(frozen=True, slots=True)
class Postings:
    documents: Ints  # ascending
    counts: NDArray[np.uint8]

    @classmethod
    def joined(cls, parts: Sequence[Buffer]) -> Self:
        """From the disk; each part's documents come after those of the part before."""
        if len(parts) == 1:
            return cls(*_unpacked(parts[0]))
        documents, counts = zip(*map(_unpacked, parts), strict=True)
        return cls(np.concatenate(documents), np.concatenate(counts))


def _unpacked(part: Buffer) -> tuple[Ints, NDArray[np.uint8]]:
    size, rest = divmod(len(part), NUMBER_BYTES + 1)
    if rest:
        raise ValueError("postings of different lengths")
    return np.frombuffer(part, "<i4", size), np.frombuffer(part, np.uint8, size, NUMBER_BYTES * size)


def joined(parts: Sequence[Buffer]) -> bytes:
    """Parts on the disk as one there."""
    postings = Postings.joined(parts)
    return packed(postings.documents) + postings.counts.tobytes()


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

    def rows(self) -> Iterator[tuple[int, str, bytes]]:
        """Field, word, documents and behind them counts; by field and word, as the disk has them."""
        found = np.array(self._found, np.int32)
        order = np.argsort(found, kind="stable")
        documents = np.array(self._documents, np.int32)[order]
        counts = np.minimum(np.array(self._counts, np.int32), _MOST_TIMES).astype(np.uint8)[order]
        ends = np.cumsum(np.bincount(found, minlength=len(self._words)))
        for (field, word), number in sorted(self._words.items()):
            start, end = ends[number - 1] if number else 0, ends[number]
            yield field, word, packed(documents[start:end]) + counts[start:end].tobytes()


def packed(numbers: Ints) -> bytes:
    return numbers.astype("<i4", copy=False).tobytes()


def unpacked(data: Buffer) -> Ints:
    return np.frombuffer(data, "<i4")
