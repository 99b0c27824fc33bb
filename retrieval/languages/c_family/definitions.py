"""C and C++: the declarations among what family.py walks, as symbols or, inside a block, as locals."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.c_family.declarators import (
    Declared,
    bound,
    declared,
    is_constant,
    is_private,
    plain,
    text_of,
)
from retrieval.languages.c_family.family import CALL
from retrieval.languages.c_family.symbols import Around, Found, Place
from retrieval.languages.c_family.types import SPECIFIERS, Types
from retrieval.types import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

# Broken text makes functions of these.
_STATEMENTS = frozenset(
    ("if", "else", "for", "while", "do", "switch", "case", "return", "sizeof", "catch", "try", "defined")
)
_TEST_MACRO = re.compile(r"[A-Z][A-Z0-9_]+")
LONGEST_MACRO = 100


class Definitions(Types):
    def declaration(self, node: Node, place: Place) -> None:
        """Also a field."""
        type_ = node.child_by_field_name("type")
        declarators = node.children_by_field_name("declarator")
        inside = replace(place, start=None)
        specified = type_ is not None and type_.type in SPECIFIERS and type_.child_by_field_name("body")
        if (
            type_ is not None
            and type_.type in SPECIFIERS
            and not (specified or declarators or place.around is Around.BLOCK)
        ):
            self.announce(type_, place)
        qualifiers = self._qualifiers(node)
        scope = place.symbol
        for declarator in declarators:
            if place.around is Around.BLOCK:
                self.bind(bound(declarator, self.source))
                continue
            found = declared(declarator, self.source)
            if found is not None and found.name not in _STATEMENTS:
                self.named.add(found.node.start_byte)
                number = self._variable(node, declarator, found, qualifiers, place)
                scope = number if len(declarators) == 1 else scope
        if specified and type_ is not None:  # what it defines stands beside the variable, not in it
            self.push([type_], inside)
        rest = (child for child in node.named_children if not specified or child.id != type_.id)  # type: ignore[union-attr]
        self.push(rest, replace(inside, symbol=scope))

    def _variable(
        self, node: Node, declarator: Node, found: Declared, qualifiers: set[str], place: Place
    ) -> int:
        in_type = place.around is Around.TYPE or (bool(found.owner) and not self._is_namespace(found.owner))
        if found.is_function:
            kind = SymbolKind.METHOD if in_type else SymbolKind.FUNCTION
        elif is_constant(qualifiers, found, in_type=in_type):
            kind = SymbolKind.CONSTANT
        else:
            kind = SymbolKind.FIELD if in_type else SymbolKind.VARIABLE
        forward = found.is_function or ("extern" in qualifiers and declarator.type != "init_declarator")
        private = not in_type and is_private(qualifiers) and kind is not SymbolKind.CONSTANT
        return self.symbols.add(
            Found(node, found.name, found.node, kind, None, found.owner, forward, private), place
        )

    def _qualifiers(self, node: Node) -> set[str]:
        """`static`, `const`, ... before a type."""
        return {
            text_of(child, self.source)
            for child in node.children
            if child.type in ("storage_class_specifier", "type_qualifier")
        }

    def _is_namespace(self, owner: str) -> bool:
        last = owner.rpartition("::")[2]
        return any(
            symbol.kind is SymbolKind.NAMESPACE and symbol.name.rpartition("::")[2] == last
            for symbol in self.symbols.draft.names()
        )

    def namespace(self, node: Node, place: Place) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        inside = replace(place, start=None)
        if name is not None:
            found = Found(
                node, plain(text_of(name, self.source)), name, SymbolKind.NAMESPACE, name if body else None
            )
            inside = replace(inside, symbol=self.symbols.add(found, place))
        self.push([body], inside if name is not None else replace(inside, private=True))

    def template(self, node: Node, place: Place) -> None:
        self.open()
        inside = place if place.start is not None else replace(place, start=node)
        parameters = node.child_by_field_name("parameters")
        for child in reversed(node.named_children):
            if parameters is None or child.id != parameters.id:
                if child.type in SPECIFIERS and child.child_by_field_name("body") is None:
                    self.announce(child, inside)
                self.push([child], inside)
        if parameters is not None:
            self.push(parameters.named_children, replace(place, start=None))

    def friend(self, node: Node, place: Place) -> None:
        """Announces nothing that is not declared elsewhere; a function defined in place is one."""
        self.open()
        for child in reversed(node.named_children):
            kept = child.type == "function_definition"
            self.push([child], place if kept else replace(place, around=Around.BLOCK))

    def error(self, node: Node, place: Place) -> None:
        """A function that is being written: its end is missing, its name and its parameters are there."""
        for child in reversed(node.named_children):
            found = declared(child, self.source) if child.type == "function_declarator" else None
            if found is not None and place.around is not Around.BLOCK and found.name not in _STATEMENTS:
                self.named.add(found.node.start_byte)
                kind = SymbolKind.METHOD if place.around is Around.TYPE else SymbolKind.FUNCTION
                self.symbols.add(Found(child, found.name, found.node, kind, owner=found.owner), place)
            self.push([child], place)

    def function(self, node: Node, place: Place) -> None:
        self.open()
        declarator, body = node.child_by_field_name("declarator"), node.child_by_field_name("body")
        found = None if declarator is None else declared(declarator, self.source)
        inside = Place(Around.BLOCK, place.symbol)
        if found is None or not found.is_function or found.name in _STATEMENTS:
            self.push(node.named_children, inside if found is None else replace(place, start=None))
            return
        parameters = found.declarator.child_by_field_name("parameters") if found.declarator else None
        self.named.add(found.node.start_byte)
        if place.around is Around.BLOCK:
            pass
        elif _is_test_macro(node, found, place):
            text = " ".join(text_of(declarator or node, self.source).split())[:LONGEST_MACRO]
            inside = replace(inside, symbol=self._function(node, found, SymbolKind.FUNCTION, place, text))
            self.named.discard(found.node.start_byte)
            self.refer(found.node, CALL, inside)
            self.push([body], inside)
            return
        else:
            method = place.around is Around.TYPE or (found.owner and not self._is_namespace(found.owner))
            kind = SymbolKind.METHOD if method else SymbolKind.FUNCTION
            inside = replace(inside, symbol=self._function(node, found, kind, place, found.name))
        for parameter in parameters.named_children if parameters is not None else ():
            if parameter.type == "identifier":  # as C was written before 1989
                self.bind([text_of(parameter, self.source)])
            elif (inner := parameter.child_by_field_name("declarator")) is not None:
                self.bind(bound(inner, self.source))
        self.push(node.named_children, inside)

    def _function(self, node: Node, found: Declared, kind: SymbolKind, place: Place, name: str) -> int:
        end = node.child_by_field_name("declarator") if node.child_by_field_name("body") else None
        private = kind is SymbolKind.FUNCTION and is_private(self._qualifiers(node))
        return self.symbols.add(Found(node, name, found.node, kind, end, found.owner, private=private), place)


def _is_test_macro(node: Node, found: Declared, place: Place) -> bool:
    """`TEST(Suite, name) { ... }`: a macro that makes a function, which has no name anyone could use."""
    return (
        place.around is Around.FILE
        and not found.owner
        and node.child_by_field_name("type") is None
        and _TEST_MACRO.fullmatch(found.name) is not None
    )


Definitions.handlers = {
    **Types.handlers,
    "declaration": Definitions.declaration,
    "field_declaration": Definitions.declaration,
    "namespace_definition": Definitions.namespace,
    "template_declaration": Definitions.template,
    "template_instantiation": Definitions.friend,
    "friend_declaration": Definitions.friend,
    "function_definition": Definitions.function,
    "ERROR": Definitions.error,
}
