"""The bytes of a text file as its lines: each with its text, its own bytes, and its line end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.decoding import decode

_ENDS = re.compile(rb"\r\n|\r|\n")
_WIDE = ("utf-16", "utf-32")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_MARKS = {
    "utf-8": b"\xef\xbb\xbf",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
}


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    data: bytes
    end: bytes = b""  # as encoded; empty only for a last line that has none

    @property
    def raw(self) -> bytes:
        return self.data + self.end


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that reads as text. `mark` and the lines' `raw` in a row are its bytes."""

    lines: tuple[Line, ...]
    encoding: str = "utf-8"
    mark: bytes = b""  # its byte order mark

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]


def text_file(data: bytes) -> TextFile | None:
    """None for what is no text, or whose lines cannot be read one without the others."""
    decoded = decode(data)
    if decoded is None:
        return None
    mark = _MARKS[decoded.encoding] if decoded.marked else b""
    body = data[len(mark) :]
    wide = decoded.encoding.startswith(_WIDE)
    lines = tuple(_wide_lines(body, decoded.encoding) if wide else _lines(body, decoded.encoding))
    text = "\n".join(line.text for line in lines) + ("\n" if lines and lines[-1].end else "")
    whole = b"".join(line.raw for line in lines)
    return TextFile(lines, decoded.encoding, mark) if text == decoded.text and whole == body else None


def lines_in(text: str) -> list[str]:
    """The lines of an Edit's text: what a newline ends, and what may stand behind the last one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _lines(body: bytes, encoding: str) -> Iterator[Line]:
    at = 0
    for found in _ENDS.finditer(body):
        data = body[at : found.start()]
        yield Line(data.decode(encoding, "replace"), data, found[0])
        at = found.end()
    if at < len(body):
        yield Line(body[at:].decode(encoding, "replace"), body[at:])


def _wide_lines(body: bytes, encoding: str) -> Iterator[Line]:
    """Of two or four bytes a unit, where a byte that looks like a newline may be half of something else."""
    at = 0
    for found in _LINE.finditer(body.decode(encoding, "replace")):
        last = not found[2]
        size = len(found[1].encode(encoding, "surrogatepass"))
        data = body[at:] if last else body[at : at + size]
        end = found[2].encode(encoding)
        at += len(data) + len(end)
        if data or end:
            yield Line(data.decode(encoding, "replace"), data, end)
