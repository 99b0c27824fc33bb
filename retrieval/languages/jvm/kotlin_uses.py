"""What Kotlin code uses: the names in its expressions and types, less those that are local."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.outline import Handlers, Outline
from retrieval.types import ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = re.compile(r"[^\W\d]\w*")
WORDS = frozenset(("null", "true", "false", "class"))  # the grammar takes them for names
# No name is any of these: where the grammar says so, it has taken a declaration for an expression.
DECLARES = frozenset((b"class", b"interface", b"object", b"fun", b"val", b"var", b"typealias"))


class KotlinUses(Outline):
    def __init__(self, root: Node, source: bytes) -> None:
        super().__init__(root, source)
        self.bodies: set[int] = set()  # starts of lambdas that are the bodies of types
        self.dollar = -1  # where a `$` in a string ended
        self.misread = False

    def text(self, node: Node) -> str:
        return super().text(node).strip("`")

    def path(self, node: Node) -> str:
        return super().path(node).replace("`", "")

    def qualifier(self, node: Node | None) -> str:
        return super().qualifier(node).replace("?", "").replace("!!", "").replace("`", "")

    # -- locals

    def inside(self, node: Node) -> None:
        self.open(local=True)

    def accessor(self, node: Node) -> None:
        self.open(local=True)
        self.bind("field")
        self.binds_first(node)

    def binds_first(self, node: Node) -> None:
        """A parameter, a variable, the error of `catch`."""
        name = next((child for child in node.named_children if child.type == "identifier"), None)
        if name is not None and name.start_byte not in self.done:
            self.done.add(name.start_byte)
            self.bind(self.text(name))

    def catch(self, node: Node) -> None:
        self.open()
        self.binds_first(node)

    def function_type(self, node: Node) -> None:
        """The names of a function type's parameters say nothing."""
        for child in node.named_children:
            if child.type == "parameter" and child.named_children:
                self.done.add(child.named_children[0].start_byte)

    def lambda_literal(self, node: Node) -> None:
        self.open(local=node.start_byte not in self.bodies)
        if node.start_byte in self.bodies:
            return
        if not any(child.type == "lambda_parameters" for child in node.named_children):
            self.bind("it")

    # -- uses

    def identifier(self, node: Node) -> None:
        if node.start_byte not in self.done:
            name = self.text(node)
            if not (name in WORDS or self.is_local(name) or self.is_local_type(name)):
                self.refer(node, ReferenceKind.NAME, name=name)

    def user_type(self, node: Node) -> None:
        qualifier = ""
        for part in node.named_children:
            if part.type != "identifier":
                continue
            if part.start_byte in self.done:
                continue
            name = self.text(part)
            self.done.add(part.start_byte)
            if qualifier or not self.is_local_type(name):
                self.refer(part, ReferenceKind.TYPE, qualifier, name)
            qualifier = f"{qualifier}.{name}" if qualifier else name

    def call(self, node: Node) -> None:
        callee = node.named_children[0] if node.named_children else None
        if callee is None:
            return
        if callee.type == "navigation_expression":
            self._member(callee, ReferenceKind.CALL)
        elif callee.type == "identifier" and callee.start_byte not in self.done:
            self.done.add(callee.start_byte)
            if not self.is_local(name := self.text(callee)):
                self.refer(callee, ReferenceKind.CALL, name=name)

    def navigation(self, node: Node) -> None:
        """`Type::name` and `value::name` may name a function, as a call does; `value.name` names none."""
        bound = any(child.type == "::" for child in node.children)
        self._member(node, ReferenceKind.CALL if bound else ReferenceKind.NAME)

    def callable_reference(self, node: Node) -> None:
        name = node.named_children[-1] if node.named_children else None
        if name is not None and name.type == "identifier" and name.start_byte not in self.done:
            self.done.add(name.start_byte)
            if not self.is_local(text := self.text(name)):
                self.refer(name, ReferenceKind.CALL, name=text)

    def _member(self, node: Node, kind: ReferenceKind) -> None:
        children = node.named_children
        name = children[-1]
        if len(children) > 1 and name.type == "identifier" and name.start_byte not in self.done:
            self.done.add(name.start_byte)
            if (text := self.text(name)) not in WORDS:
                self.refer(name, kind, self.qualifier(children[0]), text)

    def infix(self, node: Node) -> None:
        children = node.named_children
        self.misread |= any(self.source[part.start_byte : part.end_byte] in DECLARES for part in children)
        if len(children) == 3 and children[1].type == "identifier":
            self.done.add(children[1].start_byte)
            self.refer(children[1], ReferenceKind.CALL, self.qualifier(children[0]))

    def argument(self, node: Node) -> None:
        """`name = value`: a parameter's name."""
        if node.child_count > 2 and node.children[1].type == "=":
            self.done.add(node.children[0].start_byte)

    def label(self, node: Node) -> None:
        """`this@Outer`, `return@map`, `break@loop`."""
        for child in node.children:
            if child.type == "identifier" and self.source[child.start_byte - 1 : child.start_byte] == b"@":
                self.done.add(child.start_byte)

    def string_content(self, node: Node) -> None:
        """The grammar gives `$name` in a one-line string as a text `$` and another text behind it."""
        if node.start_byte == self.dollar:
            found = _NAME.match(self.text(node))
            name = "" if found is None else found[0]
            if name and name != "this" and not self.is_local(name):
                self.refer(node, ReferenceKind.NAME, name=name)
        self.dollar = node.end_byte if self.source[node.start_byte : node.end_byte] == b"$" else -1

    use_handlers: ClassVar[Handlers] = {
        "anonymous_function": inside,
        "function_body": inside,
        "block": inside,
        "anonymous_initializer": inside,
        "control_structure_body": inside,
        "for_statement": inside,
        "when_expression": inside,
        "when_entry": inside,
        "getter": accessor,
        "setter": accessor,
        "parameter": binds_first,
        "variable_declaration": binds_first,
        "catch_block": catch,
        "function_type_parameters": function_type,
        "lambda_literal": lambda_literal,
        "identifier": identifier,
        "user_type": user_type,
        "call_expression": call,
        "navigation_expression": navigation,
        "callable_reference": callable_reference,
        "infix_expression": infix,
        "value_argument": argument,
        "this_expression": label,
        "super_expression": label,
        "return_expression": label,
        "labeled_expression": label,
        "string_content": string_content,
    }
