"""A table of word vectors, tuned so that what authors say about code lies near the code.

A text is the weighted sum of its words' rows, cut to length 1. Rows begin as a transformer's vectors of the
words, reduced by PCA and weighted by rarity (SIF: Arora et al. 2017); then every batch pulls each comment
towards its own code and away from the others' (InfoNCE, both ways, Adam). Only numpy: the table is small.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Words = Callable[[str], list[str]]

SIF = 1e-3  # the frequency at which a word counts half
_FIRST_MOMENT, _SECOND_MOMENT, _TINY = np.float32(0.9), np.float32(0.999), np.float32(1e-8)
NEIGHBOURS = 32  # pairs of one source that stand together in a batch: they are the hard ones
SHORTEST_GRAM, LONGEST_GRAM = 3, 5
_RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Bags:
    """Texts as rows of the table with weights, one text after the other."""

    starts: Integers  # [texts + 1]
    rows: NDArray[np.int32]
    weights: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True)
class Tuning:
    """How long and how fast. Deterministic for a seed on one machine."""

    epochs: int = 5
    batch: int = 1024
    rate: float = 0.005
    temperature: float = 0.05
    seed: int = 20


def bags(texts: Iterable[str], words: Words, rows: dict[str, int]) -> Bags:
    """A word that stands n times weighs 1 + ln n."""
    starts, found, weights = [0], [], []
    for text in texts:
        counts = Counter(row for word in words(text) if (row := rows.get(word)) is not None)
        found.append(np.fromiter(counts.keys(), np.int32, len(counts)))
        weights.append(np.fromiter(counts.values(), np.float32, len(counts)))
        starts.append(starts[-1] + len(counts))
    return Bags(np.array(starts), np.concatenate(found), 1 + np.log(np.concatenate(weights)))


def reduced(vectors: Floats, dimensions: int, frequencies: Floats) -> Floats:
    """The words' vectors on their first principal components, rare words longer."""
    centred = vectors - vectors.mean(0)
    _, basis = np.linalg.eigh(centred.T @ centred)
    turned = centred @ basis[:, ::-1][:, :dimensions]
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
    rows: Floats = (turned * (SIF / (SIF + frequencies))[:, None]).astype(np.float32)
    return rows


def tuned(
    table: Floats,
    said: Bags,
    code: Bags,
    sources: Integers,
    tuning: Tuning,
    told: Callable[[int, int, float], None] = lambda done, total, loss: None,
) -> Floats:
    """The table after tuning; `sources` tells which pairs come from one source. `told`: steps, of, loss."""
    table = table.copy()
    first, second = np.zeros_like(table), np.zeros_like(table)
    random = np.random.default_rng(tuning.seed)
    batches = len(said) // tuning.batch
    total, step = batches * tuning.epochs, 0
    for _ in range(tuning.epochs):
        order = _mixed(sources, random)
        for start in range(0, batches * tuning.batch, tuning.batch):
            step += 1
            chosen = order[start : start + tuning.batch]
            loss, rows, gradient = _step(table, said, code, chosen, np.float32(tuning.temperature))
            rate = np.float32(tuning.rate * _schedule(step / total))
            first[rows] += (1 - _FIRST_MOMENT) * (gradient - first[rows])
            second[rows] += (1 - _SECOND_MOMENT) * (gradient**2 - second[rows])
            size = np.sqrt(second[rows] / (1 - _SECOND_MOMENT**step)) + _TINY
            table[rows] -= rate * first[rows] / (1 - _FIRST_MOMENT**step) / size
            told(step, total, loss)
    return table


def _schedule(done: float) -> float:
    """Up over the first twentieth, then down to nothing."""
    warm = 0.05
    return done / warm if done < warm else (1 - done) / (1 - warm)


def _mixed(sources: Integers, random: np.random.Generator) -> Integers:
    """All pairs in an order where those of a source stand together a few at a time."""
    order = random.permutation(len(sources))
    order = order[np.argsort(sources[order], kind="stable")]
    groups = [order[start : start + NEIGHBOURS] for start in range(0, len(order), NEIGHBOURS)]
    return np.concatenate([groups[at] for at in random.permutation(len(groups))])


