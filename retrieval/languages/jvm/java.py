"""Java: packages, types, imports; resolved in types.py, together with Kotlin."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.base import Project, Resolver
from retrieval.languages.jvm.java_uses import JavaUses
from retrieval.languages.jvm.types import JavaResolver
from retrieval.languages.outline import Handlers, Outline
from retrieval.types import ImportedName, ParsedFile, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "record_declaration": SymbolKind.CLASS,
    "interface_declaration": SymbolKind.INTERFACE,
    "annotation_type_declaration": SymbolKind.INTERFACE,
    "enum_declaration": SymbolKind.ENUM,
}


class Java:
    name = "java"
    version = 1

    def grammar(self) -> object:
        import tree_sitter_java

        return tree_sitter_java.language()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        return JavaOutline(root, source).run()

    def resolver(self, project: Project) -> Resolver:
        return JavaResolver(project)


class JavaOutline(JavaUses):
    language = "java"

    # -- the head of the file

    def package(self, node: Node) -> None:
        for child in node.named_children:
            if child.type in ("identifier", "scoped_identifier"):
                self.namespace = self.path(child)
                self._skip_names(child)

    def imported(self, node: Node) -> bool:
        kinds = {child.type for child in node.children}
        names = [child for child in node.named_children if child.type in ("identifier", "scoped_identifier")]
        if not names:
            return True
        module = self.path(names[0])
        if "asterisk" in kinds:
            self.add_import(node, module, [ImportedName("*")])
        elif "static" in kinds:
            owner, _, member = module.rpartition(".")
            self.add_import(node, owner, [ImportedName(member)])
        else:
            self.add_import(node, module)
        return True

    def module(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self._skip_names(name)
            body = node.child_by_field_name("body")
            scope = self.declare(node, name, SymbolKind.MODULE, body=body, text=self.path(name))
            self.open(scope=scope)

    def requires(self, node: Node) -> bool:
        name = node.child_by_field_name("module")
        if name is not None:
            self.add_import(node, self.path(name))
        return True

    def exports(self, node: Node) -> bool:
        return True

    # -- definitions

    def type(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if name is None:
            return
        if self.hidden:
            self.bind_type(self.text(name))
        self.open(scope=self.declare(node, name, KINDS[node.type], body=body))
        if node.type == "record_declaration":
            parameters = node.child_by_field_name("parameters")
            for component in parameters.named_children if parameters is not None else ():
                label = component.child_by_field_name("name")
                if label is not None:
                    self.declare(component, label, SymbolKind.FIELD)

    def supertypes(self, node: Node) -> None:
        for child in node.named_children:
            for base in child.named_children if child.type == "type_list" else (child,):
                self.bases.add(_last_name(base).start_byte)

    def method(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        scope = None if name is None else self.declare(node, name, SymbolKind.METHOD, body=body)
        self.open(scope=scope)

    def fields(self, node: Node) -> None:
        modifiers = next((child for child in node.children if child.type == "modifiers"), None)
        words = {child.type for child in modifiers.children} if modifiers is not None else set()
        constant = node.type == "constant_declaration" or {"static", "final"} <= words
        kind = SymbolKind.CONSTANT if constant else SymbolKind.FIELD
        for declarator in node.children_by_field_name("declarator"):
            name = declarator.child_by_field_name("name")
            if name is None:
                continue
            if self.hidden:
                self.bind(self.text(name))
            self.declare(node, name, kind)

    def enum_constant(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            body = node.child_by_field_name("body")
            self.declare(node, name, SymbolKind.CONSTANT, body=body)
            if body is not None:
                self.anonymous.add(body.start_byte)
        self.open()

    def annotation_element(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.declare(node, name, SymbolKind.METHOD)

    def type_parameter(self, node: Node) -> None:
        for child in node.named_children:
            if child.type in ("type_identifier", "identifier"):
                self.done.add(child.start_byte)
                self.bind_type(self.text(child))
                return

    def _skip_names(self, node: Node) -> None:
        """The names in a declared dotted name are no uses."""
        while node.type == "scoped_identifier":
            name, scope = node.child_by_field_name("name"), node.child_by_field_name("scope")
            if name is not None:
                self.done.add(name.start_byte)
            if scope is None:
                return
            node = scope
        self.done.add(node.start_byte)

    handlers: ClassVar[Handlers] = {
        **JavaUses.use_handlers,
        "line_comment": Outline.comment,
        "block_comment": Outline.comment,
        "package_declaration": package,
        "import_declaration": imported,
        "module_declaration": module,
        "requires_module_directive": requires,
        "exports_module_directive": exports,
        "opens_module_directive": exports,
        **dict.fromkeys(KINDS, type),
        "superclass": supertypes,
        "super_interfaces": supertypes,
        "extends_interfaces": supertypes,
        "method_declaration": method,
        "constructor_declaration": method,
        "compact_constructor_declaration": method,
        "field_declaration": fields,
        "constant_declaration": fields,
        "enum_constant": enum_constant,
        "annotation_type_element_declaration": annotation_element,
        "type_parameter": type_parameter,
    }


def _last_name(node: Node) -> Node:
    """Of a type, the identifier that names it: `Entry` of `@A Map.Entry<K, V>`."""
    while True:
        named = [child for child in node.named_children if child.type not in ("type_arguments",)]
        if node.type in ("type_identifier", "identifier") or not named:
            return node
        node = named[0] if node.type == "generic_type" else named[-1]
