"""C and C++: the types among what family.py walks, with their members; and what holds declarations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.c_family.declarators import declared, plain, text_of
from retrieval.languages.c_family.family import TYPE, References
from retrieval.languages.c_family.symbols import Around, Found, Place
from retrieval.types import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

SPECIFIERS = {
    "struct_specifier": SymbolKind.STRUCT,
    "union_specifier": SymbolKind.STRUCT,
    "class_specifier": SymbolKind.CLASS,
    "enum_specifier": SymbolKind.ENUM,
}
_CONTAINERS = (
    "translation_unit",
    "declaration_list",
    "field_declaration_list",
    "linkage_specification",
    "preproc_if",
    "preproc_ifdef",
    "preproc_else",
    "preproc_elif",
    "preproc_elifdef",
)


class Types(References):
    def container(self, node: Node, place: Place) -> None:
        """A file, a namespace's body, a branch of an #if: a struct without a body is announced here."""
        said = node.child_by_field_name("condition") or node.child_by_field_name("name")
        children = [child for child in node.named_children if said is None or child.id != said.id]
        self.push(children, place)
        if place.around is not Around.BLOCK:
            for child in children:
                if child.type in SPECIFIERS and child.child_by_field_name("body") is None:
                    self.announce(child, place)

    def announce(self, specifier: Node, place: Place) -> None:
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
            tag = name is not None and name.type == "type_identifier"
            if name is not None and tag and not self.is_local(f"struct {text_of(name, self.source)}"):
                self.refer(name, TYPE, inside, is_tag=True)
            rest = (child for child in node.named_children if not tag or name is None or child.id != name.id)
            self.push(rest, inside)
            return
        around = Around.BLOCK if place.around is Around.BLOCK else Around.TYPE
        inside = Place(around, place.symbol, private=place.private)
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
            self.bind([text, f"struct {text}"])
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

    def type_definition(self, node: Node, place: Place) -> None:
        type_ = node.child_by_field_name("type")
        declarators = node.children_by_field_name("declarator")
        body = None
        if type_ is not None and type_.type in SPECIFIERS:
            body = type_.child_by_field_name("body")
        tag = type_.child_by_field_name("name") if body is not None and type_ is not None else None
        inside = replace(place, start=None)
        if tag is not None and type_ is not None:
            self.specifier(type_, replace(place, start=node))
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
            elif tag is None or text_of(tag, self.source) != found.name:
                whole = node if body is None else declarator
                self.symbols.add(Found(whole, found.name, found.node, SymbolKind.TYPE), place)
        self.push([None if tag is not None else type_, *declarators], inside)

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


Types.handlers = {
    **References.handlers,
    **dict.fromkeys(SPECIFIERS, Types.specifier),
    **dict.fromkeys(_CONTAINERS, Types.container),
    "enumerator": Types.enumerator,
    "type_definition": Types.type_definition,
    "alias_declaration": Types.alias,
    "namespace_alias_definition": Types.alias,
    "concept_definition": Types.alias,
}
