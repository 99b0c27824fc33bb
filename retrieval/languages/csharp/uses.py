"""What C# code uses: the names in its statements, expressions and types, less those that are local."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.outline import Handlers, Outline
from retrieval.types import ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

# Words that the grammar takes for the names of types.
TYPE_WORDS = frozenset(("var", "dynamic", "notnull", "unmanaged", "nint", "nuint", "_"))
UNKNOWN = "…"  # a qualifier that is not written: a member of what an initialiser or a pattern is about


class CSharpUses(Outline):
    def qualifier(self, node: Node | None) -> str:
        return super().qualifier(node).replace("?", "").replace("!", "").replace("::", ".")

    # -- locals

    def inside(self, node: Node) -> None:
        self.open()

    def accessor(self, node: Node) -> None:
        self.open()
        self.bind("value")

    def query(self, node: Node) -> None:
        """Its own children that are names stand behind `into`."""
        self.open()
        for child in node.named_children:
            if child.type == "identifier":
                self._bind_name(child)

    def binds_name(self, node: Node) -> None:
        """A parameter, a variable, a pattern: perhaps its type, and its name."""
        self.typed(node)
        for name in node.children_by_field_name("name"):
            if name.type == "identifier":
                self._bind_name(name)

    def for_each(self, node: Node) -> None:
        self.open()
        self.typed(node)
        name = node.child_by_field_name("left")
        if name is not None and name.type == "identifier":
            self._bind_name(name)

    def implicit_parameter(self, node: Node) -> None:
        self._bind_name(node)

    def binds_first(self, node: Node) -> None:
        """`let x = ...`, `into x`"""
        if node.named_children and node.named_children[0].type == "identifier":
            self._bind_name(node.named_children[0])

    def join(self, node: Node) -> None:
        """`join Type x in ...`: the name stands before `in`."""
        children = node.children
        for number, child in enumerate(children[1:]):
            if child.type == "in":
                if children[number].type == "identifier":
                    self._bind_name(children[number])
                return

    def _bind_name(self, name: Node) -> None:
        if name.start_byte not in self.done:
            self.done.add(name.start_byte)
            self.bind(self.text(name))

    # -- types

    def typed(self, node: Node) -> None:
        """The type in one of its fields, where that is a single name; others are found on the way."""
        for field in ("type", "returns"):
            for child in node.children_by_field_name(field):
                self._type(child)

    def tested(self, node: Node) -> None:
        """`x is Type`, `x as Type`"""
        child = node.child_by_field_name("right")
        if child is not None:
            self._type(child)

    def type_names(self, node: Node) -> None:
        """Children that are types: type arguments, the interface of an explicit member."""
        for child in node.named_children:
            self._type(child)

    def attribute(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self._type(name)

    def generic_name(self, node: Node) -> None:
        """Whatever gives it another meaning, a call or a member, has dealt with it before."""
        name, arity = self._named(node)
        if name is not None and name.start_byte not in self.done:
            self._refer(name, ReferenceKind.TYPE, "", arity)

    def qualified_name(self, node: Node) -> None:
        """A type, or the namespace before one; in expressions such names are member accesses."""
        qualifier = node.child_by_field_name("qualifier")
        name, arity = self._named(node.child_by_field_name("name"))
        if name is not None and name.start_byte not in self.done:
            self._refer(name, ReferenceKind.TYPE, self.qualifier(qualifier), arity)
        if qualifier is not None:
            self._type(qualifier)

    def alias_qualified_name(self, node: Node) -> None:
        """`global::System`, `Alias::Type`"""
        alias = node.child_by_field_name("alias")
        name, arity = self._named(node.child_by_field_name("name"))
        if alias is not None and name is not None:
            self.done.add(alias.start_byte)
            if name.start_byte not in self.done:
                self._refer(name, ReferenceKind.TYPE, self.text(alias), arity)

    def _type(self, node: Node) -> None:
        if node.type == "identifier" and node.start_byte not in self.done:
            name = self.text(node)
            self.done.add(node.start_byte)
            if name not in TYPE_WORDS and not self.is_local_type(name):
                self.refer(node, ReferenceKind.TYPE, name=name)

    # -- expressions

    def identifier(self, node: Node) -> None:
        if node.start_byte not in self.done:
            name = self.text(node)
            if name and not (name == "_" or self.is_local(name) or self.is_local_type(name)):
                self.refer(node, ReferenceKind.NAME, name=name)

    def call(self, node: Node) -> None:
        function = node.child_by_field_name("function")
        if function is None:
            return
        if function.type == "member_access_expression":
            self._member(function, "expression", function, ReferenceKind.CALL)
        elif function.type == "conditional_access_expression":
            self._member(function, "condition", function.named_children[-1], ReferenceKind.CALL)
        elif function.type in ("identifier", "generic_name"):
            name, arity = self._named(function)
            if name is not None:
                if self.is_local(self.text(name)):
                    self.done.add(name.start_byte)
                else:
                    self._refer(name, ReferenceKind.CALL, "", arity)

    def member(self, node: Node) -> None:
        self._member(node, "expression", node, ReferenceKind.NAME)

    def conditional(self, node: Node) -> None:
        last = node.named_children[-1]
        if last.type == "member_binding_expression":
            self._member(node, "condition", last, ReferenceKind.NAME)

    def binding(self, node: Node) -> None:
        """`.B` of `a?.B.C`"""
        name, arity = self._named(node.child_by_field_name("name"))
        if name is not None and name.start_byte not in self.done:
            self._refer(name, ReferenceKind.NAME, UNKNOWN, arity)

    def _member(self, node: Node, before: str, holder: Node, kind: ReferenceKind) -> None:
        name, arity = self._named(holder.child_by_field_name("name"))
        if name is not None and name.start_byte not in self.done:
            self._refer(name, kind, self.qualifier(node.child_by_field_name(before)) or UNKNOWN, arity)

    def creation(self, node: Node) -> None:
        self.typed(node)
        initializer = node.child_by_field_name("initializer")
        if initializer is not None:
            self._initialised(initializer, self.qualifier(node.child_by_field_name("type")))

    def initializer(self, node: Node) -> None:
        self._initialised(node, UNKNOWN)

    def _initialised(self, node: Node, qualifier: str) -> None:
        """`new Type { Member = value }`"""
        for child in node.named_children:
            name = child.child_by_field_name("left") if child.type == "assignment_expression" else None
            if name is not None and name.type == "identifier" and name.start_byte not in self.done:
                self._refer(name, ReferenceKind.NAME, qualifier, 0)

    def member_first(self, node: Node) -> None:
        """`{ Member: pattern }`, `with { Member = value }`"""
        name = node.named_children[0] if node.named_children else None
        if name is not None and name.type == "identifier" and node.named_child_count > 1:
            self._refer(name, ReferenceKind.NAME, UNKNOWN, 0)

    def names_argument(self, node: Node) -> None:
        """`name: value`, `Name = value`: names of parameters and of anonymous members."""
        for child, following in pairwise(node.children):
            if child.type == "identifier" and following.type in ("=", ":"):
                self.done.add(child.start_byte)

    def labelled(self, node: Node) -> None:
        if node.named_children and node.named_children[0].type == "identifier":
            self.done.add(node.named_children[0].start_byte)

    def preprocessor(self, node: Node) -> None:
        """The names in a condition are no code."""
        condition = node.child_by_field_name("condition")
        waiting = [] if condition is None else [condition]
        for part in waiting:  # grows while it is read
            if part.type == "identifier":
                self.done.add(part.start_byte)
            waiting.extend(part.named_children)

    def _named(self, node: Node | None) -> tuple[Node | None, int]:
        """The identifier of a name with or without type arguments, and how many of those there are."""
        if node is None or node.type == "identifier":
            return node, 0
        if node.type == "generic_name" and node.named_children:
            arguments = node.named_children[-1]
            return node.named_children[0], sum(1 for child in arguments.children if child.type == ",") + 1
        return None, 0

    def _refer(self, name: Node, kind: ReferenceKind, qualifier: str, arity: int) -> None:
        self.done.add(name.start_byte)
        self.refer(name, kind, qualifier, arity=arity)

    use_handlers: ClassVar[Handlers] = {
        "block": inside,
        "for_statement": inside,
        "using_statement": inside,
        "fixed_statement": inside,
        "switch_section": inside,
        "switch_expression_arm": inside,
        "catch_clause": inside,
        "lambda_expression": inside,
        "anonymous_method_expression": inside,
        "accessor_declaration": accessor,
        "query_expression": query,
        "foreach_statement": for_each,
        "parameter": binds_name,
        "parameter_list": binds_name,
        "bracketed_parameter_list": binds_name,
        "variable_declarator": binds_name,
        "tuple_pattern": binds_name,
        "parenthesized_variable_designation": binds_name,
        "declaration_expression": binds_name,
        "declaration_pattern": binds_name,
        "recursive_pattern": binds_name,
        "list_pattern": binds_name,
        "var_pattern": binds_name,
        "catch_declaration": binds_name,
        "from_clause": binds_name,
        "implicit_parameter": implicit_parameter,
        "let_clause": binds_first,
        "join_into_clause": binds_first,
        "join_clause": join,
        "variable_declaration": typed,
        "array_type": typed,
        "nullable_type": typed,
        "pointer_type": typed,
        "ref_type": typed,
        "scoped_type": typed,
        "function_pointer_type": typed,
        "function_pointer_parameter": typed,
        "tuple_element": typed,
        "cast_expression": typed,
        "typeof_expression": typed,
        "sizeof_expression": typed,
        "default_expression": typed,
        "type_pattern": typed,
        "type_parameter_constraint": typed,
        "primary_constructor_base_type": typed,
        "is_expression": tested,
        "as_expression": tested,
        "type_argument_list": type_names,
        "explicit_interface_specifier": type_names,
        "attribute": attribute,
        "generic_name": generic_name,
        "qualified_name": qualified_name,
        "alias_qualified_name": alias_qualified_name,
        "identifier": identifier,
        "invocation_expression": call,
        "member_access_expression": member,
        "conditional_access_expression": conditional,
        "member_binding_expression": binding,
        "object_creation_expression": creation,
        "initializer_expression": initializer,
        "subpattern": member_first,
        "with_initializer": member_first,
        "argument": names_argument,
        "attribute_argument": names_argument,
        "anonymous_object_creation_expression": names_argument,
        "labeled_statement": labelled,
        "goto_statement": labelled,
        "preproc_if": preprocessor,
        "preproc_elif": preprocessor,
    }
