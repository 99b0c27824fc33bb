"""Which tokens a graph's key/value buffers hold, and which runs made them. A position is a length."""

from __future__ import annotations

from collections.abc import Callable, Sequence

FIRST_CAPACITY = 1024  # tokens; a short chat never grows, and 1.5B spends 58 MB on it
GROWTH = 2


class KvCache:
    """The ids behind the buffers' contents, in order, and the buffers' capacity in tokens."""

    def __init__(self, context_length: int, resize: Callable[[int, int], None]) -> None:
        """`resize(capacity, keep)` makes the buffers hold `capacity` tokens, keeping the first `keep`."""
        self.context_length = context_length
        self.capacity = 0
        self.tokens: list[int] = []
        self.runs: list[int] = []  # sizes of the runs that made the tokens' state, in order
        self._resize = resize

    def common_prefix(self, ids: Sequence[int]) -> int:
        """How many of `ids`, from the first, are in the buffers already."""
        length = min(len(ids), len(self.tokens))
        return next((at for at in range(length) if self.tokens[at] != ids[at]), length)

    def roll_back(self, length: int) -> None:
        """Forget every token from `length` on, and the run that `length` cuts through.

        What is left of a run is not what a run of that size makes: bits differ with the size of a run. The
        buffers keep their bytes, which nothing reads any more.
        """
        held = len(self.tokens)
        while held > length:
            held -= self.runs.pop()
        del self.tokens[held:]

    def cut(self, length: int) -> None:
        """As `roll_back`, but what is left of a run stays: in bits it is what the longer run made of it."""
        held = len(self.tokens)
        while held > length:
            held -= self.runs.pop()
        if held < length:
            self.runs.append(length - held)
        del self.tokens[length:]

    def reserve(self, total: int) -> None:
        """Room for `total` tokens: at least twice what there was, so that copies stay rare."""
        if total > self.context_length:
            raise ValueError(f"{total} tokens do not fit a context of {self.context_length}")
        if total > self.capacity:
            capacity = max(total, self.capacity * GROWTH, FIRST_CAPACITY)
            capacity = min(capacity, self.context_length)
            self._resize(capacity, len(self.tokens))
            self.capacity = capacity

    def append(self, ids: Sequence[int]) -> None:
        """`ids` have been run, at once: their keys and values stand behind those before them."""
        self.tokens.extend(ids)
        self.runs.append(len(ids))
