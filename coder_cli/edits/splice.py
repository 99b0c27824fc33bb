"""Edits -> the bytes of the file after them. What no edit changes stays as it is, bit for bit."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from coder_cli.edits.differing import replaced
from coder_cli.edits.indentation import in_style
from coder_cli.edits.lines import Line, TextFile, lines_in, text_file
from coder_cli.edits.types import Edit, EditError
from retrieval.languages.content import language_in

_SHOWN = 3  # places of a search that stands too often
_DECLARED = re.compile(rb"(?:coding|charset)\s*[:=]\s*[\"']?([-\w.]+)")
_DECLARED_WITHIN = 1_024  # bytes
_LOST = "\ufffd"  # stands for bytes that could not be decoded


@dataclass(frozen=True, slots=True)
class _Place:
    """The lines of the file that an edit replaces, counted from 0, without the last."""

    start: int
    stop: int
    lines: tuple[str, ...]  # in their place


def spliced(before: bytes | None, edits: Sequence[Edit]) -> bytes:
    """The file with all edits applied, each to the file as it was. EditError where one of them cannot be.

    New lines take the line end, encoding and indentation of the file. None: there is no file yet.
    """
    if not edits:
        return before or b""
    path = edits[0].path
    file = text_file(before or b"")
    if file is None:
        raise EditError(path, "It is no text that can be edited line by line.")
    if not file.lines or any(not lines_in(edit.search) for edit in edits):
        return _written(path, file, edits, is_there=before is not None)
    places = sorted((_place(path, file, edit) for edit in edits), key=lambda place: place.start)
    for one, other in pairwise(places):
        if other.start < one.stop:
            raise EditError(
                path, f"Two edits replace line {other.start + 1}; each line belongs to one of them."
            )
    return _Splice(path, before or b"", file).joined(places)


def _written(path: str, file: TextFile, edits: Sequence[Edit], *, is_there: bool) -> bytes:
    """A file that is new, or was empty."""
    if file.lines:
        raise EditError(path, "The file is there already: quote the lines that are to be replaced.")
    if any(lines_in(edit.search) for edit in edits):
        raise EditError(path, "The file is empty." if is_there else "There is no such file.")
    if len(edits) > 1:
        raise EditError(path, "A new file is written in one edit.")
    lines = lines_in(edits[0].replace)
    if not lines:
        raise EditError(path, "The edit changes nothing.")
    try:
        return file.mark + "".join(f"{line}\n" for line in lines).encode(file.encoding)
    except UnicodeEncodeError as wrong:
        raise EditError(path, f"{file.encoding} has no {wrong.object[wrong.start]!r}.") from wrong


def _place(path: str, file: TextFile, edit: Edit) -> _Place:
    texts, search, new = file.texts, lines_in(edit.search), lines_in(edit.replace)
    found = _found(texts, search)
    if not found and not search[-1] and len(search) > 1 and file.lines[-1].end:
        # To a reader who splits at newlines there is an empty line behind the last one.
        found = [at for at in _found(texts, search[:-1]) if at + len(search) - 1 == len(texts)]
        if found:
            search, new = search[:-1], new[:-1] if new and not new[-1] else new
    if not found:
        raise EditError(path, _missing(set(texts), search))
    if len(found) > 1:
        raise EditError(path, _ambiguous(found, len(search)))
    start, stop = found[0], found[0] + len(search)
    new = in_style(texts, search, new, language_in(path, "\n".join(texts[:50])))
    if new == search:
        raise EditError(path, f"The edit of {_span(start, stop)} changes nothing.")
    return _Place(start, stop, tuple(new))


def _found(texts: Sequence[str], search: Sequence[str]) -> list[int]:
    size = len(search)
    return [
        at
        for at in range(len(texts) - size + 1)
        if texts[at] == search[0] and list(texts[at : at + size]) == list(search)
    ]


def _missing(texts: set[str], search: Sequence[str]) -> str:
    absent = next((line for line in search if line not in texts), None)
    if absent is None:
        return f"The {len(search)} lines to be replaced do not follow one another in the file."
    return f"No line of the file reads `{absent.strip()}`." + (
        " White space counts." if any(line.split() == absent.split() for line in texts) else ""
    )


def _ambiguous(found: Sequence[int], size: int) -> str:
    places = ", ".join(_span(at, at + size) for at in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"What is to be replaced stands {len(found)} times, in {places}{more}: quote more lines around it."


def _span(start: int, stop: int) -> str:
    return f"line {stop}" if stop - start == 1 else f"lines {start + 1}-{stop}"


class _Splice:
    """One file while its lines are replaced."""

    def __init__(self, path: str, before: bytes, file: TextFile) -> None:
        self._path, self._before, self._file = path, before, file
        self._encoding = _encoding_of_new(before, file)
        self._return, self._feed = (end.encode(file.encoding) for end in ("\r", "\n"))
        ends = Counter(line.end for line in file.lines if line.end)
        self._usual_end = max(ends, key=lambda end: ends[end]) if ends else self._feed

    def joined(self, places: Sequence[_Place]) -> bytes:
        lines: list[Line] = []
        at = 0
        for place in places:
            lines += self._file.lines[at : place.start]
            lines += self._in_place(place)
            at = place.stop
        lines += self._file.lines[at:]
        for number, line in enumerate(lines[:-1]):
            if not line.end:
                lines[number] = Line(line.text, line.data, self._usual_end)
            elif line.end == self._return and lines[number + 1].raw == self._feed:
                # The next line is empty now: together they would be one line end.
                lines[number] = Line(line.text, line.data, self._return + self._feed)
        if lines:
            last = lines[-1]
            ended = bool(self._file.lines[-1].end)
            lines[-1] = Line(last.text, last.data, (last.end or self._usual_end) if ended else b"")
        result = self._file.mark + b"".join(line.raw for line in lines)
        if result == self._before:
            raise EditError(self._path, "The edits change nothing.")
        read = text_file(result)
        if read is None or (
            self._encoding != self._file.encoding and read.texts != [line.text for line in lines]
        ):
            raise EditError(self._path, "After the edit it would not read as the same text.")
        return result

    def _in_place(self, place: _Place) -> list[Line]:
        """Lines that stay keep their bytes; new ones take the line end of the line they stand for."""
        old = self._file.lines[place.start : place.stop]
        lines: list[Line] = []
        at = 0
        for change in replaced([line.text for line in old], place.lines):
            lines += old[at : change.start]
            for number in range(change.new_start, change.new_stop):
                stands_for = change.start + number - change.new_start
                near = stands_for if stands_for < change.stop else change.stop - 1
                lines.append(self._new_line(place.lines[number], self._end_at(place.start + near)))
            at = change.stop
        return [*lines, *old[at:]]

    def _end_at(self, near: int) -> bytes:
        """The line end of a line, or where it has none, of the one before."""
        lines = self._file.lines[max(near - 1, 0) : max(near, 0) + 1]
        return next((line.end for line in reversed(lines) if line.end), self._usual_end)

    def _new_line(self, text: str, end: bytes) -> Line:
        if _LOST in text and not self._reads_back():
            raise EditError(self._path, f"`{text.strip()}` holds a character that could not be read.")
        if "\0" in text:
            raise EditError(self._path, "No line of a text holds a zero.")
        try:
            return Line(text, text.encode(self._encoding), end)
        except UnicodeEncodeError as wrong:
            letter = wrong.object[wrong.start]
            raise EditError(
                self._path, f"Its encoding, {self._encoding}, has no {letter!r}, as in `{text.strip()}`."
            ) from wrong

    def _reads_back(self) -> bool:
        """Whether every byte of the file could be decoded."""
        try:
            return bool(self._before.decode(self._file.encoding))
        except UnicodeDecodeError:
            return False


def _encoding_of_new(before: bytes, file: TextFile) -> str:
    """The file's, or where it is all ASCII so far, what it says of itself (`coding: latin-1`)."""
    declared = _DECLARED.search(before[:_DECLARED_WITHIN]) if before.isascii() else None
    if declared is None:
        return file.encoding
    try:
        codec = codecs.lookup(declared[1].decode("ascii"))
        marks_nothing = not "".encode(codec.name)  # a codec that writes a mark would write it at every line
        reads_same = before.decode(codec.name).encode("ascii") == before
        return codec.name if marks_nothing and reads_same else file.encoding
    except (LookupError, UnicodeError, ValueError):
        return file.encoding
