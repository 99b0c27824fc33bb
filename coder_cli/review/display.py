"""A part as a model reads it: its rows in their symbols as these are after the change, with signs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coder_cli.review.parts import CountTokens, Part, places
from retrieval.hunks import Row, RowKind, lines_of

_GAP = "..."


@dataclass(frozen=True, slots=True)
class Display:
    """`lines` are those of the new side that a finding may quote from, with their numbers in the file."""

    text: str
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]  # in `lines`, from 1, both included: what may be quoted


def displayed(part: Part, budget: int, count: CountTokens) -> Display:
    """With the whole symbols where these fit, else with their signatures, else the rows alone."""
    for shown in (_with_symbols(part), _with_signatures(part), _rows_alone(part)):
        text = _text(part, shown)
        if count(text) <= budget:
            break
    about = _about(part)
    numbers = tuple(sorted(about | _rows_alone(part)))
    whole = lines_of(part.file.new.text) if part.file.new is not None else []
    lines = tuple(whole[number - 1] for number in numbers)
    spans = tuple(found for span in _spans(about, numbers) if (found := _told_apart(lines, span)) is not None)
    return Display(text, lines, numbers, spans)


def _rows(part: Part) -> Iterable[Row]:
    return (row for piece in part.pieces for row in piece.rows)


def _rows_alone(part: Part) -> set[int]:
    return {row.new_line for row in _rows(part) if row.new_line is not None}


def _with_signatures(part: Part) -> set[int]:
    shown = _rows_alone(part)
    for index in part.symbols:
        if part.parsed is not None:
            symbol = part.parsed.symbols[index]
            shown |= set(range(symbol.line, symbol.signature_end + 1))
    return shown


def _with_symbols(part: Part) -> set[int]:
    shown = _rows_alone(part)
    for index in part.symbols:
        if part.parsed is not None:
            symbol = part.parsed.symbols[index]
            shown |= set(range(symbol.start_line, symbol.end_line + 1))
    return shown


def _text(part: Part, shown: set[int]) -> str:
    whole = lines_of(part.file.new.text) if part.file.new is not None else []
    added = {row.new_line for row in _rows(part) if row.kind is RowKind.ADDED}
    above: defaultdict[int, list[str]] = defaultdict(list)  # deleted lines, by the line they stood before
    for piece in part.pieces:
        stood = places(piece.hunk)
        for row in piece.rows:
            if row.new_line is None:
                above[stood[row.old_line or 0]].append(row.text)
    out: list[str] = []
    last = 0
    for number in sorted(shown | above.keys()):
        if number > last + 1 and last:
            out.append(_GAP)
        out += [f"-{text}" for text in above.get(number, ())]
        if number in shown and number <= len(whole):
            out.append(f"{'+' if number in added else ' '}{whole[number - 1]}")
            last = number
    return "\n".join(out)


def _about(part: Part) -> set[int]:
    """Added lines, and those beside a pure deletion: what a finding about this change can be about."""
    about: set[int] = set()
    for piece in part.pieces:
        new = {row.new_line for row in piece.hunk.rows if row.new_line is not None}
        added = {row.new_line for row in piece.hunk.added}
        stood = places(piece.hunk)
        for row in piece.rows:
            if row.kind is RowKind.ADDED and row.new_line is not None:
                about.add(row.new_line)
            elif row.kind is RowKind.DELETED:
                at = stood[row.old_line or 0]
                about |= set() if {at - 1, at} & added else {at - 1, at} & new
    return about


def _spans(about: set[int], numbers: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """As places in `numbers`, those that follow one another in the file together."""
    first = last = 0
    for place, number in enumerate(numbers, start=1):
        if number not in about:
            continue
        if first and place == last + 1 and number == numbers[last - 1] + 1:
            last = place
            continue
        if first:
            yield first, last
        first = last = place
    if first:
        yield first, last


def _told_apart(lines: tuple[str, ...], span: tuple[int, int]) -> tuple[int, int] | None:
    """With as many lines around as make it the only one of its kind; None where none do, or all are blank."""
    first, last = span
    if not any(line.strip() for line in lines[first - 1 : last]):
        return None
    while _count(lines, lines[first - 1 : last]) > 1:
        if first == 1 and last == len(lines):
            return None
        first, last = max(1, first - 1), min(len(lines), last + 1)
    return first, last


def _count(lines: tuple[str, ...], wanted: tuple[str, ...]) -> int:
    size = len(wanted)
    return sum(lines[start : start + size] == wanted for start in range(len(lines) - size + 1))
