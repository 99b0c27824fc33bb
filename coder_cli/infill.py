"""A hole in a text: where it is, how much around it fits, and where what fills it ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from coder_cli.errors import ContextError, UsageError
from coder_cli.model.types import Finish

FILL_MARK = "<FILL>"
PREFIX_SHARE = (
    0.75  # of the window; what stands before a hole says more about it (3:1, as llama.cpp's /infill)
)
TELLING_LENGTH = 10  # characters; a shorter line (`}`, `return`) may well stand twice, so two must match

_CLOSERS = re.compile(r"[)\]}>;,]+|end;?")
_CONTINUATION = re.compile(r"[)\]}]|(else|elif|except|finally|catch|rescue|ensure|end)\b")
_OPENER = re.compile(r"[:{(\[]\s*$|\b(then|do)\s*$")


@dataclass(frozen=True, slots=True)
class Hole:
    """The text before and after the place to fill. Line ends are `\\n`."""

    prefix: str
    suffix: str

    @property
    def line_start(self) -> str:
        """What stands before the hole on its own line."""
        return self.prefix[self.prefix.rfind("\n") + 1 :]

    @property
    def following(self) -> tuple[str, ...]:
        """The first two whole, non-blank lines after the hole."""
        broken = bool(self.line_start.strip())  # the hole's own line is no whole line
        rest = self.suffix.partition("\n")[2] if broken else self.line_start + self.suffix
        return tuple(line.rstrip() for line in rest.splitlines() if line.strip())[:2]


def at_position(text: str, line: int, column: int | None) -> Hole:
    """The hole before a column, or at the end of a line, counted from 1. UsageError where there is none."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        raise UsageError(f"There is no line {line}: the file has {len(lines)}.")
    length = len(lines[line - 1])
    if column is not None and not 1 <= column <= length + 1:
        raise UsageError(f"Line {line} has no column {column}: it ends at {length + 1}.")
    start = sum(len(before) + 1 for before in lines[: line - 1])
    offset = start + (length if column is None else column - 1)
    return Hole(text[:offset], text[offset:])


def at_mark(text: str) -> Hole:
    """The hole where the one <FILL> stands."""
    found = text.count(FILL_MARK)
    if found != 1:
        raise UsageError(f"The text must hold {FILL_MARK} once; it holds it {found} times.")
    prefix, _, suffix = text.partition(FILL_MARK)
    return Hole(prefix, suffix)


def fit(hole: Hole, budget: int, count: Callable[[str], int]) -> Hole:
    """What fits into `budget` tokens: whole lines nearest to the hole, three parts before to one part after.

    What one side does not need the other gets. ContextError where not even the hole's line fits.
    """
    if count(hole.prefix) + count(hole.suffix) <= budget:
        return hole
    for_suffix = budget - int(budget * PREFIX_SHARE)
    suffix = _nearest(hole.suffix, for_suffix, count, last=False)
    prefix = _nearest(hole.prefix, budget - count(suffix), count, last=True)
    suffix = _nearest(hole.suffix, budget - count(prefix), count, last=False)
    if hole.prefix and not prefix and hole.line_start:
        raise ContextError(
            f"The line of the hole does not fit into {budget} tokens.", "Give a larger --context-tokens."
        )
    return Hole(prefix, suffix)


def _nearest(text: str, budget: int, count: Callable[[str], int], *, last: bool) -> str:
    """As many whole lines from the end (or the start) of the text as fit."""
    lines = text.splitlines(keepends=True)
    if last:
        lines.reverse()
    kept: list[str] = []
    used = 0
    for line in lines:
        used += count(line)
        if used > budget:
            break
        kept.append(line)
    # Lines counted one by one may come to fewer tokens than the joined text.
    while kept and count(_joined(kept, last)) > budget:
        kept.pop()
    return _joined(kept, last)


def _joined(lines: list[str], reverse: bool) -> str:
    return "".join(reversed(lines) if reverse else lines)


class _Verdict(Enum):
    GO = "part of the middle"
    WAIT = "the next line tells"
    END_BEFORE = "no part of the middle any more"
    END_AFTER = "its last line"


