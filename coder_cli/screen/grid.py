"""A Markdown table as rows of a terminal; where its columns do not fit, a list of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from coder_cli.screen.cells import width, wrap
from coder_cli.screen.rows import Flow, Line, Margin, Run, Runs, plain, sliced, styled

Side = Literal["left", "right", "center"]
_GAP = 2  # columns between two
_NARROWEST = 8  # a column with less than this is no pleasure to read
_DIM = "2"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its first row is the header. It is laid out whole, since one cell may widen all columns."""

    rows: tuple[tuple[Runs, ...], ...]
    sides: tuple[Side, ...]
    margin: Margin = field(default_factory=Margin)

    def lay_out(self, columns: int, start: int = 0) -> list[Line]:
        first, rest, room = self.margin.fitted(columns)
        widths = _shared(self._widths(), room - _GAP * (len(self.sides) - 1))
        lines = self._as_list(room) if widths is None else self._as_table(widths)
        return [
            Line(styled(rest if number else first) + line, number + 1) for number, line in enumerate(lines)
        ]

    def _widths(self) -> list[int]:
        return [max(width(plain(cell)) for cell in column) for column in zip(*self.rows, strict=True)]

    def _as_table(self, widths: Sequence[int]) -> list[str]:
        lines: list[str] = []
        for number, row in enumerate(self.rows):
            cells = [_broken(cell, room) for cell, room in zip(row, widths, strict=True)]
            for parts in zip_longest(*cells, fillvalue=()):
                line: list[Run] = []
                for part, room, side in zip(parts, widths, self.sides, strict=True):
                    line += _set(part, room, side)
                    line.append(Run(" " * _GAP))
                lines.append(styled(_without_end(line)))
            if number == 0:
                lines.append(styled((Run((" " * _GAP).join("─" * room for room in widths), _DIM),)))
        return lines

    def _as_list(self, room: int) -> list[str]:
        """Each row as lines `header: cell`, an empty line between two rows."""
        lines: list[str] = []
        header, *body = self.rows
        for row in body or [()]:
            lines += [""] if lines else []
            for name, cell in zip_longest(header, row, fillvalue=()):
                runs = (*name, Run(": " if name and cell else ""), *cell)
                lines += [line.text for line in Flow(runs, Margin((), (Run("  "),))).lay_out(room)]
        return lines


def _shared(wanted: Sequence[int], room: int) -> list[int] | None:
    """How wide columns are that share the room: the widest give way; None where that takes too much."""
    if sum(wanted) <= room:
        return list(wanted)
    for limit in range(max(wanted), _NARROWEST - 1, -1):
        widths = [min(limit, each) for each in wanted]
        if sum(widths) <= room:
            return widths
    return None


def _broken(cell: Runs, room: int) -> list[Runs]:
    return [tuple(sliced(cell, begin, stop)) for begin, stop, _ in wrap(plain(cell), max(1, room))]


def _set(part: Runs, room: int, side: Side) -> list[Run]:
    free = max(0, room - width(plain(part)))
    left = {"left": 0, "right": free, "center": free // 2}[side]
    return [Run(" " * left), *part, Run(" " * (free - left))]


def _without_end(line: list[Run]) -> list[Run]:
    """Without the spaces at its end, which are copied along otherwise."""
    while line and not line[-1].style and not line[-1].text.strip(" "):
        line.pop()
    return line
