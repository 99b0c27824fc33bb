"""A change as a model reads it who is to say what it does: every file by name, and of the hunks what fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from retrieval.changes import ChangedFile, Changes, Status
from retrieval.hunks import Hunk, Row, RowKind
from retrieval.languages.table import LANGUAGES
from retrieval.search.paths import is_test
from retrieval.types import ParsedFile, Skip

MOST_FILES = 40  # that are named; a change of more is told by its folders anyway
_CONTEXT = 2  # lines around a change
_LONGEST_LINE = 200  # characters
_LEAST = 4  # lines of a hunk that is cut
_LEAST_ROOM = 16  # tokens that are worth another hunk
_SHARES = 6  # long hunks that are shown in part rather than one of them whole
_SIGNS = {RowKind.CONTEXT: " ", RowKind.ADDED: "+", RowKind.DELETED: "-"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the model reads of a change, and what of it that is not."""

    text: str
    hunks: int
    of_hunks: int
    cut: bool  # some hunk is there in part
    hidden: tuple[str, ...]  # files that may hold secrets: only their names are shown

    @property
    def is_whole(self) -> bool:
        return self.hunks == self.of_hunks and not self.cut


@dataclass(frozen=True, slots=True)
class _Piece:
    file: int
    number: int  # of the hunk in its file
    lines: tuple[str, ...]
    cut: bool = False

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def shown(changes: Changes, fits: Callable[[str], bool], count: Callable[[str], int], budget: int) -> Shown:
    """At most `budget` tokens, and what `fits`: the hunks of code first, one of each file in turn."""
    files = sorted(changes.files, key=_importance)
    named = MOST_FILES
    while named > 1 and count(_laid_out(files, named, ())) > budget:
        named //= 2
    queue = _in_turn(files[:named])
    symbols = _Symbols()
    chosen: list[_Piece] = []
    left = budget - count(_laid_out(files, named, ()))
    for number, (index, place) in enumerate(queue):
        if left < _LEAST_ROOM:
            break
        # One long hunk, a new file say, leaves room for others.
        share = min(left, max(left // (len(queue) - number), budget // _SHARES))
        piece = _Piece(index, place, _lines(files[index].hunks[place], symbols.around(files[index], place)))
        tokens = count(piece.text)
        if tokens > share:
            piece = _shortened(piece, count, share)
            tokens = count(piece.text)
        if piece.lines and tokens <= share:
            chosen.append(piece)
            left -= tokens
    # Tokens join over the borders of pieces; what is left over is the exact count of the whole.
    while chosen and not fits(_laid_out(files, named, chosen)):
        chosen.pop()
    return Shown(
        _laid_out(files, named, chosen),
        len(chosen),
        sum(len(file.hunks) for file in files if file.skipped is None),
        any(piece.cut for piece in chosen),
        tuple(file.path for file in files if file.skipped and file.skipped.reason is Skip.SENSITIVE),
    )


def _importance(file: ChangedFile) -> tuple[int, str]:
    source = file.new or file.old
    is_code = source is not None and source.language in LANGUAGES
    generated = file.skipped is not None
    return (generated * 4 + (not is_code) * 2 + is_test(file.path), file.path)


def _in_turn(files: Sequence[ChangedFile]) -> list[tuple[int, int]]:
    """The first hunk of every file, then the second ones; a text that is generated tells nothing."""
    each = [
        (place, index)
        for index, file in enumerate(files)
        if file.skipped is None
        for place in range(len(file.hunks))
    ]
    return [(index, place) for place, index in sorted(each)]


def _lines(hunk: Hunk, where: str) -> tuple[str, ...]:
    return (f"@@ {where} @@" if where else "@@", *(_line(row) for row in _trimmed(hunk.rows)))


def _line(row: Row) -> str:
    text = row.text if len(row.text) <= _LONGEST_LINE else row.text[:_LONGEST_LINE] + " ..."
    return _SIGNS[row.kind] + text


def _trimmed(rows: Sequence[Row]) -> Iterator[Row]:
    """With less context than a diff has for people."""
    changed = [number for number, row in enumerate(rows) if row.kind is not RowKind.CONTEXT]
    for number, row in enumerate(rows):
        if any(abs(number - other) <= _CONTEXT for other in changed):
            yield row


class _Symbols:
    """The definitions around changes; each file is parsed once."""

    def __init__(self) -> None:
        self._parsed: dict[str, ParsedFile | None] = {}

    def around(self, file: ChangedFile, place: int) -> str:
        """The innermost one around the first line that a hunk changes."""
        source = file.new or file.old
        changed = [row for row in file.hunks[place].rows if row.kind is not RowKind.CONTEXT]
        if source is None or not changed:
            return ""
        from retrieval.parse import parse

        if source.path not in self._parsed:
            self._parsed[source.path] = parse(source)
        parsed = self._parsed[source.path]
        first = changed[0]
        line = (first.new_line or file.hunks[place].new_start) if file.new else first.old_line
        found = ""
        for index, symbol in enumerate(parsed.symbols if parsed else ()):
            if parsed and line and symbol.start_line <= line <= symbol.end_line and not symbol.forward:
                found = parsed.qualified_name(index)  # the innermost comes last
        return found


def _shortened(piece: _Piece, count: Callable[[str], int], budget: int) -> _Piece:
    """As many of its lines as fit; none where they would be too few to tell anything."""
    low, high = 0, len(piece.lines)
    while low < high:
        middle = (low + high + 1) // 2
        if count("".join(f"{line}\n" for line in (*piece.lines[:middle], "..."))) <= budget:
            low = middle
        else:
            high = middle - 1
    return replace(piece, lines=(*piece.lines[:low], "...") if low >= _LEAST else (), cut=True)


def _laid_out(files: Sequence[ChangedFile], named: int, chosen: Sequence[_Piece]) -> str:
    parts = []
    for number, file in enumerate(files[:named]):
        parts.append(f"{_named(file)}\n")
        own = sorted((piece for piece in chosen if piece.file == number), key=lambda piece: piece.number)
        parts += [piece.text for piece in own]
    if len(files) > named:
        parts.append(f"and {len(files) - named} more files\n")
    return "".join(parts)


def _named(file: ChangedFile) -> str:
    added = sum(len(hunk.added) for hunk in file.hunks)
    deleted = sum(len(hunk.deleted) for hunk in file.hunks)
    told: list[str] = [file.status.value]
    if file.status is Status.RENAMED and file.old_path:
        told = [f"renamed from {_one_line(file.old_path)}"]
    if added or deleted:
        told.append(f"+{added} -{deleted}")
    if file.skipped is not None:
        told.append(f"not shown: {file.skipped.reason.value}")
    return f"#{_one_line(file.path)} ({', '.join(told)})"


def _one_line(path: str) -> str:
    return path.replace("\n", "\\n").replace("\r", "\\r")
