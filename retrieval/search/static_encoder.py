"""A table of word vectors as an encoder: no network of layers, so thousands of texts a second."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.search.encoders import Description, Floats
from retrieval.search.words import of_identifier

TABLE, SCALES, WORDS = "table.npy", "scales.npy", "words.txt"
_TOKEN = re.compile(r"\w+")  # the runs in which `words` finds its identifiers
_NO_WORD = {code: " " for code in range(128) if _TOKEN.match(chr(code)) is None}
_KEPT = 100_000  # tokens whose rows are remembered
SHORTEST_GRAM, LONGEST_GRAM = 3, 5
_UNKNOWN_WORDS = 24  # characters of a word beyond which it is no word


class StaticEncoder:
    """Rows of 8 bits with a scale each; words first, then the pieces of words that are unknown."""

    def __init__(self, folder: Path, description: Description) -> None:
        self.name, self.identity = description.name, description.identity
        self.dimensions = description.dimensions
        self._table: NDArray[np.int8] = np.asarray(np.load(folder / TABLE, mmap_mode="r"))
        self._scales: Floats = np.load(folder / SCALES).astype(np.float32)
        known = (folder / WORDS).read_text(encoding="utf-8").split("\n")
        fits = len(known) <= len(self._table) == len(self._scales)
        if not fits or self._table.shape[1] != self.dimensions:
            raise ValueError("its table, scales and words do not belong together")
        self._known = dict(zip(known, range(len(known)), strict=True))
        self._buckets = len(self._table) - len(known)
        self._rows = _Rows(self)

    def encode(self, texts: Sequence[str]) -> Floats:
        out = np.zeros((len(texts), self.dimensions), np.float32)
        for at, text in enumerate(texts):
            # One text at a time: matrices of many would be left to BLAS's threads, which wait more than work.
            counts = Counter(chain.from_iterable(map(self._rows.__getitem__, _tokens(text))))
            if counts:
                rows = np.fromiter(counts, np.int64, len(counts))
                times = np.fromiter(counts.values(), np.int64, len(counts))
                weights = _WEIGHTS[np.minimum(times, _OFTEN)] * self._scales[rows]
                np.dot(weights, self._table[rows].astype(np.float32), out=out[at])
        sizes = np.linalg.norm(out, axis=1, keepdims=True)
        out /= np.where(sizes > 0, sizes, 1)
        return out

    def encode_query(self, text: str) -> Floats:
        found: Floats = self.encode([text])[0]
        return found

    def rows_of(self, token: str) -> tuple[int, ...]:
        """The table's rows for a run of word characters; those of its pieces for a word nobody taught."""
        words = of_identifier(token.strip("_"))
        parts = words[:-1] if len(words) > 1 else words
        found = [row for word in words if (row := self._known.get(word)) is not None]
        for part in parts:
            if part not in self._known:
                found += self._pieces(part)
        return tuple(found)

    def _pieces(self, word: str) -> list[int]:
        if not self._buckets or not word.isalpha() or len(word) > _UNKNOWN_WORDS:
            return []
        return [len(self._known) + piece for piece in grams(word, self._buckets)]


# A word that stands n times weighs 1 + ln n; the hundredth time says nothing new.
_OFTEN = 99
_WEIGHTS = np.concatenate([[0], 1 + np.log(np.arange(1, _OFTEN + 1))]).astype(np.float32)


class _Rows(dict[str, tuple[int, ...]]):
    """Token -> rows, filled as tokens come."""

    def __init__(self, encoder: StaticEncoder) -> None:
        super().__init__()
        self._encoder = encoder

    def __missing__(self, token: str) -> tuple[int, ...]:
        if len(self) >= _KEPT:
            self.clear()
        found = self[token] = self._encoder.rows_of(token)
        return found


def _tokens(text: str) -> list[str]:
    if text.isascii():
        return text.translate(_NO_WORD).split()  # five times as fast as a pattern
    return _TOKEN.findall(text)


def grams(word: str, buckets: int) -> list[int]:
    """The buckets of a word's pieces of 3 to 5 characters, its ends marked. As exporters/static_table.py."""
    marked = f"<{word}>".encode()
    return [
        zlib.crc32(marked[start : start + size]) % buckets
        for size in range(SHORTEST_GRAM, LONGEST_GRAM + 1)
        for start in range(len(marked) - size + 1)
    ]
