"""How Python's expressions and patterns are walked: names, attributes, calls, comprehensions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retrieval.languages.python import imports as python_imports
from retrieval.languages.python.scopes import Scope, ScopeKind
from retrieval.languages.python.walk import Handler, Place, Use, Walk
from retrieval.types import Import, ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

CALL, TYPE, BASE, NAME = ReferenceKind.CALL, ReferenceKind.TYPE, ReferenceKind.BASE, ReferenceKind.NAME
DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
QUALIFIER_BYTES = 80  # what stands before a dot is told up to this length
LONGER = "…"  # a qualifier of several lines, or longer: no name in any language


def qualifier(walk: Walk, node: Node) -> str:
    if node.end_byte - node.start_byte > QUALIFIER_BYTES:
        return LONGER
    written = walk.text(node)
    return LONGER if "\n" in written else written


def identifier(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    walk.use(node, kind, place.scope)


def attribute(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    children = node.named_children
    walk.use(children[-1], kind, place.scope, qualifier(walk, children[0]))
    walk.push(children[:-1], NAME, place)


def subscript(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    """Also a generic type. Strings are types in `List["A"]`, but not in `Literal["a"]`."""
    value, *inner = node.named_children
    kind_inside = TYPE if kind in (TYPE, BASE) else NAME
    name = walk.text(value).rpartition(".")[2] if kind_inside is TYPE else ""
    if name == "Literal":
        kind_inside = NAME
    if node.type == "generic_type":  # its arguments stand in a node of their own
        inner = [each for group in inner for each in group.named_children]
    types = 1 if name == "Annotated" else len(inner)
    walk.push(inner[types:], NAME, place)
    walk.push(inner[:types], kind_inside, place)
    walk.push([value], kind, place)


def string(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    for child in node.named_children:
        if child.type == "interpolation":
            walk.push(child.named_children, NAME, place)
        elif child.type == "string_content" and kind in (TYPE, BASE):
            quoted_type(walk, child, place)


def quoted_type(walk: Walk, node: Node, place: Place) -> None:
    row, start = node.start_point
    written = walk.text(node)
    if "\n" in written:
        return
    for dotted in DOTTED.finditer(written):
        column = start + len(written[: dotted.start()].encode())
        before = ""
        names = dotted[0].split(".")
        for number, name in enumerate(names, 1):
            kind = TYPE if number == len(names) else NAME
            walk.uses.append(Use(name, row, column, kind, before, place.scope, place.scope.symbol))
            column += len(name.encode()) + 1
            before = f"{before}.{name}" if before else name


def keyword_argument(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    walk.push([node.child_by_field_name("value")], kind, place)


def call(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return walk.push(node.named_children, NAME, place)
    named = function.type in ("identifier", "attribute")
    walk.push([arguments], NAME, place)
    walk.push([function], CALL if named else NAME, place)
    if named and walk.text(function).rpartition(".")[2] in python_imports.IMPORTERS:
        module = python_imports.by_function(walk.source, arguments)
        if module:
            alias = walk.called.get(node.start_byte, "")
            start, end = node.start_point[0] + 1, node.end_point[0] + 1
            flags = place.type_only, place.conditional, place.scope.symbol
            walk.imports.append(Import(module, start, end, (), alias, *flags))


def named_expression(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    walk.push([node.child_by_field_name("value")], NAME, place)
    walk.bind(node.child_by_field_name("name"), place, node)


def comprehension(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    """Its first iterable is evaluated outside of it, so a class body's names are seen there."""
    scope = Scope(ScopeKind.COMPREHENSION, place.scope, place.scope.symbol)
    inside = Place(scope, place.conditional, place.type_only)
    clauses = [child for child in node.named_children if child.type == "for_in_clause"]
    for child in reversed(node.named_children):
        if child.type != "for_in_clause":
            walk.push([child], NAME, inside)
            continue
        for iterable in reversed(child.children_by_field_name("right")):
            walk.push([iterable], NAME, place if child == clauses[0] else inside)
        for name in walk.targets(child.child_by_field_name("left"), inside):
            scope.bound.add(walk.text(name))


def parameters(walk: Walk, node: Node | None, inside: Scope, place: Place) -> str:
    """Bind them in the function; defaults and annotations are of the scope around. The first one's name."""
    first = ""
    for parameter in node.named_children if node else []:
        name: Node | None = parameter
        if parameter.type in ("default_parameter", "typed_default_parameter"):
            walk.push([parameter.child_by_field_name("value")], NAME, place)
            walk.push([parameter.child_by_field_name("type")], TYPE, place)
            name = parameter.child_by_field_name("name")
        elif parameter.type == "typed_parameter":
            walk.push([parameter.child_by_field_name("type")], TYPE, place)
            name = parameter.named_children[0]
        elif parameter.type == "comment":
            continue
        open_names = [name]
        while open_names:
            each = open_names.pop()
            if each is not None and each.type == "identifier":
                inside.bound.add(walk.text(each))
                first = first or walk.text(each)
            elif each is not None:
                open_names.extend(reversed(each.named_children))
    return first


def lambda_expression(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    scope = Scope(ScopeKind.FUNCTION, place.scope, place.scope.symbol)
    walk.push([node.child_by_field_name("body")], NAME, Place(scope, place.conditional, place.type_only))
    parameters(walk, node.child_by_field_name("parameters"), scope, place)


# Patterns of `case`


def dotted_name(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    """One name alone is captured; `a.b` is a value. Elsewhere it is what is left of a broken import."""
    names = node.named_children
    if len(names) == 1 and node.parent is not None and node.parent.type != "ERROR":
        if walk.text(names[0]) != "_":
            walk.bind(names[0], place, node)
    else:
        value_of_pattern(walk, names, place)


def value_of_pattern(walk: Walk, names: list[Node], place: Place) -> None:
    before = ""
    for name in names:
        walk.use(name, NAME, place.scope, before)
        before = f"{before}.{walk.text(name)}" if before else walk.text(name)


def class_pattern(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    cls, *inner = node.named_children
    value_of_pattern(walk, cls.named_children if cls.type == "dotted_name" else [], place)
    walk.push(inner, NAME, place)


def keyword_pattern(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    walk.push(node.named_children[1:], NAME, place)


def splat_pattern(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    for name in node.named_children:
        if name.type == "identifier" and walk.text(name) != "_":
            walk.bind(name, place, node)


def as_pattern(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    """Of `with`, `except` and `case`. What `except` binds is gone after it, so it is no symbol."""
    value, *names = node.named_children
    excepting = node.parent is not None and node.parent.type in ("except_clause", "except_group_clause")
    for name in names:
        walk.bind(name, place, None if excepting else node)
    walk.push([value], NAME, place)


def nothing(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    """A leaf without names."""


EXPRESSIONS: dict[str, Handler] = {
    "identifier": identifier,
    "attribute": attribute,
    "member_type": attribute,
    "subscript": subscript,
    "generic_type": subscript,
    "string": string,
    "keyword_argument": keyword_argument,
    "call": call,
    "named_expression": named_expression,
    "list_comprehension": comprehension,
    "set_comprehension": comprehension,
    "dictionary_comprehension": comprehension,
    "generator_expression": comprehension,
    "lambda": lambda_expression,
    "dotted_name": dotted_name,
    "class_pattern": class_pattern,
    "keyword_pattern": keyword_pattern,
    "splat_pattern": splat_pattern,
    "as_pattern": as_pattern,
    "integer": nothing,
    "float": nothing,
    "true": nothing,
    "false": nothing,
    "none": nothing,
}
