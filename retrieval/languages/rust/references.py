"""Rust: every use of a name, and the names that are local. outline.py adds items and imports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from retrieval.languages.draft import OutlineDraft
from retrieval.languages.rust import names as rust_names
from retrieval.languages.rust.names import path_text, text_of
from retrieval.languages.walk import ScopedWalk
from retrieval.types import Reference, ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

CALL, TYPE, BASE, NAME = ReferenceKind.CALL, ReferenceKind.TYPE, ReferenceKind.BASE, ReferenceKind.NAME
_TYPE_NAMES = frozenset({"type_identifier", "scoped_type_identifier", "generic_type"})
_CALLED = frozenset({"identifier", "scoped_identifier", "field_expression", "generic_function"})


class Around(Enum):
    MODULE = auto()
    TYPE = auto()  # a trait, an impl, fields
    BLOCK = auto()


@dataclass(frozen=True, slots=True)
class Place:
    around: Around = Around.MODULE
    symbol: int | None = None
    owner: str = ""  # the type of the impl around
    conditional: bool = False
    above: tuple[Node, ...] = ()  # comments and attributes of what follows

    @property
    def within(self) -> Place:
        return replace(self, above=()) if self.above else self


class RustReferences(ScopedWalk[Place]):
    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self.draft = OutlineDraft()

    def refer(self, node: Node, kind: ReferenceKind, place: Place, qualifier: str = "") -> None:
        name = text_of(node, self.source).removeprefix("r#")
        if node.is_missing or name in ("Self", "_") or (not qualifier and self.is_local(name)):
            return
        row, column = node.start_point
        self.draft.refer(Reference(name, row + 1, column, kind, qualifier, place.symbol))

    def name(self, node: Node, place: Place, kind: ReferenceKind | None = None) -> None:
        """A name or a path of names; `kind` None takes what its form says."""
        while node.type in ("generic_function", "generic_type", "generic_type_with_turbofish"):
            self.push([node.child_by_field_name("type_arguments")], place)
            inner = node.child_by_field_name("function") or node.child_by_field_name("type")
            if inner is None:
                return
            node = inner
        if node.type == "field_expression":
            value, field = node.child_by_field_name("value"), node.child_by_field_name("field")
            self.push([value], place)
            if field is not None and value is not None and field.type == "field_identifier":
                self.refer(field, kind or NAME, place, path_text(value, self.source))
        elif node.type in ("scoped_identifier", "scoped_type_identifier"):
            path, name = node.child_by_field_name("path"), node.child_by_field_name("name")
            if name is not None:
                fallback = TYPE if node.type == "scoped_type_identifier" else NAME
                before_it = "::" if path is None else path_text(path, self.source)
                self.refer(name, kind or fallback, place, before_it)
            self.push([path], place)
        elif node.type in ("identifier", "type_identifier", "field_identifier"):
            fallback = TYPE if node.type == "type_identifier" else NAME
            self.refer(node, kind or fallback, place)
        else:
            self.push([node], place)

    def path(self, node: Node, place: Place) -> None:
        self.name(node, place)

    def type_name(self, node: Node, place: Place, kind: ReferenceKind) -> None:
        if node.type in _TYPE_NAMES:
            self.name(node, place, kind)
        else:
            self.push([node], place)

    def call(self, node: Node, place: Place) -> None:
        function = node.child_by_field_name("function")
        self.push([node.child_by_field_name("arguments")], place)
        if function is not None and function.type in _CALLED:
            self.name(function, place, CALL)
        else:
            self.push([function], place)

    def struct_expression(self, node: Node, place: Place) -> None:
        name = node.child_by_field_name("name")
        self.push([node.child_by_field_name("body")], place)
        if name is not None:
            self.name(name, place, TYPE)

    def attribute(self, node: Node, place: Place) -> None:
        """Only what is derived: other attributes are words of the compiler or of their macro."""
        if not self.source.startswith(b"#[derive", node.start_byte):
            return
        for attribute in node.named_children:
            tree = attribute.child_by_field_name("arguments")
            for word in rust_names.words(tree, self.source) if tree is not None else ():
                self.refer(word.node, BASE, place, word.before)

    def tokens(self, node: Node, place: Place) -> None:
        """The arguments of a macro: nobody knows their grammar, but names are names."""
        for word in rust_names.words(node, self.source):
            self.refer(word.node, CALL if word.is_called else NAME, place, word.before)
        self.push(rust_names.inner_trees(node), place)

    # -- locals

    def block(self, node: Node, place: Place) -> None:
        self.open()
        self.push(node.named_children, place.within)

    def let(self, node: Node, place: Place) -> None:
        """`let a = a();` calls the a outside."""
        pattern = node.child_by_field_name("pattern")
        if pattern is not None:
            self.push([pattern], place)
            self.bind_later(rust_names.pattern_names(pattern, self.source))
        self.push(
            (child for child in node.named_children if pattern is None or child.id != pattern.id), place
        )

    def pattern(self, node: Node, place: Place) -> None:
        """A parameter of a function or the pattern of a loop or an arm: bound before what follows."""
        pattern = node.child_by_field_name("pattern")
        if pattern is not None:
            self.bind(rust_names.pattern_names(pattern, self.source))
        self.push(node.named_children, place)

    def binding_block(self, node: Node, place: Place) -> None:
        self.open()
        self.pattern(node, place)

    def closure(self, node: Node, place: Place) -> None:
        self.open()
        parameters = node.child_by_field_name("parameters")
        for parameter in parameters.named_children if parameters is not None else ():
            self.bind(rust_names.pattern_names(parameter, self.source))
        self.push(node.named_children, place)

    def type_parameter(self, node: Node, place: Place) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.bind([text_of(name, self.source)])
        self.push(node.named_children, place)

    def skip(self, node: Node, place: Place) -> None:
        """No name of the program is in it."""


RustReferences.handlers = {
    **dict.fromkeys(
        (
            "identifier",
            "type_identifier",
            "field_identifier",
            "scoped_identifier",
            "scoped_type_identifier",
            "field_expression",
            "generic_function",
            "generic_type",
            "generic_type_with_turbofish",
        ),
        RustReferences.path,
    ),
    "call_expression": RustReferences.call,
    "struct_expression": RustReferences.struct_expression,
    "attribute_item": RustReferences.attribute,
    "token_tree": RustReferences.tokens,
    "block": RustReferences.block,
    "if_expression": RustReferences.block,
    "while_expression": RustReferences.block,
    "let_declaration": RustReferences.let,
    "let_condition": RustReferences.let,
    "parameter": RustReferences.pattern,
    "match_arm": RustReferences.binding_block,
    "for_expression": RustReferences.binding_block,
    "closure_expression": RustReferences.closure,
    "type_parameter": RustReferences.type_parameter,
    "const_parameter": RustReferences.type_parameter,
    **dict.fromkeys(
        (
            "lifetime",
            "lifetime_parameter",
            "label",
            "line_comment",
            "block_comment",
            "string_literal",
            "raw_string_literal",
            "char_literal",
            "inner_attribute_item",
            "visibility_modifier",
            "metavariable",
            "primitive_type",
            "self_parameter",
        ),
        RustReferences.skip,
    ),
}
