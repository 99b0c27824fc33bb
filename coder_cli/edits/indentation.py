"""New lines of an edit in the indentation of their file: tabs for spaces, or the other way.

Only where it is plain: all of the file is indented one way, all of the new lines the other way, and exactly
one width of a tab makes the new lines continue where the old ones stand. Else they stay as they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_UNITS = (2, 3, 4, 8)  # columns that a level of spaces may take
# There tabs and spaces mean something, or what is indented is somebody else's code.
_AS_IT_CAME = frozenset({"text", "makefile", "markdown", "rmarkdown", "restructuredtext", "tex"})


def in_style(file: Sequence[str], old: Sequence[str], new: Sequence[str], language: str) -> list[str]:
    """The lines that take the place of `old`; those that stand in `old` stay what they are."""
    lines = list(new)
    if language in _AS_IT_CAME:
        return lines
    fresh = [number for number, line in enumerate(new) if line not in set(old) and _indented(line)]
    tabs = {lines[number].startswith("\t") for number in fresh}
    if len(tabs) != 1 or _style(file) is not (wanted := not tabs.pop()):
        return lines
    units = [unit for unit in _UNITS if _continues(old, lines, set(fresh), unit, to_tabs=wanted)]
    if not wanted:
        units = [unit for unit in units if unit == _unit(file)]
    if len(units) == 1:
        for number in fresh:
            lines[number] = _converted(lines[number], units[0], to_tabs=wanted)
    return lines


def _style(file: Sequence[str]) -> bool | None:
    """True for tabs, False for spaces; None for both or neither."""
    styles = {line.startswith("\t") for line in file if _indented(line)}
    return styles.pop() if len(styles) == 1 else None


def _indented(line: str) -> bool:
    """A single space is no indentation: ` * ` goes on with a comment."""
    return line.startswith(("\t", "  ")) and not line.isspace()


def _unit(file: Sequence[str]) -> int:
    """The columns of a level: the step down into a block that is met most often."""
    widths = [_width(line) for line in file if line.strip()]
    steps = [new - old for old, new in pairwise(widths) if new > old]
    return max(set(steps), key=lambda step: (steps.count(step), -step)) if steps else 0


def _continues(old: Sequence[str], new: Sequence[str], fresh: set[int], unit: int, *, to_tabs: bool) -> bool:
    """Are the levels whole, do they begin where the old lines did, and go down one at a time?"""
    start = next((line for line in old if line.strip()), None)
    level = None if start is None else _level(start, unit)
    first = True
    for number, line in enumerate(new):
        if not line.strip():
            continue
        other_way = number in fresh
        indent = line[: len(line) - len(line.lstrip())]
        if other_way and (set(indent) != {" " if to_tabs else "\t"} or (to_tabs and len(indent) % unit)):
            return False
        now = _level(line, unit)
        if level is not None and (now != level if first else now > level + 1):
            return False
        level, first = now, False
    return True


def _level(line: str, unit: int) -> int:
    indent = line[: len(line) - len(line.lstrip())]
    return indent.count("\t") + indent.count(" ") // unit


def _converted(line: str, unit: int, *, to_tabs: bool) -> str:
    level, rest = _level(line, unit), line.lstrip()
    return ("\t" * level if to_tabs else " " * (unit * level)) + rest


def _width(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
