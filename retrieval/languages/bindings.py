"""What a walk collects where names are used before they are bound: symbols, references, imports.

A reference is judged at the end, when every scope knows its names.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING

from retrieval.languages.documentation import first_sentence
from retrieval.types import Import, ParsedFile, Reference, ReferenceKind, Symbol, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST_NESTING = 200  # scopes searched for a name; hostile code nests deeper, and would take quadratic time
LONGEST_QUALIFIER = 80  # bytes; beyond that it is a chain of calls that names nothing

# Comments for tools, which say nothing about what they stand above.
DIRECTIVE = re.compile(
    r"(?://|/\*+)[ \t]*(?:eslint|prettier|tslint|biome|istanbul|c8|v8|jshint|global|@ts-|@__|#__)"
    r"|//(?:go:|nolint|[ ]\+build|line |export )"
)


class Scope:
    """Where names are bound. In an open one (a module, a namespace) they can be named from outside."""

    __slots__ = ("function", "names", "open", "parent")

    def __init__(self, parent: Scope | None, *, open: bool = False, function: bool = False) -> None:
        self.parent = parent
        self.open = open
        self.names: set[str] = set()
        self.function: Scope = self if function or parent is None else parent.function  # where `var` binds

    def is_local(self, name: str) -> bool:
        scope: Scope | None = self
        for _ in range(DEEPEST_NESTING):
            if scope is None:
                break
            if name in scope.names:
                return not scope.open
            scope = scope.parent
        return False


class Outline:
    """Collects; `parsed` sorts and judges. Symbols are to be defined in the order of the text."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.symbols: list[Symbol] = []
        self.imports: list[Import] = []
        self.named: dict[str, int] = {}  # symbols that stand alone: without parent and owner
        self._references: list[tuple[tuple[int, int], str, ReferenceKind, str, int | None, Scope | None]] = []
        self._comments: dict[int, tuple[int, int, int]] = {}  # last row -> first row, first byte, last byte

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def qualifier(self, node: Node) -> str:
        """What stands before a name, as written; `…` where it is no name but an expression of many lines."""
        if node.end_byte - node.start_byte > LONGEST_QUALIFIER:
            return "…"
        raw = self.source[node.start_byte : node.end_byte]
        return "…" if b"\n" in raw else raw.decode("utf-8", "replace")

    def comment(self, node: Node) -> None:
        self._comments[node.end_point[0]] = (node.start_point[0], node.start_byte, node.end_byte)

    def define(
        self,
        name: str,
        kind: SymbolKind,
        at: Node,
        whole: Node,
        *,
        body: Node | None = None,
        parent: int | None = None,
        owner: str = "",
        forward: bool = False,
    ) -> int | None:
        """Adds a symbol named at `at`, defined by `whole`. Its index; without a name, the parent's."""
        if not name:
            return parent
        line, column = at.start_point
        first, doc = self._leading_comment(whole)
        last = whole.end_point[0]
        signature = last
        if body is not None:
            before = body.prev_sibling
            signature = before.end_point[0] if before is not None else body.start_point[0]
        if parent is None and not owner:
            self.named.setdefault(name, len(self.symbols))
        end = max(signature, line) + 1
        self.symbols.append(
            Symbol(name, kind, line + 1, column, first + 1, last + 1, end, parent, doc, owner, forward)
        )
        return len(self.symbols) - 1

    def refer(
        self, node: Node, kind: ReferenceKind, scope: Scope | None, symbol: int | None, qualifier: str = ""
    ) -> None:
        """A use of a name, kept unless `scope` turns out to bind it; None where that is known already."""
        name = self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        if name:
            self._references.append((node.start_point, name, kind, qualifier, symbol, scope))

    def parsed(self, language: str, *, namespace: str = "", complete: bool = True) -> ParsedFile:
        self._references.sort(key=itemgetter(0))
        references = [
            Reference(name, row + 1, column, kind, qualifier, symbol)
            for (row, column), name, kind, qualifier, symbol, scope in self._references
            if qualifier or scope is None or not scope.is_local(name)
        ]
        self.imports.sort(key=lambda item: item.start_line)
        return ParsedFile(
            language, namespace, tuple(self.symbols), tuple(references), tuple(self.imports), complete
        )

    def _leading_comment(self, node: Node) -> tuple[int, str]:
        """The first row of a definition with the comments right above it, and what they say first."""
        first = node.start_point[0]
        texts: list[str] = []
        comment = self._comments.get(first)
        if comment is None or comment[2] > node.start_byte:
            comment = self._comments.get(first - 1) if self._alone(node.start_byte) else None
        while comment is not None and self._alone(comment[1]):
            text = self.source[comment[1] : comment[2]].decode("utf-8", "replace")
            if text.startswith(("///", "#!")) or (texts and text.startswith("/*")):
                break
            first = comment[0]
            if not DIRECTIVE.match(text):
                texts.append(text)
                if text.startswith("/*"):
                    break
            comment = self._comments.get(first - 1)
        return first, first_sentence("\n".join(reversed(texts))) if texts else ""

    def _alone(self, start: int) -> bool:
        """Whether nothing but space stands before the byte `start` on its line."""
        line = self.source.rfind(b"\n", 0, start) + 1
        return not self.source[line:start].strip()
