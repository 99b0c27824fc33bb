"""What defines symbols in JavaScript and TypeScript: variables, functions, classes and their members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.bindings import Outline, Scope
from retrieval.languages.ecmascript import imports
from retrieval.languages.ecmascript.uses import add_import
from retrieval.languages.ecmascript.walk import FUNCTIONS, Handler, Reader, Surroundings
from retrieval.types import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

CLASSES = frozenset({"class", "class_declaration", "abstract_class_declaration"})
# What a value may be wrapped in and still be the definition: (x), x as T, x satisfies T, x!.
SHELLS = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"}
)


def property_name(outline: Outline, node: Node) -> str:
    """A property's name as others write it: without quotes; `[Symbol.iterator]` keeps its brackets."""
    return imports.literal(node) or outline.text(node)


def bare(value: Node | None) -> Node | None:
    while value is not None and value.type in SHELLS and value.named_child_count:
        value = value.named_children[0]
    return value


# Values that are definitions


def value_symbol(
    reader: Reader,
    value: Node | None,
    name: Node | None,
    whole: Node,
    around: Surroundings,
    *,
    unnamed: Node | None = None,
    kind: SymbolKind = SymbolKind.CONSTANT,
    owner: str = "",
    rest: Iterable[Node | None] = (),
) -> None:
    """A symbol that is a function, a class, an object or any other value, and what is inside of it.

    `unnamed` is a word that stands for the name where there is none: `default`, `exports`.
    `rest` is what else the definition holds: its type, its decorators.
    """
    at = name or unnamed or whole
    called = property_name(reader.outline, at)
    inner = bare(value)
    body: Node | None = None
    if inner is not None and inner.type in FUNCTIONS:
        body = inner.child_by_field_name("body")
        kind = SymbolKind.METHOD if owner or around.members else SymbolKind.FUNCTION
    elif inner is not None and inner.type in CLASSES:
        body = inner.child_by_field_name("body")
        kind = SymbolKind.CLASS
    elif inner is not None and inner.type == "object" and any(map(is_method, inner.named_children)):
        body = inner.named_children[0]
    parent = None if owner else around.symbol
    index = reader.outline.define(called, kind, at, whole, body=body, parent=parent, owner=owner)
    inside = replace(around.plain(), symbol=index)
    reader.push(rest, inside)
    if inner is None or value is None:
        return
    if inner.type in FUNCTIONS:
        reader.function_inside(inner, inside)
    elif inner.type in CLASSES:
        class_inside(reader, inner, replace(inside, members=True))
    elif inner.type == "object":
        reader.push(inner.named_children, replace(inside, members=True))
    else:
        reader.stack.append((value, inside))


def is_method(member: Node) -> bool:
    """Whether a member of an object is a function."""
    value = member.child_by_field_name("value")
    return member.type == "method_definition" or (value is not None and value.type in FUNCTIONS)


def pair(reader: Reader, node: Node, around: Surroundings) -> None:
    """`key: value` of an object. In an object that is a symbol, functions are its methods."""
    key = node.child_by_field_name("key")
    if around.members and key is not None and is_method(node):
        value_symbol(reader, node.child_by_field_name("value"), key, node, around)
    else:
        reader.push(node.named_children, around.plain())


# Variables


def variables(reader: Reader, node: Node, around: Surroundings) -> None:
    """`const`, `let`, `var`: of a module they are symbols, unless they are what a module is called here."""
    keyword = node.children[0].type if node.children else ""
    declarators = [child for child in node.named_children if child.type == "variable_declarator"]
    whole = around.whole or node
    for declarator in reversed(declarators):
        alone = whole if len(declarators) == 1 else declarator
        reader.stack.append((declarator, replace(around, whole=alone, keyword=keyword)))


def variable(reader: Reader, node: Node, around: Surroundings) -> None:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    whole = around.whole or node
    if name is None:
        reader.push(node.named_children, around.plain())
        return
    names = reader.bind(name, around, hoisted=around.keyword == "var")
    written = node.child_by_field_name("type")
    required = imports.requirement(value) if value is not None else None
    bound = imports.bound(name, required[1]) if required else None
    kind = SymbolKind.CONSTANT if around.keyword == "const" else SymbolKind.VARIABLE
    if required and bound:
        add_import(reader, node, required[0], around, bound=bound)
    elif not around.symbols:
        reader.push([written, value], around.plain())
    elif name.type == "identifier":
        value_symbol(reader, value, name, whole, around, kind=kind, rest=[written])
    else:
        for each in names:
            reader.outline.define(reader.outline.text(each), kind, each, whole, parent=around.symbol)
        reader.push([written, value], around.plain())


