"""PHP: namespaces, types, functions, uses and includes; names.py finds their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.base import Project, Resolver
from retrieval.languages.outline import Handlers, Outline
from retrieval.languages.php.includes import static_path
from retrieval.languages.php.names import PhpResolver
from retrieval.languages.php.uses import PhpUses
from retrieval.types import ImportedName, ParsedFile, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

_KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "interface_declaration": SymbolKind.INTERFACE,
    "trait_declaration": SymbolKind.INTERFACE,
    "enum_declaration": SymbolKind.ENUM,
}
_INCLUDES = ("include_expression", "include_once_expression", "require_expression", "require_once_expression")
# Around an include that is not taken every time the file is read.
_CONDITIONS = frozenset(
    (
        "if_statement",
        "conditional_expression",
        "switch_statement",
        "match_expression",
        "try_statement",
        "while_statement",
        "for_statement",
        "foreach_statement",
        "function_definition",
        "method_declaration",
        "anonymous_function",
        "arrow_function",
    )
)


class Php:
    name = "php"
    version = 1

    def grammar(self) -> object:
        import tree_sitter_php

        return tree_sitter_php.language_php()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        return PhpOutline(root, source).run()

    def resolver(self, project: Project) -> Resolver:
        return PhpResolver(project)


class PhpOutline(PhpUses):
    """The namespace of a file with one is no symbol; of several, each is one, around what it holds."""

    language = "php"

    def __init__(self, root: Node, source: bytes) -> None:
        super().__init__(root, source)
        spaces = [child for child in root.named_children if child.type == "namespace_definition"]
        self._several = len(spaces) > 1
        self._class: list[int | None] = []  # the types around the walk, innermost last

    def space(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if not self._several:
            self.namespace = "" if name is None else self.path_of(name)
            return
        body = node.child_by_field_name("body")
        if body is not None:
            self.open()
        self.scope = None
        if name is not None:
            self.scope = self.declare(node, name, SymbolKind.NAMESPACE, body=body, text=self.path_of(name))
            if body is None and self.scope is not None:
                self._stretch(node, self.scope)

    def _stretch(self, node: Node, index: int) -> None:
        """A namespace without braces ends where the next one begins."""
        last = node
        while (after := last.next_named_sibling) is not None and after.type != "namespace_definition":
            last = after
        self.end_at(index, last)

    # -- use

    def use(self, node: Node) -> bool:
        """`use A\\B as C, D;`, `use A\\{B, function c};`, `use function A\\b;`"""
        kind = _used_kind(node)
        group = node.child_by_field_name("body")
        prefix = ""
        if group is not None:
            prefix = next(
                (self.path_of(child) for child in node.named_children if child.type == "namespace_name"), ""
            )
        for clause in (group or node).named_children:
            if clause.type == "namespace_use_clause":
                if group is None:  # the word stands before the first one and holds for all
                    kind = kind or _used_kind(clause)
                self._use_clause(clause, prefix, kind or _used_kind(clause))
        return True

    def _use_clause(self, clause: Node, prefix: str, kind: str) -> None:
        alias = clause.child_by_field_name("alias")
        name = next((child for child in clause.named_children if child != alias), None)
        if name is None:
            return
        full = self.path_of(name).lstrip("\\")
        full = f"{prefix}\\{full}" if prefix else full
        called = "" if alias is None else self.text(alias)
        if kind:
            space, _, last = full.rpartition("\\")
            self.add_import(clause, space or "\\", [ImportedName(last, called)])
        else:
            self.add_import(clause, full, alias=called)

    def include(self, node: Node) -> None:
        path = static_path(node.named_children[0], self.source) if node.named_children else None
        if path is not None:
            self.add_import(node, path, conditional=_is_conditional(node))

    # -- definitions

    def type(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            body = node.child_by_field_name("body")
            self.open(scope=self.declare(node, name, _KINDS[node.type], body=body), local=False)

    def supertypes(self, node: Node) -> bool:
        for child in node.named_children:
            self.refer_to_type(child, base=True)
        return True

    def method(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        kind = SymbolKind.FUNCTION if node.type == "function_definition" else SymbolKind.METHOD
        if name is not None:
            body = node.child_by_field_name("body")
            self.open(scope=self.declare(node, name, kind, body=body), local=True)

    def promoted(self, node: Node) -> None:
        """A parameter of a constructor that is a property, hence a member of the class, not of the method."""
        name = node.child_by_field_name("name")
        inner = _inner_name(name)
        if inner is None:
            return
        scope = self.scope
        self.scope = None if scope is None else self.symbols[scope].parent
        self.declare(node, inner, SymbolKind.FIELD)
        self.scope = scope

    def properties(self, node: Node) -> None:
        for element in node.named_children:
            if element.type == "property_element":
                inner = _inner_name(element.child_by_field_name("name"))
                if inner is not None:
                    self.declare(node, inner, SymbolKind.FIELD)

    def constants(self, node: Node) -> None:
        for element in node.named_children:
            if element.type == "const_element" and element.named_children:
                self.declare(node, element.named_children[0], SymbolKind.CONSTANT)

    def case(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.declare(node, name, SymbolKind.CONSTANT)

    def defined(self, node: Node, arguments: Node | None) -> None:
        """`define('NAME', value)`: a constant outside of every namespace, unless its name says otherwise."""
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        text = first.named_children[0] if first is not None and first.named_children else None
        if text is None or text.type not in ("string", "encapsed_string") or len(text.named_children) != 1:
            return
        content = text.named_children[0]
        if self.text(content).replace("_", "a").isalnum():
            scope, self.scope = self.scope, None
            self.declare(node, content, SymbolKind.CONSTANT)
            self.scope = scope

    def anonymous_class(self, node: Node) -> None:
        self.open(hidden=True)

    handlers: ClassVar[Handlers] = {
        **PhpUses.use_handlers,
        "comment": Outline.comment,
        "namespace_definition": space,
        "namespace_use_declaration": use,
        **dict.fromkeys(_INCLUDES, include),
        **dict.fromkeys(_KINDS, type),
        "base_clause": supertypes,
        "class_interface_clause": supertypes,
        "use_declaration": supertypes,
        "method_declaration": method,
        "function_definition": method,
        "property_promotion_parameter": promoted,
        "property_declaration": properties,
        "const_declaration": constants,
        "enum_case": case,
        "anonymous_class": anonymous_class,
    }


def _used_kind(node: Node) -> str:
    """`function`, `const`, or nothing for a type."""
    return next((child.type for child in node.children if child.type in ("function", "const")), "")


def _inner_name(variable: Node | None) -> Node | None:
    """`name` of `$name`, also behind `&` or `...`."""
    while variable is not None and variable.type != "name":
        variable = variable.named_children[-1] if variable.named_children else None
    return variable


def _is_conditional(node: Node) -> bool:
    above = node.parent
    while above is not None:
        if above.type in _CONDITIONS:
            return True
        above = above.parent
    return False
