"""What names other things in JavaScript and TypeScript: members, calls, elements, bases, imports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.ecmascript import imports
from retrieval.languages.ecmascript.walk import Handler, Reader, Surroundings
from retrieval.types import Import, ImportedName, ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node


def member(reader: Reader, node: Node, around: Surroundings) -> None:
    if not reader.named(node, ReferenceKind.NAME, around):
        reader.push(node.named_children, around)


def nested_type(reader: Reader, node: Node, around: Surroundings) -> None:
    if not reader.named(node, ReferenceKind.TYPE, around):
        reader.push(node.named_children, around)


def heritage(reader: Reader, node: Node, around: Surroundings) -> None:
    """What a class or an interface extends or implements."""
    for child in node.named_children:
        at = child
        if child.type == "generic_type":
            at = child.child_by_field_name("name") or child
            reader.push([child.child_by_field_name("type_arguments")], around)
        if at.type == "type_arguments" or not reader.named(at, ReferenceKind.BASE, around):
            reader.stack.append((child, around))


def element(reader: Reader, node: Node, around: Surroundings) -> None:
    """`<Name ...>`: a use of a component, unless it is an element of HTML."""
    name = node.child_by_field_name("name")
    rest = [child for child in node.named_children if child != name]
    reader.push(rest, around)
    if name is None or name.type == "jsx_namespace_name":
        return
    if name.type != "identifier" or not reader.outline.text(name)[:1].islower():
        reader.named(name, ReferenceKind.CALL, around)


def last_only(reader: Reader, node: Node, around: Surroundings) -> None:
    """Of `name={value}`, whose name is no reference."""
    reader.push(node.named_children[1:], around)


def specifier(reader: Reader, node: Node, around: Surroundings) -> None:
    """Of `export { a as b }`, which names a local `a`."""
    name = node.child_by_field_name("name")
    if name is not None and name.type == "identifier":
        reader.refer(name, ReferenceKind.NAME, around)


def call(reader: Reader, node: Node, around: Surroundings) -> None:
    function = node.child_by_field_name("function")
    arguments = node.child_by_field_name("arguments")
    module = imports.called_module(node)
    if module:
        add_import(reader, node, module, around, type_only=around.typed)
        return
    plain = reader.outline.text(function) if function is not None and function.type == "identifier" else ""
    if plain in ("define", "require", "requirejs"):
        for module in imports.array_of_modules(arguments):
            add_import(reader, node, module, replace(around, conditional=False), lines=1)
    rest = [child for child in node.named_children if child != function]
    reader.push(rest, around)
    if function is not None and not reader.named(function, ReferenceKind.CALL, around):
        reader.stack.append((function, around))


def construction(reader: Reader, node: Node, around: Surroundings) -> None:
    made = node.child_by_field_name("constructor")
    reader.push([child for child in node.named_children if child != made], around)
    if made is not None and not reader.named(made, ReferenceKind.TYPE, around):
        reader.stack.append((made, around))


def add_import(
    reader: Reader,
    node: Node,
    module: str,
    around: Surroundings,
    *,
    bound: tuple[tuple[ImportedName, ...], str] = ((), ""),
    type_only: bool = False,
    lines: int = 0,
) -> None:
    first = node.start_point[0] + 1
    last = first + lines - 1 if lines else node.end_point[0] + 1
    reader.outline.imports.append(
        Import(module, first, last, *bound, type_only, around.conditional, around.symbol)
    )


def import_statement(reader: Reader, node: Node, around: Surroundings) -> None:
    found = imports.of_statement(node, conditional=around.conditional, scope=around.symbol)
    if found is not None:
        reader.outline.imports.append(found)


USES: dict[str, Handler] = {
    "call_expression": call,
    "class_heritage": heritage,
    "export_specifier": specifier,
    "extends_clause": heritage,
    "extends_type_clause": heritage,
    "implements_clause": heritage,
    "import_statement": import_statement,
    "jsx_attribute": last_only,
    "jsx_opening_element": element,
    "jsx_self_closing_element": element,
    "member_expression": member,
    "nested_identifier": member,
    "nested_type_identifier": nested_type,
    "new_expression": construction,
}
