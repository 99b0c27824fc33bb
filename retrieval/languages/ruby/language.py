"""Ruby: modules, classes, methods, constants and what is required; names.py finds their files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.base import Project, Resolver
from retrieval.languages.outline import Handlers, Outline
from retrieval.languages.ruby.names import RubyResolver
from retrieval.languages.ruby.paths import call_name, load_path, path_of, underscored
from retrieval.languages.ruby.uses import RubyUses
from retrieval.types import ImportedName, ParsedFile, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

_ACCESSOR_WORDS = (
    "attr_accessor attr_reader attr_writer attr mattr_accessor mattr_reader mattr_writer cattr_accessor"
    " cattr_reader cattr_writer class_attribute"
)
_ACCESSORS = frozenset(_ACCESSOR_WORDS.split())
_MIXINS = frozenset(("include", "extend", "prepend"))
_REQUIRES = frozenset(("require", "require_relative", "load", "require_dependency"))
_MAKERS = {("Class", "new"), ("Module", "new"), ("Struct", "new"), ("Data", "define")}
_ASSOCIATIONS = frozenset(("belongs_to", "has_one", "has_many", "has_and_belongs_to_many"))
_DYNAMIC = frozenset(("define_method", "alias_method"))
_CONDITIONS = frozenset(
    (
        "if",
        "unless",
        "if_modifier",
        "unless_modifier",
        "elsif",
        "else",
        "case",
        "while",
        "begin",
        "rescue",
        "rescue_modifier",
        "method",
        "singleton_method",
        "block",
        "do_block",
        "lambda",
    )
)
_HASHES = re.compile(r"(?:^|\s)#+(?=\s|$)")
_PARAGRAPH = re.compile(r"\s#+\s+(?:#+(?=\s|$)|@\w)|(?:^|\s)#+\s*(?:rubocop|:\w+:|=+|-+)")
_AUTOLOAD_FOLDERS = 8  # blocks above an `autoload` that may tell its folder


class Ruby:
    name = "ruby"
    version = 1

    def grammar(self) -> object:
        import tree_sitter_ruby

        return tree_sitter_ruby.language()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        return RubyOutline(root, source).run()

    def resolver(self, project: Project) -> Resolver:
        return RubyResolver(project)


class RubyOutline(RubyUses):
    """A class that is opened in several places is a symbol in each; `A::B` in a definition stays one name."""

    language = "ruby"

    def program(self, node: Node) -> None:
        self.open()

    # -- definitions

    def module(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            kind = SymbolKind.CLASS if node.type == "class" else SymbolKind.MODULE
            body = node.child_by_field_name("body")
            text = "".join(self.text(name).split()).removeprefix("::")
            self.open(scope=self.declare(node, name, kind, body=body, text=text), local=False)

    def superclass(self, node: Node) -> None:
        for child in node.named_children:
            self.mark_base(child)

    def method(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is None:
            return
        for part in name.named_children:
            self.done.add(part.start_byte)
        kind = SymbolKind.FUNCTION if self.scope is None else SymbolKind.METHOD
        self.open(scope=self.declare(node, name, kind, body=node.child_by_field_name("body")), local=True)

    def assignment(self, node: Node) -> None:
        left = node.child_by_field_name("left")
        if left is None:
            return
        if left.type in ("constant", "scope_resolution"):
            self._constant(node, left)
        elif left.type == "left_assignment_list":
            for child in left.named_children:
                if child.type == "constant":
                    self.declare(node, child, SymbolKind.CONSTANT)
        self.bind_all(left)

    def _constant(self, node: Node, left: Node) -> None:
        """`X = Struct.new(:a) do ... end` makes a class."""
        text = "".join(self.text(left).split()).removeprefix("::")
        right = node.child_by_field_name("right")
        if right is None or right.type != "call" or self._called(right) not in _MAKERS:
            self.declare(node, left, SymbolKind.CONSTANT, text=text)
            return
        block = right.child_by_field_name("block")
        body = None if block is None else block.child_by_field_name("body")
        kind = SymbolKind.MODULE if self._called(right)[0] == "Module" else SymbolKind.CLASS
        scope = self.declare(node, left, kind, body=body, text=text)
        arguments = right.child_by_field_name("arguments")
        if arguments is not None and self._called(right)[0] == "Class":
            for argument in arguments.named_children:
                self.mark_base(argument)
        self.open(scope=scope, local=False)

    def _called(self, node: Node) -> tuple[str, str]:
        return self.field(node, "receiver").removeprefix("::"), self.field(node, "method")

    # -- calls that define, mix in or require

    def call(self, node: Node) -> None:
        name = call_name(node, self.source)
        receiver = node.child_by_field_name("receiver")
        arguments = node.child_by_field_name("arguments")
        values = [] if arguments is None else list(arguments.named_children)
        if receiver is not None and receiver.type == "global_variable":
            self._loads_from(node, receiver, values)
        if name in ("autoload", "eager_autoload") and values:
            self._autoload(node, values)
        elif receiver is None and name in _REQUIRES and values:
            self._require(node, name, values[0])
        elif receiver is None and name in _MIXINS:
            for value in values:
                self.mark_base(value)
        elif receiver is None and name in _ASSOCIATIONS and self.scope is not None and not self.local:
            self._associated(node, values)
        elif receiver is None and name in _ACCESSORS:
            self._accessors(node, values)
        elif receiver is None and name in _DYNAMIC and self.scope is not None and not self.local and values:
            self._named_by_symbol(node, values[0], SymbolKind.METHOD)
        else:
            self.refer_to_call(node)
            return
        self.pass_call_name(node)

    def _accessors(self, node: Node, values: list[Node]) -> None:
        if self.scope is not None and not self.local:
            for value in values:
                self._named_by_symbol(node, value, SymbolKind.FIELD)

    def _named_by_symbol(self, node: Node, value: Node, kind: SymbolKind) -> None:
        if value.type == "simple_symbol":
            self.declare(node, value, kind, text=self.text(value).removeprefix(":"))
        elif value.type == "string" and len(value.named_children) == 1:
            self.declare(node, value.named_children[0], kind)

    def alias(self, node: Node) -> bool:
        name = node.child_by_field_name("name")
        if name is not None and name.type == "identifier" and self.scope is not None and not self.local:
            self.declare(node, name, SymbolKind.METHOD)
        return True

    def _require(self, node: Node, name: str, value: Node) -> None:
        path = path_of(value, self.source)
        if path is None:
            return
        if name == "require_relative":
            path = path if path.startswith(("./", "$")) else f"./{path}"
        elif (name == "load" or path.startswith(("./", "../"))) and _is_literal(value):
            path = "${pwd}/" + path
        self.add_import(node, path, conditional=_is_conditional(node))

    def _autoload(self, node: Node, values: list[Node]) -> None:
        """`autoload :Name, "path"`; without a path ActiveSupport takes it from the constant's name."""
        if values[0].type != "simple_symbol":
            return
        name = self.text(values[0]).removeprefix(":")
        if len(values) > 1:
            path = path_of(values[1], self.source)
        else:
            path = underscored("::".join([*self._around(), *self._autoload_folder(node), name]))
        if path:
            self.add_import(node, path, [ImportedName(name)])

    def _around(self) -> list[str]:
        names: list[str] = []
        at = self.scope
        while at is not None:
            names.append(self.symbols[at].name)
            at = self.symbols[at].parent
        return names[::-1]

    def _autoload_folder(self, node: Node) -> list[str]:
        """Of `autoload_under "folder" do ... end` around."""
        above = node.parent
        for _ in range(_AUTOLOAD_FOLDERS):
            if above is None:
                break
            if above.type == "call" and call_name(above, self.source) == "autoload_under":
                arguments = above.child_by_field_name("arguments")
                values = arguments.named_children if arguments is not None else []
                path = path_of(values[0], self.source) if values else None
                return [path] if path else []
            above = above.parent
        return []

    def _associated(self, node: Node, values: list[Node]) -> None:
        """`has_many :posts, class_name: "Blog::Post"` needs the class, which may follow from `:posts`."""
        for value in values:
            key, named = value.child_by_field_name("key"), value.child_by_field_name("value")
            if key is not None and named is not None and self.text(key) == "class_name":
                path = path_of(named, self.source)
                if path is not None and path[:1].isupper():
                    self.add_import(node, path)
                return
        if values and values[0].type == "simple_symbol":
            self.add_import(node, self.text(values[0]))

    def _loads_from(self, node: Node, receiver: Node, values: list[Node]) -> None:
        if self.text(receiver) in ("$LOAD_PATH", "$:"):
            for value in values:
                path = path_of(value, self.source)
                if path is not None and path.startswith("."):
                    self.add_import(node, load_path(path))

    def binary(self, node: Node) -> None:
        """`$: << path`"""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and left.type == "global_variable":
            self._loads_from(node, left, [right])

    def _comment_above(self, node: Node) -> tuple[int | None, str]:
        row, text = super()._comment_above(node)
        return row, _without_hashes(text)

    handlers: ClassVar[Handlers] = {
        **RubyUses.use_handlers,
        "comment": Outline.comment,
        "program": program,
        "module": module,
        "class": module,
        "superclass": superclass,
        "method": method,
        "singleton_method": method,
        "assignment": assignment,
        "operator_assignment": assignment,
        "call": call,
        "alias": alias,
        "binary": binary,
    }


def _without_hashes(text: str) -> str:
    """The first paragraph of comment lines that were joined into one, without their marks."""
    text = _PARAGRAPH.split(text, maxsplit=1)[0]
    text = " ".join(_HASHES.sub(" ", text).split())
    return "" if text.startswith("@") or not re.search(r"\w", text) else text


def _is_literal(node: Node) -> bool:
    return node.type == "string" and all(child.type == "string_content" for child in node.named_children)


def _is_conditional(node: Node) -> bool:
    above = node.parent
    while above is not None:
        if above.type in _CONDITIONS:
            return True
        above = above.parent
    return False
