"""How Python's statements are walked: definitions, bindings, imports."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.python import imports as python_imports
from retrieval.languages.python.expressions import parameters
from retrieval.languages.python.scopes import Scope, ScopeKind
from retrieval.languages.python.symbols import TYPE_MAKERS, kind_of_class
from retrieval.languages.python.walk import Handler, Place, Walk
from retrieval.types import ReferenceKind, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

TYPE, BASE, NAME = ReferenceKind.TYPE, ReferenceKind.BASE, ReferenceKind.NAME
TYPE_CHECKING_TEST = re.compile(r"(?:\w+\.)*TYPE_CHECKING")


def comment(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    walk.drafts.comment(node)


# Definitions


def function_definition(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    name = node.child_by_field_name("name")
    if name is None:
        return walk.push(node.named_children, NAME, place)
    scope = place.scope.binding()
    of_class = scope.kind is ScopeKind.CLASS
    what = SymbolKind.METHOD if of_class else SymbolKind.FUNCTION
    draft = walk.drafts.definition(node, _outermost(node), name, what, scope.symbol)
    _bind_definition(walk, name, scope)
    around = _with_type_parameters(walk, node, place)
    inside = Scope(ScopeKind.FUNCTION, around.scope, draft)
    body = node.child_by_field_name("body")
    walk.push([body], NAME, Place(inside, conditional=True, type_only=place.type_only))
    walk.push([node.child_by_field_name("return_type")], TYPE, around)
    first = parameters(walk, node.child_by_field_name("parameters"), inside, around)
    if of_class:
        inside.receiver = first
    _comments(walk, node)


def class_definition(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    name = node.child_by_field_name("name")
    if name is None:
        return walk.push(node.named_children, NAME, place)
    scope = place.scope.binding()
    bases = node.child_by_field_name("superclasses")
    what = kind_of_class(
        [
            walk.text(base).partition("[")[0].rpartition(".")[2]
            for base in (bases.named_children if bases else [])
            if base.type in ("identifier", "attribute", "subscript")
        ]
    )
    draft = walk.drafts.definition(node, _outermost(node), name, what, scope.symbol)
    _bind_definition(walk, name, scope)
    around = _with_type_parameters(walk, node, place)
    inside = Scope(ScopeKind.CLASS, around.scope, draft)
    inside.of_enum = what is SymbolKind.ENUM
    walk.push([node.child_by_field_name("body")], NAME, replace(place, scope=inside))
    for base in reversed(bases.named_children if bases else []):
        walk.push([base], NAME if base.type == "keyword_argument" else BASE, around)
    _comments(walk, node)


def _outermost(node: Node) -> Node:
    around = node.parent
    return around if around is not None and around.type == "decorated_definition" else node


def _bind_definition(walk: Walk, name: Node, scope: Scope) -> None:
    written = walk.text(name)
    scope = walk.module if written in scope.globals else scope
    scope.bound.add(written)
    scope.kept.add(written)


def _comments(walk: Walk, node: Node) -> None:
    """Those between a header and its body stand beside both; they may be the first definition's own."""
    for child in node.named_children:
        if child.type == "comment":
            walk.drafts.comment(child)


def _with_type_parameters(walk: Walk, node: Node, place: Place) -> Place:
    found = node.child_by_field_name("type_parameters")
    if found is None:
        return place
    return _type_parameters(walk, found, place)


def _type_parameters(walk: Walk, found: Node, place: Place) -> Place:
    """`[T: Bound, *Ts]`: a scope of their own, in which bounds, annotations and bases are read."""
    inside = replace(place, scope=Scope(ScopeKind.TYPE_PARAMETERS, place.scope, place.scope.symbol))
    for parameter in found.named_children:
        first = parameter
        while first.named_children:
            bounds = first.named_children[1:]
            walk.push(bounds, TYPE, inside)
            first = first.named_children[0]
        inside.scope.bound.add(walk.text(first))
    return inside


