"""The walk over a Go file, in the order of the text, because Go binds a name only from its declaration on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from retrieval.languages.bindings import Outline
from retrieval.languages.go.origins import Block, of_type, of_value
from retrieval.types import Import, ImportedName, ParsedFile, ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

# Names of the universe, which are no references; but for `min`, `max`, `clear`, which many packages define.
PREDECLARED = frozenset(
    {"any", "bool", "byte", "comparable", "complex64", "complex128", "error", "float32", "float64", "int"}
    | {"int8", "int16", "int32", "int64", "rune", "string", "uint", "uint8", "uint16", "uint32", "uint64"}
    | {"uintptr", "append", "cap", "close", "complex", "copy", "delete", "imag", "len", "make", "new"}
    | {"panic", "print", "println", "real", "recover", "true", "false", "nil", "iota", "_"}
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    scope: Block
    symbol: int | None = None
    top: bool = False  # of the package, whose names are symbols


Handler = Callable[["Reader", Any, Surroundings], None]


class Bound:
    """Stands among the nodes to be read: from here on, these names are bound, to values from there."""

    __slots__ = ("names", "type")

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names
        self.type = "bound"


class Reader:
    """Reads one file: names, calls, scopes. outline.py adds what defines symbols."""

    def __init__(self, source: bytes, handlers: dict[str, Handler]) -> None:
        self.handlers = handlers
        self.outline = Outline(source)
        self.stack: list[tuple[Any, Surroundings]] = []
        self.package = ""
        self.conditional = False

    def read(self, root: Node) -> ParsedFile:
        stack, handlers = self.stack, self.handlers
        stack.append((root, Surroundings(Block(None, open=True), top=True)))
        while stack:
            node, around = stack.pop()
            handler = handlers.get(node.type)
            if handler is not None:
                handler(self, node, around)
            else:
                stack.extend([(child, around) for child in reversed(node.named_children)])
        return self.outline.parsed("go", namespace=self.package, complete=not root.has_error)

    def push(self, nodes: Iterable[Node | Bound | None], around: Surroundings) -> None:
        """To be read next, the first of them first."""
        self.stack.extend([(node, around) for node in reversed(list(nodes)) if node is not None])

    def skip(self, node: Node, around: Surroundings) -> None:
        """Holds nothing to read."""

    def bound(self, node: Bound, around: Surroundings) -> None:
        around.scope.bind(node.names)

    def names(self, nodes: Iterable[Node], origin: str = "") -> Bound:
        """All of them bound to the same: of two results one has the members that are used."""
        return Bound({self.outline.text(node): origin for node in nodes if node.type == "identifier"})

    def typed(self, nodes: Iterable[Node], kind: Node | None, around: Surroundings) -> Bound:
        return self.names(nodes, of_type(kind, around.scope, self.outline.text))

    def made(self, names: list[Node], values: Node | None, around: Surroundings) -> Bound:
        """`a, b := x, y` binds one to one, `a, b := f()` all to f."""
        given = [values] if values is not None else []
        if values is not None and values.type == "expression_list":
            given = values.named_children
        origins = [of_value(value, around.scope, self.outline.text) for value in given]
        if len(origins) != len(names):
            return self.names(names, origins[0] if origins else "")
        pairs = zip(names, origins, strict=True)
        return Bound({self.outline.text(name): origin for name, origin in pairs if name.type == "identifier"})

    # The file

    def comment(self, node: Node, around: Surroundings) -> None:
        self.outline.comment(node)
        if not self.package and self.outline.text(node).startswith(("//go:build", "// +build")):
            self.conditional = True

    def package_clause(self, node: Node, around: Surroundings) -> None:
        if node.named_child_count:
            self.package = self.outline.text(node.named_children[0])

    def import_spec(self, node: Node, around: Surroundings) -> None:
        path, name = node.child_by_field_name("path"), node.child_by_field_name("name")
        if path is None:
            return
        names: tuple[ImportedName, ...] = ()
        alias = ""
        if name is not None and name.type == "dot":
            names = (ImportedName("*"),)
        elif name is not None:
            alias = self.outline.text(name)
        module = self.outline.text(path).strip('"`')
        first, last = node.start_point[0] + 1, node.end_point[0] + 1
        if module:
            self.outline.imports.append(
                Import(module, first, last, names, alias, conditional=self.conditional)
            )

    # Names

    def refer(self, node: Node, kind: ReferenceKind, around: Surroundings, qualifier: str = "") -> None:
        name = self.outline.text(node)
        if not qualifier and (name in PREDECLARED or around.scope.is_local(name)):
            return
        # Judged already: a name that is bound later in the same block means another thing before.
        self.outline.refer(node, kind, None, around.symbol, qualifier)

    def identifier(self, node: Node, around: Surroundings) -> None:
        self.refer(node, ReferenceKind.NAME, around)

    def type_identifier(self, node: Node, around: Surroundings) -> None:
        self.refer(node, ReferenceKind.TYPE, around)

    def named(self, node: Node, kind: ReferenceKind, around: Surroundings) -> bool:
        """Refers to what `name` or `x.name` names; False where `node` is another expression."""
        if node.type in ("identifier", "type_identifier"):
            self.refer(node, kind, around)
            return True
        before = node.child_by_field_name("operand") or node.child_by_field_name("package")
        last = node.child_by_field_name("field") or node.child_by_field_name("name")
        if before is None or last is None:
            return False
        origin = of_value(before, around.scope, self.outline.text)
        self.refer(last, kind, around, origin or self.outline.qualifier(before))
        if before.type == "package_identifier":
            self.refer(before, ReferenceKind.NAME, around)
        else:
            self.stack.append((before, around))
        return True

    def selector(self, node: Node, around: Surroundings) -> None:
        if not self.named(node, ReferenceKind.NAME, around):
            self.push(node.named_children, around)

    def qualified_type(self, node: Node, around: Surroundings) -> None:
        self.named(node, ReferenceKind.TYPE, around)

    def call(self, node: Node, around: Surroundings) -> None:
        function = node.child_by_field_name("function")
        self.push([child for child in node.named_children if child != function], around)
        if function is not None and not self.named(function, ReferenceKind.CALL, around):
            self.stack.append((function, around))

    def composite(self, node: Node, around: Surroundings) -> None:
        """`T{field: value}`: the keys are T's fields, unless T is written as a map or an array."""
        made, body = node.child_by_field_name("type"), node.child_by_field_name("body")
        self.push([made], around)
        owner = made.child_by_field_name("type") if made is not None and made.type == "generic_type" else made
        if owner is not None and owner.type in ("type_identifier", "qualified_type"):
            self.fields(body, around, self.outline.text(owner))
        elif body is not None:
            self.push(body.named_children, around)

    def literal_value(self, node: Node, around: Surroundings) -> None:
        """A value whose type is left out, in that of a map or an array: most are structs."""
        self.fields(node, around, "")

    def fields(self, body: Node | None, around: Surroundings, owner: str) -> None:
        for child in reversed(body.named_children if body is not None else []):
            key = child.child_by_field_name("key")
            name = key.named_children[0] if key is not None and key.named_child_count else None
            if name is None or name.type != "identifier":
                self.stack.append((child, around))
                continue
            self.push([child.child_by_field_name("value")], around)
            if owner:
                self.refer(name, ReferenceKind.NAME, around, owner)

    def literal(self, node: Node, around: Surroundings) -> None:
        """A function without a name, or the type of one: its parameters are its own."""
        self.signature_and_body(node, replace(around, scope=Block(around.scope)))

    def signature_and_body(self, node: Node, inside: Surroundings, name: Node | None = None) -> None:
        """Parameters are bound in the body only: `func f(url *url.URL)` names the package url."""
        body = node.child_by_field_name("body")
        lists = [child for child in node.named_children if child.type == "parameter_list"]
        self.push([body], inside)
        for each in (each for parameters in lists for each in parameters.named_children):
            names = each.children_by_field_name("name")
            self.stack.append((self.typed(names, each.child_by_field_name("type"), inside), inside))
        self.push([child for child in node.named_children if child not in (name, body)], inside)

    def parameter(self, node: Node, around: Surroundings) -> None:
        self.push([node.child_by_field_name("type")], around)

    def type_parameter(self, node: Node, around: Surroundings) -> None:
        kind = node.child_by_field_name("type")
        around.scope.names.update(self.outline.text(child) for child in node.children_by_field_name("name"))
        self.push([kind], around)

    def block(self, node: Node, around: Surroundings) -> None:
        self.push(node.named_children, replace(around, scope=Block(around.scope)))

    def declared(self, node: Node, around: Surroundings) -> None:
        """`a, b := x`, `case a := <-x`, `for a := range x`: bound once the right side is read."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        binds = any(child.type == ":=" for child in node.children)
        if left is not None and binds:
            self.push([right, self.made(left.named_children, right, around)], around)
        else:
            self.push([left, right], around)

    def type_switch(self, node: Node, around: Surroundings) -> None:
        alias = node.child_by_field_name("alias")
        inside = replace(around, scope=Block(around.scope))
        rest = [child for child in node.named_children if child != alias]
        if alias is None:
            self.push(rest, inside)
            return
        first = next((at for at, child in enumerate(rest) if child.type.endswith("_case")), len(rest))
        bound = self.made(alias.named_children, node.child_by_field_name("value"), around)
        inside.scope.switched = next(iter(bound.names), "")
        self.push([*rest[:first], bound, *rest[first:]], inside)

    def type_case(self, node: Node, around: Surroundings) -> None:
        inside = replace(around, scope=Block(around.scope))
        kinds = node.children_by_field_name("type")
        if around.scope.switched and len(kinds) == 1:
            origin = of_type(kinds[0], around.scope, self.outline.text)
            inside.scope.bind({around.scope.switched: origin})
        self.push(node.named_children, inside)


READERS: dict[str, Handler] = {
    "block": Reader.block,
    "bound": Reader.bound,
    "call_expression": Reader.call,
    "comment": Reader.comment,
    "communication_case": Reader.block,
    "composite_literal": Reader.composite,
    "default_case": Reader.block,
    "expression_case": Reader.block,
    "expression_switch_statement": Reader.block,
    "for_statement": Reader.block,
    "func_literal": Reader.literal,
    "function_type": Reader.literal,
    "identifier": Reader.identifier,
    "if_statement": Reader.block,
    "import_spec": Reader.import_spec,
    "interpreted_string_literal": Reader.skip,
    "literal_value": Reader.literal_value,
    "package_clause": Reader.package_clause,
    "parameter_declaration": Reader.parameter,
    "qualified_type": Reader.qualified_type,
    "range_clause": Reader.declared,
    "raw_string_literal": Reader.skip,
    "receive_statement": Reader.declared,
    "selector_expression": Reader.selector,
    "short_var_declaration": Reader.declared,
    "type_case": Reader.type_case,
    "type_identifier": Reader.type_identifier,
    "type_parameter_declaration": Reader.type_parameter,
    "type_switch_statement": Reader.type_switch,
    "variadic_parameter_declaration": Reader.parameter,
}
