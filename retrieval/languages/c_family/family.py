"""C and C++: one walk over the tree of either grammar that gathers symbols and references.

The two grammars share their node types, C++ adds to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.c_family.declarators import (
    LONGER,
    LONGEST_QUALIFIER,
    bound,
    plain,
    qualifier,
    text_of,
)
from retrieval.languages.c_family.preprocessor import Directives
from retrieval.languages.c_family.symbols import Place, Symbols
from retrieval.languages.walk import Handler, ScopedWalk
from retrieval.types import Reference, ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

CALL, TYPE, BASE, NAME = ReferenceKind.CALL, ReferenceKind.TYPE, ReferenceKind.BASE, ReferenceKind.NAME


class References(ScopedWalk[Place]):
    """The walk itself, and every use of a name; types.py and definitions.py add declarations."""

    handlers: ClassVar[dict[str, Handler]] = {}

    def __init__(self, source: bytes, directives: Directives) -> None:
        super().__init__(source)
        self.symbols = Symbols(source, directives)
        self.named: set[int] = set()  # starts of names that a declaration has dealt with

    # -- uses

    def refer(
        self, node: Node, kind: ReferenceKind, place: Place, before: str = "", *, is_tag: bool = False
    ) -> None:
        """`is_tag`: it stands behind `struct` and is no variable, whatever those around are called."""
        if node.start_byte in self.named or node.is_missing:
            return
        name = text_of(node, self.source)
        if not (before or is_tag or node.type == "field_identifier") and self.is_local(name):
            return
        row, column = node.start_point
        self.symbols.draft.refer(Reference(name, row + 1, column, kind, before, place.symbol))

    def identifier(self, node: Node, place: Place) -> None:
        self.refer(node, NAME, place)

    def type_identifier(self, node: Node, place: Place) -> None:
        self.refer(node, TYPE, place)

    def call(self, node: Node, place: Place) -> None:
        function = node.child_by_field_name("function")
        self.push([node.child_by_field_name("arguments")], place)
        if function is not None:
            self.name(function, place, CALL)

    def path(self, node: Node, place: Place) -> None:
        self.name(node, place, None)

    def name(self, node: Node, place: Place, kind: ReferenceKind | None, before: str = "") -> None:
        """A name in any of its forms; `kind` None takes what the form says."""
        if node.type == "field_expression":
            argument, field = node.child_by_field_name("argument"), node.child_by_field_name("field")
            self.push([argument], place)
            if field is None or argument is None:
                return
            node, before = field, qualifier(argument, self.source)
        while node.type in ("qualified_identifier", "dependent_name"):
            scope, last = node.child_by_field_name("scope"), node.child_by_field_name("name")
            if node.type == "dependent_name":
                last = node.named_children[0] if node.named_children else None
            if scope is not None:
                before = self._scope(scope, place, before)
            elif node.type == "qualified_identifier":
                before = "::"
            if last is None:
                return
            node = last
        if node.type in ("template_function", "template_method", "template_type"):
            kind = kind or (TYPE if node.type == "template_type" else NAME)
            self.push([node.child_by_field_name("arguments")], place)
            node = node.child_by_field_name("name") or node
        if node.type in ("identifier", "field_identifier", "type_identifier", "namespace_identifier"):
            self.refer(node, kind or (TYPE if node.type == "type_identifier" else NAME), place, before)
        elif node.type not in ("operator_name", "destructor_name"):
            self.push([node] if node.type not in self._forms else node.named_children, place)

    _forms = frozenset({"template_function", "template_method", "template_type"})

    def _scope(self, scope: Node, place: Place, before: str) -> str:
        """`b` of `a::b::f`: itself a use, and part of what stands before the last name."""
        name = scope
        if scope.type in self._forms:
            self.push([scope.child_by_field_name("arguments")], place)
            name = scope.child_by_field_name("name") or scope
        if name.type.endswith("identifier"):
            self.refer(name, NAME, place, before)
        else:
            self.push(name.named_children, place)
        if scope.end_byte - scope.start_byte + len(before) > LONGEST_QUALIFIER:
            return LONGER
        own = plain(text_of(scope, self.source))
        return f"{before.removesuffix('::')}::{own}" if before else own

    def bases(self, node: Node, place: Place) -> None:
        for child in node.named_children:
            if child.type in ("type_identifier", "qualified_identifier", "template_type"):
                self.name(child, place, BASE)

    def namespace_path(self, node: Node, place: Place) -> None:
        before = ""
        for child in node.named_children:
            before = self._scope(child, place, before)

    # -- scopes

    def block(self, node: Node, place: Place) -> None:
        self.open()
        self.push(node.named_children, place)

    def parameters(self, node: Node, place: Place) -> None:
        """Of a prototype, a lambda, a pointer to a function: seen inside it only."""
        self.open()
        self.push(node.named_children, place)

    def parameter(self, node: Node, place: Place) -> None:
        declarator = node.child_by_field_name("declarator")
        if declarator is not None:
            self.bind(bound(declarator, self.source))
        self.push(node.named_children, place)

    def type_parameter(self, node: Node, place: Place) -> None:
        for child in node.named_children:
            if child.type in ("type_identifier", "identifier"):
                self.bind([text_of(child, self.source)])
                break
        self.push(node.named_children, place)

    def lambda_(self, node: Node, place: Place) -> None:
        self.open()
        declarator = node.child_by_field_name("declarator")
        parameters = declarator.child_by_field_name("parameters") if declarator is not None else None
        for parameter in parameters.named_children if parameters is not None else ():
            if (inner := parameter.child_by_field_name("declarator")) is not None:
                self.bind(bound(inner, self.source))
        self.push(node.named_children, place)

    def capture(self, node: Node, place: Place) -> None:
        left = node.child_by_field_name("left")
        if left is not None:
            self.bind([text_of(left, self.source)])
        self.push(node.named_children, place)

    def range_loop(self, node: Node, place: Place) -> None:
        self.open()
        declarator = node.child_by_field_name("declarator")
        if declarator is not None:
            self.bind(bound(declarator, self.source))
        self.push(node.named_children, place)

    def conditional(self, node: Node, place: Place) -> None:
        """The branches of an #if hold whatever may stand around it; its condition is the scanner's."""
        said = node.child_by_field_name("condition") or node.child_by_field_name("name")
        self.push((child for child in node.named_children if said is None or child.id != said.id), place)

    def skip(self, node: Node, place: Place) -> None:
        """Nothing in it is a name of the program, or the scanner of directives has read it."""


