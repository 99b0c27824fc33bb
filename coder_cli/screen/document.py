"""A Markdown text that is still being written, as lines that are shown for good and lines that may change."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coder_cli.screen.cells import clusters
from coder_cli.screen.highlight import Highlighter
from coder_cli.screen.inline import closed, settled
from coder_cli.screen.markdown import Block, RowMaker, blocks, inline
from coder_cli.screen.rows import Code, Flow, Line, Row, plain, sliced, styled
from coder_cli.screen.safe import visible

# The start of a line that does not tell yet what it will be.
_MARKS_ONLY = re.compile(r"[ \t]*[`~#|>*_=:-]+[ \t]*")


@dataclass(frozen=True, slots=True)
class Lines:
    """What a screen shows next: lines that stay, and below them those that are drawn again."""

    settled: list[str]
    tail: list[str]


class Document:
    """Takes the text in pieces. What it says is settled does not depend on where the pieces end."""

    def __init__(self) -> None:
        self._text = ""  # from the start of the last block on; what is above is shown
        self._held = ""  # half of a newline
        self._highlighter = Highlighter()
        self._above: Row | None = None  # the last row of what is gone
        self._gap = False  # a blank line followed it
        self._last: tuple[str, list[Block], list[Row]] | None = None  # text, and what it is: asked for again
        self._rows_shown = 0
        self._characters_shown = 0  # of the row after those

    def write(self, piece: str) -> None:
        piece = self._held + piece
        self._held = "\r" if piece.endswith("\r") else ""
        piece = piece[: len(piece) - len(self._held)].replace("\r\n", "\n")
        self._text += visible(piece)

    def advance(self, columns: int, finished: bool = False) -> Lines:
        """The lines that are settled since the last call, and those that are not."""
        if finished:
            self._text += visible(self._held)
            self._held = ""
        certain = len(self._text) if finished else self._certain()
        found, rows = self._rows(self._text[:certain])
        lines: list[str] = []
        final = len(rows) if finished else len(rows) - 1
        for row in rows[self._rows_shown : max(final, self._rows_shown)]:
            lines += self._for_good(row, columns)
            self._rows_shown += 1
            self._characters_shown = 0
        if not finished and self._rows_shown == len(rows) - 1:
            lines += [line.text for line in self._beginning(rows[-1], columns)]
        tail = [] if finished else self._tail(columns)
        self._drop(found)
        return Lines(lines, tail)

    def _certain(self) -> int:
        """How much of the text can be taken at its word: complete lines, and a line that is surely prose."""
        end = self._text.rfind("\n") + 1
        if any(map(str.isalpha, self._text[end:])):
            _, rows = self._rows(self._text)
            if rows and isinstance(rows[-1], Flow) and rows[-1].source:
                return len(self._text)
        return end

    def _rows(self, text: str) -> tuple[list[Block], list[Row]]:
        if self._last is None or self._last[0] != text:
            maker = RowMaker(text, self._highlighter, self._above, self._gap)
            found = blocks(text)
            for block in found:
                maker.add(block)
            self._last = text, found, maker.rows
        return self._last[1:]

    def _for_good(self, row: Row, columns: int) -> list[str]:
        if isinstance(row, Code) and not row.margin.rest:
            return [styled(row.runs)]  # the terminal breaks it, and so copies it in one
        return [line.text for line in row.lay_out(columns, self._characters_shown)]

    def _beginning(self, row: Row, columns: int) -> list[Line]:
        """The lines of the last row that stay, since it is a long paragraph."""
        if not isinstance(row, Flow) or not row.source:
            return []
        until = settled(row.source)
        part, whole = plain(inline(row.source[:until])), plain(row.runs)
        same = next(
            (at for at, (one, other) in enumerate(zip(part, whole, strict=False)) if one != other), len(part)
        )
        # What may still combine with the next character, or turn out to be wide, is not sure of its place.
        sure = max((begin for begin, _, _ in clusters(whole[:same])), default=0)
        runs = tuple(sliced(row.runs, 0, sure))
        # The last of them may grow.
        lines = Flow(runs, row.margin).lay_out(columns, self._characters_shown)[:-1]
        if lines:
            self._characters_shown = lines[-1].end
        return lines

    def _tail(self, columns: int) -> list[str]:
        end = self._text.rfind("\n") + 1
        shown = self._text[:end] if _MARKS_ONLY.fullmatch(self._text, end) else self._text
        _, rows = self._rows(shown)
        lines: list[str] = []
        for number, row in enumerate(rows[self._rows_shown :]):
            if isinstance(row, Flow) and row.source:
                row = Flow(inline(closed(row.source)), row.margin)
            start = 0 if number else self._characters_shown
            lines += [line.text for line in row.lay_out(columns, start)]
        return lines

    def _drop(self, found: list[Block]) -> None:
        """Forget the blocks that are over and shown."""
        if len(found) < 2:
            return
        line = found[-1].line
        start = [match.end() for match in re.finditer("\n", self._text)][line - 1]
        maker = RowMaker(self._text, self._highlighter, self._above, self._gap)
        for block in found[:-1]:
            maker.add(block)
        if len(maker.rows) > self._rows_shown:
            return
        self._rows_shown -= len(maker.rows)
        self._above = maker.rows[-1] if maker.rows else self._above
        self._gap = not self._text[:start].split("\n")[-2].strip(" \t>")
        self._text = self._text[start:]
        self._last = None
        self._highlighter.forget()
