"""The symbols of a C or C++ file: where each begins, with its comment and template, and what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from retrieval.languages.c_family.preprocessor import Comment, Directives
from retrieval.languages.documentation import first_sentence
from retrieval.languages.draft import OutlineDraft
from retrieval.types import Import, Reference, Symbol, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

_BRIEF = re.compile(r"[@\\]brief\b\s*")


class Around(Enum):
    FILE = auto()  # also a namespace
    TYPE = auto()
    BLOCK = auto()  # what is declared here is local


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk is."""

    around: Around = Around.FILE
    symbol: int | None = None  # the innermost one around
    start: Node | None = None  # `template <...>`, which belongs to what it holds
    private: bool = False  # in a namespace without a name


@dataclass(frozen=True, slots=True)
class Found:
    """A definition before it is a symbol."""

    node: Node
    name: str
    at: Node  # its name
    kind: SymbolKind
    signature_end: Node | None = None  # None: there is no body
    owner: str = ""
    forward: bool = False
    private: bool = False


class Symbols:
    def __init__(self, source: bytes, directives: Directives) -> None:
        self.source = source
        self.comments = directives.comments
        self.draft = OutlineDraft()

    def add(self, found: Found, place: Place) -> int:
        first = found.node if place.start is None else place.start
        start, end = first.start_point.row + 1, _end_line(found.node)
        comments = self._comments_above(start) if self._begins_line(first) else []
        line, column = found.at.start_point
        last = end if found.signature_end is None else _end_line(found.signature_end)
        return self.draft.add(
            Symbol(
                found.name,
                found.kind,
                line + 1,
                column,
                comments[0].start_line if comments else start,
                end,
                last,
                place.symbol,
                self._documentation(comments),
                found.owner,
                found.forward,
                found.private or place.private,
            )
        )

    def directives(self, directives: Directives) -> None:
        """Macros become symbols, includes imports, and what a macro's value names references."""
        macros = []
        for macro in directives.macros:
            comments = self._comments_above(macro.line)
            start = comments[0].start_line if comments else macro.line
            doc = self._documentation(comments)
            macros.append(
                self.draft.add(
                    Symbol(
                        macro.name,
                        SymbolKind.MACRO,
                        macro.line,
                        macro.column,
                        start,
                        macro.end_line,
                        macro.end_line,
                        doc=doc,
                    )
                )
            )
        for use in directives.uses:
            scope = None if use.macro is None else macros[use.macro]
            self.draft.refer(Reference(use.name, use.line, use.column, use.kind, scope=scope))
        scopes = self.draft.innermost(include.line for include in directives.includes)
        for include, scope in zip(directives.includes, scopes, strict=True):
            module = f"next {include.written}" if include.next else include.written
            self.draft.need(
                Import(module, include.line, include.end_line, conditional=include.conditional, scope=scope)
            )

    def _begins_line(self, node: Node) -> bool:
        before = self.source[node.start_byte - node.start_point.column : node.start_byte]
        return not before.strip()

    def _comments_above(self, line: int) -> list[Comment]:
        """The comment that ends on the line before; line comments below one another count as one."""
        above: list[Comment] = []
        while (comment := self.comments.get(line - 1)) is not None and comment.own_line:
            block = self.source.startswith(b"/*", comment.start)
            if block and above:
                break
            above.insert(0, comment)
            if block:
                break
            line = comment.start_line
        return above

    def _documentation(self, comments: list[Comment]) -> str:
        if not comments:
            return ""
        text = self.source[comments[0].start : comments[-1].end].decode("utf-8", "replace")
        return first_sentence(_BRIEF.sub("", text))


def _end_line(node: Node) -> int:
    """Where a node ends, counted from 1; a line end that it takes with it does not count."""
    row, column = node.end_point
    return row + 1 if column or row == node.start_point.row else row