_SKIPPED = (
    "comment number_literal string_literal char_literal system_lib_string raw_string_literal primitive_type "
    "preproc_def preproc_function_def preproc_include preproc_call preproc_directive preproc_arg "
    "access_specifier storage_class_specifier type_qualifier attribute_specifier attribute_declaration "
    "ms_declspec_modifier ms_call_modifier gnu_asm_expression operator_name destructor_name "
    "statement_identifier"
)
_BLOCKS = (
    "compound_statement for_statement if_statement while_statement switch_statement catch_clause "
    "requires_expression"
)
References.handlers = {
    "identifier": References.identifier,
    "field_identifier": References.identifier,
    "namespace_identifier": References.identifier,
    "type_identifier": References.type_identifier,
    "call_expression": References.call,
    "field_expression": References.path,
    "qualified_identifier": References.path,
    "nested_namespace_specifier": References.namespace_path,
    "dependent_name": References.path,
    "template_type": References.path,
    "template_function": References.path,
    "base_class_clause": References.bases,
    "function_declarator": References.parameters,
    "abstract_function_declarator": References.parameters,
    "parameter_declaration": References.parameter,
    "optional_parameter_declaration": References.parameter,
    "variadic_parameter_declaration": References.parameter,
    "type_parameter_declaration": References.type_parameter,
    "optional_type_parameter_declaration": References.type_parameter,
    "variadic_type_parameter_declaration": References.type_parameter,
    "lambda_expression": References.lambda_,
    "lambda_capture_initializer": References.capture,
    "for_range_loop": References.range_loop,
    "preproc_if": References.conditional,
    "preproc_ifdef": References.conditional,
    "preproc_elif": References.conditional,
    "preproc_elifdef": References.conditional,
    **dict.fromkeys(_SKIPPED.split(), References.skip),
    **dict.fromkeys(_BLOCKS.split(), References.block),
}
