"""One walk over a tree that gathers symbols, references and imports: what Java, Kotlin and C# share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from retrieval.languages.documentation import first_sentence
from retrieval.types import Import, ImportedName, ParsedFile, Reference, ReferenceKind, Symbol, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

# A longer qualifier is a chain of calls; nobody resolves it, and keeping each of its steps is quadratic.
LONGEST_QUALIFIER = 120
LONGEST_COMMENT = 4000  # bytes that are looked at for its first sentence
FARTHEST = 1000  # bytes between a comment and its definition
_TYPE_ARGUMENTS = re.compile(r"<[^<>]*>")
Handlers = Mapping[str, Callable[[Any, "Node"], bool | None]]
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_AROUND_DOT = re.compile(r"\s*(\??\.|::|->)\s*")


@dataclass(slots=True)
class _Open:
    """What held before the walk entered a node, and what was bound since."""

    depth: int
    scope: int | None
    hidden: bool
    local: bool
    values: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)


class Outline:
    """Walks without recursion, in the order of the text; a subclass handles the node types it knows.

    A handler returns True to keep the walk out of the node. Names of locals are counted rather than kept in
    a chain of scopes, so that a lookup takes the same time at any depth of nesting.
    """

    language: ClassVar[str]
    handlers: ClassVar[Handlers]

    def __init__(self, root: Node, source: bytes) -> None:
        self.root = root
        self.source = source
        self.namespace = ""
        self.symbols: list[Symbol] = []
        self.imports: list[Import] = []
        self.scope: int | None = None  # the innermost symbol around the walk
        self.hidden = False  # inside an anonymous type: its members are no symbols
        self.local = False  # inside a function: its variables are no symbols
        self.done: set[int] = set()  # starts of names that a handler above them has dealt with
        self.bases: set[int] = set()  # starts of type names that stand in a list of supertypes
        self._references: list[tuple[int, int, str, ReferenceKind, str, int | None, int]] = []
        self._values: dict[str, int] = {}
        self._types: dict[str, int] = {}
        self._depth = 0
        self._open: list[_Open] = []
        self._comments: tuple[int, int, int] | None = None  # of the last run: start byte, end byte, row

    def run(self) -> ParsedFile:
        self._walk()
        self._references.sort(key=lambda found: found[:2])
        references = tuple(
            Reference(name, row + 1, column, kind, qualifier, scope, arity)
            for row, column, name, kind, qualifier, scope, arity in self._references
        )
        return ParsedFile(
            self.language,
            self.namespace,
            tuple(self.symbols),
            references,
            tuple(self.imports),
            complete=not self.root.has_error,
        )

    def _walk(self) -> None:
        cursor = self.root.walk()
        find, opened = self.handlers.get, self._open
        depth = 0
        while (node := cursor.node) is not None:
            handle = find(node.type)
            if handle is not None:
                self._depth = depth
            if (handle is None or not handle(self, node)) and cursor.goto_first_child():
                depth += 1
                continue
            while True:
                while opened and opened[-1].depth >= depth:
                    self._close()
                if cursor.goto_next_sibling():
                    break
                if not cursor.goto_parent():
                    return
                depth -= 1

    # -- text

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def place(self, node: Node) -> tuple[int, int]:
        """Row and column, from 0, in bytes."""
        return node.start_point

    def field(self, node: Node, name: str) -> str:
        child = node.child_by_field_name(name)
        return "" if child is None else self.text(child)

    def qualifier(self, node: Node | None) -> str:
        """What stands before a name, without white space and type arguments."""
        if node is None:
            return ""
        if node.end_byte - node.start_byte > LONGEST_QUALIFIER:
            return "…"
        text = self.text(node)
        if text.isidentifier():
            return text
        text = _AROUND_DOT.sub(r"\1", " ".join(text.split()))
        while "<" in text and (shorter := _TYPE_ARGUMENTS.sub("", text)) != text:
            text = shorter
        return text

    def path(self, node: Node) -> str:
        """A dotted name as one word, whatever white space and comments stand in it."""
        return ".".join(
            re.findall(r"[^\s.;/*]+", re.sub(r"/\*.*?\*/|//[^\n]*", "", self.text(node), flags=re.S))
        )

    # -- scopes

    def open(
        self, *, scope: int | None = None, hidden: bool | None = None, local: bool | None = None
    ) -> None:
        """What is set and bound from here on ends when the walk leaves the node that is being handled."""
        self._open.append(_Open(self._depth, self.scope, self.hidden, self.local))
        if scope is not None:
            self.scope = scope
        if hidden is not None:
            self.hidden = hidden
        if local is not None:
            self.local = local

    def _close(self) -> None:
        ended = self._open.pop()
        self.scope, self.hidden, self.local = ended.scope, ended.hidden, ended.local
        for name in ended.values:
            self._values[name] -= 1
        for name in ended.types:
            self._types[name] -= 1

    def bind(self, name: str) -> None:
        """`name` is a local variable or a parameter."""
        if self._open:
            self._open[-1].values.append(name)
            self._values[name] = self._values.get(name, 0) + 1

    def bind_type(self, name: str) -> None:
        """`name` is a type parameter, or a type that nobody outside can name."""
        if self._open:
            self._open[-1].types.append(name)
            self._types[name] = self._types.get(name, 0) + 1

    def is_local(self, name: str) -> bool:
        return self._values.get(name, 0) > 0

    def is_local_type(self, name: str) -> bool:
        return self._types.get(name, 0) > 0

    # -- what is found

    def refer(
        self, node: Node, kind: ReferenceKind, qualifier: str = "", name: str | None = None, arity: int = 0
    ) -> None:
        """`node` is the identifier."""
        row, column = self.place(node)
        if kind is ReferenceKind.TYPE and node.start_byte in self.bases:
            kind = ReferenceKind.BASE
        self._references.append((row, column, name or self.text(node), kind, qualifier, self.scope, arity))

    def declare(
        self,
        node: Node,
        name: Node,
        kind: SymbolKind,
        *,
        body: Node | None = None,
        text: str | None = None,
        owner: str = "",
        private: bool = False,
        arity: int = 0,
    ) -> int | None:
        """The new symbol's index; None inside an anonymous type or without a name: nothing can name it."""
        self.done.add(name.start_byte)
        if self.hidden or name.start_byte == name.end_byte:  # a MISSING name
            return None
        row, column = self.place(name)
        start, (end, end_column) = node.start_point.row, node.end_point
        if end_column == 0 and end > row:
            end -= 1  # a node that ends with its line end
        comment, doc = self._comment_above(node)
        last = end
        if body is not None:
            before = body.prev_sibling
            last = min(end, body.start_point.row if before is None else before.end_point.row)
        self.symbols.append(
            Symbol(
                text or self.text(name),
                kind,
                row + 1,
                column,
                (start if comment is None else comment) + 1,
                end + 1,
                last + 1,
                self.scope,
                doc,
                owner,
                private=private,
                arity=arity,
            )
        )
        return len(self.symbols) - 1

    def add_import(
        self, node: Node, module: str, names: Iterable[ImportedName] = (), alias: str = "", **flags: bool
    ) -> None:
        if module:
            start, end = node.start_point.row + 1, node.end_point.row + 1
            self.imports.append(Import(module, start, end, tuple(names), alias, scope=self.scope, **flags))

    # -- comments

    def comment(self, node: Node) -> bool:
        """Remembers the run of comments that ends here, if it stands on lines of its own."""
        start, (row, column) = node.start_byte, node.start_point
        run = self._comments
        if run is not None and self._lines_between(run[1], start) <= 1:
            self._comments = (run[0], node.end_byte, run[2])
        elif column < FARTHEST and not self.source[start - column : start].strip():
            self._comments = (start, node.end_byte, row)
        return True

    def _comment_above(self, node: Node) -> tuple[int | None, str]:
        """The first row of the comment that belongs to a definition, and what it says in one sentence."""
        if self._comments is None:
            return None, ""
        start, end, row = self._comments
        text = self.source[start : min(end, start + LONGEST_COMMENT)]
        if self._lines_between(end, node.start_byte) > (2 if text.startswith(b"/**") else 1):
            return None, ""
        return row, first_sentence(text.decode("utf-8", "replace"))

    def _lines_between(self, start: int, end: int) -> int:
        """Line ends in the white space between two bytes; a great many where there is more than that."""
        between = self.source[start : min(end, start + FARTHEST)]
        return between.count(b"\n") if end - start < FARTHEST and not between.strip() else FARTHEST
