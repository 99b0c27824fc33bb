"""JavaScript, and what TypeScript shares with it: the outline, exports, and statements of a module."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.bindings import Scope
from retrieval.languages.ecmascript import exports
from retrieval.languages.ecmascript.commonjs import assigned_exports, immediate_function
from retrieval.languages.ecmascript.definitions import (
    CLASSES,
    DEFINITIONS,
    add_field,
    constructed,
    value_symbol,
)
from retrieval.languages.ecmascript.uses import USES, add_import, import_statement
from retrieval.languages.ecmascript.walk import FUNCTIONS, READERS, Handler, Reader, Surroundings
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node


def outline(
    root: Node, source: bytes, language: str, handlers: dict[str, Handler] | None = None
) -> ParsedFile:
    """Of JavaScript, unless `handlers` has those of TypeScript too."""
    return Reader(source, handlers or HANDLERS, documented=handlers is None).read(root, language)


def export_statement(reader: Reader, node: Node, around: Surroundings) -> None:
    if node.child_by_field_name("source") is not None:
        import_statement(reader, node, around)
        return
    declaration = node.child_by_field_name("declaration")
    value = node.child_by_field_name("value")
    if any(child.type == "namespace" for child in node.children):  # export as namespace Name
        return
    if around.symbols and around.symbol is None:
        reader.exports += exports.of_statement(node)
    around = replace(around, whole=around.whole or node)
    if value is not None and not (around.symbols and value.type != "identifier"):
        reader.stack.append((value, around.plain()))
    elif value is not None:
        name = value.child_by_field_name("name") if value.type in FUNCTIONS | CLASSES else None
        default = next((child for child in node.children if child.type == "default"), None)
        value_symbol(reader, value, name, node, around, unnamed=default)
    for child in reversed(node.named_children):
        if child == declaration:
            reader.stack.append((child, around))
        elif child != value:
            reader.stack.append((child, around.plain()))


def assignment(reader: Reader, node: Node, around: Surroundings) -> None:
    """`this.x = ...` in a constructor makes a field of its class."""
    left = node.child_by_field_name("left")
    owner = constructed(reader.outline, around.symbol)
    if left is not None and owner is not None and left.type == "member_expression":
        this, name = left.child_by_field_name("object"), left.child_by_field_name("property")
        if this is not None and this.type == "this" and name is not None:
            add_field(reader, name, node, owner)
    reader.push(node.named_children, around.plain())


def statement(reader: Reader, node: Node, around: Surroundings) -> None:
    """An expression as a statement, which may export in CommonJS's way, or call a function at once."""
    if around.symbols and node.named_child_count:
        expression = node.named_children[0]
        called = immediate_function(expression)
        if called is not None:
            immediate(reader, expression, called, around)
            return
        if expression.type == "assignment_expression":
            passed = exports.passed_on(expression)
            if passed is not None:
                value, module, names = passed
                add_import(reader, value, module, around, bound=(names, ""))
                return
            reader.exports += exports.of_assignment(expression)
            assigned = assigned_exports(expression, reader.outline)
            if assigned is not None:
                value_symbol(
                    reader,
                    assigned.value,
                    assigned.name,
                    node,
                    around,
                    unnamed=assigned.unnamed,
                    kind=assigned.kind,
                    owner=assigned.owner,
                )
                reader.push(assigned.rest, around.plain())
                return
    reader.push(node.named_children, around.plain())


def immediate(reader: Reader, whole: Node, called: Node, around: Surroundings) -> None:
    """What `(function () { ... })()` or `define(function () { ... })` declares counts as the module's own."""
    parameters = replace(around.plain(), scope=Scope(around.scope))
    body = called.child_by_field_name("body")
    if body is not None and body.type == "statement_block":
        scope = Scope(parameters.scope, open=True, function=True)
        reader.push(body.named_children, replace(around, scope=scope, whole=None))
    elif body is not None:
        reader.push([body], parameters)
    bound = called.child_by_field_name("parameter")
    if bound is not None:
        reader.bind(bound, parameters)
    reader.push([called.child_by_field_name("parameters")], parameters)
    reader.immediate.add(called.id)
    reader.push([whole], around.plain())


HANDLERS: dict[str, Handler] = (
    READERS
    | USES
    | DEFINITIONS
    | {
        "assignment_expression": assignment,
        "export_statement": export_statement,
        "expression_statement": statement,
    }
)
