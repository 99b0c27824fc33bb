"""The walk over a Python tree, without recursion: what is next, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.languages.python.scopes import Scope, ScopeKind
from retrieval.languages.python.symbols import Drafts, kind_of_variable, text
from retrieval.types import Import, ParsedFile, Reference, ReferenceKind, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

PATTERNS = {
    "pattern_list",
    "tuple_pattern",
    "list_pattern",
    "tuple",
    "list",
    "expression_list",
    "list_splat",
    "list_splat_pattern",
    "parenthesized_expression",
    "as_pattern_target",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk is."""

    scope: Scope
    conditional: bool = False
    type_only: bool = False


@dataclass(slots=True)
class Use:
    name: str
    row: int
    column: int
    kind: ReferenceKind
    qualifier: str
    scope: Scope
    within: int | None  # a draft


class Walk:
    def __init__(self, source: bytes, handlers: Mapping[str, Handler]) -> None:
        self.source = source
        self.handlers = handlers
        self.drafts = Drafts(source)
        self.module = Scope(ScopeKind.MODULE, None, None)
        self.uses: list[Use] = []
        self.imports: list[Import] = []
        self.called: dict[int, str] = {}  # where a call starts -> the name that its result gets
        self.exports: int | None = None  # the draft of `__all__`
        self.stack: list[tuple[Node, ReferenceKind, Place]] = []

    def run(self, root: Node) -> ParsedFile:
        self.stack.append((root, ReferenceKind.NAME, Place(self.module)))
        while self.stack:
            node, kind, place = self.stack.pop()
            handler = self.handlers.get(node.type)
            if handler is not None:
                handler(self, node, kind, place)
            else:
                children = node.named_children
                children.reverse()
                self.stack.extend([(child, kind, place) for child in children])
        return self._finished(not root.has_error)

    def push(self, nodes: Iterable[Node | None], kind: ReferenceKind, place: Place) -> None:
        """Next to be walked, the first of them first."""
        self.stack.extend([(node, kind, place) for node in reversed(list(nodes)) if node is not None])

    def text(self, node: Node) -> str:
        return text(self.source, node)

    def use(self, node: Node, kind: ReferenceKind, scope: Scope, qualifier: str = "") -> None:
        row, column = node.start_point
        self.uses.append(Use(self.text(node), row, column, kind, qualifier, scope, scope.symbol))

    def targets(self, target: Node | None, place: Place, statement: Node | None = None) -> Iterator[Node]:
        """The names that an assignment to `target` binds. What else stands in it is walked as a use."""
        open_targets = [target]
        while open_targets:
            node = open_targets.pop()
            if node is None:
                continue
            if node.type == "identifier":
                yield node
            elif node.type in PATTERNS:
                open_targets.extend(reversed(node.named_children))
            elif node.type != "attribute" or statement is None or not self._field(node, place, statement):
                self.push([node], ReferenceKind.NAME, place)

    def _field(self, target: Node, place: Place, statement: Node) -> bool:
        """Is this the first time a method assigns this attribute of `self`? Then it is a symbol."""
        receiver, name = target.named_children[0], target.named_children[-1]
        owner = place.scope.class_of(self.text(receiver)) if receiver.type == "identifier" else None
        if owner is None or self.text(name) in owner.bound or self.text(name) in owner.fields:
            return False
        owner.fields.add(self.text(name))
        draft = self.drafts.variable(name, statement, SymbolKind.FIELD, owner.symbol)
        self.drafts.drafts[draft].assigned_in_method = True
        return True

    def export(self, value: Node) -> None:
        """The names that a value of `__all__` lists are uses, within the symbol `__all__`."""
        if self.exports is None:
            return
        open_values = [value]
        while open_values:
            node = open_values.pop()
            if node.type in ("list", "tuple", "set", "binary_operator", "parenthesized_expression"):
                open_values.extend(node.named_children)
            elif node.type == "string" and node.named_child_count == 3:
                content = node.named_children[1]
                row, column = content.start_point
                name = self.text(content)
                self.uses.append(Use(name, row, column, ReferenceKind.NAME, "", self.module, self.exports))

    def bind(
        self, target: Node | None, place: Place, statement: Node | None, kind: SymbolKind | None = None
    ) -> None:
        """Bind names; those of modules and classes are symbols, if `statement` is their definition."""
        for name in self.targets(target, place, statement):
            self.bind_name(name, place.scope.binding(), statement, kind)

    def bind_name(
        self, name: Node, scope: Scope, statement: Node | None, kind: SymbolKind | None = None
    ) -> None:
        written = self.text(name)
        if written in scope.globals:
            scope = self.module
        if scope.kind is ScopeKind.FUNCTION or statement is None:
            scope.bound.add(written)
            if statement is None or not self.text(statement).endswith("= None"):
                scope.assigned.add(written)
        elif written not in scope.bound:
            scope.bound.add(written)
            scope.kept.add(written)
            kind = kind or kind_of_variable(written, scope)
            draft = self.drafts.variable(name, statement, kind, scope.symbol)
            if written == "__all__" and scope is self.module:
                self.exports = draft

    def _finished(self, complete: bool) -> ParsedFile:
        symbols, places = self.drafts.finished()

        def placed(draft: int | None) -> int | None:
            return None if draft is None else places[draft]

        used = [use for use in self.uses if use.qualifier or not use.scope.is_local(use.name)]
        used.sort(key=lambda use: (use.row, use.column))
        return ParsedFile(
            language="python",
            symbols=symbols,
            references=tuple(
                Reference(use.name, use.row + 1, use.column, use.kind, use.qualifier, placed(use.within))
                for use in used
            ),
            imports=tuple(replace(each, scope=placed(each.scope)) for each in self.imports),
            complete=complete,
        )


Handler = Callable[["Walk", "Node", ReferenceKind, Place], None]
