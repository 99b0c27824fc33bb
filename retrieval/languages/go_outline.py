"""The outline of a Go file: one walk in the order of the text, because Go binds a name only from there on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from retrieval.languages.bindings import Outline, Scope
from retrieval.types import Import, ImportedName, ParsedFile, ReferenceKind, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

# Names of the universe, which are no references; but for `min`, `max`, `clear`, which many packages define.
PREDECLARED = frozenset(
    {
        "any",
        "bool",
        "byte",
        "comparable",
        "complex64",
        "complex128",
        "error",
        "float32",
        "float64",
        "int",
        "int8",
    }
    | {"int16", "int32", "int64", "rune", "string", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr"}
    | {"append", "cap", "close", "complex", "copy", "delete", "imag", "len", "make", "new", "panic", "print"}
    | {"println", "real", "recover", "true", "false", "nil", "iota", "_"}
)
TYPES = {"struct_type": SymbolKind.STRUCT, "interface_type": SymbolKind.INTERFACE}


@dataclass(frozen=True, slots=True)
class Surroundings:
    scope: Scope
    symbol: int | None = None
    top: bool = False  # of the package, whose names are symbols


class Bound:
    """Stands among the nodes to be read: from here on, these names are bound."""

    __slots__ = ("names", "type")

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.type = "bound"


class Reader:
    def __init__(self, source: bytes) -> None:
        self.outline = Outline(source)
        self.stack: list[tuple[Any, Surroundings]] = []
        self.package = ""
        self.conditional = False

    def read(self, root: Node) -> ParsedFile:
        self.everywhere = Scope(None, open=True)
        stack, handlers = self.stack, HANDLERS
        stack.append((root, Surroundings(self.everywhere, top=True)))
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
        around.scope.names.update(node.names)

    def names(self, nodes: Iterable[Node]) -> Bound:
        return Bound([self.outline.text(node) for node in nodes if node.type == "identifier"])

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
        # Judged already: in Go a name may be bound later in the same block and mean another thing before.
        self.outline.refer(node, kind, self.everywhere, around.symbol, qualifier)

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
        self.refer(last, kind, around, self.outline.qualifier(before))
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

    # Declarations

    def function(self, node: Node, around: Surroundings) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        receiver = node.child_by_field_name("receiver")
        owner = receiver_type(receiver)
        symbol = None
        if name is not None:
            method = receiver is not None
            symbol = self.outline.define(
                self.outline.text(name),
                SymbolKind.METHOD if method else SymbolKind.FUNCTION,
                name,
                node,
                body=body,
                owner=self.outline.text(owner) if owner is not None else "",
            )
        inside = Surroundings(Scope(around.scope), symbol)
        if owner is not None and owner.parent is not None and owner.parent.type == "generic_type":
            arguments = owner.parent.child_by_field_name("type_arguments")
            if arguments is not None:  # func (g *G[K, V]) binds K and V
                inside.scope.names.update(self.outline.text(child) for child in arguments.named_children)
        self.push([child for child in node.named_children if child != name], inside)

    def literal(self, node: Node, around: Surroundings) -> None:
        """A function without a name, or the type of one: its parameters are its own."""
        self.push(node.named_children, replace(around, scope=Scope(around.scope)))

    def parameter(self, node: Node, around: Surroundings) -> None:
        kind = node.child_by_field_name("type")
        around.scope.names.update(self.outline.text(child) for child in node.children_by_field_name("name"))
        self.push([kind], around)

    def block(self, node: Node, around: Surroundings) -> None:
        self.push(node.named_children, replace(around, scope=Scope(around.scope)))

    def declared(self, node: Node, around: Surroundings) -> None:
        """`a, b := x`, `case a := <-x`, `for a := range x`: bound once the right side is read."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        binds = any(child.type == ":=" for child in node.children)
        if left is not None and binds:
            self.push([right, self.names(left.named_children)], around)
        else:
            self.push([left, right], around)

    def type_switch(self, node: Node, around: Surroundings) -> None:
        alias = node.child_by_field_name("alias")
        inside = replace(around, scope=Scope(around.scope))
        rest = [child for child in node.named_children if child != alias]
        if alias is None:
            self.push(rest, inside)
            return
        first = next((at for at, child in enumerate(rest) if child.type.endswith("_case")), len(rest))
        self.push([*rest[:first], self.names(alias.named_children), *rest[first:]], inside)

    def values(self, node: Node, around: Surroundings) -> None:
        """`const` and `var`: of the package they are symbols."""
        kind = SymbolKind.CONSTANT if node.type == "const_declaration" else SymbolKind.VARIABLE
        specs = [child for child in walked(node) if child.type in ("const_spec", "var_spec")]
        for comment in (child for child in walked(node) if child.type == "comment"):
            self.outline.comment(comment)
        alone = len(specs) == 1 and specs[0].parent == node
        inner: list[tuple[Node | Bound, Surroundings]] = []
        for spec in specs:
            names = [name for name in spec.children_by_field_name("name") if name.type == "identifier"]
            inside = around
            for name in names if around.top else ():
                called = self.outline.text(name)
                if called != "_":
                    symbol = self.outline.define(called, kind, name, node if alone else spec)
                    inside = replace(around, symbol=symbol, top=False)
            written = (spec.child_by_field_name("type"), spec.child_by_field_name("value"))
            inner += [(child, inside) for child in written if child is not None]
            if not around.top:
                inner.append((self.names(names), around))
        self.stack.extend(reversed(inner))

    def types(self, node: Node, around: Surroundings) -> None:
        specs = [child for child in node.named_children if child.type in ("type_spec", "type_alias")]
        for child in reversed(node.named_children):
            if child in specs:
                alone = len(specs) == 1 and not any(each.type == "(" for each in node.children)
                self.stack.append((TypeSpec(child, node if alone else child), around))
            else:
                self.stack.append((child, around))

    def type_spec(self, spec: TypeSpec, around: Surroundings) -> None:
        node = spec.node
        name, value = node.child_by_field_name("name"), node.child_by_field_name("type")
        parameters = node.child_by_field_name("type_parameters")
        if name is None:
            return
        called = self.outline.text(name)
        inside = replace(around, scope=Scope(around.scope), top=False)
        if around.top:
            kind = TYPES.get(value.type if value is not None else "", SymbolKind.TYPE)
            body = value if value is not None and value.type in TYPES else None
            symbol = self.outline.define(called, kind, name, spec.whole, body=body)
            inside = replace(inside, symbol=symbol)
        else:
            around.scope.names.add(called)
        if value is not None and value.type in TYPES and around.top:
            members = list(walked(value)) if value.type == "struct_type" else value.named_children
            self.push(members, replace(inside, top=True))
        else:
            self.push([value], inside)
        self.push([parameters], inside)

    def field(self, node: Node, around: Surroundings) -> None:
        """A struct's field; without a name it embeds a type, whose fields and methods it takes over."""
        names, kind = node.children_by_field_name("name"), node.child_by_field_name("type")
        inside = replace(around, top=False)
        if not names and kind is not None:
            at = embedded(kind)
            if around.top and around.symbol is not None:
                last = at.child_by_field_name("name") or at
                self.outline.define(
                    self.outline.text(last), SymbolKind.FIELD, last, node, parent=around.symbol
                )
            self.base(kind, inside)
            return
        for name in names if around.top and around.symbol is not None else ():
            symbol = self.outline.define(
                self.outline.text(name), SymbolKind.FIELD, name, node, parent=around.symbol
            )
            inside = replace(inside, symbol=symbol)
        self.push([kind], inside)

    def base(self, kind: Node, around: Surroundings) -> None:
        at = embedded(kind)
        if kind.type == "generic_type":
            self.push([kind.child_by_field_name("type_arguments")], around)
        if not self.named(at, ReferenceKind.BASE, around):
            self.stack.append((kind, around))

    def method_element(self, node: Node, around: Surroundings) -> None:
        name = node.child_by_field_name("name")
        symbol = around.symbol
        if name is not None and around.top:
            symbol = self.outline.define(
                self.outline.text(name), SymbolKind.METHOD, name, node, parent=around.symbol
            )
        inside = Surroundings(Scope(around.scope), symbol)
        self.push([child for child in node.named_children if child != name], inside)

    def type_element(self, node: Node, around: Surroundings) -> None:
        """A type in an interface: alone it is embedded, with others it is a constraint."""
        inside = replace(around, top=False)
        if around.top and node.named_child_count == 1:
            self.base(node.named_children[0], inside)
        else:
            self.push(node.named_children, inside)


