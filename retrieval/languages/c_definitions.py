"""C and C++: the declarations among what c_family.py walks, as symbols or, inside a block, as locals."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.c_declarators import Declared, bound, declared, plain, text_of
from retrieval.languages.c_family import CALL, References
from retrieval.languages.c_symbols import Around, Found, Place
from retrieval.types import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

SPECIFIERS = {
    "struct_specifier": SymbolKind.STRUCT,
    "union_specifier": SymbolKind.STRUCT,
    "class_specifier": SymbolKind.CLASS,
    "enum_specifier": SymbolKind.ENUM,
}
# Broken text makes functions of these.
_STATEMENTS = frozenset(
    ("if", "else", "for", "while", "do", "switch", "case", "return", "sizeof", "catch", "try", "defined")
)
_TEST_MACRO = re.compile(r"[A-Z][A-Z0-9_]+")
LONGEST_MACRO = 100


class Definitions(References):
    def container(self, node: Node, place: Place) -> None:
        """A file, a namespace's body, a branch of an #if: a struct without a body is announced here."""
        said = node.child_by_field_name("condition") or node.child_by_field_name("name")
        children = [child for child in node.named_children if said is None or child.id != said.id]
        self.push(children, place)
        if place.around is not Around.BLOCK:
            for child in children:
                if child.type in SPECIFIERS and child.child_by_field_name("body") is None:
                    self._announce(child, place)

    def _announce(self, specifier: Node, place: Place) -> None:
        name = specifier.child_by_field_name("name")
        if name is not None and name.type == "type_identifier":
            self.named.add(name.start_byte)
            kind = SPECIFIERS[specifier.type]
            text = text_of(name, self.source)
            self.symbols.add(Found(specifier, text, name, kind, forward=True), place)

    def specifier(self, node: Node, place: Place) -> None:
        """A struct, union, class, enum: with a body a definition, else a use."""
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        inside = replace(place, start=None)
        if body is None:
            self.push(node.named_children, inside)
            return
        around = Around.BLOCK if place.around is Around.BLOCK else Around.TYPE
        inside = Place(around, place.symbol)
        if name is not None:
            inside = replace(inside, symbol=self._specified(node, name, body, place))
        self.push((child for child in node.named_children if name is None or child.id != name.id), inside)

    def _specified(self, node: Node, name: Node, body: Node, place: Place) -> int | None:
        owner = ""
        while name.type == "qualified_identifier":
            scope, last = name.child_by_field_name("scope"), name.child_by_field_name("name")
            if last is None:
                break
            if scope is not None:
                part = plain(text_of(scope, self.source))
                owner = f"{owner}::{part}" if owner else part
            name = last
        if name.type == "template_type":
            self.push([name.child_by_field_name("arguments")], place)
            name = name.child_by_field_name("name") or name
        text = text_of(name, self.source)
        if place.around is Around.BLOCK:
            self.bind([text])
            return place.symbol
        return self.symbols.add(
            Found(node, text, name, SPECIFIERS[node.type], body.prev_named_sibling or name, owner), place
        )

    def enumerator(self, node: Node, place: Place) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            text = text_of(name, self.source)
            if place.around is Around.BLOCK:
                self.bind([text])
            else:
                self.named.add(name.start_byte)
                self.symbols.add(Found(node, text, name, SymbolKind.CONSTANT), place)
        self.push(node.named_children, place)

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
            self._announce(type_, place)
        qualifiers = {
            text_of(child, self.source)
            for child in node.children
            if child.type in ("storage_class_specifier", "type_qualifier")
        }
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
        elif _is_constant(qualifiers, found, in_type=in_type):
            kind = SymbolKind.CONSTANT
        else:
            kind = SymbolKind.FIELD if in_type else SymbolKind.VARIABLE
        forward = found.is_function or ("extern" in qualifiers and declarator.type != "init_declarator")
        return self.symbols.add(
            Found(node, found.name, found.node, kind, owner=found.owner, forward=forward), place
        )

    def _is_namespace(self, owner: str) -> bool:
        last = owner.rpartition("::")[2]
        return any(
            symbol.kind is SymbolKind.NAMESPACE and symbol.name.rpartition("::")[2] == last
            for symbol in self.symbols.draft.names()
        )

    def type_definition(self, node: Node, place: Place) -> None:
        type_ = node.child_by_field_name("type")
        declarators = node.children_by_field_name("declarator")
        body = None
        if type_ is not None and type_.type in SPECIFIERS:
            body = type_.child_by_field_name("body")
        tag = type_.child_by_field_name("name") if body is not None and type_ is not None else None
        inside = replace(place, start=None)
        for declarator in declarators:
            found = declared(declarator, self.source)
            if found is None:
                continue
            self.named.add(found.node.start_byte)
            if place.around is Around.BLOCK:
                self.bind([found.name])
            elif body is not None and type_ is not None and tag is None and not found.is_pointer:
                tag = found.node
                kind = SPECIFIERS[type_.type]
                number = self.symbols.add(Found(node, found.name, tag, kind, body), place)
                self.push(type_.named_children, Place(Around.TYPE, number))
                type_ = None
            elif tag is None or text_of(tag, self.source) != found.name:
                self.symbols.add(Found(node, found.name, found.node, SymbolKind.TYPE), place)
        self.push([type_, *declarators], inside)

    def alias(self, node: Node, place: Place) -> None:
        """`using A = B;`, `namespace a = b;`, `concept A = ...;`."""
        name = node.child_by_field_name("name")
        kind = SymbolKind.NAMESPACE if node.type == "namespace_alias_definition" else SymbolKind.TYPE
        if name is not None:
            self.named.add(name.start_byte)
            text = text_of(name, self.source)
            if place.around is Around.BLOCK:
                self.bind([text])
            else:
                self.symbols.add(Found(node, text, name, kind), place)
        self.push(node.named_children, replace(place, start=None))

    def namespace(self, node: Node, place: Place) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        inside = replace(place, start=None)
        if name is not None:
            found = Found(
                node, plain(text_of(name, self.source)), name, SymbolKind.NAMESPACE, name if body else None
            )
            inside = replace(inside, symbol=self.symbols.add(found, place))
        self.push([body], inside)

    def template(self, node: Node, place: Place) -> None:
        self.open()
        inside = place if place.start is not None else replace(place, start=node)
        parameters = node.child_by_field_name("parameters")
        for child in reversed(node.named_children):
            if parameters is None or child.id != parameters.id:
                if child.type in SPECIFIERS and child.child_by_field_name("body") is None:
                    self._announce(child, inside)
                self.push([child], inside)
        if parameters is not None:
            self.push(parameters.named_children, replace(place, start=None))

    def friend(self, node: Node, place: Place) -> None:
        """Announces nothing that is not declared elsewhere; a function defined in place is one."""
        self.open()
        for child in reversed(node.named_children):
            kept = child.type == "function_definition"
            self.push([child], place if kept else replace(place, around=Around.BLOCK))

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
        return self.symbols.add(Found(node, name, found.node, kind, end, found.owner), place)


