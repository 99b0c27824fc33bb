"""The texts that are searched now: of all that the index knows, those of one working tree or revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.search.postings import Ints, Postings, unpacked
from retrieval.search.store import Text

Floats = NDArray[np.float32]


class Live:
    """Chunks stand in a row, text by text: the place of a chunk in it is its slot."""

    def __init__(self, texts: Sequence[Text]) -> None:
        """Ascending by `first`: where nothing is dead, a document's number is its slot."""
        self.texts = texts
        counts = np.array([text.count for text in texts], np.int64)
        firsts = np.array([text.first for text in texts], np.int64)
        self.ends = np.cumsum(counts)  # slot behind the last one of each text
        self.begins = self.ends - counts
        self.text_of_slot = np.repeat(np.arange(len(texts), dtype=np.int32), counts)
        self.lengths = unpacked(b"".join(text.packed_lengths for text in texts))
        # The numbers of the live documents, ascending.
        self.documents = np.repeat(firsts - self.begins, counts) + np.arange(len(self.lengths))
        self._documents = int(self.documents[-1]) + 1 if len(self.documents) else 0
        self._slot = np.full(self._documents + 1, -1, np.int32)
        self._slot[self.documents] = np.arange(len(self.lengths))

    @property
    def slots(self) -> int:
        return len(self.lengths)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """By document: whether it is live."""
        return self._slot >= 0

    @cached_property
    def relative_lengths(self) -> Floats:
        """Of each chunk: its words by those of a mean one."""
        return _relative(self.lengths)

    @cached_property
    def relative_sizes(self) -> Floats:
        """Of each text: the words of its chunks by those of a mean one."""
        sizes = np.ones(len(self.texts), np.float32)
        filled = self.ends > self.begins
        if self.slots:
            sizes[filled] = np.add.reduceat(self.lengths, self.begins[filled])
        return _relative(sizes)

    def slots_of(self, documents: NDArray[np.int64]) -> Ints:
        """Of live documents."""
        return self._slot[documents]

    def found(self, postings: Postings) -> tuple[Ints, NDArray[np.uint8]]:
        """Slots that are live, and how often the word stands in each."""
        known = postings.documents[: np.searchsorted(postings.documents, self._documents)]
        counts = postings.counts[: len(known)]
        if self._documents == self.slots:
            return known, counts
        slots = self._slot[known]
        live = slots >= 0
        return slots[live], counts[live]

    def best_of_texts(self, of_slots: Floats) -> Floats:
        """For each text the most that one of its chunks has; 0 where it has none."""
        best = np.zeros(len(self.texts), np.float32)
        filled = self.ends > self.begins
        if self.slots:
            best[filled] = np.maximum.reduceat(of_slots, self.begins[filled])
        return best


def _relative(numbers: Floats | Ints) -> Floats:
    return (numbers / (float(numbers.mean()) or 1.0)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Scores:
    of_slots: Floats
    of_texts: Floats
    covered: Floats  # of each text: how much of the request's words it has at all
