"""How a symbol is shown without its body."""

from __future__ import annotations

import re
import textwrap

from retrieval.notation import ELLIPSIS, indentation, is_closer, opens_block
from retrieval.sketch import Sketch
from retrieval.types import Symbol, SymbolKind

CONTAINERS = frozenset(
    {
        SymbolKind.NAMESPACE,
        SymbolKind.MODULE,
        SymbolKind.CLASS,
        SymbolKind.INTERFACE,
        SymbolKind.STRUCT,
        SymbolKind.ENUM,
    }
)
_ROUTINES = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD})
_SHORT_TYPE = 12  # lines; a type without members of its own (a protocol, a tuple) says more whole
_SHORT_ENUM = 30
_SHORT_VALUE = 6
_LONG_DOC = 4
_LONG_SENTENCE = 120  # characters
_LONG_LINE = 200  # characters of a value's line
_PREAMBLE_LINES = 200  # at most before what says where a file belongs; licences are long
_PREAMBLE = re.compile(r"(?:package|namespace|module|library)\s|declare\(|<\?php|[\"']use strict")
# Words to a linter, not to a reader.
_HUSH = re.compile(r"\s*(?:@Suppress\w*\(|\[[\w.]*SuppressMessage\(|#\[allow\().*[)\]]\s*$")
_QUOTES = re.compile(r"[rRuUbB]?(\"\"\"|''')")


def draw(sketch: Sketch, symbol: Symbol, has_members: bool) -> None:
    length = symbol.end_line - symbol.line + 1
    if symbol.kind in CONTAINERS:
        short = _SHORT_ENUM if symbol.kind is SymbolKind.ENUM else 0 if has_members else _SHORT_TYPE
        if length <= short:
            sketch.show(_header(sketch, symbol)[0], symbol.end_line)
        elif has_members:
            draw_header(sketch, symbol)
            _draw_doc(sketch, symbol)
            _draw_labels(sketch, symbol)
            draw_end(sketch, symbol)
        else:
            draw_header(sketch, symbol)
            _draw_doc(sketch, symbol)
            _shorten(sketch, symbol, _signature_end(sketch, symbol))
    elif symbol.kind in _ROUTINES:
        draw_header(sketch, symbol)
        _draw_doc(sketch, symbol)
        _shorten(sketch, symbol, _signature_end(sketch, symbol))
    else:
        _draw_value(sketch, symbol)


def draw_head(sketch: Sketch, symbol: Symbol) -> None:
    """A type without its members; of everything else the signature."""
    if symbol.kind not in CONTAINERS:
        draw(sketch, symbol, has_members=False)
        return
    draw_header(sketch, symbol)
    _draw_doc(sketch, symbol)
    draw_end(sketch, symbol)


def _draw_value(sketch: Sketch, symbol: Symbol) -> None:
    """A constant, field, alias or macro: whole where it is short, else where it begins."""
    first = _header(sketch, symbol)[0]
    if symbol.end_line - first < _SHORT_VALUE:
        sketch.show(first, symbol.end_line)
        for number in range(first, symbol.end_line + 1):
            if len(sketch.line(number)) > _LONG_LINE:
                sketch.replace(number, sketch.line(number)[:_LONG_LINE] + f" {ELLIPSIS}")
        return
    draw_header(sketch, symbol)
    _shorten(sketch, symbol, symbol.line)


def _header(sketch: Sketch, symbol: Symbol) -> list[int]:
    """The lines of decorators, attributes and signature, without the comment above them."""
    comments = set(sketch.lines.comments_between(symbol.start_line, symbol.line - 1))
    lines = range(symbol.start_line, symbol.line)
    above = [number for number in lines if number not in comments and not _HUSH.match(sketch.line(number))]
    return above + list(range(symbol.line, _signature_end(sketch, symbol) + 1))


def _signature_end(sketch: Sketch, symbol: Symbol) -> int:
    """Its last line; a comment between signature and body is no part of it."""
    if not _is_typed(symbol):
        return symbol.line
    end = min(symbol.signature_end, symbol.end_line)
    while end > symbol.line and sketch.lines.is_comment(end):
        end -= 1
    return max(symbol.line, end)


def _is_typed(symbol: Symbol) -> bool:
    return symbol.kind in CONTAINERS or symbol.kind in _ROUTINES


def draw_header(sketch: Sketch, symbol: Symbol) -> None:
    for number in _header(sketch, symbol):
        sketch.reveal(number)
    sketch.hide(symbol.start_line, symbol.line)


def draw_body(sketch: Sketch, symbol: Symbol) -> None:
    """All of a symbol, but of long documentation only the first line."""
    first = _header(sketch, symbol)[0]
    end = _signature_end(sketch, symbol)
    sketch.show(symbol.start_line, symbol.end_line)
    above = first - symbol.start_line
    doc_end = _string_end(sketch, end + 1) if sketch.notation.doc_in_body else end
    if above > _LONG_DOC:
        sketch.drop(symbol.start_line, first - 1)
    if doc_end - end > _LONG_DOC:
        sketch.drop(end + 1, doc_end)
    if above > _LONG_DOC or doc_end - end > _LONG_DOC:
        _draw_doc(sketch, symbol)


