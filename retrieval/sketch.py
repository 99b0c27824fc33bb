"""A file of which only some lines are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.file_lines import FileLines
from retrieval.notation import ELLIPSIS, Notation, indentation


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of a file."""

    text: str
    start_line: int  # the first and the last line of the file that stand in it
    end_line: int
    places: Mapping[int, int]  # line of the file that stands in it unchanged -> where in the text it begins

    def place_of(self, line: int, column: int) -> int | None:
        """The index in the text of a place in the file, columns from 0; None where its line is not shown."""
        start = self.places.get(line)
        return None if start is None else start + column

    @property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """`places` as ranges of lines, both ends included."""
        found: list[tuple[int, int]] = []
        for line in sorted(self.places):
            if found and line == found[-1][1] + 1:
                found[-1] = found[-1][0], line
            else:
                found.append((line, line))
        return tuple(found)


class Sketch:
    """What becomes of each line of a file: shown, shortened, hidden, or passed over with a mark.

    Lines outside of the file are ignored.
    """

    def __init__(self, lines: FileLines) -> None:
        self.lines = lines
        self._shown = bytearray(lines.count + 2)
        self._hidden = bytearray(lines.count + 2)
        self._instead: dict[int, str] = {}
        self._above: dict[int, str] = {}
        self._below: dict[int, list[str]] = {}
        self._opened: set[int] = set()

    @property
    def notation(self) -> Notation:
        return self.lines.notation

    def line(self, number: int) -> str:
        return self.lines.line(number)

    def is_hidden(self, number: int) -> bool:
        return bool(1 <= number <= self.lines.count and self._hidden[number])

    def show(self, first: int, last: int) -> None:
        """As they stand, whatever was said of them before."""
        for number in range(max(first, 1), min(last, self.lines.count) + 1):
            self._shown[number] = 1
            for changed in (self._instead, self._above, self._below):
                changed.pop(number, None)

    def reveal(self, number: int) -> None:
        """Show a line, unless it is shown already, be it changed."""
        if not self._shown[min(number, self.lines.count + 1)]:
            self.show(number, number)

    def hide(self, first: int, last: int) -> None:
        """Without a mark: what stands for them is said elsewhere."""
        for number in range(max(first, 1), min(last, self.lines.count) + 1):
            self._hidden[number] = 1

    def drop(self, first: int, last: int) -> None:
        """Hide lines that were to be shown."""
        self.hide(first, last)
        for number in range(max(first, 1), min(last, self.lines.count) + 1):
            self._shown[number] = 0

    def replace(self, number: int, text: str) -> None:
        self._shown[number] = 1
        self._instead[number] = text

    def add_above(self, number: int, text: str) -> None:
        self._above[number] = text

    def add_below(self, number: int, text: str) -> None:
        self._below.setdefault(number, []).append(text)

    def show_surroundings(self, number: int) -> None:
        """The lines that open the blocks around a line, by their indentation, and those that close them."""
        openers = self.lines.openers
        opener = openers[number] if 1 <= number <= self.lines.count else 0
        while opener and opener not in self._opened:
            self._opened.add(opener)
            if not self._hidden[opener]:
                self.reveal(opener)
                if self.line(opener).strip() == "{":
                    self.reveal(opener - 1)
            closer = self.lines.closers.get(opener)
            if closer is not None and not self._hidden[closer]:
                self.show(closer, closer)
            opener = openers[opener]

    def excerpt(self) -> Excerpt:
        written = _Writer(self.notation)
        comments = self.lines.comments
        first = last = 0
        for number, line in enumerate(self.lines.lines, start=1):
            if not self._shown[number]:
                if not line or line.isspace():
                    written.pass_blank()
                elif not self._hidden[number] and number not in comments:
                    written.pass_over(line)
                continue
            first, last = first or number, number
            written.meet(line)
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
        self._blank = False
        self._gap: str | None = None  # the line that was passed over first

    def pass_blank(self) -> None:
        self._blank = True

    def pass_over(self, line: str) -> None:
        if self._gap is None:
            self._gap = line

    def meet(self, line: str) -> None:
        """Before a line that is shown. Blank lines are kept between what is not indented."""
        if self.lines and self._gap is not None:
            self.add(indentation(self._gap) + self._marks.note(ELLIPSIS))
        elif self.lines and self._blank and not indentation(line):
            self.add("")
        self._blank, self._gap = False, None

    def add(self, text: str, number: int | None = None) -> None:
        if number is not None:
            self.places[number] = self._length
        self.lines.append(text)
        self._length += len(text) + 1