class TypeSpec:
    """Stands among the nodes to be read: a type's declaration, and how far it reaches."""

    __slots__ = ("node", "type", "whole")

    def __init__(self, node: Node, whole: Node) -> None:
        self.node = node
        self.whole = whole
        self.type = "declared_type"


def walked(node: Node) -> Iterable[Node]:
    """The children, and those of a list among them: var ( ... ), struct { ... }."""
    for child in node.named_children:
        if child.type in ("var_spec_list", "field_declaration_list"):
            yield from child.named_children
        else:
            yield child


def embedded(kind: Node) -> Node:
    """T of *T, of T[int]."""
    if kind.type == "pointer_type" and kind.named_child_count:
        kind = kind.named_children[0]
    return kind.child_by_field_name("type") or kind if kind.type == "generic_type" else kind


def receiver_type(receiver: Node | None) -> Node | None:
    """T of `(t *T)`, `(T)`, `(t *T[K])`."""
    for child in receiver.named_children if receiver is not None else ():
        kind = child.child_by_field_name("type")
        while kind is not None and kind.type in ("pointer_type", "parenthesized_type"):
            kind = kind.named_children[0] if kind.named_child_count else None
        if kind is not None:
            kind = kind.child_by_field_name("type") if kind.type == "generic_type" else kind
        if kind is not None and kind.type == "type_identifier":
            return kind
    return None


