"""A file of which only some lines are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from retrieval.notation import ELLIPSIS, Notation, indentation, is_closer, notation
from retrieval.types import SourceFile


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of a file, without blank lines at its ends."""

    text: str
    start_line: int  # the first and the last line of the file that stand in it
    end_line: int
    places: Mapping[int, int]  # line of the file that stands in it unchanged -> where in the text it begins

    def place_of(self, line: int, column: int) -> int | None:
        """The index in the text of a place in the file, columns from 0; None where its line is not shown."""
        start = self.places.get(line)
        return None if start is None else start + column


class Sketch:
    """The lines of a file, and what becomes of each: shown, shortened, hidden, or passed over with a mark.

    Lines count from 1; what lies outside of the file is ignored.
    """

    def __init__(self, file: SourceFile) -> None:
        self.notation: Notation = notation(file.language)
        self.language = file.language
        lines = file.text.split("\n")
        if len(lines) > 1 and not lines[-1]:
            lines.pop()
        self._lines = lines
        self.count = len(lines)
        self._shown = bytearray(self.count + 2)
        self._hidden = bytearray(self.count + 2)
        self._instead: dict[int, str] = {}
        self._above: dict[int, str] = {}
        self._below: dict[int, list[str]] = {}
        self._parents: list[int] | None = None
        self._opened: set[int] = set()

    def line(self, number: int) -> str:
        return self._lines[number - 1] if 1 <= number <= self.count else ""

    def is_shown(self, number: int) -> bool:
        return bool(1 <= number <= self.count and self._shown[number])

    def is_hidden(self, number: int) -> bool:
        return bool(1 <= number <= self.count and self._hidden[number])

    def show(self, first: int, last: int) -> None:
        """As they stand, whatever was said of them before."""
        for number in range(max(first, 1), min(last, self.count) + 1):
            self._shown[number] = 1
            for changed in (self._instead, self._above, self._below):
                changed.pop(number, None)

    def hide(self, first: int, last: int) -> None:
        """Without a mark: what stands for them is said elsewhere."""
        for number in range(max(first, 1), min(last, self.count) + 1):
            self._hidden[number] = 1

    def replace(self, number: int, text: str) -> None:
        self._shown[number] = 1
        self._instead[number] = text

    def add_above(self, number: int, text: str) -> None:
        self._above[number] = text

    def add_below(self, number: int, text: str) -> None:
        self._below.setdefault(number, []).append(text)

    def comment_lines(self, first: int, last: int) -> Iterator[int]:
        """Those that are comments or blank."""
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

    def show_surroundings(self, number: int) -> None:
        """The lines that open the blocks around a line, by their indentation, and those that close them."""
        if self._parents is None:
            self._parents = self._opening_lines()
        opener = self._parents[number] if 1 <= number <= self.count else 0
        while opener and opener not in self._opened:
            self._opened.add(opener)
            if not self._hidden[opener]:
                self.show(opener, opener)
                if self.line(opener).strip() == "{":
                    self.show(opener - 1, opener - 1)
            self._show_closer(opener)
            opener = self._parents[opener]

    def _show_closer(self, opener: int) -> None:
        width = _width(self.line(opener))
        for number in range(opener + 1, self.count + 1):
            line = self.line(number)
            if line.strip() and _width(line) <= width:
                if is_closer(line) and not self._hidden[number]:
                    self.show(number, number)
                return

    def _opening_lines(self) -> list[int]:
        """For each line the nearest one above it that is indented less; 0 where there is none."""
        found = [0] * (self.count + 1)
        comments = set(self.comment_lines(1, self.count))
        open_lines: list[tuple[int, int]] = []
        for number in range(1, self.count + 1):
            line = self.line(number)
            if number in comments:
                continue
            width = _width(line)
            while open_lines and open_lines[-1][0] >= width:
                open_lines.pop()
            found[number] = open_lines[-1][1] if open_lines else 0
            if not is_closer(line) and not line.startswith("#"):  # `#if` stands at the edge at any depth
                open_lines.append((width, number))
        return found

    def excerpt(self) -> Excerpt:
        written = _Writer(self.notation)
        comments = set(self.comment_lines(1, self.count))
        first = last = 0
        for number in range(1, self.count + 1):
            line = self._lines[number - 1]
            if not self._shown[number]:
                if not line.strip():
                    written.pass_blank()
                elif number not in comments and not self._hidden[number]:
                    written.pass_over()
                continue
            first, last = first or number, number
            written.meet(indentation(line))
            if number in self._above:
                written.add(self._above[number])
            written.add(self._instead.get(number, line), None if number in self._instead else number)
            for extra in self._below.get(number, ()):
                written.add(extra)
        return Excerpt("\n".join(written.lines), first, last, written.places)


class _Writer:
    """Joins what is shown; a mark stands where code was passed over between two lines that are shown."""

    def __init__(self, marks: Notation) -> None:
        self.lines: list[str] = []
        self.places: dict[int, int] = {}
        self._marks = marks
        self._length = 0
        self._blank = self._gap = False

    def pass_blank(self) -> None:
        self._blank = True

    def pass_over(self) -> None:
        self._gap = True

    def meet(self, indent: str) -> None:
        """Before a line that is shown."""
        if self.lines and self._gap:
            self.add(indent + self._marks.note(ELLIPSIS))
        elif self.lines and self._blank and not indent:
            self.add("")
        self._blank = self._gap = False

    def add(self, text: str, number: int | None = None) -> None:
        if number is not None:
            self.places[number] = self._length
        self.lines.append(text)
        self._length += len(text) + 1


def _width(line: str) -> int:
    return len(indentation(line.expandtabs()))
