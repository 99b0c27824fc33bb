"""The nouns of a context window: what is asked for, what stands in it, what does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from retrieval import layout
from retrieval.layout import Block


class Level(StrEnum):
    """How much of a file is shown."""

    WHOLE = "whole"
    SKELETON = "skeleton"  # imports, signatures, first lines of documentation, constants; what is used, whole
    CHUNK = "chunk"  # some symbols or lines


class Arrangement(StrEnum):
    """How the files of a window are put in a row. All but the first are there to be compared with it."""

    DEPENDENCY = "dependency"
    PAPER = "paper"  # Algorithm 1 to the letter, cycles and all
    ALPHABETICAL = "alphabetical"
    RANDOM = "random"  # the same at each call
    RANK = "rank"  # what matters most comes last, nearest to the request


@dataclass(frozen=True, slots=True)
class Target:
    """The file that a request is about. With a line: the place in it, before `column` or at the line's end.

    `fill` asks for what belongs at that place: the window then ends in a text with a hole.
    """

    path: str
    line: int | None = None
    column: int | None = None  # from 1, as editors count
    fill: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    task: str = ""
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """A file, or lines of it, that a search or the words of the task point to; the best come first."""

    path: str
    reason: str  # as a person reads it
    start_line: int | None = None
    end_line: int | None = None
    named: bool = False  # the task names the file itself: it is shown whole where there is room
    tight: bool = False  # these lines and no more: the symbol around them only by its head


@dataclass(frozen=True, slots=True)
class Item:
    path: str
    level: Level
    start_line: int  # the first and the last line of the file that stand in `text`
    end_line: int
    text: str
    tokens: int  # of the item by itself, with its path line; those of a window do not add up to its own
    reason: str  # why it is here
    shortened: str = ""  # why it is not here whole
    note: str = ""  # a comment below the path line
    hole: int | None = None  # index in `text` of the place to fill
    parts: tuple[tuple[int, int], ...] = ()  # the lines that stand in it as they are; none: all of them

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The lines of the file that stand in `text` unchanged, as ranges with both ends included."""
        return self.parts or ((self.start_line, self.end_line),)


@dataclass(frozen=True, slots=True)
class LeftOut:
    path: str
    reason: str
    tokens: int | None = None  # where it was counted


@dataclass(frozen=True, slots=True)
class ContextWindow:
    """What a model gets to read. `tokens` is the count of the finished text."""

    request: Request
    items: tuple[Item, ...]
    tokens: int
    budget: int
    left_out: tuple[LeftOut, ...]

    @property
    def text(self) -> str:
        """In the paper's layout: a path line above each file."""
        return "".join(self.pieces)

    @property
    def pieces(self) -> tuple[str, ...]:
        """The whole text; with a hole: all that stands before its file, then that file in two parts."""
        return layout.pieces([Block(item.path, item.text, item.note, item.hole) for item in self.items])