class Middle:
    """A filter on what a model writes into a hole: passes the middle on line by line, and knows its end.

    The middle ends before a line that stands further left than the hole's block, before the text that follows
    the hole, or after `most` non-blank lines. A model that ends by itself before that is taken at its word,
    except for blanks in front: where the hole stands behind indentation, the indentation is there already.
    (Tokenizers join indentation and word, so after bare blanks a small model may indent once more:
    Qwen2.5-Coder 0.5B does in 8 of 40 lines. Asked without the indentation it does not know the block.)
    """

    finish = Finish.STOP

    def __init__(self, hole: Hole, most: int | None = None) -> None:
        self.done = False
        self._hole = hole
        self._following = hole.following
        self._most = most
        self._mid_line = bool(hole.line_start.strip())
        self._partial = ""  # the line being written
        self._lines: list[str] = []  # whole lines so far
        self._shown = 0  # how many of them were passed on
        self._nonblank = 0
        self._suspect: int | None = None  # index of a line that may be the first of what follows the hole
        indent = _width(hole.line_start)
        self._header = indent if self._mid_line else None
        self._block = indent if hole.line_start and not self._mid_line else None

    def push(self, piece: str) -> str:
        """What of the middle is now certain."""
        *whole, self._partial = (self._partial + piece).split("\n")
        shown = ""
        for line in whole:
            if not self.done:
                shown += self._take(line)
        return shown

    def close(self) -> str:
        """The rest, when the model has ended."""
        if self.done:
            return ""
        shown = self._take(self._partial)
        if self.done:
            return shown
        if self._suspect is not None and len(self._following) == 1:
            return shown + self._end(self._suspect)
        return shown + self._release(len(self._lines))

    def _take(self, line: str) -> str:
        last = len(self._lines)
        if last == 0 and self._hole.line_start and not self._mid_line:
            line = line.lstrip(" \t")
        if last == 0 and (rest := self._repeated_rest(line)):
            self._lines.append(line.rstrip()[: -len(rest)])
            return self._end(1)
        self._lines.append(line)
        if not line.strip():
            return ""  # blank lines wait for what comes after them
        verdict = self._judge(self._hole.line_start + line if last == 0 else line)
        if verdict is _Verdict.WAIT:
            return ""
        if verdict is _Verdict.END_BEFORE:
            return self._end(last if self._suspect is None else self._suspect)
        self._nonblank = sum(1 for line in self._lines if line.strip())
        if verdict is _Verdict.END_AFTER or self._nonblank == self._most:
            return self._end(last + 1)
        return self._release(last + 1)

    def _repeated_rest(self, line: str) -> str:
        """What stands behind the hole on its line, where the model wrote it once more: `)` in `f(<hole>)`.

        A short rest may be the middle's own. It is the rest if the line then has more closers than openers.
        """
        rest = self._hole.suffix.partition("\n")[0].strip()
        if not rest or not self._mid_line or not line.rstrip().endswith(rest):
            return ""
        whole = self._hole.line_start + line + rest
        surplus = any(whole.count(end) > whole.count(start) for start, end in ("()", "[]", "{}"))
        return rest if surplus or len(rest) >= TELLING_LENGTH else ""

    def _judge(self, line: str) -> _Verdict:
        """One whole, non-blank line; the first one with what stood before the hole."""
        if len(self._lines) == 1 and self._mid_line:
            return _Verdict.GO
        left = self._stands_left(line)
        if self._suspect is not None:
            if line.rstrip() in self._following[1:]:
                return _Verdict.END_BEFORE
            self._suspect = None
        if self._following and line.rstrip() == self._following[0]:
            if left or len(line.strip()) >= TELLING_LENGTH:
                return _Verdict.END_BEFORE
            self._suspect = len(self._lines) - 1
            return _Verdict.WAIT
        if not left:
            return _Verdict.GO
        text = line.strip()
        closes = _CLOSERS.fullmatch(text) is not None
        if self._header is not None and _width(line) == self._header and _CONTINUATION.match(text):
            return _Verdict.END_AFTER if closes else _Verdict.GO
        return _Verdict.END_AFTER if closes and not self._following else _Verdict.END_BEFORE

    def _stands_left(self, line: str) -> bool:
        """Whether a line leaves the hole's block. After a blank start or a header the first line sets it."""
        width = _width(line)
        if self._block is None:
            opened = self._header is not None and _OPENER.search(self._hole.line_start + self._lines[0])
            if self._header is None or (opened and width > self._header):
                self._block = width
            else:
                self._block = self._header
        return width < self._block

    def _release(self, end: int) -> str:
        """Lines up to `end` that were not passed on yet."""
        shown = "".join(("\n" if number else "") + self._lines[number] for number in range(self._shown, end))
        self._shown = max(self._shown, end)
        return shown

    def _end(self, end: int) -> str:
        """The middle is the lines before `end`, less blank ones at its end."""
        self.done = True
        while end > self._shown and not self._lines[end - 1].strip():
            end -= 1
        shown = self._release(end)
        on_its_line = self._hole.suffix.partition("\n")[0].strip()
        if self._shown and on_its_line and not self._mid_line:
            shown += "\n" + self._hole.line_start  # what follows keeps a line of its own
        return shown


def _width(line: str) -> int:
    """Columns of indentation."""
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip())
