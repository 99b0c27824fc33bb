"""A change in parts that a model can read at once, cut at the borders of hunks and symbols.

Every row of every hunk that a model may read is in exactly one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from retrieval.changes import ChangedFile, Changes
from retrieval.graph import DependencyGraph
from retrieval.hunks import Hunk, Row, RowKind
from retrieval.layout import in_order
from retrieval.sources import Parsed
from retrieval.types import ParsedFile, SymbolKind

CountTokens = Callable[[str], int]

_FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.MACRO})
_HOLDERS = frozenset({SymbolKind.NAMESPACE, SymbolKind.MODULE})
_ROW_MARK = 1  # tokens for the sign before a line and its end, at most


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one hunk that belong to one symbol of the new side, or to none."""

    hunk: Hunk
    rows: tuple[Row, ...]
    symbol: int | None  # its index in the new parse

    @property
    def is_telling(self) -> bool:
        """Whether anything but white space changes in it."""
        return any(row.kind is not RowKind.CONTEXT and row.text.strip() for row in self.rows)


@dataclass(frozen=True, slots=True)
class Part:
    """What is read at once: pieces of one file, in its order."""

    file: ChangedFile
    parsed: ParsedFile | None
    pieces: tuple[Piece, ...]
    names: tuple[str, ...]  # of its symbols

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def symbols(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(piece.symbol for piece in self.pieces if piece.symbol is not None))

    @property
    def place(self) -> str:
        """As a person reads it."""
        named = f" ({', '.join(self.names)})" if self.names else ""
        return f"{self.path}{named}"


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A file whose changes no model reads, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What the model did for a part."""

    prompt_tokens: int = 0  # those that were still in the cache included
    new_tokens: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.prompt_tokens + other.prompt_tokens, self.new_tokens + other.new_tokens)


def divided(
    changes: Changes, parsed: Parsed, graph: DependencyGraph, most: int, count: CountTokens
) -> tuple[tuple[Part, ...], tuple[Uncovered, ...]]:
    """Parts of at most `most` tokens of rows, what others need first; and the files that are in none.

    A single row may have more: it is a part by itself.
    """
    files = {file.path: file for file in changes.files}
    reasons = {path: reason for path, file in files.items() if (reason := _why_not(file))}
    read = [path for path, file in files.items() if file.hunks and path not in reasons]
    row = in_order(read, graph.reading_order())
    parts = [part for path in row for part in _parts(files[path], parsed(path), most, count)]
    uncovered = [Uncovered(path, reason) for path, reason in reasons.items()]
    uncovered += [Uncovered(path, "left out by .coderignore") for path in changes.left_out]
    return tuple(parts), tuple(uncovered)


def _why_not(file: ChangedFile) -> str:
    if file.skipped is not None:
        detail = f" ({file.skipped.detail})" if file.skipped.detail else ""
        return f"{file.skipped.reason.value}{detail}"
    if file.new is None:
        return "deleted"
    return ""


def _parts(file: ChangedFile, parsed: ParsedFile | None, most: int, count: CountTokens) -> Iterator[Part]:
    pieces = [
        smaller
        for hunk in file.hunks
        for piece in _by_symbol(hunk, parsed)
        for smaller in _cut(piece, most, count)
    ]
    waiting: list[Piece] = []
    size = 0
    for piece in pieces:
        tokens = _tokens(piece.rows, count)
        if waiting and size + tokens > most:
            yield _part(file, parsed, waiting)
            waiting, size = [], 0
        waiting.append(piece)
        size += tokens
    if waiting:
        yield _part(file, parsed, waiting)


def _part(file: ChangedFile, parsed: ParsedFile | None, pieces: Sequence[Piece]) -> Part:
    symbols = dict.fromkeys(piece.symbol for piece in pieces if piece.symbol is not None)
    names = tuple(parsed.qualified_name(index) for index in symbols) if parsed else ()
    return Part(file, parsed, tuple(pieces), names)


def _tokens(rows: Sequence[Row], count: CountTokens) -> int:
    return sum(count(row.text) + _ROW_MARK for row in rows)


def places(hunk: Hunk) -> dict[int, int]:
    """For each deleted line, by its old number, the line of the new side that it stood before."""
    found: dict[int, int] = {}
    following = hunk.new_start + hunk.new_lines if hunk.new_lines else hunk.new_start + 1
    for row in reversed(hunk.rows):
        if row.new_line is not None:
            following = row.new_line
        elif row.old_line is not None:
            found[row.old_line] = following
    return found


def _by_symbol(hunk: Hunk, parsed: ParsedFile | None) -> Iterator[Piece]:
    """Runs of rows of the same symbol; context alone joins the run before it, or the one after."""
    stood = places(hunk)
    last = max(1, hunk.new_end)  # what was deleted at the end belongs to what is before it
    lines = [row.new_line or min(last, stood[row.old_line or 0]) for row in hunk.rows]
    owners = [_owner(parsed, line) for line in lines]
    runs: list[tuple[int | None, list[Row]]] = []
    ahead: list[Row] = []
    for owner, group in groupby(zip(owners, hunk.rows, strict=True), key=lambda pair: pair[0]):
        rows = [row for _, row in group]
        if any(row.kind is not RowKind.CONTEXT for row in rows):
            runs.append((owner, [*ahead, *rows]))
            ahead = []
        elif runs:
            runs[-1][1].extend(rows)
        else:
            ahead += rows
    yield from (Piece(hunk, tuple(rows), owner) for owner, rows in runs)


def _owner(parsed: ParsedFile | None, line: int) -> int | None:
    """The outermost function around a line, else the innermost definition of anything else."""
    if parsed is None:
        return None
    around = [
        number
        for number, symbol in enumerate(parsed.symbols)
        if symbol.start_line <= line <= symbol.end_line and symbol.kind not in _HOLDERS
    ]
    functions = [number for number in around if parsed.symbols[number].kind in _FUNCTIONS]
    if functions:
        return functions[0]
    return min(around, key=lambda number: _length(parsed, number), default=None)


def _length(parsed: ParsedFile, number: int) -> int:
    return parsed.symbols[number].end_line - parsed.symbols[number].start_line


def _cut(piece: Piece, most: int, count: CountTokens) -> Iterator[Piece]:
    """A long piece in several, where a blank line or a line without indentation allows it."""
    rows: list[Row] = []
    size = 0
    for row in piece.rows:
        tokens = count(row.text) + _ROW_MARK
        if rows and size + tokens > most:
            at = _good_end(rows)
            yield Piece(piece.hunk, tuple(rows[:at]), piece.symbol)
            rows = rows[at:]
            size = _tokens(rows, count)
        rows.append(row)
        size += tokens
    if rows:
        yield Piece(piece.hunk, tuple(rows), piece.symbol)


def _good_end(rows: Sequence[Row]) -> int:
    """After the last blank line in the second half, else at the end."""
    for at in range(len(rows), len(rows) // 2, -1):
        if not rows[at - 1].text.strip():
            return at
    return len(rows)