def _is_constant(qualifiers: set[str], found: Declared, *, in_type: bool) -> bool:
    if "constexpr" in qualifiers:
        return True
    return "const" in qualifiers and not found.is_pointer and (not in_type or "static" in qualifiers)


def _is_test_macro(node: Node, found: Declared, place: Place) -> bool:
    """`TEST(Suite, name) { ... }`: a macro that makes a function, which has no name anyone could use."""
    return (
        place.around is Around.FILE
        and not found.owner
        and node.child_by_field_name("type") is None
        and _TEST_MACRO.fullmatch(found.name) is not None
    )


Definitions.handlers = {
    **References.handlers,
    **dict.fromkeys(SPECIFIERS, Definitions.specifier),
    **dict.fromkeys(
        (
            "translation_unit",
            "declaration_list",
            "preproc_if",
            "preproc_ifdef",
            "preproc_else",
            "preproc_elif",
            "preproc_elifdef",
            "linkage_specification",
            "field_declaration_list",
        ),
        Definitions.container,
    ),
    "enumerator": Definitions.enumerator,
    "declaration": Definitions.declaration,
    "field_declaration": Definitions.declaration,
    "type_definition": Definitions.type_definition,
    "alias_declaration": Definitions.alias,
    "namespace_alias_definition": Definitions.alias,
    "concept_definition": Definitions.alias,
    "namespace_definition": Definitions.namespace,
    "template_declaration": Definitions.template,
    "template_instantiation": Definitions.friend,
    "friend_declaration": Definitions.friend,
    "function_definition": Definitions.function,
}
