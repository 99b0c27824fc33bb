"""Java: packages, types, imports; resolved in jvm.py, together with Kotlin."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from retrieval.languages.base import Project, Resolver
from retrieval.languages.jvm import JavaResolver
from retrieval.languages.outline import Handlers, Outline
from retrieval.types import ImportedName, ParsedFile, ReferenceKind, SymbolKind

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


class JavaOutline(Outline):
    language = "java"

    def __init__(self, root: Node, source: bytes) -> None:
        super().__init__(root, source)
        self.anonymous: set[int] = set()  # starts of bodies whose members nobody can name

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


def _last_name(node: Node) -> Node:
    """Of a type, the identifier that names it: `Entry` of `@A Map.Entry<K, V>`."""
    while True:
        named = [child for child in node.named_children if child.type not in ("type_arguments",)]
        if node.type in ("type_identifier", "identifier") or not named:
            return node
        node = named[0] if node.type == "generic_type" else named[-1]
