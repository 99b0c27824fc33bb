"""Logits to one id: greedy, temperature, top-k, top-p, repetition penalty, seed. Pure numpy."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from coder_cli.errors import ModelError, UsageError
from coder_cli.model.types import Sampling

Logits = NDArray[np.float32]

# Ids this many temperatures below the best are not looked at: e^-30 each, 1.4e-8 for a vocabulary of 152k.
# Without the cut every draw costs exponentials and sums of 152k floats, a tenth of a decode step.
NEGLIGIBLE = 30.0


class Sampler:
    """Chooses ids for one answer. As transformers orders it: penalty, temperature, top-k, top-p."""

    def __init__(self, sampling: Sampling, banned: NDArray[np.int64], history: Iterable[int]) -> None:
        """`banned`: ids that never come out. `history`: the prompt, for the repetition penalty."""
        _check(sampling)
        self._sampling = sampling
        self._banned = banned
        self._random = np.random.default_rng(sampling.seed)
        self._seen = set(history) if sampling.repetition_penalty != 1.0 else set()

    def pick(self, logits: Logits) -> int:
        """One id from `logits` [vocab], which is overwritten: a copy of 152k floats a token buys nothing."""
        logits[self._banned] = -np.inf
        self._penalise(logits)
        token = int(logits.argmax())  # NaN counts as the largest
        if not np.isfinite(logits[token]):
            raise ModelError(
                "The model's output is not a number: its files are damaged, or its target does not suit"
                " this device.",
                "coder models verify",
            )
        if self._sampling.temperature > 0:
            ids, weights = self._candidates(logits, logits[token])
            token = int(ids[_draw(weights, self._random.random())])
        if self._sampling.repetition_penalty != 1.0:
            self._seen.add(token)
        return token

    def _penalise(self, logits: Logits) -> None:
        """CTRL (arXiv 1909.05858), as transformers applies it: once an id, over prompt and answer."""
        if self._seen:
            seen = np.fromiter(self._seen, np.int64, len(self._seen))
            values = logits[seen]
            penalty = np.float32(self._sampling.repetition_penalty)
            logits[seen] = np.where(values > 0, values / penalty, values * penalty)

    def _candidates(self, logits: Logits, best: np.float32) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Ids that may be drawn and their weights, which need not sum to 1."""
        ids = np.flatnonzero(logits >= best - np.float32(NEGLIGIBLE * self._sampling.temperature))
        if self._sampling.top_k:
            ids = ids[likeliest(logits[ids], self._sampling.top_k)]
        weights = np.exp((logits[ids].astype(np.float64) - best) / self._sampling.temperature)
        if self._sampling.top_p < 1.0:
            kept = nucleus(weights, self._sampling.top_p)
            ids, weights = ids[kept], weights[kept]
        return ids, weights


def likeliest(values: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    """Indices of the `count` largest values; of equals the first, so that a seed repeats everywhere."""
    if count >= values.size:
        return np.arange(values.size)
    least = np.partition(values, values.size - count)[values.size - count]
    above = np.flatnonzero(values > least)
    equal = np.flatnonzero(values == least)[: count - above.size]
    return np.concatenate([above, equal])


def nucleus(weights: NDArray[np.float64], top_p: float) -> NDArray[np.int64]:
    """Indices of the smallest set of likeliest weights that hold `top_p` of the sum (arXiv 1904.09751)."""
    total = weights.sum()
    # The weights below this hold less than 1 - top_p together, so none is in the set: sort the rest only.
    heavy = np.flatnonzero(weights >= (1 - top_p) * total / weights.size)
    running = np.cumsum(np.sort(weights[heavy])[::-1])
    count = int(np.searchsorted(running, top_p * total)) + 1
    return heavy[likeliest(weights[heavy], count)]


def _draw(weights: NDArray[np.float64], uniform: float) -> int:
    """The index at `uniform` (0 to 1) of the cumulative weights: one random number a token."""
    running = np.cumsum(weights)
    index = int(np.searchsorted(running, uniform * running[-1], side="right"))
    return min(index, int(np.searchsorted(running, running[-1])))  # never a trailing weight of zero


def _check(sampling: Sampling) -> None:
    if sampling.temperature < 0:
        raise UsageError(f"The temperature is {sampling.temperature}; it must be 0 (greedy) or more.")
    if not 0 < sampling.top_p <= 1:
        raise UsageError(f"top-p is {sampling.top_p}; it must be more than 0 and at most 1.")
    if sampling.top_k < 0:
        raise UsageError(f"top-k is {sampling.top_k}; it must be 0 (all) or more.")
    if sampling.repetition_penalty <= 0:
        raise UsageError(f"The repetition penalty is {sampling.repetition_penalty}; it must be more than 0.")
