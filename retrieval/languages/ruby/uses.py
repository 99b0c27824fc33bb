"""What Ruby code uses: constants, and calls of methods. A bare name that nothing binds is a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.outline import Handlers, Outline
from retrieval.types import ReferenceKind

if TYPE_CHECKING:
    from tree_sitter import Node

_WORD_LIST = (
    "private public protected module_function private_class_method __FILE__ __dir__ __method__ __LINE__"
    " __callee__ block_given? binding it _1 _2 _3 raise puts p loop lambda proc"
)
_WORDS = frozenset(_WORD_LIST.split())
_PARAMETERS = frozenset(
    (
        "optional_parameter",
        "keyword_parameter",
        "splat_parameter",
        "hash_splat_parameter",
        "block_parameter",
    )
)
_LISTS = frozenset(
    (
        "left_assignment_list",
        "destructured_left_assignment",
        "rest_assignment",
        "destructured_parameter",
        "method_parameters",
        "block_parameters",
        "lambda_parameters",
        "exception_variable",
        "array_pattern",
        "find_pattern",
        "alternative_pattern",
    )
)


class RubyUses(Outline):
    def __init__(self, root: Node, source: bytes) -> None:
        super().__init__(root, source)
        self._created: set[int] = set()  # starts of constants that `.new` is called on, or that are rescued

    # -- locals

    def block(self, node: Node) -> None:
        self.open()

    def parameters(self, node: Node) -> None:
        self.bind_all(node)

    def bind_all(self, node: Node) -> None:
        """Every name that a list of parameters, the left of an assignment or a pattern binds."""
        waiting = [node]
        while waiting:
            each = waiting.pop()
            if each.type == "identifier":
                self.done.add(each.start_byte)
                self.bind(self.text(each))
            elif each.type in _PARAMETERS:
                name = each.child_by_field_name("name")
                if name is not None:
                    waiting.append(name)
            elif each.type in _LISTS:
                waiting += each.named_children

    def loop(self, node: Node) -> None:
        pattern = node.child_by_field_name("pattern")
        if pattern is not None:
            self.bind_all(pattern)

    def keyword_pattern(self, node: Node) -> None:
        """`in {name:}` binds it."""
        key = node.child_by_field_name("key")
        if key is not None and node.child_by_field_name("value") is None:
            self.bind(self.text(key))

    def as_pattern(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.bind_all(name)

    # -- constants

    def mark_base(self, node: Node) -> None:
        self.bases.add(_last(node).start_byte)

    def constant(self, node: Node) -> None:
        if node.start_byte not in self.done:
            self._refer_to_constant(node, "")

    def scoped_constant(self, node: Node) -> bool | None:
        name, scope = node.child_by_field_name("name"), node.child_by_field_name("scope")
        if name is None or name.type != "constant":
            return None
        if node.start_byte in self.done:  # of a definition
            return True
        self.done.add(name.start_byte)
        qualifier = self.qualifier(scope) or "::"
        self._refer_to_constant(name, qualifier)
        return scope is None or scope.type in ("constant", "scope_resolution")

    def _refer_to_constant(self, node: Node, qualifier: str) -> None:
        is_type = node.start_byte in self.bases or node.start_byte in self._created
        self.refer(node, ReferenceKind.TYPE if is_type else ReferenceKind.NAME, qualifier)

    def rescued(self, node: Node) -> None:
        for child in node.named_children:
            self._created.add(_last(child).start_byte)

    # -- calls

    def refer_to_call(self, node: Node) -> None:
        method, receiver = node.child_by_field_name("method"), node.child_by_field_name("receiver")
        if method is None or method.type not in ("identifier", "constant"):
            return
        self.done.add(method.start_byte)
        name = self.text(method)
        if receiver is not None and name == "new":
            self._created.add(_last(receiver).start_byte)
        if receiver is not None or name not in _WORDS:
            self.refer(method, ReferenceKind.CALL, self.qualifier(receiver))

    def pass_call_name(self, node: Node) -> None:
        method = node.child_by_field_name("method")
        if method is not None:
            self.done.add(method.start_byte)

    def identifier(self, node: Node) -> None:
        if node.start_byte not in self.done:
            name = self.text(node)
            if name and name not in _WORDS and not self.is_local(name):
                self.refer(node, ReferenceKind.CALL, name=name)

    use_handlers: ClassVar[Handlers] = {
        "block": block,
        "do_block": block,
        "lambda": block,
        "method_parameters": parameters,
        "block_parameters": parameters,
        "lambda_parameters": parameters,
        "exception_variable": parameters,
        "array_pattern": parameters,
        "find_pattern": parameters,
        "for": loop,
        "in_clause": loop,
        "keyword_pattern": keyword_pattern,
        "as_pattern": as_pattern,
        "constant": constant,
        "scope_resolution": scoped_constant,
        "exceptions": rescued,
        "identifier": identifier,
    }


def _last(node: Node) -> Node:
    """The `C` of `A::B::C`."""
    name = node.child_by_field_name("name") if node.type == "scope_resolution" else None
    return node if name is None else name
