"""Changes as a unified diff: a patch for programs, rows with colours for a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from coder_cli.edits.hunks import Hunk, Sides, hunks, sides
from coder_cli.edits.lines import Line
from coder_cli.edits.types import FileChange
from coder_cli.screen.rows import Run, Runs

_NO_NEWLINE = "\\ No newline at end of file"
_MARK = "\ufeff"
_HEADING = re.compile(r"[A-Za-z_$]")  # how a line begins that names the place, as git sees it
_LONGEST_HEADING = 60
_MOST_MARKED = 0.7  # share of a line; where more has changed, no part of it is marked


class _Kind(StrEnum):
    """How a row begins, as its value says."""

    PLACE = "@"
    CONTEXT = " "
    REMOVED = "-"
    ADDED = "+"
    NOTE = "\\"


_STYLES = {_Kind.PLACE: "36", _Kind.REMOVED: "31", _Kind.ADDED: "32", _Kind.NOTE: "2", _Kind.CONTEXT: ""}


@dataclass(frozen=True, slots=True)
class _Row:
    kind: _Kind
    text: str
    end: str = ""  # of the line: "\r\n", "\n", "\r", or nothing
    changed: tuple[int, int] = (0, 0)  # what differs from the line that stood there, in characters


def patch(changes: Iterable[FileChange]) -> str:
    """The diff as `git apply` reads it, if the file is in UTF-8; of other encodings what a person reads."""
    return "".join(line for change in changes for line in _patch_lines(change))


def shown(changes: Iterable[FileChange]) -> list[Runs]:
    """The diff for a person: a title a file, then its hunks."""
    return [row for change in changes for row in (title(change), *_all_rows(change))]


def title(change: FileChange) -> Runs:
    """The file's name, and what happens to it if it does not merely change."""
    told = ", new file" if change.before is None else ", deleted" if change.after is None else ""
    return (Run(_one_line(change.path) + told, "1"),)


def rows_of(change: FileChange, hunk: Hunk) -> list[Runs]:
    """One hunk for a person."""
    found = sides(change)
    if found is None:
        return [(Run(_binary(change), _STYLES[_Kind.NOTE]),)]
    usual = _usual_end(found)
    marks = {bool(side) and side[0].text.startswith(_MARK) for side in (found.before, found.after)}
    # A byte order mark is seen only where it comes or goes.
    mark = "<BOM>" if len(marks) > 1 and change.before and change.after else ""
    return [_runs(row, usual, mark) for row in _rows(found, hunk)]


def _all_rows(change: FileChange) -> Iterator[Runs]:
    for hunk in hunks(change):
        yield from rows_of(change, hunk)


def _rows(found: Sides, hunk: Hunk) -> Iterator[_Row]:
    yield _Row(_Kind.PLACE, _place(found, hunk))
    at = hunk.start
    for change in hunk.changes:
        for line in found.before[at : change.start]:
            yield from _line_rows(_Kind.CONTEXT, line)
        old = found.before[change.start : change.stop]
        new = found.after[change.new_start : change.new_stop]
        paired = len(old) == len(new)
        for number, line in enumerate(old):
            yield from _line_rows(_Kind.REMOVED, line, new[number] if paired else None)
        for number, line in enumerate(new):
            yield from _line_rows(_Kind.ADDED, line, old[number] if paired else None)
        at = change.stop
    for line in found.before[at : hunk.stop]:
        yield from _line_rows(_Kind.CONTEXT, line)


def _line_rows(kind: _Kind, line: Line, other: Line | None = None) -> Iterator[_Row]:
    end = line.end.replace(b"\0", b"").decode("ascii", "replace")
    yield _Row(kind, line.text, end, (0, 0) if other is None else _difference(line.text, other.text))
    if not line.end:
        yield _Row(_Kind.NOTE, _NO_NEWLINE)


def _place(found: Sides, hunk: Hunk) -> str:
    def span(start: int, stop: int) -> str:
        size = stop - start
        return f"{start + 1 if size else start}" + ("" if size == 1 else f",{size}")

    above = (line.text for line in reversed(found.before[: hunk.start]))
    heading = next((text for text in above if _HEADING.match(text)), "").rstrip()[:_LONGEST_HEADING]
    place = f"@@ -{span(hunk.start, hunk.stop)} +{span(hunk.new_start, hunk.new_stop)} @@"
    return f"{place} {heading}".rstrip()


def _difference(text: str, other: str) -> tuple[int, int]:
    """The part of a line that differs from another, if the lines have anything in common."""
    least = min(len(text), len(other))
    start = next((k for k in range(least) if text[k] != other[k]), least)
    tail = next((k for k in range(least - start) if text[-1 - k] != other[-1 - k]), least - start)
    whole = len(text.strip()) or 1
    return (start, len(text) - tail) if (len(text) - tail - start) <= _MOST_MARKED * whole else (0, 0)


def _runs(row: _Row, usual_end: str, mark: str) -> Runs:
    """Line ends are seen only where they are not the file's usual ones."""
    style = _STYLES[row.kind]
    if row.kind in (_Kind.PLACE, _Kind.NOTE):
        return (Run(row.text, style),)
    odd = row.end.replace("\n", "␊").replace("\r", "␍") if row.end and row.end != usual_end else ""
    text = row.kind.value + row.text
    start, stop = (place + 1 for place in row.changed)
    marked = (Run(text[:start], style), Run(text[start:stop], f"{style};7"), Run(text[stop:], style))
    parts = (*(marked if start < stop else (Run(text, style),)), Run(odd, "2"))
    return tuple(Run(part.text.replace(_MARK, mark), part.style) for part in parts if part.text)


def _usual_end(found: Sides) -> str:
    ends = Counter(line.end for line in found.before or found.after if line.end)
    return ends.most_common(1)[0][0].replace(b"\0", b"").decode("ascii", "replace") if ends else "\n"


def _patch_lines(change: FileChange) -> Iterator[str]:
    found = sides(change)
    all_of_it = hunks(change)
    if not all_of_it:
        return
    old, new = _quoted("a/" + change.path), _quoted("b/" + change.path)
    yield f"diff --git {old} {new}\n"
    if change.before is None:
        yield "new file mode 100644\n"
    elif change.after is None:
        yield "deleted file mode 100644\n"
    if found is None:
        yield _binary(change) + "\n"
        return
    if not found.before and not found.after:
        return
    yield f"--- {'/dev/null' if change.before is None else _tabbed(old)}\n"
    yield f"+++ {'/dev/null' if change.after is None else _tabbed(new)}\n"
    for hunk in all_of_it:
        for row in _rows(found, hunk):
            mark = "" if row.kind in (_Kind.PLACE, _Kind.NOTE) else row.kind.value
            yield mark + row.text + row.end.replace("\n", "") + "\n"


def _binary(change: FileChange) -> str:
    old = "/dev/null" if change.before is None else _quoted("a/" + change.path)
    new = "/dev/null" if change.after is None else _quoted("b/" + change.path)
    return f"Binary files {old} and {new} differ"


def _quoted(path: str) -> str:
    """As git writes names with quotes, backslashes and control characters in them."""
    if not re.search(r'["\\\x00-\x1f\x7f]', path):
        return path
    named = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    return '"' + re.sub(r'["\\\x00-\x1f\x7f]', lambda m: named.get(m[0], f"\\{ord(m[0]):03o}"), path) + '"'


def _tabbed(path: str) -> str:
    """A tab ends a name with spaces."""
    return f"{path}\t" if " " in path and not path.startswith('"') else path


def _one_line(path: str) -> str:
    return path.replace("\n", "␊").replace("\t", "␉")
