"""A file as lines: which of them are comments, and which open the blocks around which."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from retrieval.notation import Notation, indentation, is_closer, notation
from retrieval.types import SourceFile


class FileLines:
    """What every sketch of a file starts from. Lines count from 1; one outside of the file is empty."""

    def __init__(self, file: SourceFile) -> None:
        self.notation: Notation = notation(file.language)
        self.language = file.language
        self.lines = file.text.split("\n")
        if len(self.lines) > 1 and not self.lines[-1]:
            self.lines.pop()
        self.count = len(self.lines)

    def line(self, number: int) -> str:
        return self.lines[number - 1] if 1 <= number <= self.count else ""

    @cached_property
    def comments(self) -> frozenset[int]:
        """Lines that are comments or blank."""
        return frozenset(self.comments_between(1, self.count))

    def comments_between(self, first: int, last: int) -> Iterator[int]:
        """The same of some lines, of which the first does not stand inside a comment."""
        inside = False
        blocks = self.notation.blocks
        for number in range(first, last + 1):
            stripped = self.line(number).strip()
            if inside:
                inside = blocks is not None and blocks[1] not in stripped
                yield number
            elif blocks is not None and stripped.startswith(blocks[0]):
                inside = blocks[1] not in stripped[len(blocks[0]) :]
                yield number
            elif not stripped or self.notation.opens_comment(stripped):
                yield number

    def is_comment(self, number: int) -> bool:
        """Of one line, or blank; not part of a comment over several."""
        stripped = self.line(number).strip()
        return not stripped or self.notation.opens_comment(stripped)

    @property
    def openers(self) -> list[int]:
        """For each line the nearest one above it that is indented less; 0 where there is none."""
        return self._blocks[0]

    @property
    def closers(self) -> dict[int, int]:
        """For a line that opens a block, the line that ends it and does nothing else."""
        return self._blocks[1]

    @cached_property
    def _blocks(self) -> tuple[list[int], dict[int, int]]:
        openers = [0] * (self.count + 1)
        closers: dict[int, int] = {}
        still_open: list[tuple[int, int]] = []
        for number, line in enumerate(self.lines, start=1):
            if number in self.comments:
                continue
            width, closes = width_of(line), is_closer(line)
            while still_open and still_open[-1][0] >= width:
                _, ended = still_open.pop()
                if closes:
                    closers[ended] = number
            openers[number] = still_open[-1][1] if still_open else 0
            if not closes and not line.startswith("#"):  # `#if` stands at the edge at any depth
                still_open.append((width, number))
        return openers, closers


def width_of(line: str) -> int:
    """Columns of indentation."""
    before = indentation(line)
    return len(before.expandtabs()) if "\t" in before else len(before)
