"""Where a text breaks the rules of its language: what tree-sitter could not read, or had to add.

A grammar is not a compiler. It knows not all of its language, so a sound text may have faults; what tells
is that a change adds some.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from retrieval.languages.table import LANGUAGES

SECONDS = 3.0  # of computing
MOST_BYTES = 2_000_000
_NEED_A_LAST_NEWLINE = frozenset({"kotlin"})  # as in parse.py
_CHUNK_BYTES = 16_384
_CLOSING = {")": "(", "]": "[", "}": "{"}
_OPENING = frozenset(_CLOSING.values()) | {"${", "#{", "@{"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Lines that could not be read; with `missing` they could, had this stood there."""

    line: int
    end_line: int
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Unpaired:
    """A bracket without its partner."""

    bracket: str
    line: int


def faults(language: str, text: str, seconds: float = SECONDS) -> tuple[Fault, ...] | None:
    """In the order of the text. None where the language has no grammar here, or the text takes too long."""
    tree = _tree(language, text, seconds)
    return None if tree is None else tuple(sorted(_faults(tree), key=lambda fault: fault.line))


def unpaired(language: str, text: str, seconds: float = SECONDS) -> Unpaired | None:
    """The first bracket of the code (not of strings, not of comments) that has no partner."""
    tree = _tree(language, text, seconds)
    if tree is None:
        return None
    lines = text.split("\n")

    def depth(line: int) -> int:
        return len(lines[line]) - len(lines[line].lstrip())

    open_brackets: list[tuple[str, int]] = []
    for bracket, line, column in _brackets(tree):
        if bracket in _OPENING:
            open_brackets.append((bracket, line))
            continue
        wanted = _CLOSING[bracket]
        if all(opener[-1] != wanted for opener, _ in open_brackets):
            return Unpaired(bracket, line + 1)
        if open_brackets[-1][0][-1] != wanted:
            return Unpaired(open_brackets[-1][0], open_brackets[-1][1] + 1)
        opener, opened = open_brackets.pop()
        # A bracket that closes further left than its opener's line begins is the partner of an outer one.
        if column == depth(line) < depth(opened):
            return Unpaired(opener, opened + 1)
    return Unpaired(open_brackets[-1][0], open_brackets[-1][1] + 1) if open_brackets else None


def _tree(language: str, text: str, seconds: float) -> tree_sitter.Tree | None:
    found = LANGUAGES.get(language)
    if found is None:
        return None
    source = text.encode("utf-8", "replace")
    if len(source) > MOST_BYTES:
        return None
    if language in _NEED_A_LAST_NEWLINE and not source.endswith(b"\n"):
        source += b"\n"
    end = time.thread_time() + seconds

    def read(offset: int, _: object) -> bytes:
        # A scanner that looks for an end and asks for no other leave finds one here.
        return source[offset : offset + _CHUNK_BYTES] if time.thread_time() <= end else b""

    parser = tree_sitter.Parser(tree_sitter.Language(found.grammar()))
    try:
        tree = parser.parse(read, progress_callback=lambda *_: time.thread_time() > end)
    except ValueError:  # stopped
        return None
    return tree if time.thread_time() <= end else None


def _faults(tree: tree_sitter.Tree) -> Iterator[Fault]:
    waiting = [tree.root_node]
    while waiting:
        node = waiting.pop()
        first, last = node.start_point[0] + 1, node.end_point[0] + 1
        if node.is_missing:
            yield Fault(first, first, node.type)
            continue
        if node.is_error:
            yield Fault(first, last)
        if node.has_error:
            waiting += node.children


def _brackets(tree: tree_sitter.Tree) -> Iterator[tuple[str, int, int]]:
    """Each with its line and column, from 0, in the order of the text."""
    cursor = tree.walk()
    while True:
        if cursor.goto_first_child():
            continue
        node = cursor.node
        if node is not None and not node.is_missing and (node.type in _OPENING or node.type in _CLOSING):
            yield node.type, *node.start_point
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
