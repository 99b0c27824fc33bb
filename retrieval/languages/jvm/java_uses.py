"""What Java code uses: the names in its statements, expressions and types, less those that are local."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.outline import Handlers, Outline
from retrieval.types import ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node


class JavaUses(Outline):
    def __init__(self, root: Node, source: bytes) -> None:
        super().__init__(root, source)
        self.anonymous: set[int] = set()  # starts of bodies whose members nobody can name

    # -- locals

    def block(self, node: Node) -> None:
        self.open()

    def creation(self, node: Node) -> None:
        """`new Type() { ... }`: the body is an anonymous class."""
        last = node.named_children[-1] if node.named_children else None
        if last is not None and last.type == "class_body":
            self.anonymous.add(last.start_byte)

    def class_body(self, node: Node) -> None:
        if node.start_byte in self.anonymous:
            self.open(hidden=True)

    def binds_name(self, node: Node) -> None:
        """A parameter, a variable of `for`, `try`, `catch` or `instanceof`."""
        name = node.child_by_field_name("name")
        if name is not None and name.start_byte not in self.done:
            self.done.add(name.start_byte)
            if name.type == "identifier":
                self.bind(self.text(name))

    def for_each(self, node: Node) -> None:
        self.open()
        self.binds_name(node)

    def pattern(self, node: Node) -> None:
        """`Type name`: the name is the last child."""
        children = node.named_children
        if len(children) > 1 and children[-1].type == "identifier":
            self.done.add(children[-1].start_byte)
            self.bind(self.text(children[-1]))

    def record_pattern(self, node: Node) -> None:
        first = node.named_children[0] if node.named_children else None
        if first is not None and first.type == "identifier":
            self.done.add(first.start_byte)
            self.refer(first, ReferenceKind.TYPE)

    def function(self, node: Node) -> None:
        self.open()
        parameters = node.child_by_field_name("parameters")
        if parameters is None or parameters.type == "formal_parameters":
            return
        for name in (parameters,) if parameters.type == "identifier" else parameters.named_children:
            if name.type == "identifier":
                self.done.add(name.start_byte)
                self.bind(self.text(name))

    def labelled(self, node: Node) -> None:
        """`label:`, `break label`, `continue label`."""
        first = node.named_children[0] if node.named_children else None
        if first is not None and first.type == "identifier":
            self.done.add(first.start_byte)

    # -- uses

    def identifier(self, node: Node) -> None:
        if node.start_byte not in self.done:
            name = self.text(node)
            if name and not self.is_local(name):
                self.refer(node, ReferenceKind.NAME, name=name)

    def type_identifier(self, node: Node) -> None:
        if node.start_byte not in self.done:
            name = self.text(node)
            if name and name != "var" and not self.is_local_type(name):
                self.refer(node, ReferenceKind.TYPE, name=name)

    def scoped_type(self, node: Node) -> None:
        children = node.named_children
        last = children[-1]
        if len(children) > 1 and last.type == "type_identifier":
            self.done.add(last.start_byte)
            self.refer(last, ReferenceKind.TYPE, self.qualifier(children[0]))

    def scoped_name(self, node: Node) -> None:
        """A qualified name of an annotation or a module's service: types, as far as anybody can tell."""
        name = node.child_by_field_name("name")
        if name is not None and name.start_byte not in self.done:
            self.done.add(name.start_byte)
            self.refer(name, ReferenceKind.TYPE, self.qualifier(node.child_by_field_name("scope")))

    def annotation(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None and name.type == "identifier":
            self.done.add(name.start_byte)
            self.refer(name, ReferenceKind.TYPE)

    def annotation_argument(self, node: Node) -> None:
        key = node.child_by_field_name("key")
        if key is not None:
            self.done.add(key.start_byte)

    def field_access(self, node: Node) -> None:
        name = node.child_by_field_name("field")
        if name is not None and name.type == "identifier":
            self.done.add(name.start_byte)
            self.refer(name, ReferenceKind.NAME, self.qualifier(node.child_by_field_name("object")))

    def call(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None and name.type == "identifier":
            self.done.add(name.start_byte)
            self.refer(name, ReferenceKind.CALL, self.qualifier(node.child_by_field_name("object")))

    def method_reference(self, node: Node) -> None:
        children = node.named_children
        if len(children) > 1 and children[-1].type == "identifier":
            self.done.add(children[-1].start_byte)
            self.refer(children[-1], ReferenceKind.NAME, self.qualifier(children[0]))

    use_handlers: ClassVar[Handlers] = {
        "block": block,
        "constructor_body": block,
        "static_initializer": block,
        "for_statement": block,
        "switch_block": block,
        "switch_rule": block,
        "try_with_resources_statement": block,
        "catch_clause": block,
        "object_creation_expression": creation,
        "class_body": class_body,
        "enhanced_for_statement": for_each,
        "lambda_expression": function,
        "formal_parameter": binds_name,
        "variable_declarator": binds_name,
        "resource": binds_name,
        "catch_formal_parameter": binds_name,
        "instanceof_expression": binds_name,
        "type_pattern": pattern,
        "record_pattern_component": pattern,
        "record_pattern": record_pattern,
        "labeled_statement": labelled,
        "break_statement": labelled,
        "continue_statement": labelled,
        "identifier": identifier,
        "type_identifier": type_identifier,
        "scoped_type_identifier": scoped_type,
        "scoped_identifier": scoped_name,
        "marker_annotation": annotation,
        "annotation": annotation,
        "element_value_pair": annotation_argument,
        "field_access": field_access,
        "method_invocation": call,
        "method_reference": method_reference,
    }