def _step(
    table: Floats, said: Bags, code: Bags, chosen: Integers, temperature: np.float32
) -> tuple[float, Integers, Floats]:
    """-> the loss, the rows that are in the batch, and their gradient."""
    rows = np.unique(np.concatenate([_rows(said, chosen), _rows(code, chosen)]))
    place = np.zeros(len(table), np.int64)
    place[rows] = np.arange(len(rows))
    used = table[rows]
    left, right = (_matrix(side, chosen, place, len(rows)) for side in (said, code))
    ones, left_size = _unit(left @ used)
    others, right_size = _unit(right @ used)
    scores = ones @ others.T / temperature
    forth, back = _softmax(scores), _softmax(scores.T)
    count = len(chosen)
    loss = -float(np.log(np.diag(forth) + 1e-9).mean() + np.log(np.diag(back) + 1e-9).mean()) / 2
    slope: Floats = forth + back.T
    slope[np.diag_indices(count)] -= 2
    slope /= np.float32(2 * count) * temperature
    gradient = left.T @ _through_unit(slope @ others, ones, left_size)
    gradient += right.T @ _through_unit(slope.T @ ones, others, right_size)
    return loss, rows, gradient


def _rows(side: Bags, chosen: Integers) -> NDArray[np.int32]:
    return side.rows[_places(side, chosen)]


def _places(side: Bags, chosen: Integers) -> Integers:
    """Where the words of the chosen texts stand."""
    first, sizes = side.starts[chosen], side.starts[chosen + 1] - side.starts[chosen]
    ends = np.cumsum(sizes)
    places: Integers = np.arange(ends[-1]) + np.repeat(first - ends + sizes, sizes)
    return places


def _matrix(side: Bags, chosen: Integers, place: Integers, columns: int) -> Floats:
    """[texts, rows of the batch]: every word's weight. Dense: BLAS is faster than gathering here."""
    at = _places(side, chosen)
    sizes = side.starts[chosen + 1] - side.starts[chosen]
    matrix = np.zeros((len(chosen), columns), np.float32)
    matrix[np.repeat(np.arange(len(chosen)), sizes), place[side.rows[at]]] = side.weights[at]
    return matrix


def _unit(vectors: Floats) -> tuple[Floats, Floats]:
    size = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return vectors / size, size


def _through_unit(gradient: Floats, unit: Floats, size: Floats) -> Floats:
    """The gradient before the vectors were cut to length 1."""
    out: Floats = (gradient - unit * (gradient * unit).sum(1, keepdims=True)) / size
    return out


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    shares: Floats = powers / powers.sum(1, keepdims=True)
    return shares


def vectors(table: Floats, side: Bags) -> Floats:
    """The texts' vectors, of length 1."""
    every = np.arange(len(side))
    out = np.zeros((len(side), table.shape[1]), np.float32)
    for start in range(0, len(side), 1024):
        chosen = every[start : start + 1024]
        rows = np.unique(_rows(side, chosen))
        place = np.zeros(len(table), np.int64)
        place[rows] = np.arange(len(rows))
        out[chosen] = _unit(_matrix(side, chosen, place, len(rows)) @ table[rows])[0]
    return out


def reciprocal_rank(said: Floats, code: Floats) -> float:
    """The mean reciprocal rank of each comment's own code among all of them."""
    scores = said @ code.T
    ranks = (scores >= np.diag(scores)[:, None]).sum(1)
    return float((1 / ranks).mean())


def grams(word: str, buckets: int) -> list[int]:
    """The buckets of a word's pieces of 3 to 5 characters, its ends marked."""
    marked = f"<{word}>".encode()
    return [
        zlib.crc32(marked[start : start + size]) % buckets
        for size in range(SHORTEST_GRAM, LONGEST_GRAM + 1)
        for start in range(len(marked) - size + 1)
    ]


def pieces(table: Floats, words: Sequence[str], buckets: int) -> Floats:
    """The buckets' vectors whose sum over a word's pieces comes nearest to its own (ridge regression)."""
    normal = np.zeros((buckets, buckets), np.float64)
    wanted = np.zeros((buckets, table.shape[1]), np.float64)
    for start in range(0, len(words), 2048):
        some = words[start : start + 2048]
        matrix = np.zeros((len(some), buckets), np.float32)
        for at, word in enumerate(some):
            found = grams(word, buckets)
            np.add.at(matrix[at], found, 1)
        normal += matrix.T @ matrix
        wanted += matrix.T @ table[start : start + len(some)]
    normal[np.diag_indices(buckets)] += _RIDGE
    solved: Floats = np.linalg.solve(normal, wanted).astype(np.float32)
    return solved
