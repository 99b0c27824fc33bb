"""A part as a model reads it: its rows in their symbols as these are after the change, with signs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from coder_cli.review.parts import CountTokens, Part, places
from retrieval.hunks import Row, RowKind, lines_of

_GAP = "..."


def displayed(part: Part, budget: int, count: CountTokens) -> str:
    """With the whole symbols where these fit, else with their signatures, else the rows alone."""
    for shown in (_with_symbols(part), _with_signatures(part), _rows_alone(part)):
        text = _text(part, shown)
        if count(text) <= budget:
            break
    return text


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