# Functions and classes


def function(reader: Reader, node: Node, around: Surroundings) -> None:
    """A declared function; one without a body is only announced, unless `declare` says that it exists."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    symbol = around.symbol
    if name is not None:
        called = reader.outline.text(name)
        around.scope.names.add(called)
        if around.symbols:
            forward = body is None and not around.ambient
            whole = around.whole or node
            symbol = reader.outline.define(
                called, SymbolKind.FUNCTION, name, whole, body=body, parent=around.symbol, forward=forward
            )
    reader.function_inside(node, replace(around.plain(), symbol=symbol))


def class_declaration(reader: Reader, node: Node, around: Surroundings) -> None:
    name = node.child_by_field_name("name")
    inside = around.plain()
    if name is not None:
        called = reader.outline.text(name)
        around.scope.names.add(called)
        if around.symbols:
            body, whole = node.child_by_field_name("body"), around.whole or node
            symbol = reader.outline.define(
                called, SymbolKind.CLASS, name, whole, body=body, parent=around.symbol
            )
            inside = replace(inside, symbol=symbol, members=True)
    class_inside(reader, node, inside)


def class_inside(reader: Reader, node: Node, inside: Surroundings) -> None:
    """`inside.members` says whether its methods and fields are symbols."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    inside = replace(inside, scope=Scope(inside.scope))
    if name is not None and node.type == "class":
        inside.scope.names.add(reader.outline.text(name))
    if body is not None:
        reader.push(body.named_children, inside)
    rest = [child for child in node.named_children if child not in (name, body)]
    reader.push(rest, replace(inside, members=False))


def class_expression(reader: Reader, node: Node, around: Surroundings) -> None:
    class_inside(reader, node, around.plain())


def method(reader: Reader, node: Node, around: Surroundings) -> None:
    """A method with or without a body, of a class, an interface or an object."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    inside = around.plain()
    if name is not None and around.members:
        called = property_name(reader.outline, name)
        # In a class, a signature without a body announces an overload; abstract ones stand for themselves.
        forward = node.type == "method_signature" and not around.ambient and around.keyword != "interface"
        symbol = reader.outline.define(
            called, SymbolKind.METHOD, name, node, body=body, parent=around.symbol, forward=forward
        )
        inside = replace(inside, symbol=symbol)
    if name is not None and name.type == "computed_property_name":
        reader.push([name], inside)
    reader.function_inside(node, inside)


def field(reader: Reader, node: Node, around: Surroundings) -> None:
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    value = node.child_by_field_name("value")
    inside = around.plain()
    if name is not None and around.members and around.symbol is not None:
        reader.fields.add((around.symbol, reader.outline.text(name)))
        rest = [child for child in node.named_children if child not in (name, value)]
        value_symbol(reader, value, name, node, around, kind=SymbolKind.FIELD, rest=rest)
    else:
        reader.push([child for child in node.named_children if child != name], inside)


def constructed(outline: Outline, symbol: int | None) -> int | None:
    """The class whose constructor `symbol` is."""
    if symbol is None or outline.symbols[symbol].name != "constructor":
        return None
    return outline.symbols[symbol].parent


def add_field(reader: Reader, name: Node, whole: Node, owner: int) -> None:
    called = reader.outline.text(name)
    if (owner, called) not in reader.fields:
        reader.fields.add((owner, called))
        reader.outline.define(called, SymbolKind.FIELD, name, whole, parent=owner)


DEFINITIONS: dict[str, Handler] = {
    "class": class_expression,
    "class_declaration": class_declaration,
    "field_definition": field,
    "function_declaration": function,
    "generator_function_declaration": function,
    "lexical_declaration": variables,
    "method_definition": method,
    "pair": pair,
    "variable_declaration": variables,
    "variable_declarator": variable,
}
