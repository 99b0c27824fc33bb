"""C#: namespaces, types, members, usings; resolved in names.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.base import Project, Resolver
from retrieval.languages.csharp.directives import conditional_rows, without_directives
from retrieval.languages.csharp.names import CSharpResolver
from retrieval.languages.csharp.uses import CSharpUses
from retrieval.languages.outline import Handlers, Outline
from retrieval.types import ImportedName, ParsedFile, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "record_declaration": SymbolKind.CLASS,
    "struct_declaration": SymbolKind.STRUCT,
    "interface_declaration": SymbolKind.INTERFACE,
    "enum_declaration": SymbolKind.ENUM,
}
_NAMES = ("identifier", "qualified_name", "alias_qualified_name", "generic_name")


class CSharp:
    name = "csharp"
    version = 1

    def grammar(self) -> object:
        import tree_sitter_c_sharp

        return tree_sitter_c_sharp.language()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        """A directive in the middle of a statement breaks the grammar: such a file is read without them."""
        if root.has_error:
            for text in without_directives(source):
                from tree_sitter import Language, Parser

                tree = Parser(Language(self.grammar())).parse(text)
                if not tree.root_node.has_error:
                    return CSharpOutline(tree.root_node, text, conditional_rows(source)).run()
        return CSharpOutline(root, source, conditional_rows(source)).run()

    def resolver(self, project: Project) -> Resolver:
        return CSharpResolver(project)


class CSharpOutline(CSharpUses):
    language = "csharp"

    def __init__(self, root: Node, source: bytes, conditional: set[int]) -> None:
        super().__init__(root, source)
        self.conditional_rows = conditional  # rows inside an #if

    # -- the head of the file

    def unit(self, node: Node) -> None:
        """Statements at the top are a function's: their variables are local."""
        self.open()

    def using(self, node: Node) -> bool | None:
        alias = node.child_by_field_name("name")
        words = {child.type for child in node.children if not child.is_named}
        target = next((child for child in reversed(node.named_children) if child != alias), None)
        if target is None:
            return True
        name = "" if alias is None else self.text(alias)
        self.add_import(
            node,
            self.qualifier(target).removeprefix("global."),
            () if alias is not None else [ImportedName("*")],
            name,
            conditional=node.start_point.row in self.conditional_rows,
            everywhere="global" in words,
        )
        if alias is None:
            return True
        self.done.add(alias.start_byte)
        self._type(target)
        return None

    def file_namespace(self, node: Node) -> bool:
        name = node.child_by_field_name("name")
        if name is not None:
            self.namespace = self.path(name)
        return True

    def block_namespace(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self._skip_names(name)
            body = node.child_by_field_name("body")
            scope = self.declare(node, name, SymbolKind.NAMESPACE, body=body, text=self.path(name))
            self.open(scope=scope)

    # -- types

    def type(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is None:
            return
        kind = KINDS[node.type]
        if any(child.type == "struct" for child in node.children):
            kind = SymbolKind.STRUCT
        body = node.child_by_field_name("body")
        private = "file" in self._modifiers(node)
        arity = self._arity(node)
        self.open(scope=self.declare(node, name, kind, body=body, private=private, arity=arity))
        if node.type == "record_declaration":
            for child in node.named_children:
                if child.type == "parameter_list":
                    self._record_fields(child)

    def _record_fields(self, parameters: Node) -> None:
        for parameter in parameters.named_children:
            name = parameter.child_by_field_name("name")
            if name is not None:
                self.declare(parameter, name, SymbolKind.FIELD)

    def delegate(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.open(scope=self.declare(node, name, SymbolKind.TYPE, arity=self._arity(node)))
        self.typed(node)

    def bases_of(self, node: Node) -> None:
        for child in node.named_children:
            if child.type == "primary_constructor_base_type":
                child = child.child_by_field_name("type") or child
            name, _ = self._named(
                child.child_by_field_name("name") if child.type == "qualified_name" else child
            )
            if name is not None:
                self.bases.add(name.start_byte)
            self._type(child)

    def type_parameter(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.done.add(name.start_byte)
            self.bind_type(self.text(name))

    # -- members

    def method(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is None:
            self.open()
            return
        owner = self._extended(node)
        body = node.child_by_field_name("body")
        kind = SymbolKind.FUNCTION if node.type == "local_function_statement" else SymbolKind.METHOD
        self.open(scope=self.declare(node, name, kind, body=body, owner=owner, arity=self._arity(node)))
        parameters = node.child_by_field_name("type_parameters")
        for parameter in parameters.named_children if parameters is not None else ():
            self.type_parameter(parameter)  # the type it returns stands before them
        self.typed(node)

    def operator(self, node: Node) -> None:
        """`operator +`, `implicit operator Type`"""
        keyword = next((child for child in node.children if child.type == "operator"), None)
        sign = node.child_by_field_name("operator") or node.child_by_field_name("type")
        if keyword is not None and sign is not None:
            space = "" if node.type == "operator_declaration" else " "
            text = f"operator{space}{self.qualifier(sign)}"
            body = node.child_by_field_name("body")
            self.open(scope=self.declare(node, keyword, SymbolKind.METHOD, body=body, text=text))
        self.typed(node)

    def property(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if node.type == "indexer_declaration":
            name = next((child for child in node.children if child.type == "this"), None)
        body = node.child_by_field_name("accessors")
        if body is None:
            value = node.child_by_field_name("value")
            body = value if value is not None and value.type == "arrow_expression_clause" else None
        if name is not None:
            self.open(scope=self.declare(node, name, SymbolKind.FIELD, body=body))
        self.typed(node)

    def fields(self, node: Node) -> None:
        words = self._modifiers(node)
        constant = "const" in words or {"static", "readonly"} <= words
        for child in node.named_children:
            if child.type != "variable_declaration":
                continue
            for declarator in child.named_children:
                name = declarator.child_by_field_name("name")
                if declarator.type == "variable_declarator" and name is not None:
                    self.declare(node, name, SymbolKind.CONSTANT if constant else SymbolKind.FIELD)

    def enum_member(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.declare(node, name, SymbolKind.CONSTANT)

    def _modifiers(self, node: Node) -> set[str]:
        return {self.text(child) for child in node.children if child.type == "modifier"}

    def _arity(self, node: Node) -> int:
        return sum(
            child.named_child_count for child in node.named_children if child.type == "type_parameter_list"
        )

    def _extended(self, node: Node) -> str:
        """The type that an extension method adds to: that of its `this` parameter."""
        parameters = node.child_by_field_name("parameters")
        first = parameters.named_children[0] if parameters is not None and parameters.named_children else None
        if first is None or "this" not in self._modifiers(first):
            return ""
        return self.qualifier(first.child_by_field_name("type")).rpartition(".")[2]

    def _skip_names(self, node: Node) -> None:
        """The names in a declared dotted name are no uses."""
        while node.type == "qualified_name":
            name, qualifier = node.child_by_field_name("name"), node.child_by_field_name("qualifier")
            if name is not None:
                self.done.add(name.start_byte)
            if qualifier is None:
                return
            node = qualifier
        self.done.add(node.start_byte)

    handlers: ClassVar[Handlers] = {
        **CSharpUses.use_handlers,
        "comment": Outline.comment,
        "compilation_unit": unit,
        "using_directive": using,
        "file_scoped_namespace_declaration": file_namespace,
        "namespace_declaration": block_namespace,
        **dict.fromkeys(KINDS, type),
        "delegate_declaration": delegate,
        "base_list": bases_of,
        "type_parameter": type_parameter,
        "method_declaration": method,
        "local_function_statement": method,
        "constructor_declaration": method,
        "destructor_declaration": method,
        "operator_declaration": operator,
        "conversion_operator_declaration": operator,
        "property_declaration": property,
        "indexer_declaration": property,
        "event_declaration": property,
        "field_declaration": fields,
        "event_field_declaration": fields,
        "enum_member_declaration": enum_member,
    }
