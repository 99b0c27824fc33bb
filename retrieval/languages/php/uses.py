"""What PHP code uses: its types, functions, constants and members. Variables are local, and no uses."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.outline import Handlers, Outline
from retrieval.types import ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = ("name", "qualified_name", "relative_name")
_OWN = frozenset(("self", "static", "parent"))


class PhpUses(Outline):
    """PHP's grammar tells types, functions and constants apart by where a name stands."""

    def path_of(self, node: Node) -> str:
        """A name as one word, whatever white space stands in it."""
        return "".join(self.text(node).split())

    def end_at(self, index: int, last: Node) -> None:
        symbol = self.symbols[index]
        self.symbols[index] = dataclasses.replace(symbol, end_line=last.end_point.row + 1)

    def defined(self, node: Node, arguments: Node | None) -> None:
        """A call of `define`."""
        raise NotImplementedError

    # -- names

    def _refer(self, node: Node, kind: ReferenceKind) -> None:
        """A name as it stands: `A\\B\\c` is `c` behind `A\\B\\`, while that of `A::c` is `A`."""
        last = node
        if node.type != "name":
            names = [child for child in node.children if child.type == "name"]
            if not names:
                return
            last = names[-1]
        before = self.source[node.start_byte : last.start_byte].decode("utf-8", "replace")
        self.refer(last, kind, "".join(before.split()))

    def refer_to_type(self, node: Node | None, base: bool = False) -> None:
        if node is not None and node.type in _NAMES and self.text(node).lower() not in _OWN:
            self._refer(node, ReferenceKind.BASE if base else ReferenceKind.TYPE)

    def named_type(self, node: Node) -> bool:
        self.refer_to_type(node.named_children[0] if node.named_children else None)
        return True

    def constant(self, node: Node) -> bool:
        """A name in an expression, where none of the other handlers has met it."""
        text = self.text(node)
        if node.start_byte not in self.done and not text.startswith("__") and text.lower() not in _OWN:
            self._refer(node, ReferenceKind.NAME)
        return True

    def passed(self, node: Node) -> bool:
        return True

    # -- expressions

    def creation(self, node: Node) -> None:
        self._type_operand(node.named_children[0] if node.named_children else None)

    def attribute(self, node: Node) -> None:
        self._type_operand(node.named_children[0] if node.named_children else None)

    def binary(self, node: Node) -> None:
        if any(child.type == "instanceof" for child in node.children):
            self._type_operand(node.child_by_field_name("right"))

    def call(self, node: Node) -> None:
        function = node.child_by_field_name("function")
        if function is None or function.type not in _NAMES:
            return
        self.done.add(function.start_byte)
        self._refer(function, ReferenceKind.CALL)
        if self.text(function).lower().lstrip("\\") == "define":
            self.defined(node, node.child_by_field_name("arguments"))

    def scoped_call(self, node: Node) -> None:
        scope = node.child_by_field_name("scope")
        self._type_operand(scope)
        self._member(node.child_by_field_name("name"), scope, ReferenceKind.CALL)

    def scoped_property(self, node: Node) -> None:
        scope, name = node.child_by_field_name("scope"), node.child_by_field_name("name")
        self._type_operand(scope)
        if name is not None and name.type == "variable_name" and name.named_children:
            self._member(name.named_children[0], scope, ReferenceKind.NAME)

    def class_constant(self, node: Node) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        if len(children) > 1:
            self._type_operand(children[0])
            self.done.add(children[1].start_byte)
            if self.text(children[1]) != "class":
                self._member(children[1], children[0], ReferenceKind.NAME)

    def member_call(self, node: Node) -> None:
        name, before = node.child_by_field_name("name"), node.child_by_field_name("object")
        self._member(name, before, ReferenceKind.CALL)

    def member(self, node: Node) -> None:
        name, before = node.child_by_field_name("name"), node.child_by_field_name("object")
        self._member(name, before, ReferenceKind.NAME)

    def argument(self, node: Node) -> None:
        """`f(name: 1)`"""
        name = node.child_by_field_name("name")
        if name is not None:
            self.done.add(name.start_byte)

    def label(self, node: Node) -> None:
        for child in node.named_children:
            if child.type == "name":
                self.done.add(child.start_byte)

    def _type_operand(self, node: Node | None) -> None:
        """A type where an expression may stand: a name there is no constant."""
        if node is not None and node.type in _NAMES:
            self.done.add(node.start_byte)
            self.refer_to_type(node)

    def _member(self, name: Node | None, before: Node | None, kind: ReferenceKind) -> None:
        if name is not None and name.type == "name":
            self.done.add(name.start_byte)
            self.refer(name, kind, self.qualifier(before))

    use_handlers: ClassVar[Handlers] = {
        "name": constant,
        "qualified_name": constant,
        "relative_name": constant,
        "namespace_name": passed,
        "variable_name": passed,
        "named_type": named_type,
        "object_creation_expression": creation,
        "attribute": attribute,
        "binary_expression": binary,
        "function_call_expression": call,
        "scoped_call_expression": scoped_call,
        "scoped_property_access_expression": scoped_property,
        "class_constant_access_expression": class_constant,
        "member_call_expression": member_call,
        "nullsafe_member_call_expression": member_call,
        "member_access_expression": member,
        "nullsafe_member_access_expression": member,
        "argument": argument,
        "dynamic_variable_name": label,
        "property_hook": label,
        "named_label_statement": label,
        "goto_statement": label,
    }
