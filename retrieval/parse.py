"""A file's text -> its symbols, references, imports, through the grammar and the module of its language.

Reading is limited: a file that takes too long, as hostile or generated ones may, is read from its beginning
as far as time allows. What cannot be read is missing from the result; the rest is there.
"""

from __future__ import annotations

import dataclasses
import gc
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType

import tree_sitter

from retrieval.languages.base import Language
from retrieval.languages.table import LANGUAGES
from retrieval.packed import PackedParse, pack
from retrieval.types import ParsedFile, SourceFile

PARSE_SECONDS = 5.0  # of computing, so that a busy machine changes no result; a megabyte takes about one
MOST_BYTES = 2_000_000  # of a text; what follows is not parsed, however much time there is
_CHUNK_BYTES = 16_384  # read by the parser at a time
_AGAIN_SECONDS = 0.05
_SHORTER = (1, 2, 16)  # a text that takes too long is tried again by its first half, its first sixteenth
# Their scanners look for the end of a last word for ever where no white space ends it; no clock stops that.
_NEED_A_LAST_NEWLINE = frozenset({"kotlin"})
_VERSION = 1  # of what this module makes of a language's outline: part of every language's version


def parse(file: SourceFile, *, seconds: float = PARSE_SECONDS) -> ParsedFile | None:
    """None where the language has no grammar here. `complete` tells whether everything could be read."""
    language = LANGUAGES.get(file.language)
    if language is None:
        return None
    source = file.text.encode("utf-8", "replace")
    for divisor in _SHORTER:
        part = _beginning(source, min(len(source), MOST_BYTES) // divisor)
        try:
            parsed, broken = _outline(language, part, seconds)
        except _TimeUp:
            continue
        if broken or len(part) < len(source):
            parsed = dataclasses.replace(parsed, complete=False)
        return parsed if part.isascii() else _in_characters(parsed, part)
    return ParsedFile(file.language, complete=False)


def packed_parse(language: str, text: str) -> PackedParse:
    """The same for programs that must go on whatever a text does to us: what went wrong is in `problem`."""
    try:
        parsed = parse(SourceFile("", language, text, ""))
    except Exception as bug:
        return pack(ParsedFile(language, complete=False), f"{type(bug).__name__}: {bug}")
    return pack(parsed or ParsedFile(language))


@cache
def version(language: str) -> str | None:
    """Of what `parse` makes of a text in this language; equal versions give equal results."""
    if language not in LANGUAGES:
        return None
    grammar = _grammar(language)
    size = f"{grammar.abi_version}.{grammar.parse_state_count}.{grammar.node_kind_count}"
    return f"{_VERSION}.{LANGUAGES[language].version} {size}"


@cache
def _grammar(language: str) -> tree_sitter.Language:
    return tree_sitter.Language(LANGUAGES[language].grammar())


def _outline(language: Language, source: bytes, seconds: float) -> tuple[ParsedFile, bool]:
    if language.name in _NEED_A_LAST_NEWLINE and not source.endswith(b"\n"):
        source += b"\n"
    parser = tree_sitter.Parser(_grammar(language.name))
    # Only a parse through a callback can be stopped, but its tree has a slow Node.text that may crash. The
    # second parse reuses its nodes: it takes next to no time, or with many syntax errors the same once more.
    root = parser.parse(source, _timed_tree(parser, source, seconds)).root_node
    with _limited(seconds):
        return language.outline(root, source), root.has_error


def _timed_tree(parser: tree_sitter.Parser, source: bytes, seconds: float) -> tree_sitter.Tree:
    end = time.thread_time() + seconds

    ended: set[int] = set()

    def read(offset: int, _: object) -> bytes:
        if time.thread_time() <= end:
            return source[offset : offset + _CHUNK_BYTES]
        # A search for the end of a comment, say, asks for no other leave: let the text end here, with a line.
        if offset in ended:
            return b""
        ended.add(offset + 1)
        return b"\n"

    try:
        tree = parser.parse(read, progress_callback=lambda *_: time.thread_time() > end)
    except ValueError as stopped:
        raise _TimeUp from stopped
    if time.thread_time() > end:
        raise _TimeUp
    return tree


def _beginning(source: bytes, size: int) -> bytes:
    """About the first `size` bytes, to the end of a line, or at least of a character."""
    if size >= len(source):
        return source
    line_end = source.rfind(b"\n", 0, size) + 1
    return source[:line_end] if line_end else source[:size].decode("utf-8", "ignore").encode()


def _in_characters(parsed: ParsedFile, source: bytes) -> ParsedFile:
    """The same with columns in characters: those of lines beyond ASCII change."""
    wide = {number: line for number, line in enumerate(source.split(b"\n"), start=1) if not line.isascii()}

    def column(line: int, before: int) -> int:
        return len(wide[line][:before].decode("utf-8", "ignore"))

    return dataclasses.replace(
        parsed,
        symbols=tuple(
            dataclasses.replace(symbol, column=column(symbol.line, symbol.column))
            if symbol.line in wide
            else symbol
            for symbol in parsed.symbols
        ),
        references=tuple(
            dataclasses.replace(reference, column=column(reference.line, reference.column))
            if reference.line in wide
            else reference
            for reference in parsed.references
        ),
    )


class _TimeUp(BaseException):
    """No Exception, so that no language catches it."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise _TimeUp inside, once the time is up. Only a main thread can be stopped so; others are not."""
    if threading.current_thread() is not threading.main_thread() or _timer_is_taken():
        yield
        return
    inside = True

    def ring(signal_number: int, frame: FrameType | None) -> None:
        if inside:
            raise _TimeUp

    before = signal.signal(signal.SIGVTALRM, ring)
    # What is raised in a finaliser or a callback of the collector is printed and lost: collect nothing in
    # here, and ring again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN_SECONDS)
        try:
            yield
        finally:
            inside = False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL if before is None else before)
        if collecting:
            gc.enable()


def _timer_is_taken() -> bool:
    """By another part of the program, or there is none (Windows)."""
    return not hasattr(signal, "setitimer") or signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 0
