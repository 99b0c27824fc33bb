"""Whether a file still parses as it did, and where it does not."""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings
from collections.abc import Sequence

from coder_cli.edits.differing import replaced
from retrieval.scopes import family
from retrieval.syntax import Fault, faults, unpaired

_SHOWN = 100  # characters of a line
_MOST_CHARACTERS = 1_000_000  # of Python's own parser
_MACRO = re.compile(r"(?:^|\s)[A-Z][A-Z0-9_]{2,}(?:\s*\(|\s+[A-Za-z_:])")
_BRACKETS = frozenset("()[]{}")
_MORE_LINES = 5  # that cannot be read; so many may come along without a new fault
# Python newer than ours: type parameters, `type` statements, f-strings with quotes inside.
_NEWER = re.compile(
    r"^\s*type\s+\w+.*=|^\s*(?:class|(?:async\s+)?def)\s+\w+\s*\[|\b[fF][rR]?[\"']|\bexcept\b[^(]*,"
)


def complaint(path: str, language: str, before: str | None, after: str) -> str:
    """Where `after` does not parse, though `before` did: a sentence with the line's text. Else nothing."""
    if language == "python":
        told = _python(path, before, after)
        if told is not None:
            return told
    if language in ("json", "toml") and path.endswith((".json", ".toml")):
        return _data(path, before, after)
    now = _faults(language, after)
    if not now:
        return ""
    were = _faults(language, before) if before is not None else []
    if were is None or (before is not None and not _worse(were, now)):
        return ""
    lines, old = after.split("\n"), (before or "").split("\n")
    fault = _first_new(old, lines, were, now)
    if (bracket := unpaired(language, after)) and not (before is not None and unpaired(language, before)):
        return _told(path, lines, bracket.line, f"`{bracket.bracket}` has no partner")
    if fault.missing:
        return _told(path, lines, fault.line, f"`{fault.missing}` is missing")
    return _told(path, lines, fault.line, "a syntax error")


def _faults(language: str, text: str) -> Sequence[Fault] | None:
    """Of C those that no macro explains: what it stands for is not in the file."""
    found = faults(language, text)
    if not found or family(language) != "c":
        return found
    lines = text.split("\n")
    is_paired = unpaired(language, text) is None
    return [
        fault
        for fault in found
        if not _MACRO.search(lines[fault.line - 1]) and not (is_paired and fault.missing in _BRACKETS)
    ]


def _worse(were: Sequence[Fault], now: Sequence[Fault]) -> bool:
    return len(now) > len(were) or _size(now) > 2 * _size(were) + _MORE_LINES


def _size(found: Sequence[Fault]) -> int:
    return sum(fault.end_line - fault.line + 1 for fault in found)


def _first_new(old: Sequence[str], new: Sequence[str], were: Sequence[Fault], now: Sequence[Fault]) -> Fault:
    """The first fault of `now` in a line that had none before."""
    moved: dict[int, int] = {}
    at = new_at = 0
    for change in (*replaced(old, new), None):
        stop = len(old) if change is None else change.start
        moved.update((at + k + 1, new_at + k + 1) for k in range(stop - at))
        if change is not None:
            at, new_at = change.stop, change.new_stop
    known = {moved.get(fault.line) for fault in were}
    return next((fault for fault in now if fault.line not in known), now[0])


def _python(path: str, before: str | None, after: str) -> str | None:
    """By Python's own parser, which knows of indentation; None where that does not help."""
    wrong = python_fault(after)
    if wrong is None:
        return "" if len(after) <= _MOST_CHARACTERS else None
    if before is not None and python_fault(before) is not None:
        return None
    lines = after.split("\n")
    line = min(max(wrong.lineno or 1, 1), len(lines))
    if _NEWER.search(lines[line - 1]):
        return None
    return _told(path, lines, line, wrong.msg)


def python_fault(text: str) -> SyntaxError | None:
    if len(text) > _MOST_CHARACTERS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as wrong:
        return wrong
    except (ValueError, RecursionError, MemoryError) as wrong:
        return SyntaxError(str(wrong))
    return None


def _data(path: str, before: str | None, after: str) -> str:
    wrong = _data_fault(path, after)
    if wrong is None or (before is not None and before.strip() and _data_fault(path, before) is not None):
        return ""
    line, message = wrong
    return _told(path, after.split("\n"), line, message)


def _data_fault(path: str, text: str) -> tuple[int, str] | None:
    try:
        if path.endswith(".json"):
            json.loads(text)
        else:
            tomllib.loads(text)
    except json.JSONDecodeError as wrong:
        return wrong.lineno, wrong.msg
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        place = re.search(r"at line (\d+)", str(wrong))
        return int(place[1]) if place else len(text.split("\n")), str(wrong)
    return None


def _told(path: str, lines: Sequence[str], line: int, message: str) -> str:
    shown = lines[line - 1].strip()[:_SHOWN] if line <= len(lines) else ""
    return f"{path}, line {line} does not parse: {message}" + (f": `{shown}`" if shown else ".")
