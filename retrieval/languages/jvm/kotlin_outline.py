"""What a Kotlin file declares: its package and imports, types, functions and properties."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.jvm.kotlin_uses import KotlinUses
from retrieval.languages.outline import Handlers, Outline
from retrieval.types import ImportedName, ReferenceKind, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

_JVM_NAME = re.compile(r"""\bJvmName\s*\(\s*(?:name\s*=\s*)?"(\w+)"\s*\)""")
TYPE_WORDS = {"class": SymbolKind.CLASS, "interface": SymbolKind.INTERFACE, "object": SymbolKind.CLASS}


class KotlinOutline(KotlinUses):
    language = "kotlin"

    # -- the head of the file

    def file_annotation(self, node: Node) -> None:
        """`@file:JvmName("Tools")`: the class that Java finds this file's functions in."""
        found = _JVM_NAME.search(self.text(node))
        part: Node | None = node
        while found is not None and part is not None and part.type != "string_content":
            part = part.named_children[-1] if part.named_children else None
        if found is not None and part is not None:
            self.declare(node, part, SymbolKind.MODULE, text=found[1])

    def package(self, node: Node) -> bool:
        for child in node.named_children:
            if child.type in ("qualified_identifier", "identifier"):
                self.namespace = self.path(child)
        return True

    def imported(self, node: Node) -> bool:
        module = alias = ""
        for child in node.named_children:
            if child.type == "qualified_identifier" or (child.type == "identifier" and not module):
                module = self.path(child)
            elif child.type == "identifier":
                alias = self.text(child)
        every = node.child_count > 1 and node.children[-1].type == "*"
        self.add_import(node, module, [ImportedName("*")] if every else (), alias)
        return True

    # -- types

    def type(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        words = {child.type for child in node.children if not child.is_named}
        kind = SymbolKind.INTERFACE if "interface" in words else SymbolKind.CLASS
        body = None
        for child in node.named_children:
            if child.type == "modifiers" and "enum" in self.text(child).split():
                kind = SymbolKind.ENUM
            elif child.type in ("class_body", "enum_class_body"):
                body = child
        if name is not None:
            self._open_type(node, name, kind, body)

    def companion(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        body = next((child for child in node.named_children if child.type == "class_body"), None)
        if name is not None:
            self._open_type(node, name, SymbolKind.CLASS, body)
        elif node.child_count:
            self._open_type(node, node.children[0], SymbolKind.CLASS, body, text="Companion")

    def _open_type(
        self, node: Node, name: Node, kind: SymbolKind, body: Node | None, text: str | None = None
    ) -> None:
        scope = self.declare(node, name, kind, body=body, text=text, private=self._is_private(node))
        if scope is None:
            self.bind_type(self.text(name))
        self.open(scope=scope, local=False)

    def alias(self, node: Node) -> None:
        name = node.child_by_field_name("type")
        if name is not None:
            private = self._is_private(node)
            self.open(scope=self.declare(node, name, SymbolKind.TYPE, private=private))

    def bases_of(self, node: Node) -> None:
        """`: Base(1), Interface by it`"""
        for child in node.named_children:
            if child.type in ("constructor_invocation", "explicit_delegation"):
                child = child.named_children[0]
            if child.type == "user_type":
                names = [part for part in child.named_children if part.type == "identifier"]
                self.bases.update(part.start_byte for part in names[-1:])
        last = node.named_children[-1] if node.named_children else None
        if last is not None and last.type == "explicit_delegation":
            self._body_behind(last.named_children[-1])

    def _body_behind(self, delegate: Node) -> None:
        """`by name { ... }`: the grammar takes the type's body for an argument of the delegate."""
        last = delegate.named_children[-1] if delegate.type == "call_expression" else None
        if last is not None and last.type == "annotated_lambda":
            self.bodies.add(last.named_children[-1].start_byte)
            first = delegate.named_children[0]
            if first.type == "identifier" and not self.is_local(self.text(first)):
                self.done.add(first.start_byte)
                self.refer(first, ReferenceKind.NAME)

    def enum_entry(self, node: Node) -> None:
        name = node.named_children[0] if node.named_children else None
        name = next((child for child in node.named_children if child.type == "identifier"), name)
        body = node.named_children[-1] if node.named_children else None
        body = body if body is not None and body.type == "class_body" else None
        if name is not None:
            self.declare(node, name, SymbolKind.CONSTANT, body=body)
        if body is not None:
            self.open(hidden=True, local=False)

    def anonymous(self, node: Node) -> None:
        self.open(hidden=True, local=False)

    def type_parameter(self, node: Node) -> None:
        name = next((child for child in node.named_children if child.type == "identifier"), None)
        if name is not None:
            self.done.add(name.start_byte)
            self.bind_type(self.text(name))

    # -- functions and properties

    def function(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        body = next((child for child in node.named_children if child.type == "function_body"), None)
        if name is not None and name.start_byte == name.end_byte:
            name = self._swallowed_name(node)
        if name is None:
            self.open(local=True)
            return
        member = self._in_type()
        scope = self.declare(
            node,
            name,
            SymbolKind.METHOD if member else SymbolKind.FUNCTION,
            body=body,
            owner=self._receiver(node, name.start_byte),
            private=self._is_private(node),
        )
        if scope is None and self.local:
            self.bind(self.text(name))
        self.open(scope=scope, local=True)

    def _swallowed_name(self, node: Node) -> Node | None:
        """Of `fun Type<T>.name()` where the grammar took `Type<T>.name` for the receiver."""
        for child in node.named_children:
            if child.type == "user_type":
                last = child.named_children[-1] if child.named_child_count > 1 else None
                return last if last is not None and last.type == "identifier" else None
        return None

    def constructor(self, node: Node) -> None:
        if node.child_count:
            keyword = next(
                (child for child in node.children if child.type == "constructor"), node.children[0]
            )
            body = next((child for child in node.named_children if child.type == "block"), None)
            scope = self.declare(node, keyword, SymbolKind.METHOD, body=body, text="constructor")
            self.open(scope=scope, local=True)

    def property(self, node: Node) -> None:
        variables = [
            part
            for child in node.named_children
            for part in (child.named_children if child.type == "multi_variable_declaration" else (child,))
            if part.type == "variable_declaration"
        ]
        if self.local or self.hidden:
            return  # each variable binds its own name
        constant = "const" in self._modifiers(node)
        kind = SymbolKind.FIELD if self._in_type() else SymbolKind.VARIABLE
        body = next(
            (
                child
                for child in node.named_children
                if child.type in ("getter", "setter", "property_delegate")
            ),
            None,
        )
        scope = None
        for variable in variables:
            name = next((child for child in variable.named_children if child.type == "identifier"), None)
            if name is not None:
                scope = self.declare(
                    node,
                    name,
                    SymbolKind.CONSTANT if constant else kind,
                    body=body,
                    owner=self._receiver(node, name.start_byte),
                    private=self._is_private(node),
                )
        self.open(scope=scope)

    def class_parameter(self, node: Node) -> None:
        name = next((child for child in node.named_children if child.type == "identifier"), None)
        if name is None:
            return
        if {"val", "var"} & {child.type for child in node.children}:
            self.declare(node, name, SymbolKind.FIELD, private=self._is_private(node))
        else:
            self.done.add(name.start_byte)
            self.bind(self.text(name))

    def _receiver(self, node: Node, before: int) -> str:
        """The type that a function or property extends."""
        for child in node.named_children:
            if child.start_byte >= before:
                break
            if child.type in ("user_type", "nullable_type", "parenthesized_type"):
                text = self.qualifier(child).strip("()")
                if child.end_byte > before:  # it swallowed the name
                    text = text.rpartition(".")[0]
                return text.rpartition(".")[2]
        return ""

    def _in_type(self) -> bool:
        return self.scope is not None and self.symbols[self.scope].kind in (
            SymbolKind.CLASS,
            SymbolKind.INTERFACE,
            SymbolKind.ENUM,
        )

    def _modifiers(self, node: Node) -> list[str]:
        first = node.named_children[0] if node.named_children else None
        return self.text(first).split() if first is not None and first.type == "modifiers" else []

    def _is_private(self, node: Node) -> bool:
        return self.scope is None and "private" in self._modifiers(node)

    # -- what the grammar could not read

    def broken(self, node: Node) -> None:
        """The children of a definition lie flat in an ERROR node: the words before its name tell its kind."""
        children = node.children
        scope = None
        for number, child in enumerate(children[:-1]):
            name = children[number + 1]
            if child.type in TYPE_WORDS and name.type == "identifier":
                found = self.declare(node, name, TYPE_WORDS[child.type])
                scope = found if scope is None else scope
            elif child.type == "fun" and name.type != "interface":
                name = next((one for one in children[number + 1 :] if one.type == "identifier"), name)
                if name.type == "identifier" and name.start_byte not in self.done and scope is None:
                    scope = self.declare(node, name, SymbolKind.FUNCTION)
        if scope is not None:
            self.open(scope=scope)

    handlers: ClassVar[Handlers] = {
        **KotlinUses.use_handlers,
        "line_comment": Outline.comment,
        "block_comment": Outline.comment,
        "file_annotation": file_annotation,
        "package_header": package,
        "import": imported,
        "class_declaration": type,
        "object_declaration": type,
        "companion_object": companion,
        "type_alias": alias,
        "delegation_specifier": bases_of,
        "enum_entry": enum_entry,
        "object_literal": anonymous,
        "type_parameter": type_parameter,
        "function_declaration": function,
        "secondary_constructor": constructor,
        "property_declaration": property,
        "class_parameter": class_parameter,
        "ERROR": broken,
    }