HANDLERS: dict[str, Callable[[Reader, Any, Surroundings], None]] = {
    "block": Reader.block,
    "bound": Reader.bound,
    "call_expression": Reader.call,
    "comment": Reader.comment,
    "communication_case": Reader.block,
    "composite_literal": Reader.composite,
    "const_declaration": Reader.values,
    "declared_type": Reader.type_spec,
    "default_case": Reader.block,
    "expression_case": Reader.block,
    "expression_switch_statement": Reader.block,
    "field_declaration": Reader.field,
    "for_statement": Reader.block,
    "func_literal": Reader.literal,
    "function_declaration": Reader.function,
    "function_type": Reader.literal,
    "identifier": Reader.identifier,
    "if_statement": Reader.block,
    "import_spec": Reader.import_spec,
    "interpreted_string_literal": Reader.skip,
    "literal_value": Reader.literal_value,
    "method_declaration": Reader.function,
    "method_elem": Reader.method_element,
    "package_clause": Reader.package_clause,
    "parameter_declaration": Reader.parameter,
    "qualified_type": Reader.qualified_type,
    "range_clause": Reader.declared,
    "raw_string_literal": Reader.skip,
    "receive_statement": Reader.declared,
    "selector_expression": Reader.selector,
    "short_var_declaration": Reader.declared,
    "type_case": Reader.block,
    "type_declaration": Reader.types,
    "type_elem": Reader.type_element,
    "type_identifier": Reader.type_identifier,
    "type_parameter_declaration": Reader.parameter,
    "type_switch_statement": Reader.type_switch,
    "var_declaration": Reader.values,
    "variadic_parameter_declaration": Reader.parameter,
}
