"""Python's symbols while a file is walked: drafts, their comments and documentation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.languages.python.scopes import Scope, ScopeKind
from retrieval.types import Symbol, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

SENTENCE = re.compile(r"(.+?[.!?])(?:\s|$)")
ENUMS = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "TextChoices", "IntegerChoices"})
TYPE_MAKERS = frozenset({"NewType", "TypeVar", "TypeVarTuple", "ParamSpec"})


@dataclass(slots=True)
class Draft:
    name: str
    kind: SymbolKind
    line: int
    column: int
    start_line: int
    end_line: int
    signature_end: int
    parent: int | None
    doc: str
    assigned_in_method: bool = False


def text(source: bytes, node: Node) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def first_sentence(documentation: str) -> str:
    for line in documentation.split("\n"):
        line = line.strip()
        if any(character.isalnum() for character in line):
            sentence = SENTENCE.match(line)
            return sentence[1] if sentence else line
    return ""


class Drafts:
    """The symbols found so far, in the order of the text."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.drafts: list[Draft] = []
        self._comments: dict[int, tuple[int, str]] = {}  # row -> column, text; those alone on their line

    def comment(self, node: Node) -> None:
        row, column = node.start_point
        if not self.source[node.start_byte - column : node.start_byte].strip():
            self._comments[row] = (column, text(self.source, node))

    def _comment_above(self, row: int, column: int) -> tuple[int, str]:
        """The first row of the comment just above this row, at its indentation, and its words."""
        lines: list[str] = []
        while (above := self._comments.get(row - 1)) and above[0] == column and not above[1].startswith("#!"):
            row -= 1
            lines.append(above[1].lstrip("#:"))
        return row, first_sentence("\n".join(reversed(lines)))

    def _documentation(self, body: Node | None) -> str:
        if body is None:
            return ""
        for child in body.named_children:
            if child.type == "comment":
                continue
            if child.type == "expression_statement":
                child = child.named_children[0] if child.named_child_count == 1 else child
            if child.type == "concatenated_string":
                child = child.named_children[0]
            if child.type != "string":
                return ""
            parts = [part for part in child.named_children if part.type == "string_content"]
            return first_sentence(text(self.source, parts[0])) if len(parts) == 1 else ""
        return ""

    def definition(
        self, node: Node, outermost: Node, name: Node, kind: SymbolKind, parent: int | None
    ) -> int:
        """A function or class; `outermost` is the statement with its decorators."""
        row, column = outermost.start_point
        start, remark = self._comment_above(row, column)
        body = node.child_by_field_name("body")
        head = max(
            part.end_point[0]
            for field in ("name", "parameters", "superclasses", "type_parameters", "return_type")
            if (part := node.child_by_field_name(field)) is not None
        )
        return self._add(name, kind, start, node, head + 1, parent, self._documentation(body) or remark)

    def variable(self, name: Node, statement: Node, kind: SymbolKind, parent: int | None) -> int:
        start, remark = self._comment_above(*statement.start_point)
        return self._add(name, kind, start, statement, statement.end_point[0] + 1, parent, remark)

    def _add(
        self,
        name: Node,
        kind: SymbolKind,
        start_row: int,
        node: Node,
        signature_end: int,
        parent: int | None,
        doc: str,
    ) -> int:
        row, column = name.start_point
        self.drafts.append(
            Draft(
                text(self.source, name),
                kind,
                row + 1,
                column,
                start_row + 1,
                max(node.end_point[0] + (1 if node.end_point[1] else 0), row + 1),
                signature_end,
                parent,
                doc,
            )
        )
        return len(self.drafts) - 1

    def finished(self) -> tuple[tuple[Symbol, ...], list[int]]:
        """The symbols in order of their start, and for each draft its place among them.

        An attribute that methods assign gives way to the class's own declaration of that name; it keeps
        that declaration's place.
        """
        declared = {
            (draft.parent, draft.name): number
            for number, draft in reversed(list(enumerate(self.drafts)))
            if not draft.assigned_in_method
        }
        kept = [
            number
            for number, draft in enumerate(self.drafts)
            if not draft.assigned_in_method or (draft.parent, draft.name) not in declared
        ]
        kept.sort(key=lambda number: self.drafts[number].start_line)  # stable: a parent stays before its own
        place = {number: index for index, number in enumerate(kept)}
        places = [
            place[number if number in place else declared[draft.parent, draft.name]]
            for number, draft in enumerate(self.drafts)
        ]
        return tuple(self._symbol(self.drafts[number], places) for number in kept), places

    @staticmethod
    def _symbol(draft: Draft, places: list[int]) -> Symbol:
        return Symbol(
            name=draft.name,
            kind=draft.kind,
            line=draft.line,
            column=draft.column,
            start_line=draft.start_line,
            end_line=draft.end_line,
            signature_end=min(draft.signature_end, draft.end_line),
            parent=None if draft.parent is None else places[draft.parent],
            doc=draft.doc,
        )


def kind_of_class(bases: list[str]) -> SymbolKind:
    """By the last names of its bases."""
    if not ENUMS.isdisjoint(bases):
        return SymbolKind.ENUM
    return SymbolKind.INTERFACE if "Protocol" in bases else SymbolKind.CLASS


def kind_of_variable(name: str, scope: Scope) -> SymbolKind:
    if name.isupper() or scope.of_enum:
        return SymbolKind.CONSTANT
    return SymbolKind.FIELD if scope.kind is ScopeKind.CLASS else SymbolKind.VARIABLE
