"""How near in meaning chunks are to a request: their vectors, in FAISS.

The store has the vectors of every text it knows. A file beside it has them as FAISS wants them; it is a help,
never a need: what it lacks is compared one by one, and is put into it when it becomes much.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from retrieval.search.encoders import Encoder
from retrieval.search.live import Floats, Live
from retrieval.search.store import SearchStore, Text
from retrieval.search.tables import StoreDamagedError
from retrieval.search.vectors import Block, Vectors, VectorsDamaged

STORED = np.float16
_LEAST = 0.25  # cosine; what is below has nothing in common but being code
_NEAREST = 1_000  # chunks that get a number at all
_FEW = 2_000  # chunks that are compared one by one; and an eighth of those in the file
_PART = 8
_TEXTS = 4_000  # whose vectors are taken from the store at once


class Meaning:
    def __init__(self, store: SearchStore, live: Live, encoder: Encoder, folder: Path | None) -> None:
        """`folder` is where the file is; None keeps everything in memory."""
        self._store = store
        self._live = live
        self._encoder = encoder
        self._file = None if folder is None else folder / f"{store.generation}.faiss"

    def near(self, text: str) -> Floats:
        """For each slot the cosine to a text; 0 where it is small, or smaller than that of many others."""
        found = np.zeros(self._live.slots, np.float32)
        query = self._encoder.encode_query(text)
        if not self._live.slots or not query.any():
            return found
        vectors, (documents, others) = self._vectors
        if len(documents):
            found[self._live.slots_of(documents)] = others @ query
        numbers, scores = vectors.search(query, min(_NEAREST, self._live.slots), self._live.mask)
        found[self._live.slots_of(numbers)] = scores
        found[found < _LEAST] = 0.0
        near = found[found > 0]
        if len(near) > _NEAREST:
            found[found < np.partition(near, -_NEAREST)[-_NEAREST]] = 0.0
        return found

    @cached_property
    def _vectors(self) -> tuple[Vectors, Block]:
        """The file's, and those of chunks that it lacks."""
        vectors = self._opened()
        # A text's chunks are in the file all together or not at all.
        known = np.isin([text.first for text in self._live.texts], vectors.ids())
        lacking = [text for text, is_known in zip(self._live.texts, known, strict=True) if not is_known]
        if sum(text.count for text in lacking) <= max(_FEW, len(vectors) // _PART):
            return vectors, self._stored(lacking)
        vectors.add_all(
            self._stored(lacking[start : start + _TEXTS]) for start in range(0, len(lacking), _TEXTS)
        )
        vectors.save()
        return vectors, self._stored([])

    def _opened(self) -> Vectors:
        dimensions = self._encoder.dimensions
        if self._file is None:
            return Vectors.empty(dimensions)
        for other in self._file.parent.glob("*.faiss"):
            if other.name.partition("-")[0] == self._file.name.partition("-")[0] and other != self._file:
                other.unlink(missing_ok=True)  # of a store that was begun anew
        try:
            return Vectors.open(self._file, dimensions)
        except VectorsDamaged:
            self._file.unlink(missing_ok=True)
            return Vectors.open(self._file, dimensions)

    def _stored(self, texts: Sequence[Text]) -> Block:
        """Of texts all documents and their vectors, in their order."""
        dimensions = self._encoder.dimensions
        packed = self._store.vectors(text.first for text in texts)
        documents = [np.arange(text.first, text.first + text.count) for text in texts]
        # Where another process has cleared the store there are none, and nothing else that would be found.
        rows = [
            np.frombuffer(packed[text.first], STORED)
            if text.first in packed
            else np.zeros(text.count * dimensions, STORED)
            for text in texts
        ]
        if any(len(row) != text.count * dimensions for row, text in zip(rows, texts, strict=True)):
            raise StoreDamagedError("vectors of other chunks")
        return (
            np.concatenate([np.zeros(0, np.int64), *documents]),
            np.concatenate([np.zeros(0, STORED), *rows]).reshape(-1, dimensions).astype(np.float32),
        )