def _draw_doc(sketch: Sketch, symbol: Symbol) -> None:
    if not symbol.doc:
        return
    first = _header(sketch, symbol)[0]
    end = _signature_end(sketch, symbol)
    doc = textwrap.shorten(symbol.doc, _LONG_SENTENCE, placeholder=" …")
    if not sketch.notation.doc_in_body:
        sketch.add_above(first, indentation(sketch.line(first)) + sketch.notation.documentation(doc))
    elif end < symbol.end_line:
        sketch.add_below(end, _inner_indentation(sketch, symbol) + sketch.notation.documentation(doc))
        sketch.hide(end + 1, _string_end(sketch, end + 1))


def _inner_indentation(sketch: Sketch, symbol: Symbol) -> str:
    """That of the first line of its body which has something on it."""
    body = range(_signature_end(sketch, symbol) + 1, symbol.end_line + 1)
    lines = (sketch.line(number) for number in body)
    first = next((line for line in lines if line.strip() and line.strip() != "{"), "")
    outer = indentation(sketch.line(symbol.line))
    return max(indentation(first), outer + " ", key=len) if first else outer + "    "


def draw_end(sketch: Sketch, symbol: Symbol) -> None:
    """The line that closes a type, and a brace that opens it on a line of its own."""
    end = _signature_end(sketch, symbol)
    if sketch.line(end + 1).strip() == "{" and end + 1 < symbol.end_line:
        sketch.show(end + 1, end + 1)
    if symbol.end_line > end and _closes(sketch, symbol):
        sketch.show(symbol.end_line, symbol.end_line)


def _draw_labels(sketch: Sketch, symbol: Symbol) -> None:
    """`public:` in C++, `include Comparable` in Ruby."""
    labels = sketch.notation.labels
    if labels is not None:
        for number in range(symbol.line + 1, symbol.end_line):
            if labels.fullmatch(sketch.line(number)):
                sketch.show(number, number)


def _closes(sketch: Sketch, symbol: Symbol) -> bool:
    """Whether the symbol's last line ends it and nothing in it."""
    line = sketch.line(symbol.end_line)
    return is_closer(line) and indentation(line) == indentation(sketch.line(_header(sketch, symbol)[0]))


def _shorten(sketch: Sketch, symbol: Symbol, end: int) -> None:
    """Three dots instead of what comes after line `end`; in braces where it is in braces."""
    if end >= symbol.end_line:
        return
    sketch.hide(end + 1, symbol.end_line)
    signature = sketch.line(end).rstrip()
    closing = sketch.line(symbol.end_line).strip()
    closes = _closes(sketch, symbol)
    if closes and not opens_block(signature) and sketch.line(end + 1).strip() == "{":
        signature += " {"
    if closes and opens_block(signature):
        sketch.replace(end, f"{signature} {ELLIPSIS} {closing}")
        return
    if sketch.notation.doc_in_body and signature.endswith(":") and not symbol.doc:
        sketch.replace(end, f"{signature} {ELLIPSIS}")
        return
    if signature.endswith(("=", "=>", "->")):
        sketch.replace(end, f"{signature} {ELLIPSIS}" + (";" if closing.endswith(";") else ""))
        return
    mark = sketch.notation.note(ELLIPSIS) if sketch.notation.end_word else ELLIPSIS
    sketch.add_below(end, _inner_indentation(sketch, symbol) + mark)
    if closes:
        sketch.show(symbol.end_line, symbol.end_line)


def draw_preamble(sketch: Sketch) -> None:
    """What says where the file belongs, and the first line of its own documentation."""
    last = min(sketch.lines.count, _PREAMBLE_LINES)
    comments = set(sketch.lines.comments_between(1, last))
    for number in range(1, last + 1):
        if number in comments:
            continue
        if sketch.lines.language == "python":
            _draw_docstring(sketch, number)
            return
        if _PREAMBLE.match(sketch.line(number)):
            sketch.show(number, number)


def _draw_docstring(sketch: Sketch, first: int) -> None:
    """The Python string that begins at this line, if one does, as one line."""
    text = sketch.line(first).strip()
    quotes = _QUOTES.match(text)
    if quotes is None:
        return
    end = _string_end(sketch, first)
    if end == first:
        sketch.show(first, first)
    else:
        said = text[quotes.end() :].strip() or sketch.line(first + 1).strip().removesuffix(quotes[1])
        sketch.hide(first, end)
        sketch.replace(first, f"{quotes[0]}{said}{quotes[1]}")


def _string_end(sketch: Sketch, first: int) -> int:
    """The last line of the Python string that begins at this line, or the line before where none does."""
    text = sketch.line(first).strip()
    quotes = _QUOTES.match(text)
    if quotes is None:
        return first - 1
    if quotes[1] in text[quotes.end() :]:
        return first
    rest = range(first + 1, sketch.lines.count + 1)
    return next((number for number in rest if quotes[1] in sketch.line(number)), first)
