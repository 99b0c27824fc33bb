"""The texts that are searched now: of all that the index knows, those of one working tree or revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.search.postings import Ints, Postings
from retrieval.search.store import Text

Floats = NDArray[np.float32]


class Live:
    """Chunks stand in a row, text by text: the place of a chunk in it is its slot."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = texts
        counts = np.array([len(text.lengths) for text in texts], np.int64)
        self.ends = np.cumsum(counts)  # slot behind the last one of each text
        self.begins = self.ends - counts
        self.text_of_slot = np.repeat(np.arange(len(texts)), counts)
        self.lengths = np.concatenate([text.lengths for text in texts] or [np.zeros(0, np.int32)])
        documents = max((text.first + len(text.lengths) for text in texts), default=0)
        self._slot = np.full(documents + 1, -1, np.int32)
        for text, begin in zip(texts, self.begins, strict=True):
            self._slot[text.first : text.first + len(text.lengths)] = np.arange(
                begin, begin + len(text.lengths)
            )

    @property
    def slots(self) -> int:
        return len(self.lengths)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """By document: whether it is live."""
        return self._slot >= 0

    @cached_property
    def documents(self) -> NDArray[np.int64]:
        """The numbers of the live documents, ascending."""
        return np.flatnonzero(self.mask)

    def slots_of(self, documents: NDArray[np.int64]) -> Ints:
        """Of live documents."""
        return self._slot[documents]

    def found(self, postings: Postings) -> tuple[Ints, NDArray[np.uint8]]:
        """Slots that are live, and how often the word stands in each."""
        known = postings.documents[postings.documents < len(self._slot)]
        slots = self._slot[known]
        live = slots >= 0
        return slots[live], postings.counts[: len(known)][live]

    def best_of_texts(self, of_slots: Floats) -> Floats:
        """For each text the most that one of its chunks has; 0 where it has none."""
        best = np.zeros(len(self.texts), np.float32)
        filled = self.ends > self.begins
        if self.slots:
            best[filled] = np.maximum.reduceat(of_slots, self.begins[filled])
        return best


@dataclass(frozen=True, slots=True)
class Scores:
    of_slots: Floats
    of_texts: Floats
    covered: Floats  # of each text: how much of the request's words it has at all
