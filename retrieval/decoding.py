"""Bytes of a file -> text with LF line ends, whatever encoding it was written in."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# Longest first: UTF-32's little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOK_AT = 8_000  # bytes; where git looks for the zero byte that makes a file binary
_UTF16_ZEROS = 0.3  # share of zero bytes on one side of the pairs: ASCII in UTF-16 without a mark has about 1
_MOST_CONTROLS = 0.02  # share of control characters that no text has
# `# -*- coding: latin-1 -*-`, `vim: fileencoding=gbk`, `encoding="..."`, `<meta charset=...>`
_DECLARED = re.compile(rb"(?:coding|charset)\s*[:=]\s*[\"']?([-\w.]+)")
_DECLARED_WITHIN = 1_024  # bytes
# What Python calls a codec is not always an encoding of text (zip, rot13), nor always quick (punycode).
_TEXT_CODECS = re.compile(
    r"(?:iso8859|cp\d|koi8|mac[-_]|shift_jis|shift_jisx|euc_|gb|big5|johab|hz|ptcp|tis|kz1048)"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str  # LF line ends, no byte order mark
    encoding: str
    marked: bool = False  # with a byte order mark


def decode(data: bytes) -> Decoded | None:
    """None for what is not text."""
    found = _by_mark(data) or _without_mark(data)
    if found is None or _is_noise(found.text):
        return None
    text = found.text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, found.encoding, found.marked)


def _by_mark(data: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(encoding, "replace"), encoding, marked=True)
    return None


def _without_mark(data: bytes) -> Decoded | None:
    if b"\0" in data[:_LOOK_AT]:
        return _utf16(data)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _declared(data) or _damaged_utf8(data) or _one_byte(data)


def _utf16(data: bytes) -> Decoded | None:
    head = data[:_LOOK_AT]
    pairs = len(head) // 2
    if len(data) % 2 or not pairs:
        return None
    first, second = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if max(first, second) < _UTF16_ZEROS or min(first, second) > _MOST_CONTROLS:
        return None
    encoding = "utf-16-be" if first > second else "utf-16-le"
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        return None


def _declared(data: bytes) -> Decoded | None:
    match = _DECLARED.search(data[:_DECLARED_WITHIN])
    if not match:
        return None
    try:
        codec = codecs.lookup(match[1].decode("ascii")).name
        return Decoded(data.decode(codec), codec) if _TEXT_CODECS.match(codec) else None
    except (LookupError, UnicodeError, ValueError):
        return None


def _damaged_utf8(data: bytes) -> Decoded | None:
    """UTF-8 with a few wrong bytes in it: one pasted Latin-1 letter must not spoil all the others."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    return Decoded(text, "utf-8") if right > wrong else None


def _one_byte(data: bytes) -> Decoded:
    """Windows' superset of Latin-1 where it fits: what it adds are quotes and dashes, there controls."""
    try:
        return Decoded(data.decode("cp1252"), "cp1252")
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1"), "latin-1")


def _is_noise(text: str) -> bool:
    head = text[:_LOOK_AT]
    return len(_CONTROLS.findall(head)) > _MOST_CONTROLS * len(head)
