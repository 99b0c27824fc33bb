"""Where lines stand in a text, and how many more tell them from others like them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from coder_cli.model.guide import Lines


class Occurrences:
    """Where lines stand in a text. Lines count from 1."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._at: defaultdict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(lines, 1):
            self._at[line].append(number)

    def lines(self, first: int, last: int) -> Sequence[str]:
        return self._lines[first - 1 : last]

    def of(self, quoted: Sequence[str]) -> list[Lines]:
        """All places of these lines in a row."""
        count = len(quoted)
        starts = self._at.get(quoted[0], [])
        return [
            (first, first + count - 1)
            for first in starts
            if list(self._lines[first - 1 : first - 1 + count]) == list(quoted)
        ]

    def unique(self, first: int, last: int) -> bool:
        return len(self.of(self.lines(first, last))) == 1

    def grown(self, first: int, last: int, top: int, bottom: int) -> Lines:
        """These lines and as few more inside a unique span, first of those above, as make them unique."""
        while not self.unique(first, last):
            if first > top:
                first -= 1
            else:
                last = min(last + 1, bottom)
        return first, last
