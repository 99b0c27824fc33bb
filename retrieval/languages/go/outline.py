"""What defines symbols in Go: functions, constants, variables, types and their members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.go.origins import Block
from retrieval.languages.go.walk import READERS, Bound, Handler, Reader, Surroundings
from retrieval.types import ParsedFile, ReferenceKind, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

TYPES = {"struct_type": SymbolKind.STRUCT, "interface_type": SymbolKind.INTERFACE}


def outline(root: Node, source: bytes) -> ParsedFile:
    return Reader(source, HANDLERS).read(root)


class TypeSpec:
    """Stands among the nodes to be read: a type's declaration, and how far it reaches."""

    __slots__ = ("node", "type", "whole")

    def __init__(self, node: Node, whole: Node) -> None:
        self.node = node
        self.whole = whole
        self.type = "declared_type"


def function(reader: Reader, node: Node, around: Surroundings) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    receiver = node.child_by_field_name("receiver")
    owner = receiver_type(receiver)
    symbol = None
    if name is not None:
        method = receiver is not None
        symbol = reader.outline.define(
            reader.outline.text(name),
            SymbolKind.METHOD if method else SymbolKind.FUNCTION,
            name,
            node,
            body=body,
            owner=reader.outline.text(owner) if owner is not None else "",
        )
    inside = Surroundings(Block(around.scope), symbol)
    if owner is not None and owner.parent is not None and owner.parent.type == "generic_type":
        arguments = owner.parent.child_by_field_name("type_arguments")
        if arguments is not None:  # func (g *G[K, V]) binds K and V
            inside.scope.names.update(reader.outline.text(child) for child in arguments.named_children)
    reader.signature_and_body(node, inside, name)


def values(reader: Reader, node: Node, around: Surroundings) -> None:
    """`const` and `var`: of the package they are symbols."""
    kind = SymbolKind.CONSTANT if node.type == "const_declaration" else SymbolKind.VARIABLE
    specs = [child for child in walked(node) if child.type in ("const_spec", "var_spec")]
    for comment in (child for child in walked(node) if child.type == "comment"):
        reader.outline.comment(comment)
    alone = len(specs) == 1 and specs[0].parent == node
    inner: list[tuple[Node | Bound, Surroundings]] = []
    for spec in specs:
        names = [name for name in spec.children_by_field_name("name") if name.type == "identifier"]
        inside = around
        for name in names if around.top else ():
            called = reader.outline.text(name)
            if called != "_":
                symbol = reader.outline.define(called, kind, name, node if alone else spec)
                inside = replace(around, symbol=symbol, top=False)
        written = (spec.child_by_field_name("type"), spec.child_by_field_name("value"))
        inner += [(child, inside) for child in written if child is not None]
        if not around.top:
            typed, made = written
            bound = reader.made(names, made, around) if typed is None else reader.typed(names, typed, around)
            inner.append((bound, around))
    reader.stack.extend(reversed(inner))


def types(reader: Reader, node: Node, around: Surroundings) -> None:
    specs = [child for child in node.named_children if child.type in ("type_spec", "type_alias")]
    alone = len(specs) == 1 and not any(each.type == "(" for each in node.children)
    for child in reversed(node.named_children):
        if child.type in ("type_spec", "type_alias"):
            reader.stack.append((TypeSpec(child, node if alone else child), around))
        else:
            reader.stack.append((child, around))


def type_spec(reader: Reader, spec: TypeSpec, around: Surroundings) -> None:
    node = spec.node
    name, value = node.child_by_field_name("name"), node.child_by_field_name("type")
    parameters = node.child_by_field_name("type_parameters")
    if name is None:
        return
    called = reader.outline.text(name)
    inside = replace(around, scope=Block(around.scope), top=False)
    if around.top:
        kind = TYPES.get(value.type if value is not None else "", SymbolKind.TYPE)
        body = value if value is not None and value.type in TYPES else None
        symbol = reader.outline.define(called, kind, name, spec.whole, body=body)
        inside = replace(inside, symbol=symbol)
    else:
        around.scope.names.add(called)
    if value is not None and value.type in TYPES and around.top:
        members = list(walked(value)) if value.type == "struct_type" else value.named_children
        reader.push(members, replace(inside, top=True))
    else:
        reader.push([value], inside)
    reader.push([parameters], inside)


def field(reader: Reader, node: Node, around: Surroundings) -> None:
    """A struct's field; without a name it embeds a type, whose fields and methods it takes over."""
    names, kind = node.children_by_field_name("name"), node.child_by_field_name("type")
    inside = replace(around, top=False)
    if not names and kind is not None:
        at = embedded(kind)
        if around.top and around.symbol is not None:
            last = at.child_by_field_name("name") or at
            reader.outline.define(
                reader.outline.text(last), SymbolKind.FIELD, last, node, parent=around.symbol
            )
        base(reader, kind, inside)
        return
    for name in names if around.top and around.symbol is not None else ():
        symbol = reader.outline.define(
            reader.outline.text(name), SymbolKind.FIELD, name, node, parent=around.symbol
        )
        inside = replace(inside, symbol=symbol)
    reader.push([kind], inside)


def base(reader: Reader, kind: Node, around: Surroundings) -> None:
    at = embedded(kind)
    if kind.type == "generic_type":
        reader.push([kind.child_by_field_name("type_arguments")], around)
    if not reader.named(at, ReferenceKind.BASE, around):
        reader.stack.append((kind, around))


def method_element(reader: Reader, node: Node, around: Surroundings) -> None:
    name = node.child_by_field_name("name")
    symbol = around.symbol
    if name is not None and around.top:
        symbol = reader.outline.define(
            reader.outline.text(name), SymbolKind.METHOD, name, node, parent=around.symbol
        )
    reader.signature_and_body(node, Surroundings(Block(around.scope), symbol), name)


def type_element(reader: Reader, node: Node, around: Surroundings) -> None:
    """A type in an interface: alone it is embedded, with others it is a constraint."""
    inside = replace(around, top=False)
    if around.top and node.named_child_count == 1:
        base(reader, node.named_children[0], inside)
    else:
        reader.push(node.named_children, inside)


def walked(node: Node) -> Iterable[Node]:
    """The children, and those of a list among them: var ( ... ), struct { ... }."""
    for child in node.named_children:
        if child.type in ("var_spec_list", "field_declaration_list"):
            yield from child.named_children
        else:
            yield child


def embedded(kind: Node) -> Node:
    """T of *T, of T[int]."""
    if kind.type == "pointer_type" and kind.named_child_count:
        kind = kind.named_children[0]
    return kind.child_by_field_name("type") or kind if kind.type == "generic_type" else kind


def receiver_type(receiver: Node | None) -> Node | None:
    """T of `(t *T)`, `(T)`, `(t *T[K])`."""
    for child in receiver.named_children if receiver is not None else ():
        kind = child.child_by_field_name("type")
        while kind is not None and kind.type in ("pointer_type", "parenthesized_type"):
            kind = kind.named_children[0] if kind.named_child_count else None
        if kind is not None:
            kind = kind.child_by_field_name("type") if kind.type == "generic_type" else kind
        if kind is not None and kind.type == "type_identifier":
            return kind
    return None


HANDLERS: dict[str, Handler] = READERS | {
    "const_declaration": values,
    "declared_type": type_spec,
    "field_declaration": field,
    "function_declaration": function,
    "method_declaration": function,
    "method_elem": method_element,
    "type_declaration": types,
    "type_elem": type_element,
    "var_declaration": values,
}
