"""Where an answer goes while it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Writer(Protocol):
    """Takes an answer piece by piece."""

    def write(self, piece: str) -> None: ...

    def make_room(self) -> None:
        """Something else is going to be written: take away what is drawn only for the time being."""
        ...

    def close(self) -> None:
        """The answer is over, or was interrupted."""
        ...


class Plain:
    """The text as it is, at once."""

    def __init__(self, put: Callable[[str], None], ends_line: bool) -> None:
        self._put, self._ends_line = put, ends_line
        self._last = "\n"

    def write(self, piece: str) -> None:
        if piece:
            self._put(piece)
            self._last = piece[-1]

    def make_room(self) -> None:
        """What is written stays."""

    def close(self) -> None:
        if self._ends_line and self._last != "\n":
            self._put("\n")
