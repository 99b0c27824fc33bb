# Copyright: nobody.
"""What is in stock.

The second paragraph of a docstring says more than a skeleton needs.
"""

from __future__ import annotations

import logging
from typing import (
    TYPE_CHECKING,
    NamedTuple,
)

if TYPE_CHECKING:
    from orders import Order

try:
    import tomllib
except ImportError:
    tomllib = None

log = logging.getLogger(__name__)
LIMITS = {
    "small": 1,
    "medium": 10,
    "large": 100,
    "huge": 1000,
    "endless": 10000,
    "none": 0,
}
NAMES = ("a", "b")


class Part(NamedTuple):
    name: str
    count: int = 0


class Stock:
    """All parts, by name. Thread-safe."""

    shared: Stock | None = None

    def __init__(self, parts: dict[str, Part]) -> None:
        self.parts = parts
        self.orders: list[Order] = []

    @property
    def size(self) -> int:
        return len(self.parts)

    @classmethod
    def read(
        cls,
        path: str,
        *,
        strict: bool = True,
    ) -> Stock:
        """Reads a file.

        Raises OSError.
        """
        with open(path) as file:
            return cls({line: Part(line) for line in file if strict or line})

    def find(self, name: str) -> Part | None: return self.parts.get(name)


def helper(value):
    # nothing to see
    def inner():
        return value

    return inner


async def main():
    """Starts."""
    print(Stock({}))


if __name__ == "__main__":
    main()
