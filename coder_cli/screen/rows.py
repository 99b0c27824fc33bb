"""What a Markdown text becomes: rows, each laid out on its own in the width a terminal has at that moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from coder_cli.screen.cells import clusters, fold, width, wrap
from coder_cli.screen.safe import visible


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style: the parameters of an SGR escape sequence, or none."""

    text: str
    style: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Margin:
    """What stands left of a row: the marks and the indentation of the lists and quotes it is in."""

    first: Runs = ()
    rest: Runs = ()

    def fitted(self, columns: int) -> tuple[Runs, Runs, int]:
        """Both in at most half of the columns, and the columns that are left for the row."""
        first, rest = (_cropped(runs, columns // 2) for runs in (self.first, self.rest))
        return first, rest, max(1, columns - max(width(plain(first)), width(plain(rest))))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the screen with its styles, and how many of the row's characters are shown at its end."""

    text: str
    end: int


class Row(Protocol):
    """Something with lines of its own."""

    def lay_out(self, columns: int, start: int = 0) -> list[Line]:
        """The lines it takes, without the characters that earlier lines showed."""
        ...


@dataclass(frozen=True, slots=True)
class Flow:
    """Prose, broken between words."""

    runs: Runs
    margin: Margin = field(default_factory=Margin)
    source: str = ""  # the Markdown of a paragraph, which may go on; nothing for what is over

    def lay_out(self, columns: int, start: int = 0) -> list[Line]:
        first, rest, room = self.margin.fitted(columns)
        text = plain(self.runs)
        return [
            Line(styled((*(rest if begin else first), *sliced(self.runs, begin, stop))), end)
            for begin, stop, end in wrap(text, room, start)
        ]


@dataclass(frozen=True, slots=True)
class Code:
    """A line of code, broken where it is full."""

    runs: Runs
    margin: Margin = field(default_factory=Margin)

    def lay_out(self, columns: int, start: int = 0) -> list[Line]:
        first, rest, room = self.margin.fitted(columns)
        return [
            Line(styled((*(rest if begin else first), *sliced(self.runs, begin, end))), end)
            for begin, end in fold(plain(self.runs), room)
        ]


@dataclass(frozen=True, slots=True)
class Blank:
    """An empty line; within a quote it goes on with its bar."""

    margin: Margin = field(default_factory=Margin)

    def lay_out(self, columns: int, start: int = 0) -> list[Line]:
        _, rest, _ = self.margin.fitted(columns)
        return [Line(styled(rest if plain(rest).strip() else ()), 0)]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line from side to side."""

    style: str
    margin: Margin = field(default_factory=Margin)

    def lay_out(self, columns: int, start: int = 0) -> list[Line]:
        first, _, room = self.margin.fitted(columns)
        return [Line(styled((*first, Run("─" * room, self.style))), 0)]


def plain(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs)


def sliced(runs: Sequence[Run], begin: int, end: int) -> Iterator[Run]:
    """The runs of some of the characters."""
    at = 0
    for run in runs:
        text = run.text[max(0, begin - at) : max(0, end - at)]
        if text:
            yield Run(text, run.style)
        at += len(run.text)


def styled(runs: Sequence[Run]) -> str:
    """As a terminal reads it. Each run ends its own style, so that lines may be drawn apart.

    Whatever came this far, no control character of a text goes further.
    """
    shown = ((run.style, visible(run.text)) for run in runs)
    return "".join(f"\x1b[{style}m{text}\x1b[0m" if style else text for style, text in shown)


def _cropped(runs: Runs, columns: int) -> Runs:
    text, at = plain(runs), 0
    for begin, _, taken in clusters(text):
        at += taken
        if at > columns:
            return tuple(sliced(runs, 0, begin))
    return runs
