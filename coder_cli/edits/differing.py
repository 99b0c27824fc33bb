"""Which lines of two texts are the same, and which were replaced."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Above this, lines that stand everywhere are not paired by difflib, which would take minutes.
_MANY_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Replaced:
    """The lines `start` to `stop` of the one became those of the other; counted from 0, without the last."""

    start: int
    stop: int
    new_start: int
    new_stop: int


def replaced(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[Replaced]:
    """From the first to the last, never two that touch.

    Lines that stand once on both sides are paired first, as in a patience diff: so a closing brace of one
    function is no pair of another one's.
    """
    at = new_at = 0
    pairs = sorted(_pairs(before, after))
    for old, new in (*pairs, (len(before), len(after))):
        if (at, new_at) != (old, new):
            yield Replaced(at, old, new_at, new)
        at, new_at = old + 1, new + 1


def _pairs(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    waiting = [(0, len(before), 0, len(after))]
    while waiting:
        low, high, new_low, new_high = waiting.pop()
        while low < high and new_low < new_high and before[low] == after[new_low]:
            yield low, new_low
            low, new_low = low + 1, new_low + 1
        while low < high and new_low < new_high and before[high - 1] == after[new_high - 1]:
            high, new_high = high - 1, new_high - 1
            yield high, new_high
        if low == high or new_low == new_high:
            continue
        anchors = _anchors(before[low:high], after[new_low:new_high])
        if anchors:
            at, new_at = low, new_low
            for old, new in anchors:
                yield low + old, new_low + new
                waiting.append((at, low + old, new_at, new_low + new))
                at, new_at = low + old + 1, new_low + new + 1
            waiting.append((at, high, new_at, new_high))
            continue
        many = max(high - low, new_high - new_low) > _MANY_LINES
        matcher = SequenceMatcher(None, before[low:high], after[new_low:new_high], autojunk=many)
        for old, new, size in matcher.get_matching_blocks():
            yield from ((low + old + k, new_low + new + k) for k in range(size))


def _anchors(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Lines that stand once on both sides: as many as keep their order."""
    counts, new_counts = Counter(before), Counter(after)
    places = {line: new for new, line in enumerate(after) if new_counts[line] == 1}
    both = [(old, places[line]) for old, line in enumerate(before) if counts[line] == 1 and line in places]
    # The longest increasing subsequence: for each length the pair that ends it lowest, and who stands before.
    ends: list[int] = []
    ending: list[int] = []
    earlier: list[int] = []
    for number, (_, new) in enumerate(both):
        length = bisect_left(ends, new)
        earlier.append(ending[length - 1] if length else -1)
        if length == len(ends):
            ends.append(new)
            ending.append(number)
        else:
            ends[length], ending[length] = new, number
    found: list[tuple[int, int]] = []
    number = ending[-1] if ending else -1
    while number >= 0:
        found.append(both[number])
        number = earlier[number]
    return found[::-1]
