"""What a declarator of C or C++ declares: the name in `(*names[3])(int)`, and whether it is a function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = frozenset(
    {
        "identifier",
        "field_identifier",
        "type_identifier",
        "operator_name",
        "operator_cast",
        "destructor_name",
        "qualified_identifier",
        "template_function",
        "template_method",
    }
)
_POINTERS = frozenset({"pointer_declarator", "reference_declarator", "pointer_type_declarator"})
_DECLARATORS = _NAMES | {"structured_binding_declarator"}
_TEMPLATE_ARGUMENTS = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
LONGEST_QUALIFIER = 100  # bytes; what is longer is a chain of calls that nobody resolves
LONGER = "…"


@dataclass(frozen=True, slots=True)
class Declared:
    node: Node  # the identifier, operator name, ...
    name: str
    owner: str  # `a::B` of `a::B<T>::run`
    is_function: bool
    is_pointer: bool
    declarator: Node | None  # the function's, with its parameters


def text_of(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def declared(declarator: Node, source: bytes) -> Declared | None:
    """None where nothing is named: an abstract declarator, a structured binding, a syntax error."""
    node, around = declarator, None
    function: Node | None = None
    pointer = False
    while node.type not in _DECLARATORS:
        if node.type == "function_declarator":
            function = node
        if node.type in _POINTERS:
            pointer = True
        if node.type != "parenthesized_declarator":
            around = node
        inner = node.child_by_field_name("declarator") or _inner(node)
        if inner is None:
            return None
        node = inner
    if node.type == "structured_binding_declarator":
        return None
    if node.type == "operator_cast":  # its own declarator has the parameters
        return Declared(node, _operator(node, source), "", True, pointer, node)
    owner = ""
    while node.type == "qualified_identifier":
        scope, last = node.child_by_field_name("scope"), node.child_by_field_name("name")
        if last is None:
            return None
        if scope is not None:
            part = plain(text_of(scope, source))
            owner = f"{owner}::{part}" if owner else part
        node = last
    if node.type == "operator_cast":
        return Declared(node, _operator(node, source), owner, True, pointer, node)
    if node.type in ("template_function", "template_method"):
        node = node.child_by_field_name("name") or node
    name = _SPACE.sub(" ", text_of(node, source))
    is_function = around is not None and around.type == "function_declarator"
    return Declared(node, name, owner, is_function, pointer, function)


def _inner(node: Node) -> Node | None:
    for child in reversed(node.named_children):
        if child.type in _DECLARATORS or child.type.endswith("_declarator"):
            return child
    return None


def _operator(node: Node, source: bytes) -> str:
    """`operator bool` of `operator bool() const`."""
    declarator = node.child_by_field_name("declarator")
    end = node.end_byte if declarator is None else declarator.start_byte
    return _SPACE.sub(" ", source[node.start_byte : end].decode("utf-8", "replace")).strip()


def bound(declarator: Node, source: bytes) -> Iterator[str]:
    """Every name that a parameter's or a local variable's declarator binds."""
    found = declared(declarator, source)
    if found is not None:
        if not found.owner:
            yield found.name
        return
    node: Node | None = declarator
    while node is not None and node.type != "structured_binding_declarator":
        node = node.child_by_field_name("declarator") or _inner(node)
    if node is not None:
        yield from (text_of(child, source) for child in node.named_children if child.type == "identifier")


def plain(text: str) -> str:
    """Without template arguments and white space."""
    while "<" in text and (shorter := _TEMPLATE_ARGUMENTS.sub("", text)) != text:
        text = shorter
    return _SPACE.sub("", text)


def qualifier(node: Node, source: bytes) -> str:
    if node.end_byte - node.start_byte > LONGEST_QUALIFIER:
        return LONGER
    return plain(text_of(node, source))


def is_constant(qualifiers: set[str], found: Declared, *, in_type: bool) -> bool:
    if "constexpr" in qualifiers:
        return True
    return "const" in qualifiers and not found.is_pointer and (not in_type or "static" in qualifiers)


def is_private(qualifiers: set[str]) -> bool:
    """A `static inline` function is written for those that include its file."""
    return "static" in qualifiers and not any("inline" in qualifier for qualifier in qualifiers)
