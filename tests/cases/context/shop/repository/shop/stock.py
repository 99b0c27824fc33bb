"""How many there are of each part."""

from __future__ import annotations

from shop.parts import Part


class OutOfStock(Exception):
    """There are fewer than were asked for."""


class Stock:
    """Counts by name.

    A count never falls below zero: `take` raises before that happens, and `put` refuses
    what is negative.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def put(self, part: Part, count: int) -> None:
        if count < 0:
            raise ValueError(count)
        self._counts[part.name] = self.count(part) + count

    def take(self, part: Part, count: int) -> None:
        left = self.count(part) - count
        if left < 0:
            raise OutOfStock(part.name)
        self._counts[part.name] = left

    def count(self, part: Part) -> int:
        return self._counts.get(part.name, 0)

    def names(self) -> list[str]:
        return sorted(name for name, count in self._counts.items() if count)

    def report(self) -> str:
        """Every name with its count, a line each."""
        lines = []
        for name in self.names():
            lines.append(f"{name}: {self._counts[name]}")
        return "\n".join(lines)
