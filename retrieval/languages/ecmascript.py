"""What defines symbols in JavaScript and TypeScript, as handlers for the walk of ecmascript_walk.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages import ecmascript_imports as imports
from retrieval.languages.bindings import Outline, Scope
from retrieval.languages.ecmascript_commonjs import assigned_exports, immediate_function
from retrieval.languages.ecmascript_walk import FUNCTIONS, READERS, Handler, Reader, Surroundings
from retrieval.types import ParsedFile, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

CLASSES = frozenset({"class", "class_declaration", "abstract_class_declaration"})
# What a value may be wrapped in and still be the definition: (x), x as T, x satisfies T, x!.
SHELLS = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"}
)


def outline(
    root: Node, source: bytes, language: str, handlers: dict[str, Handler] | None = None
) -> ParsedFile:
    """Of JavaScript, unless `handlers` has those of TypeScript too."""
    return Reader(source, handlers or HANDLERS, documented=handlers is None).read(root, language)


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


def export_statement(reader: Reader, node: Node, around: Surroundings) -> None:
    if node.child_by_field_name("source") is not None:
        reader.import_statement(node, around)
        return
    declaration = node.child_by_field_name("declaration")
    value = node.child_by_field_name("value")
    if any(child.type == "namespace" for child in node.children):  # export as namespace Name
        return
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
        reader.add_import(node, required[0], around, bound=bound)
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


def assignment(reader: Reader, node: Node, around: Surroundings) -> None:
    """`this.x = ...` in a constructor makes a field of its class."""
    left = node.child_by_field_name("left")
    owner = constructed(reader.outline, around.symbol)
    if left is not None and owner is not None and left.type == "member_expression":
        this, name = left.child_by_field_name("object"), left.child_by_field_name("property")
        if this is not None and this.type == "this" and name is not None:
            add_field(reader, name, node, owner)
    reader.push(node.named_children, around.plain())


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


def statement(reader: Reader, node: Node, around: Surroundings) -> None:
    """An expression as a statement, which may export in CommonJS's way, or call a function at once."""
    if around.symbols and node.named_child_count:
        expression = node.named_children[0]
        called = immediate_function(expression)
        if called is not None:
            immediate(reader, expression, called, around)
            return
        if expression.type == "assignment_expression":
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


HANDLERS: dict[str, Handler] = READERS | {
    "assignment_expression": assignment,
    "class": class_expression,
    "class_declaration": class_declaration,
    "export_statement": export_statement,
    "expression_statement": statement,
    "field_definition": field,
    "function_declaration": function,
    "generator_function_declaration": function,
    "lexical_declaration": variables,
    "method_definition": method,
    "pair": pair,
    "variable_declaration": variables,
    "variable_declarator": variable,
}