def type_alias_statement(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    inside = place
    name = left
    while name is not None and name.type != "identifier" and name.named_children:
        if name.type == "generic_type" and len(name.named_children) > 1:
            inside = _type_parameters(walk, name.named_children[1], place)
        name = name.named_children[0]
    walk.push([right], TYPE, inside)
    if name is not None:
        walk.bind_name(name, place.scope.binding(), node, SymbolKind.TYPE)


# Bindings


def assignment(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    targets: list[Node] = []
    value: Node | None = node
    while value is not None and value.type == "assignment":
        left, annotation = value.child_by_field_name("left"), value.child_by_field_name("type")
        targets += [left] if left is not None else []
        value = value.child_by_field_name("right")
    what = _kind_of_value(walk, annotation, value)
    walk.push([value], TYPE if what is SymbolKind.TYPE and annotation is not None else NAME, place)
    walk.push([annotation], TYPE, place)
    if targets and value is not None and value.type == "call" and targets[0].type == "identifier":
        walk.called[value.start_byte] = walk.text(targets[0])
    for target in targets:
        walk.bind(target, place, node, what)
    if targets and value is not None and place.scope is walk.module and walk.text(targets[0]) == "__all__":
        walk.export(value)


def _kind_of_value(walk: Walk, annotation: Node | None, value: Node | None) -> SymbolKind | None:
    if annotation is not None and walk.text(annotation).rpartition(".")[2] == "TypeAlias":
        return SymbolKind.TYPE
    function = value.child_by_field_name("function") if value and value.type == "call" else None
    if function is not None and walk.text(function).rpartition(".")[2] in TYPE_MAKERS:
        return SymbolKind.TYPE
    return None


def augmented_assignment(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    """It both uses and binds its target, which is never a definition."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    walk.push([left, right], NAME, place)
    if left is None or right is None or left.type != "identifier":
        return
    if place.scope is walk.module and walk.text(left) == "__all__":
        walk.export(right)
    elif place.scope.binding().kind is ScopeKind.FUNCTION:
        walk.bind(left, place, None)


def for_statement(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    inside = replace(place, conditional=True)
    left = node.child_by_field_name("left")
    walk.push([child for child in node.named_children if child != left], NAME, inside)
    walk.bind(left, place, node.child_by_field_name("right"))


def delete_statement(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    """It makes a name local to a function, but is a use anywhere else."""
    if place.scope.kind is ScopeKind.FUNCTION:
        for child in node.named_children:
            walk.bind(child, place, None)
    else:
        walk.push(node.named_children, NAME, place)


def global_statement(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    names = {walk.text(child) for child in node.named_children}
    (place.scope.globals if node.type == "global_statement" else place.scope.nonlocals).update(names)


# Where statements stand


def if_statement(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    """Also `elif`. What stands under `if TYPE_CHECKING` is there for types only."""
    test = node.child_by_field_name("condition")
    body = node.child_by_field_name("consequence")
    inside = replace(place, conditional=True)
    typing = test is not None and TYPE_CHECKING_TEST.fullmatch(walk.text(test))
    for child in reversed(node.named_children):
        walk.push([child], NAME, replace(inside, type_only=True) if typing and child == body else inside)


def branches(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    walk.push(node.named_children, NAME, replace(place, conditional=True))


def import_statement(walk: Walk, node: Node, kind: ReferenceKind, place: Place) -> None:
    found = python_imports.statement(
        walk.source,
        node,
        type_only=place.type_only,
        conditional=place.conditional,
        scope=place.scope.symbol,
    )
    walk.imports += found
    names = {name for each in found for name in python_imports.bound_names(each)}
    scope = place.scope.binding()
    scope = walk.module if names & scope.globals else scope
    scope.bound |= names
    scope.kept |= names


STATEMENTS: dict[str, Handler] = {
    "comment": comment,
    "function_definition": function_definition,
    "class_definition": class_definition,
    "type_alias_statement": type_alias_statement,
    "assignment": assignment,
    "augmented_assignment": augmented_assignment,
    "for_statement": for_statement,
    "delete_statement": delete_statement,
    "global_statement": global_statement,
    "nonlocal_statement": global_statement,
    "if_statement": if_statement,
    "elif_clause": if_statement,
    "try_statement": branches,
    "while_statement": branches,
    "match_statement": branches,
    "import_statement": import_statement,
    "import_from_statement": import_statement,
    "future_import_statement": import_statement,
}
