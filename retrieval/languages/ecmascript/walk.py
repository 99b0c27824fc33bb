"""The walk over a file of JavaScript or TypeScript, with a handler for each kind of node that binds or names.

Every node travels with its Surroundings. A node without a handler hands its own on to its children.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.languages.bindings import Outline, Scope
from retrieval.languages.ecmascript import imports
from retrieval.types import Import, ImportedName, ParsedFile, ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = frozenset(
    {"function_expression", "arrow_function", "generator_function", "function_declaration"}
    | {"generator_function_declaration"}
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a node stands. `symbols`: declarations here can be named from outside; `members`: of a type."""

    scope: Scope
    symbol: int | None = None
    symbols: bool = False
    members: bool = False
    conditional: bool = False
    ambient: bool = False  # under `declare`
    typed: bool = False  # in a type, where import("./a") is no call
    whole: Node | None = None  # the export or declare statement around a declaration
    keyword: str = ""  # of a variable's declaration: const, let, var

    def plain(self) -> Surroundings:
        """Of an expression: what is declared inside is nobody's symbol."""
        if not self.symbols and not self.members and self.whole is None:
            return self  # as nearly always; every copy costs
        return replace(self, symbols=False, members=False, whole=None)

    def inside(self, *, function: bool = False, conditional: bool = True) -> Surroundings:
        """Of what stands in a new scope."""
        scope = Scope(self.scope, function=function)
        conditional = conditional or self.conditional
        return Surroundings(scope, self.symbol, False, False, conditional, self.ambient, self.typed)


Handler = Callable[["Reader", "Node", Surroundings], None]


