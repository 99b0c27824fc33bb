"""SEARCH/REPLACE blocks of a model that nothing holds to them, read as leniently as aider reads them.

A block's lines are looked for as they are; then with other indentation, the same for all of them; then
without a blank line before them; then with `...` for lines in between. The first place counts. SEARCH without
lines appends. A block that is not closed, or is found nowhere, spoils the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_DOTS = re.compile(r"^\s*\.\.\.\s*$")


class BlockError(Exception):
    """Why an answer's blocks cannot be applied."""


def blocks(answer: str, marks: Sequence[str]) -> list[tuple[str, str]]:
    """What is searched for and what takes its place. `marks` are the lines of SEARCH, the middle, REPLACE."""
    opened, divider, closed = (_mark(mark) for mark in marks)
    found: list[tuple[str, str]] = []
    lines = iter(answer.splitlines(keepends=True))
    for line in lines:
        if opened.match(line):
            search = _until(lines, divider)
            found.append((search, _until(lines, closed, divider)))
    return found


def applied(text: str, found: Sequence[tuple[str, str]]) -> str:
    """The text with all blocks in turn. BlockError where one does not fit."""
    if not found:
        raise BlockError("no edit in the answer")
    for search, replace in found:
        new = _replaced(text, search, replace)
        if new is None:
            raise BlockError("blocks do not fit")
        text = new
    return text


def _mark(mark: str) -> re.Pattern[str]:
    """Five to nine of its sign, as models miscount; other marks as they are."""
    sign, _, word = mark.partition(" ")
    if len(set(sign)) == 1 and len(sign) == 7:
        return re.compile(rf"^{re.escape(sign[0])}{{5,9}}{' ' + word if word else ''}\s*$")
    return re.compile(rf"^{re.escape(mark)}\s*$")


def _until(lines: Iterator[str], *ends: re.Pattern[str]) -> str:
    taken: list[str] = []
    for line in lines:
        if any(end.match(line) for end in ends):
            return "".join(taken)
        taken.append(line)
    raise BlockError("a block is not closed")


def _replaced(text: str, search: str, replace: str) -> str | None:
    if not search.strip():
        return text + replace
    lines, wanted = _lines(text), _lines(search)
    tried = [wanted]
    if len(wanted) > 2 and not wanted[0].strip():
        tried.append(wanted[1:])
    for some in tried:
        new = _exactly(lines, some, _lines(replace))
        if new is None:
            new = _indented(lines, some, _lines(replace))
        if new is not None:
            return new
    return _elided(text, search, replace)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True) if not text or text.endswith("\n") else f"{text}\n".splitlines(True)


def _exactly(lines: Sequence[str], wanted: Sequence[str], new: Sequence[str]) -> str | None:
    for first in range(len(lines) - len(wanted) + 1):
        if list(lines[first : first + len(wanted)]) == list(wanted):
            return "".join([*lines[:first], *new, *lines[first + len(wanted) :]])
    return None


def _indented(lines: Sequence[str], wanted: Sequence[str], new: Sequence[str]) -> str | None:
    """The model left out some indentation, or all of it, the same on every line."""
    both = [line for line in (*wanted, *new) if line.strip()]
    common = min((len(line) - len(line.lstrip()) for line in both), default=0)
    wanted = [line[common:] if line.strip() else line for line in wanted]
    new = [line[common:] if line.strip() else line for line in new]
    for first in range(len(lines) - len(wanted) + 1):
        there = lines[first : first + len(wanted)]
        if any(line.lstrip() != other.lstrip() for line, other in zip(there, wanted, strict=True)):
            continue
        added = {
            line[: len(line) - len(other)] for line, other in zip(there, wanted, strict=True) if line.strip()
        }
        if len(added) == 1:
            before = added.pop()
            put = [before + line if line.strip() else line for line in new]
            return "".join([*lines[:first], *put, *lines[first + len(wanted) :]])
    return None


def _elided(text: str, search: str, replace: str) -> str | None:
    """`...` in both for the same lines, which stay."""
    parts, news = _parted(search), _parted(replace)
    if len(parts) != len(news) or len(parts) == 1:
        return None
    for part, new in zip(parts, news, strict=True):
        if not part and not new:
            continue
        if not part:
            text += new
        elif text.count(part) == 1:
            text = text.replace(part, new)
        else:
            return None
    return text


def _parted(text: str) -> list[str]:
    parts = [""]
    for line in _lines(text):
        if _DOTS.match(line):
            parts.append("")
        else:
            parts[-1] += line
    return parts
