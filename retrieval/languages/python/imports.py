"""Python's import statements, and imports by a function with a literal name, as written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.languages.python.symbols import text
from retrieval.types import Import, ImportedName

if TYPE_CHECKING:
    from tree_sitter import Node

IMPORTERS = frozenset({"import_module", "__import__"})


def _words(source: bytes, node: Node) -> str:
    """A dotted name or relative import without the spaces, line ends and backslashes it may hold."""
    return "".join(text(source, node).replace("\\", "").split())


def _named(source: bytes, node: Node) -> ImportedName:
    if node.type == "aliased_import":
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        return ImportedName(_words(source, name) if name else "", text(source, alias) if alias else "")
    return ImportedName(_words(source, node))


def statement(
    source: bytes, node: Node, *, type_only: bool, conditional: bool, scope: int | None
) -> list[Import]:
    """`import a, b as c` holds two; the others one."""
    start, end = node.start_point[0] + 1, node.end_point[0] + 1
    names = [_named(source, child) for child in node.children_by_field_name("name")]
    if node.type == "import_statement":
        return [
            Import(each.name, start, end, (), each.alias, type_only, conditional, scope)
            for each in names
            if each.name
        ]
    if node.type == "future_import_statement":
        module = "__future__"
    else:
        where = node.child_by_field_name("module_name")
        module = _words(source, where) if where else ""
    if any(child.type == "wildcard_import" for child in node.named_children):
        names = [ImportedName("*")]
    if not module or not names:
        return []
    return [Import(module, start, end, tuple(names), "", type_only, conditional, scope)]


def bound_names(found: Import) -> list[str]:
    """What an import statement binds; "*" for a star."""
    if found.names:
        return [each.alias or each.name for each in found.names]
    return [found.alias or found.module.split(".")[0]]


def _literal(source: bytes, node: Node) -> str:
    parts = node.named_children if node.type == "string" else []
    if [part.type for part in parts] != ["string_start", "string_content", "string_end"]:
        return ""
    return text(source, parts[1])


def by_function(source: bytes, arguments: Node) -> str:
    """The module that `import_module("literal")` names, or nothing. A literal package is joined to it."""
    values = [child for child in arguments.named_children if child.type != "comment"]
    module = _literal(source, values[0]) if values else ""
    if not module.startswith("."):
        return module if all(part.isidentifier() for part in module.split(".")) else ""
    package = ""
    if len(values) > 1:
        value = values[1].child_by_field_name("value") if values[1].type == "keyword_argument" else values[1]
        package = _literal(source, value) if value else ""
    if not all(part.isidentifier() for part in module.lstrip(".").split(".")):
        return ""
    if not package:
        return module  # relative to the importing file, as `__package__` is
    up = len(module) - len(module.lstrip("."))
    parents = package.split(".")
    return ".".join([*parents[: len(parents) - up + 1], module.lstrip(".")]) if up <= len(parents) else ""
