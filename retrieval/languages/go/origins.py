"""Where the values of locals come from, as paths of names: `Options{}.input`, `store.Open()`.

A parse knows no types, but it knows what makes a local: its declared type, a literal, a call, a field.
Written in place of the local, that tells the resolver whose members are used. `[]T`, `map[K]T`, `chan T` are
written as `T{}`, too, because only a T has members.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from retrieval.languages.bindings import DEEPEST_NESTING, LONGEST_QUALIFIER, Scope

if TYPE_CHECKING:
    from tree_sitter import Node

LONGEST_PATH = 16  # of names, calls and brackets
# Calls of these give what their first argument is.
TRANSPARENT = frozenset({"append", "make", "max", "min", "new"})
# Types by the field that tells what has members in them; None where it is their only child.
WRAPPED_TYPES = {
    "array_type": "element",
    "channel_type": "value",
    "function_type": "result",
    "generic_type": "type",
    "implicit_length_array_type": "element",
    "map_type": "value",
    "parameter_declaration": "type",
    "parameter_list": None,
    "parenthesized_type": None,
    "pointer_type": None,
    "slice_type": "element",
}
WRAPPED_VALUES = {
    "index_expression": "operand",
    "parenthesized_expression": None,
    "slice_expression": "operand",
    "type_instantiation_expression": "type",
    "unary_expression": "operand",
}
TYPED_VALUES = frozenset({"composite_literal", "type_assertion_expression", "type_conversion_expression"})
Text = Callable[["Node"], str]


class Block(Scope):
    """A scope that knows where the values of its names come from."""

    __slots__ = ("origins", "switched")

    def __init__(self, parent: Scope | None, *, open: bool = False) -> None:
        super().__init__(parent, open=open)
        self.origins: dict[str, str] = {}
        self.switched = ""  # the name that each case of a type switch gives another type

    def bind(self, names: dict[str, str]) -> None:
        self.names.update(names)
        self.origins.update(names)

    def origin(self, name: str) -> str:
        """Of a local where its value comes from, "" if that is unknown; any other name is its own."""
        scope: Scope | None = self
        for _ in range(DEEPEST_NESTING):
            if scope is None:
                break
            if name in scope.names:
                return scope.origins.get(name, "") if isinstance(scope, Block) else ""
            scope = scope.parent
        return name


def of_type(node: Node | None, scope: Block, text: Text) -> str:
    """`T{}` of the types T, *T, []T, map[K]T, func() T, G[T] (which is `G{}`); "" of all without a name."""
    for _ in range(LONGEST_PATH):
        if node is None:
            break
        if node.type in ("type_identifier", "qualified_type"):
            name = text(node)
            return "" if scope.is_local(name) or len(name) > LONGEST_QUALIFIER else f"{name}{{}}"
        if node.type not in WRAPPED_TYPES:
            break
        node = _inner(node, WRAPPED_TYPES[node.type])
    return ""


def of_value(node: Node | None, scope: Block, text: Text) -> str:
    """The path to a value; "" where it does not start at a name or a type."""
    rest: list[str] = []
    start = ""
    for _ in range(LONGEST_PATH):
        if node is None:
            break
        if node.type == "identifier":
            start = scope.origin(text(node))
            break
        if node.type in TYPED_VALUES:
            start = of_type(node.child_by_field_name("type"), scope, text)
            break
        if node.type == "selector_expression":
            field = node.child_by_field_name("field")
            rest.append(f".{text(field)}" if field is not None else "")
            node = node.child_by_field_name("operand")
        elif node.type == "call_expression":
            function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
            if function is not None and function.type == "identifier" and text(function) in TRANSPARENT:
                given = arguments.named_children[:1] if arguments is not None else []
                node = given[0] if given else None
            else:
                rest.append("()")
                node = function
        elif node.type in WRAPPED_VALUES:
            node = _inner(node, WRAPPED_VALUES[node.type])
        else:
            start = of_type(node, scope, text)  # new(T), make([]T, 3)
            break
    path = start + "".join(reversed(rest)) if start else ""
    return path if len(path) <= LONGEST_QUALIFIER else ""


def _inner(node: Node, field: str | None) -> Node | None:
    if field is not None:
        return node.child_by_field_name(field)
    return node.named_children[0] if node.named_child_count else None