class Reader:
    """Reads one file: names, functions, blocks. Handlers for what uses and what defines them are given."""

    def __init__(self, source: bytes, handlers: dict[str, Handler], *, documented: bool) -> None:
        """`documented`: types stand in comments, as they do in JavaScript."""
        self.outline = Outline(source)
        self.handlers = handlers
        self.documented = documented
        self.stack: list[tuple[Node, Surroundings]] = []
        self.fields: set[tuple[int, str]] = set()  # (class, field) seen, for `this.x = ...`
        self.exports: list[ImportedName] = []
        self.immediate: set[int] = set()  # functions called at once, whose insides were read as the module's

    def read(self, root: Node, language: str) -> ParsedFile:
        scope = Scope(None, open=True, function=True)
        stack = self.stack
        stack.append((root, Surroundings(scope, symbols=True)))
        handlers = self.handlers
        while stack:
            node, around = stack.pop()
            handler = handlers.get(node.type)
            if handler is not None:
                handler(self, node, around)
            else:
                stack.extend([(child, around) for child in reversed(node.named_children)])
        if self.documented:
            for line, module in imports.documented_types(self.outline.source):
                self.outline.imports.append(Import(module, line, line, type_only=True))
        parsed = self.outline.parsed(language, complete=not root.has_error)
        return replace(parsed, exports=tuple(dict.fromkeys(self.exports)))

    def push(self, nodes: Iterable[Node | None], around: Surroundings) -> None:
        """Nodes to be read next, the first of them first."""
        self.stack.extend([(node, around) for node in reversed(list(nodes)) if node is not None])

    def skip(self, node: Node, around: Surroundings) -> None:
        """Holds nothing to read."""

    def comment(self, node: Node, around: Surroundings) -> None:
        self.outline.comment(node)
        if self.outline.source.startswith(b"///", node.start_byte):
            module = imports.reference_comment(self.outline.text(node))
            if module:
                line = node.start_point[0] + 1
                self.outline.imports.append(Import(module, line, line, type_only=True))

    # Names

    def refer(
        self, node: Node, kind: ReferenceKind, around: Surroundings, before: Node | None = None
    ) -> None:
        qualifier = self.outline.qualifier(before) if before is not None else ""
        self.outline.refer(node, kind, around.scope, around.symbol, qualifier)

    def identifier(self, node: Node, around: Surroundings) -> None:
        self.refer(node, ReferenceKind.NAME, around)

    def type_identifier(self, node: Node, around: Surroundings) -> None:
        self.refer(node, ReferenceKind.TYPE, around)

    def named(self, node: Node, kind: ReferenceKind, around: Surroundings) -> bool:
        """Refers to what `name` or `a.b.name` names; False where `node` is another expression."""
        if node.type in ("identifier", "type_identifier"):
            self.refer(node, kind, around)
            return True
        before = node.child_by_field_name("object") or node.child_by_field_name("module")
        last = node.child_by_field_name("property") or node.child_by_field_name("name")
        if before is None or last is None:
            return False
        self.refer(last, kind, around, before)
        self.stack.append((before, around))
        return True

    # Functions and blocks

    def function_inside(self, node: Node, around: Surroundings) -> None:
        """Parameters and body of a function, in a scope of their own."""
        if node.id in self.immediate:
            return
        inside = around.inside(function=True)
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        parameter = node.child_by_field_name("parameter")
        if node.type in ("function_expression", "generator_function") and name is not None:
            inside.scope.names.add(self.outline.text(name))
        if body is not None and body.type == "statement_block":
            self.push(body.named_children, inside)
        else:
            self.push([body], inside)
        others = [child for child in node.named_children if child not in (name, body, parameter)]
        self.push(others, inside)
        if parameter is not None:
            self.bind(parameter, inside)

    def formal_parameters(self, node: Node, around: Surroundings) -> None:
        for child in reversed(node.named_children):
            if child.type in ("required_parameter", "optional_parameter", "comment", "decorator"):
                self.stack.append((child, around))
            else:
                self.bind(child, around)

    def block(self, node: Node, around: Surroundings) -> None:
        self.push(node.named_children, around.inside(conditional=False))

    def branch(self, node: Node, around: Surroundings) -> None:
        around = (
            around if around.conditional and not around.symbols else replace(around.plain(), conditional=True)
        )
        self.push(node.named_children, around)

    def for_in(self, node: Node, around: Surroundings) -> None:
        around = around.inside()
        left, kind = node.child_by_field_name("left"), node.child_by_field_name("kind")
        self.push([child for child in node.named_children if child != left or kind is None], around)
        if left is not None and kind is not None:
            self.bind(left, around, hoisted=kind.type == "var")

    def loop(self, node: Node, around: Surroundings) -> None:
        self.push(node.named_children, around.inside())

    def catch(self, node: Node, around: Surroundings) -> None:
        around = around.inside()
        parameter = node.child_by_field_name("parameter")
        self.push([child for child in node.named_children if child != parameter], around)
        if parameter is not None:
            self.bind(parameter, around)

    def bind(self, pattern: Node, around: Surroundings, *, hoisted: bool = False) -> list[Node]:
        """Binds the names of a pattern; its defaults and computed keys are read. The nodes of the names."""
        scope = around.scope.function if hoisted else around.scope
        found: list[Node] = []
        waiting = [pattern]
        while waiting:
            node = waiting.pop()
            if node.type in ("identifier", "shorthand_property_identifier_pattern"):
                found.append(node)
                scope.names.add(self.outline.text(node))
            elif node.type in ("object_pattern", "array_pattern", "rest_pattern"):
                waiting.extend(reversed(node.named_children))
            elif node.type in ("assignment_pattern", "object_assignment_pattern"):
                self.push([node.child_by_field_name("right")], around.plain())
                waiting.extend(child for child in [node.child_by_field_name("left")] if child is not None)
            elif node.type == "pair_pattern":
                self.push([node.child_by_field_name("key")], around.plain())
                waiting.extend(child for child in [node.child_by_field_name("value")] if child is not None)
            elif node.type != "comment":
                self.stack.append((node, around.plain()))
        return found


READERS: dict[str, Handler] = {
    "arrow_function": Reader.function_inside,
    "call_signature": Reader.function_inside,
    "catch_clause": Reader.catch,
    "comment": Reader.comment,
    "construct_signature": Reader.function_inside,
    "constructor_type": Reader.function_inside,
    "do_statement": Reader.branch,
    "for_in_statement": Reader.for_in,
    "for_statement": Reader.loop,
    "formal_parameters": Reader.formal_parameters,
    "function_expression": Reader.function_inside,
    "function_type": Reader.function_inside,
    "generator_function": Reader.function_inside,
    "identifier": Reader.identifier,
    "if_statement": Reader.branch,
    "jsx_closing_element": Reader.skip,
    "number": Reader.skip,
    "predefined_type": Reader.skip,
    "property_identifier": Reader.skip,
    "regex": Reader.skip,
    "shorthand_property_identifier": Reader.identifier,
    "statement_block": Reader.block,
    "string": Reader.skip,
    "switch_statement": Reader.loop,
    "ternary_expression": Reader.branch,
    "try_statement": Reader.branch,
    "type_identifier": Reader.type_identifier,
    "while_statement": Reader.branch,
}
