"""A terminal to look at: what programs write becomes a screen with its scrollback."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyte

from coder_cli.screen.live import LiveMarkdown


class Terminal:
    """Columns and lines of characters with their styles."""

    def __init__(self, columns: int, lines: int = 24) -> None:
        self.columns, self.lines = columns, lines
        self.screen = pyte.HistoryScreen(columns, lines, history=100_000)
        self._stream = pyte.Stream(self.screen)
        self.written: list[str] = []

    def put(self, text: str) -> None:
        self.written.append(text)
        # An emulator of 2023 takes the marks of a frame for nothing, as older terminals do.
        self._stream.feed(text)

    def size(self) -> tuple[int, int]:
        return self.columns, self.lines

    def everything(self) -> list[list[tuple[Any, ...]]]:
        """Each cell ever shown that is in the scrollback or on the screen, with its style."""
        rows = [*self.screen.history.top, *(self.screen.buffer[line] for line in range(self.lines))]
        return [[tuple(row[column]) for column in range(self.columns)] for row in rows]

    def text(self) -> str:
        """What a person reads from the first line on."""
        lines = ["".join(cell[0] for cell in row).rstrip() for row in self.everything()]
        return "\n".join(lines).rstrip("\n")


def stream(pieces: Iterable[str], columns: int, lines: int = 24) -> Terminal:
    """A terminal after an answer, a frame for each piece."""
    terminal = Terminal(columns, lines)
    writer = LiveMarkdown(terminal.put, terminal.size, frame_seconds=0.0)
    for piece in pieces:
        writer.write(piece)
    writer.close()
    return terminal
