"""A change as a diff, the way models read them: more rows around it than git shows, a region at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from coder_cli.review.parts import Part, places
from retrieval.hunks import RowKind, lines_of

_CONTEXT = 8  # rows on either side


@dataclass(frozen=True, slots=True)
class Region:
    """`rows` with their signs, the header's first; `at` says which of them a line of the new side is."""

    rows: tuple[str, ...]
    at: Mapping[int, int]
    added: tuple[int, ...]  # lines of the part in question, in order


def regions(part: Part) -> tuple[Region, ...]:
    """Those with added rows of a part. What other parts of the file change is shown as changed, too."""
    if part.file.new is None:
        return ()
    lines = lines_of(part.file.new.text)
    own = [row for piece in part.pieces for row in piece.rows if row.kind is RowKind.ADDED]
    wanted = [row.new_line for row in own if row.new_line is not None]
    changed = {row.new_line for hunk in part.file.hunks for row in hunk.added}
    gone: defaultdict[int, list[str]] = defaultdict(list)  # by the line it stood before
    for hunk in part.file.hunks:
        stood = places(hunk)
        for row in hunk.deleted:
            gone[stood[row.old_line or 0]].append(row.text)
    found = []
    for first, last in _spans(wanted, len(lines)):
        rows = [f"--- a/{part.path}", f"+++ b/{part.path}", f"@@ -{first} +{first} @@"]
        at: dict[int, int] = {}
        for number in range(first, last + 1):
            rows += [f"-{text}" for text in gone.get(number, ())]
            at[number] = len(rows)
            rows.append(f"{'+' if number in changed else ' '}{lines[number - 1]}")
        inside = tuple(line for line in wanted if first <= line <= last)
        found.append(Region(tuple(rows), at, inside))
    return tuple(found)


def _spans(wanted: list[int], end: int) -> list[tuple[int, int]]:
    """The lines with those around them; what touches is one."""
    spans: list[tuple[int, int]] = []
    for line in sorted(wanted):
        first, last = max(1, line - _CONTEXT), min(end, line + _CONTEXT)
        if spans and first <= spans[-1][1] + 1:
            spans[-1] = spans[-1][0], last
        else:
            spans.append((first, last))
    return spans
