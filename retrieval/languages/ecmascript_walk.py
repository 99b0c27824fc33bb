"""The walk over a file of JavaScript or TypeScript, with a handler for each kind of node that binds or names.

Every node travels with its Surroundings. A node without a handler hands its own on to its children.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.languages import ecmascript_imports as imports
from retrieval.languages.bindings import Outline, Scope
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
    whole: Node | None = None  # the export or declare statement around a declaration
    keyword: str = ""  # of a variable's declaration: const, let, var

    def plain(self) -> Surroundings:
        """Of an expression: what is declared inside is nobody's symbol."""
        return replace(self, symbols=False, members=False, whole=None)


Handler = Callable[["Reader", "Node", Surroundings], None]


class Reader:
    """Reads one file: names, calls, imports, functions, blocks. ecmascript.py adds what defines symbols."""

    def __init__(self, source: bytes, handlers: dict[str, Handler], *, documented: bool) -> None:
        """`documented`: types stand in comments, as they do in JavaScript."""
        self.outline = Outline(source)
        self.handlers = handlers
        self.documented = documented
        self.stack: list[tuple[Node, Surroundings]] = []
        self.fields: set[tuple[int, str]] = set()  # (class, field) seen, for `this.x = ...`
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
        return self.outline.parsed(language, complete=not root.has_error)

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

    def member(self, node: Node, around: Surroundings) -> None:
        if not self.named(node, ReferenceKind.NAME, around):
            self.push(node.named_children, around)

    def nested_type(self, node: Node, around: Surroundings) -> None:
        if not self.named(node, ReferenceKind.TYPE, around):
            self.push(node.named_children, around)

    def heritage(self, node: Node, around: Surroundings) -> None:
        """What a class or an interface extends or implements."""
        for child in node.named_children:
            at = child
            if child.type == "generic_type":
                at = child.child_by_field_name("name") or child
                self.push([child.child_by_field_name("type_arguments")], around)
            if at.type == "type_arguments" or not self.named(at, ReferenceKind.BASE, around):
                self.stack.append((child, around))

    def element(self, node: Node, around: Surroundings) -> None:
        """`<Name ...>`: a use of a component, unless it is an element of HTML."""
        name = node.child_by_field_name("name")
        rest = [child for child in node.named_children if child != name]
        self.push(rest, around)
        if name is None or name.type == "jsx_namespace_name":
            return
        if name.type != "identifier" or not self.outline.text(name)[:1].islower():
            self.named(name, ReferenceKind.CALL, around)

    def last_only(self, node: Node, around: Surroundings) -> None:
        """Of `name={value}`, whose name is no reference."""
        self.push(node.named_children[1:], around)

    def specifier(self, node: Node, around: Surroundings) -> None:
        """Of `export { a as b }`, which names a local `a`."""
        name = node.child_by_field_name("name")
        if name is not None and name.type == "identifier":
            self.refer(name, ReferenceKind.NAME, around)

    # Calls and imports

    def call(self, node: Node, around: Surroundings) -> None:
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        module = imports.called_module(node)
        if module:
            dynamic = function is not None and function.type == "import"
            self.add_import(node, module, around, type_only=dynamic and imports.stands_for_a_type(node))
            return
        if function is not None and function.text in (b"define", b"require", b"requirejs"):
            for module in imports.array_of_modules(arguments):
                self.add_import(node, module, replace(around, conditional=False), lines=1)
        rest = [child for child in node.named_children if child != function]
        self.push(rest, around)
        if function is not None and not self.named(function, ReferenceKind.CALL, around):
            self.stack.append((function, around))

    def construction(self, node: Node, around: Surroundings) -> None:
        made = node.child_by_field_name("constructor")
        self.push([child for child in node.named_children if child != made], around)
        if made is not None and not self.named(made, ReferenceKind.TYPE, around):
            self.stack.append((made, around))

    def add_import(
        self,
        node: Node,
        module: str,
        around: Surroundings,
        *,
        bound: tuple[tuple[ImportedName, ...], str] = ((), ""),
        type_only: bool = False,
        lines: int = 0,
    ) -> None:
        first = node.start_point[0] + 1
        last = first + lines - 1 if lines else node.end_point[0] + 1
        self.outline.imports.append(
            Import(module, first, last, *bound, type_only, around.conditional, around.symbol)
        )

    def import_statement(self, node: Node, around: Surroundings) -> None:
        found = imports.of_statement(node, conditional=around.conditional, scope=around.symbol)
        if found is not None:
            self.outline.imports.append(found)

    # Functions and blocks

    def function_inside(self, node: Node, around: Surroundings) -> None:
        """Parameters and body of a function, in a scope of their own."""
        if node.id in self.immediate:
            return
        scope = Scope(around.scope, function=True)
        inside = replace(around.plain(), scope=scope, conditional=True)
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        parameter = node.child_by_field_name("parameter")
        if node.type in ("function_expression", "generator_function") and name is not None:
            scope.names.add(self.outline.text(name))
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
        self.push(node.named_children, replace(around.plain(), scope=Scope(around.scope)))

    def branch(self, node: Node, around: Surroundings) -> None:
        around = (
            around if around.conditional and not around.symbols else replace(around.plain(), conditional=True)
        )
        self.push(node.named_children, around)

    def for_in(self, node: Node, around: Surroundings) -> None:
        around = replace(around.plain(), scope=Scope(around.scope), conditional=True)
        left, kind = node.child_by_field_name("left"), node.child_by_field_name("kind")
        self.push([child for child in node.named_children if child != left or kind is None], around)
        if left is not None and kind is not None:
            self.bind(left, around, hoisted=kind.type == "var")

    def loop(self, node: Node, around: Surroundings) -> None:
        self.push(node.named_children, replace(around.plain(), scope=Scope(around.scope), conditional=True))

    def catch(self, node: Node, around: Surroundings) -> None:
        around = replace(around.plain(), scope=Scope(around.scope), conditional=True)
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
    "call_expression": Reader.call,
    "call_signature": Reader.function_inside,
    "catch_clause": Reader.catch,
    "class_heritage": Reader.heritage,
    "comment": Reader.comment,
    "construct_signature": Reader.function_inside,
    "constructor_type": Reader.function_inside,
    "do_statement": Reader.branch,
    "export_specifier": Reader.specifier,
    "extends_clause": Reader.heritage,
    "extends_type_clause": Reader.heritage,
    "for_in_statement": Reader.for_in,
    "for_statement": Reader.loop,
    "formal_parameters": Reader.formal_parameters,
    "function_expression": Reader.function_inside,
    "function_type": Reader.function_inside,
    "generator_function": Reader.function_inside,
    "identifier": Reader.identifier,
    "if_statement": Reader.branch,
    "implements_clause": Reader.heritage,
    "import_statement": Reader.import_statement,
    "jsx_attribute": Reader.last_only,
    "jsx_closing_element": Reader.skip,
    "jsx_opening_element": Reader.element,
    "jsx_self_closing_element": Reader.element,
    "member_expression": Reader.member,
    "nested_identifier": Reader.member,
    "nested_type_identifier": Reader.nested_type,
    "new_expression": Reader.construction,
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
