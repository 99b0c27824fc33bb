"""What a part uses and who uses it, as far as there is room: other files, and the rest of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coder_cli.review.parts import CountTokens, Part
from retrieval.graph import DependencyGraph
from retrieval.layout import in_order
from retrieval.room import Room
from retrieval.selection import Selection
from retrieval.shown import Shown
from retrieval.sources import Parsed, Read, Sources
from retrieval.types import ParsedFile
from retrieval.uses import Lines, bodies_for, shown_around, uses_of
from retrieval.window import Item

_USED_SHARE = 0.6  # of the room, before the callers get theirs


@dataclass(frozen=True, slots=True)
class Ground:
    """The side after the change."""

    graph: DependencyGraph
    parsed: Parsed
    read: Read


def surroundings(ground: Ground, part: Part, budget: int, count: CountTokens) -> tuple[Item, ...]:
    """What is used before who uses it, each in reading order."""
    if budget <= 0 or part.parsed is None:
        return ()
    selection = Selection(ground.graph, Shown(Sources(ground.read, ground.parsed), Room(budget, count)))
    selection.shown.target = part.path
    limit = int(budget * _USED_SHARE)
    spans = _spans(part)
    for near in spans:
        selection.add_used(part.path, near, limit, only=True)
    used = set(selection.room.items)
    _add_own(selection, part, part.parsed, spans, limit)
    for near in _symbols(part):
        selection.add_callers(part.path, near, budget)
    _add_own_callers(selection, part, part.parsed, budget)
    items = selection.room.items
    order = ground.graph.reading_order()
    first = in_order([path for path in items if path in used], order)
    last = in_order([path for path in items if path not in used], order)
    return tuple(items[path] for path in (*first, *last))


def _symbols(part: Part) -> Sequence[Lines]:
    if part.parsed is None:
        return ()
    return [(part.parsed.symbols[one].start_line, part.parsed.symbols[one].end_line) for one in part.symbols]


def _spans(part: Part) -> Sequence[Lines]:
    """The lines of the rows that are there after the change."""
    found = []
    for piece in part.pieces:
        lines = [row.new_line for row in piece.rows if row.new_line is not None]
        if lines:
            found.append((min(lines), max(lines)))
    return found


def _add_own(
    selection: Selection, part: Part, parsed: ParsedFile, spans: Sequence[Lines], limit: int
) -> None:
    """What the rows use of their own file, where it is not on display anyway."""
    names = {one.name for one in parsed.references if any(first <= one.line <= last for first, last in spans)}
    shown = [*_symbols(part), *spans]
    used = [
        number
        for number, symbol in enumerate(parsed.symbols)
        if symbol.name in names
        and not any(first <= symbol.end_line and symbol.start_line <= last for first, last in shown)
    ]
    for number in used:
        wanted = bodies_for(parsed, parsed, [number])
        selection.shown.add(part.path, wanted, "used in the change", limit)


def _add_own_callers(selection: Selection, part: Part, parsed: ParsedFile, limit: int) -> None:
    """Where the rest of the file uses what has changed."""
    names = {parsed.symbols[number].name for number in part.symbols}
    inside = _symbols(part)
    uses = [
        use for use in uses_of(parsed, names) if not any(first <= use.line <= last for first, last in inside)
    ]
    if uses and part.file.new is not None:
        wanted = shown_around(parsed, uses, part.file.new.text.count("\n") + 1)
        selection.shown.add(part.path, wanted, "uses the change", limit)
