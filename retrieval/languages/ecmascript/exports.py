"""What a module gives under other names than its own: `default`, aliases, CommonJS exports.

The whole of a CommonJS module goes by `exports`: `module.exports = helper`, TypeScript's `export = helper`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from retrieval.languages.ecmascript.imports import literal, requirement, specifier, text_of
from retrieval.types import ImportedName

if TYPE_CHECKING:
    from tree_sitter import Node

DEFAULT = "default"
WHOLE = "exports"
LONGEST_CHAIN = 8  # exports = module.exports = ...; more is no chain of exports


def of_statement(node: Node) -> Iterator[ImportedName]:
    """Of an `export` statement without `from`."""
    kinds = {child.type for child in node.children}
    if "default" in kinds:
        given = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        yield from _renamed(_own_name(given), DEFAULT)
        if given is not None and given.type == "object":
            for name, key in _properties(given):
                yield ImportedName(name, f"{DEFAULT}.{key}")
    elif "=" in kinds:
        yield from _renamed(_own_name(node.named_children[-1] if node.named_child_count else None), WHOLE)
    for clause in node.named_children:
        if clause.type == "export_clause":
            for item in clause.named_children:
                if item.type == "export_specifier" and (found := specifier(item)).alias:
                    yield found


def _own_name(given: Node | None) -> str:
    while given is not None and given.type == "parenthesized_expression" and given.named_child_count:
        given = given.named_children[0]
    if given is None:
        return ""
    name = given if given.type == "identifier" else given.child_by_field_name("name")
    return text_of(name) if name is not None else ""


def _renamed(name: str, alias: str) -> Iterator[ImportedName]:
    if name and name != alias:
        yield ImportedName(name, alias)


def of_assignment(node: Node) -> Iterator[ImportedName]:
    """Of `module.exports = a`, `exports.b = a`, `module.exports = { b: a }`."""
    names, value = assigned(node)
    if value is None:
        return
    for name in names:
        yield from _renamed(_own_name(value) if value.type in _NAMED else "", name)
    if WHOLE in names and value.type == "object":
        for name, key in _properties(value):
            yield from _renamed(name, key)


def _properties(value: Node) -> Iterator[tuple[str, str]]:
    """Of an object the names that its properties hold, and what they are called there."""
    for pair in value.named_children:
        key, of_key = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if pair.type == "shorthand_property_identifier":
            yield text_of(pair), text_of(pair)
        elif key is not None and of_key is not None and of_key.type == "identifier":
            yield text_of(of_key), literal(key) or text_of(key)


_NAMED = frozenset({"identifier", "function_expression", "generator_function", "class"})


def passed_on(node: Node) -> tuple[Node, str, tuple[ImportedName, ...]] | None:
    """The module that `exports.a = require("./a")` passes on, or `module.exports = require("./a")` whole."""
    names, value = assigned(node)
    required = requirement(value) if value is not None and names else None
    if value is None or required is None:
        return None
    module, member = required
    whole = (ImportedName("*"),) if WHOLE in names and not member else ()
    return (
        value,
        module,
        whole + tuple(ImportedName(member or WHOLE, name) for name in names if name != (member or WHOLE)),
    )


def assigned(node: Node) -> tuple[list[str], Node | None]:
    """What a statement's assignments to a module's exports call the value, and the value."""
    names: list[str] = []
    value: Node | None = node
    for _ in range(LONGEST_CHAIN):
        if value is None or value.type != "assignment_expression":
            break
        left = value.child_by_field_name("left")
        value = value.child_by_field_name("right")
        name = _exported(left) if left is not None else ""
        if name:
            names.append(name)
    return names, value


def _exported(target: Node) -> str:
    name, before = target.child_by_field_name("property"), target.child_by_field_name("object")
    if target.type != "member_expression" or name is None or before is None:
        return ""
    owner = text_of(before) if before.end_byte - before.start_byte <= len("module.exports") else ""
    if owner == "module" and name.text == b"exports":
        return WHOLE
    return text_of(name) if owner in ("exports", "module.exports") else ""
