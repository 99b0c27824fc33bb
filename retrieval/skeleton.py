"""What of a file is shown: its signatures, some symbols with their bodies, some lines."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.file_lines import FileLines
from retrieval.notation import is_closer
from retrieval.signatures import CONTAINERS, draw, draw_body, draw_end, draw_head, draw_header, draw_preamble
from retrieval.sketch import Excerpt, Sketch
from retrieval.types import ParsedFile, SourceFile, Symbol, SymbolKind

_FIRST_LINES = 12  # of a text without symbols
_PLACES = frozenset({SymbolKind.NAMESPACE, SymbolKind.MODULE})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show of a file. Symbols are named by their index; `spans` are lines, both ends included."""

    signatures: bool = False  # of everything, with imports and first lines of documentation
    heads: frozenset[int] = frozenset()  # of these the signatures, of types without members
    outlined: frozenset[int] = frozenset()  # the same, but of types with the signatures of all members
    bodies: frozenset[int] = frozenset()  # shown whole, but of long documentation only the first line
    whole: frozenset[int] = frozenset()  # shown as they stand
    spans: tuple[tuple[int, int], ...] = ()

    def __or__(self, other: Wanted) -> Wanted:
        return Wanted(
            self.signatures or other.signatures,
            self.heads | other.heads,
            self.outlined | other.outlined,
            self.bodies | other.bodies,
            self.whole | other.whole,
            tuple(sorted({*self.spans, *other.spans})),
        )


SIGNATURES = Wanted(signatures=True)


def skeleton(file: SourceFile, parsed: ParsedFile | None) -> str:
    """Imports, signatures, first lines of documentation, constants. Without symbols: its beginning."""
    return excerpt(file, parsed, SIGNATURES).text


def excerpt(
    file: SourceFile, parsed: ParsedFile | None, wanted: Wanted, lines: FileLines | None = None
) -> Excerpt:
    """What is wanted of a file. `lines` are its own, where somebody has them already."""
    sketch = Sketch(lines or FileLines(file))
    parsed = parsed or ParsedFile(file.language)
    if wanted.signatures and not (parsed.symbols or parsed.imports):
        sketch.show(1, _FIRST_LINES)
    else:
        _draw_signatures(sketch, parsed, wanted)
    for index in sorted(wanted.bodies | wanted.whole):
        symbol = parsed.symbols[index]
        _draw_around(sketch, parsed, symbol.start_line, index)
        if index in wanted.whole:
            sketch.show(symbol.start_line, symbol.end_line)
        else:
            draw_body(sketch, symbol)
    for span in wanted.spans:
        first, last = _trimmed(sketch, parsed, *span)
        _draw_around(sketch, parsed, first, innermost(parsed, first))
        sketch.show(first, last)
    return sketch.excerpt()


def _trimmed(sketch: Sketch, parsed: ParsedFile, first: int, last: int) -> tuple[int, int]:
    """Without the ends of blocks and of a comment that began before, and without blank lines."""
    index = innermost(parsed, first)
    if index is not None and parsed.symbols[index].start_line < first < parsed.symbols[index].line:
        symbol = parsed.symbols[index]
        above = set(sketch.lines.comments_between(symbol.start_line, symbol.line - 1))
        first = next((number for number in range(first, last) if number not in above), last)
    while first < last and (not sketch.line(first).strip() or is_closer(sketch.line(first))):
        first += 1
    while first < last and not sketch.line(last).strip():
        last -= 1
    return first, last


def innermost(parsed: ParsedFile, line: int) -> int | None:
    """The symbol with the fewest lines that a line belongs to."""
    around = [number for number, symbol in enumerate(parsed.symbols) if holds(symbol, line)]
    return min(around, key=lambda number: (_length(parsed.symbols[number]), -number), default=None)


def enclosing(parsed: ParsedFile, line: int) -> list[int]:
    """The symbols that a line belongs to, the largest first."""
    around = [number for number, symbol in enumerate(parsed.symbols) if holds(symbol, line)]
    return sorted(around, key=lambda number: (-_length(parsed.symbols[number]), number))


def holds(symbol: Symbol, line: int) -> bool:
    return symbol.start_line <= line <= symbol.end_line


def _length(symbol: Symbol) -> int:
    return symbol.end_line - symbol.start_line


def _draw_signatures(sketch: Sketch, parsed: ParsedFile, wanted: Wanted) -> None:
    if wanted.signatures:
        draw_preamble(sketch)
        for one in parsed.imports:
            if one.scope is None or parsed.symbols[one.scope].kind in _PLACES:
                sketch.show(one.start_line, one.end_line)
                sketch.show_surroundings(one.start_line)
    defined = {symbol.name for symbol in parsed.symbols if not symbol.forward}
    parents = {symbol.parent for symbol in parsed.symbols}
    drawn: set[int] = set()
    for number, symbol in enumerate(parsed.symbols):
        inside = symbol.parent is None or (
            symbol.parent in drawn and parsed.symbols[symbol.parent].kind in CONTAINERS
        )
        asked = number in wanted.outlined or (symbol.parent is not None and inside)
        if number in wanted.heads and not asked and not wanted.signatures:
            _draw_around(sketch, parsed, symbol.start_line, number)
            draw_head(sketch, symbol)
            continue
        if not (asked or (wanted.signatures and inside)) or sketch.is_hidden(symbol.line):
            continue  # hidden: an attribute that a constructor's body sets
        if symbol.forward and symbol.name in defined and sketch.notation.directives:
            sketch.hide(symbol.start_line, symbol.end_line)  # a prototype, where its function follows
            continue
        drawn.add(number)
        if number in wanted.outlined:
            _draw_around(sketch, parsed, symbol.start_line, number)
        else:
            sketch.show_surroundings(symbol.line)
        draw(sketch, symbol, has_members=number in parents)


def _draw_around(sketch: Sketch, parsed: ParsedFile, line: int, index: int | None) -> None:
    """The first lines of the types and blocks around a line or symbol, so that one sees where it belongs."""
    at = index
    if index is not None and line == parsed.symbols[index].start_line:
        at = parsed.symbols[index].parent
    if at is None:
        sketch.show_surroundings(line if index is None else parsed.symbols[index].line)
    while at is not None:
        symbol = parsed.symbols[at]
        draw_header(sketch, symbol)
        draw_end(sketch, symbol)
        if symbol.parent is None:
            sketch.show_surroundings(symbol.line)
        at = symbol.parent
