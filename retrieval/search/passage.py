"""The lines of a chunk that a request is about: a window that is small holds more places so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retrieval.search.words import words

_UNKNOWN = 0.0  # what a word counts that the request does not have


def narrowed(
    lines: Sequence[str], first: int, last: int, weights: Mapping[str, float], most: int
) -> tuple[int, int]:
    """Of the lines `first` to `last` (from 1, both included) the `most` that share most with the request.

    `weights` are of the request's words. Lines count the words they have, each once; blank lines at either
    end go. Among equals the first wins: it has the signature.
    """
    last = min(last, len(lines))
    scores = [
        sum(weights.get(word, _UNKNOWN) for word in set(words(line))) for line in lines[first - 1 : last]
    ]
    start = 0
    if len(scores) > most:
        totals = [sum(scores[at : at + most]) for at in range(len(scores) - most + 1)]
        start = totals.index(max(totals))
    first, last = first + start, min(last, first + start + most - 1)
    while first < last and not lines[first - 1].strip():
        first += 1
    while first < last and not lines[last - 1].strip():
        last -= 1
    return first, last
