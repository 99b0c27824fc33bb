"""What a module's statements define by assignment: CommonJS exports, prototypes, functions of an object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.languages.bindings import Outline
from retrieval.languages.ecmascript.exports import LONGEST_CHAIN
from retrieval.languages.ecmascript.imports import requirement
from retrieval.types import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTION_VALUES = frozenset({"function_expression", "arrow_function", "generator_function"})


@dataclass(frozen=True, slots=True)
class Assigned:
    """A definition by assignment: where its name, or a word in its place, stands, and what it is."""

    value: Node
    name: Node | None
    unnamed: Node | None = None
    owner: str = ""
    kind: SymbolKind = SymbolKind.CONSTANT
    rest: tuple[Node, ...] = ()  # what else of the statement is to be read


def assigned_exports(node: Node, outline: Outline) -> Assigned | None:
    """Of `exports.a = ...`, `module.exports = ...`, `A.prototype.b = ...`, `a.b = function ...`."""
    targets: list[Node] = []
    value: Node | None = node
    while value is not None and value.type == "assignment_expression" and len(targets) < LONGEST_CHAIN:
        left = value.child_by_field_name("left")
        value = value.child_by_field_name("right")
        if left is None or value is None:
            return None
        targets.append(left)
    if value is None or requirement(value) is not None:
        return None
    for target in targets:
        found = _assigned(target, value, outline)
        if found is not None:
            return found
    return None


def _assigned(target: Node, value: Node, outline: Outline) -> Assigned | None:
    if target.type != "member_expression":
        return None
    name, before = target.child_by_field_name("property"), target.child_by_field_name("object")
    if name is None or before is None:
        return None
    called, owner = outline.text(name), outline.text(before)
    is_function = value.type in FUNCTION_VALUES
    if owner == "module" and called == "exports":
        return _whole_module(name, value)
    if owner in ("exports", "module.exports"):
        if value.type == "identifier" and (
            outline.text(value) == called or outline.text(value) in outline.named
        ):
            return None  # what it is was defined under its own name
        return Assigned(value, name)
    if owner.endswith(".prototype") and is_function:
        return Assigned(
            value, name, owner=owner.removesuffix(".prototype").rpartition(".")[2], rest=(before,)
        )
    if called == "prototype" and value.type == "object":
        return Assigned(value, name, owner=owner.rpartition(".")[2], rest=(before,))
    if is_function and before.type in ("identifier", "member_expression"):
        return Assigned(value, name, owner=owner.rpartition(".")[2], rest=(before,))
    return None


def _whole_module(exports: Node, value: Node) -> Assigned | None:
    """`module.exports = ...` of a function, a class or an object; named `exports` where it has no name."""
    if value.type in FUNCTION_VALUES or value.type == "class":
        return Assigned(value, value.child_by_field_name("name"), exports)
    return Assigned(value, None, exports) if value.type == "object" else None


def immediate_function(expression: Node) -> Node | None:
    """The function of `(function () { ... })()`, `!function () {}()`, `define([...], function () {})`."""
    node: Node | None = expression
    while node is not None and node.type in ("parenthesized_expression", "unary_expression"):
        node = node.named_children[0] if node.named_child_count else None
    if node is None or node.type != "call_expression":
        return None
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return None
    if function.type == "identifier" and function.text == b"define":
        return next((child for child in arguments.named_children if child.type in FUNCTION_VALUES), None)
    if function.type == "member_expression":  # (function () { ... }).call(this)
        function = function.child_by_field_name("object")
    if function is not None and function.type == "parenthesized_expression" and function.named_child_count:
        function = function.named_children[0]
    return function if function is not None and function.type in FUNCTION_VALUES else None
