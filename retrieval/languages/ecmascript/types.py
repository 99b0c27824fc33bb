"""What TypeScript adds to ECMAScript: interfaces, aliases, enums, namespaces, and the names types bind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.bindings import Scope
from retrieval.languages.ecmascript import definitions, imports
from retrieval.languages.ecmascript.walk import Handler, Reader, Surroundings
from retrieval.types import Import, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node


def parameter(reader: Reader, node: Node, around: Surroundings) -> None:
    """A parameter, which with `private` and the like in a constructor is a field; or a tuple's element."""
    pattern, label = node.child_by_field_name("pattern"), node.child_by_field_name("name")
    reader.push([child for child in node.named_children if child not in (pattern, label)], around)
    if pattern is None:
        return
    reader.bind(pattern, around)
    owner = definitions.constructed(reader.outline, around.symbol)
    modifiers = any(child.type in ("accessibility_modifier", "readonly") for child in node.children)
    if owner is not None and modifiers and pattern.type == "identifier":
        definitions.add_field(reader, pattern, node, owner)


def interface(reader: Reader, node: Node, around: Surroundings) -> None:
    type_with_members(reader, node, around, SymbolKind.INTERFACE, node.child_by_field_name("body"))


def alias(reader: Reader, node: Node, around: Surroundings) -> None:
    """`type A = { ... }` has members, any other alias has none."""
    value = node.child_by_field_name("value")
    members = value if value is not None and value.type == "object_type" else None
    type_with_members(reader, node, around, SymbolKind.TYPE, members)


def type_with_members(
    reader: Reader, node: Node, around: Surroundings, kind: SymbolKind, body: Node | None
) -> None:
    name = node.child_by_field_name("name")
    symbol, members = around.symbol, False
    if name is not None:
        around.scope.names.add(reader.outline.text(name))
        if around.symbols:
            whole, members = around.whole or node, True
            symbol = reader.outline.define(
                reader.outline.text(name), kind, name, whole, body=body, parent=around.symbol
            )
    inside = replace(around.plain(), scope=Scope(around.scope), symbol=symbol)
    if body is not None:
        reader.push(body.named_children, replace(inside, members=members, keyword="interface"))
    rest = [child for child in node.named_children if child not in (name, body)]
    reader.push(rest, replace(inside, typed=True))


def type_place(reader: Reader, node: Node, around: Surroundings) -> None:
    """What is inside is a type."""
    reader.push(node.named_children, around if around.typed else replace(around.plain(), typed=True))


def enum(reader: Reader, node: Node, around: Surroundings) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    inside = around.plain()
    if name is not None:
        called = reader.outline.text(name)
        around.scope.names.add(called)
        if around.symbols:
            whole = around.whole or node
            symbol = reader.outline.define(
                called, SymbolKind.ENUM, name, whole, body=body, parent=around.symbol
            )
            inside = replace(inside, symbol=symbol)
    members = body.named_children if body is not None else []
    for member in members:
        if member.type == "comment":
            reader.comment(member, inside)
            continue
        at = member.child_by_field_name("name") or member
        if around.symbols and at.type in ("property_identifier", "string"):
            called = definitions.property_name(reader.outline, at)
            reader.outline.define(called, SymbolKind.CONSTANT, at, member, parent=inside.symbol)
        reader.push([member.child_by_field_name("value")], inside)


def namespace(reader: Reader, node: Node, around: Surroundings) -> None:
    """`namespace A.B { ... }`, `declare module "a" { ... }`: what is inside can be named from outside."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None:
        reader.push(node.named_children, around.plain())
        return
    called = imports.literal(name)
    line = node.start_point[0] + 1
    if called:  # it adds to that module, wherever it is
        reader.outline.imports.append(Import(called, line, line, type_only=True))
    kind = SymbolKind.MODULE if called else SymbolKind.NAMESPACE
    symbol = around.symbol
    if around.symbols:
        whole = around.whole or node
        text = called or reader.outline.text(name)
        symbol = reader.outline.define(text, kind, name, whole, body=body, parent=around.symbol)
    scope = Scope(around.scope, open=around.symbols, function=True)
    scope.parent = around.scope
    around.scope.names.add(called or reader.outline.text(name).partition(".")[0])
    if body is not None:
        reader.push(body.named_children, replace(around, scope=scope, symbol=symbol, whole=None))


def ambient(reader: Reader, node: Node, around: Surroundings) -> None:
    """`declare ...`; `declare global { ... }` adds to no symbol of its own."""
    around = replace(around, whole=around.whole or node, ambient=True)
    for child in reversed(node.named_children):
        if child.type == "statement_block":
            reader.push(child.named_children, replace(around, whole=None))
        elif child.type not in ("identifier", "property_identifier"):
            reader.stack.append((child, around))


def type_parameter(reader: Reader, node: Node, around: Surroundings) -> None:
    name = node.child_by_field_name("name")
    if name is not None:
        around.scope.names.add(reader.outline.text(name))
    reader.push([child for child in node.named_children if child != name], around)


def inferred(reader: Reader, node: Node, around: Surroundings) -> None:
    """`infer T` binds T, here for the whole scope around it."""
    for child in node.named_children[:1]:
        around.scope.names.add(reader.outline.text(child))
    reader.push(node.named_children[1:], around)


def without_name(reader: Reader, node: Node, around: Surroundings) -> None:
    """`[key: string]: T`, `x is T`: the name is for the reader."""
    name = node.child_by_field_name("name")
    reader.push([child for child in node.named_children if child != name], around.plain())


def import_alias(reader: Reader, node: Node, around: Surroundings) -> None:
    """`import A = B.C`"""
    if node.named_child_count:
        around.scope.names.add(reader.outline.text(node.named_children[0]))
    reader.push(node.named_children[1:], around.plain())


HANDLERS: dict[str, Handler] = {
    "abstract_class_declaration": definitions.class_declaration,
    "abstract_method_signature": definitions.method,
    "ambient_declaration": ambient,
    "enum_declaration": enum,
    "function_signature": definitions.function,
    "import_alias": import_alias,
    "index_signature": without_name,
    "infer_type": inferred,
    "interface_declaration": interface,
    "internal_module": namespace,
    "mapped_type_clause": type_parameter,
    "method_signature": definitions.method,
    "module": namespace,
    "optional_parameter": parameter,
    "property_signature": definitions.field,
    "public_field_definition": definitions.field,
    "required_parameter": parameter,
    "type_alias_declaration": alias,
    "type_annotation": type_place,
    "type_arguments": type_place,
    "type_parameter": type_parameter,
    "type_predicate": without_name,
    "type_query": type_place,
}
