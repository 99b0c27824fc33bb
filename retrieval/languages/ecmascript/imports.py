"""The import, export ... from, require and import() of JavaScript and TypeScript, as Imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from retrieval.types import Import, ImportedName

if TYPE_CHECKING:
    from tree_sitter import Node

TRIPLE_SLASH = re.compile(r"""^///\s*<reference\s+(path|types)\s*=\s*["']([^"']+)["']""")
DOCUMENTATION = re.compile(rb"/\*\*.*?(?:\*/|\Z)", re.S)
DOCUMENTED = re.compile(rb"""\bimport\(\s*["']([^"'\n]+)["']\s*\)|@import\s[^"'@]*["']([^"'\n]+)["']""")


def text_of(node: Node) -> str:
    raw = node.text
    return raw.decode("utf-8", "replace") if raw is not None else ""


def literal(node: Node | None) -> str | None:
    """The value of a string without escapes or ${}; None for any other expression."""
    if node is None:
        return None
    if node.type == "string":
        return text_of(node)[1:-1]
    if node.type == "template_string" and not any(
        child.type == "template_substitution" for child in node.named_children
    ):
        return text_of(node)[1:-1]
    return None


def reference_comment(comment: str) -> str | None:
    """`./a.d.ts` of `/// <reference path="a.d.ts" />`: that path is relative, with `./` or without."""
    found = TRIPLE_SLASH.match(comment)
    if found is None:
        return None
    kind, path = found.groups()
    return f"./{path}" if kind == "path" and not path.startswith(("./", "../", "/")) else path


def documented_types(source: bytes) -> Iterator[tuple[int, str]]:
    """(line, module) of `@type {import("./a").A}` and `@import { A } from "./a"` in comments."""
    line, counted = 1, 0
    for comment in DOCUMENTATION.finditer(source):
        if b"import" in comment[0]:
            for found in DOCUMENTED.finditer(source, *comment.span()):
                line += source.count(b"\n", counted, found.start())
                counted = found.start()
                yield line, (found[1] or found[2]).decode("utf-8", "replace")


def is_type_only(node: Node) -> bool:
    return any(child.type in ("type", "typeof") and not child.is_named for child in node.children)


def specifier(node: Node) -> ImportedName:
    name = node.child_by_field_name("name")
    alias = node.child_by_field_name("alias")
    written = _name(name)
    called = _name(alias)
    return ImportedName(written, "" if called == written else called)


def _name(node: Node | None) -> str:
    """A string may name what is no identifier: import { "a-b" as c }."""
    if node is None:
        return ""
    return literal(node) or text_of(node)


def of_statement(node: Node, *, conditional: bool, scope: int | None) -> Import | None:
    """Of `import ... from`, `import "x"`, `import x = require("y")`, `export ... from`."""
    source = node.child_by_field_name("source")
    names: list[ImportedName] = []
    alias = ""
    type_only = is_type_only(node)
    inline: list[bool] = []  # of each name: is it marked `type`
    star = node.type == "export_statement"
    for child in node.named_children:
        if child.type == "import_require_clause":
            source = child.child_by_field_name("source")
            alias = text_of(child.named_children[0])
        elif child.type == "namespace_export":
            alias, star = _name(child.named_children[0]), False
        elif child.type in ("import_clause", "export_clause"):
            star = False
            parts = child.named_children if child.type == "import_clause" else [child]
            for part in parts:
                if part.type == "identifier":
                    names.append(ImportedName("default", text_of(part)))
                    inline.append(False)
                elif part.type == "namespace_import":
                    alias = text_of(part.named_children[-1])
                    inline.append(False)
                elif part.type in ("named_imports", "export_clause"):
                    for item in part.named_children:
                        if item.type.endswith("_specifier"):
                            names.append(specifier(item))
                            inline.append(is_type_only(item))
    module = literal(source)
    if not module:
        return None
    if star:
        names.append(ImportedName("*"))
    return Import(
        module,
        node.start_point[0] + 1,
        node.end_point[0] + 1,
        tuple(names),
        alias,
        type_only or (bool(inline) and all(inline)),
        conditional,
        scope,
    )


def requirement(node: Node) -> tuple[str, str] | None:
    """(module, member) of `require("module").member` and `await import("module")`; member may be ""."""
    member = ""
    while True:
        if node.type in ("parenthesized_expression", "await_expression") and node.named_child_count == 1:
            node = node.named_children[0]
        elif node.type == "member_expression" and not member:
            prop, value = node.child_by_field_name("property"), node.child_by_field_name("object")
            if prop is None or value is None:
                return None
            member, node = text_of(prop), value
        else:
            break
    module = called_module(node)
    return (module, member) if module else None


def called_module(node: Node) -> str | None:
    """The module of `require("module")` or `import("module")`, or None."""
    if node.type != "call_expression":
        return None
    function = node.child_by_field_name("function")
    arguments = node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return None
    required = function.type == "identifier" and function.text == b"require"
    if not required and function.type != "import":
        return None
    given = [child for child in arguments.named_children if child.type != "comment"]
    return literal(given[0]) if given and (len(given) == 1 or not required) else None


def bound(pattern: Node, member: str) -> tuple[tuple[ImportedName, ...], str] | None:
    """(names, alias) that `const PATTERN = require("module").member` binds; None if it is more than names."""
    if pattern.type == "identifier":
        name = text_of(pattern)
        if not member:
            return (), name
        return (ImportedName(member, "" if name == member else name),), ""
    if pattern.type != "object_pattern" or member:
        return None
    names: list[ImportedName] = []
    for child in pattern.named_children:
        if child.type == "shorthand_property_identifier_pattern":
            names.append(ImportedName(text_of(child)))
            continue
        key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
        if child.type != "pair_pattern" or key is None or value is None or value.type != "identifier":
            return None
        names.append(ImportedName(text_of(key), text_of(value)))
    return tuple(names), ""


def array_of_modules(node: Node | None) -> list[str]:
    """The modules of AMD's `define(["a", "b"], ...)`."""
    if node is None:
        return []
    lists = [child for child in node.named_children[:2] if child.type == "array"]
    return [module for child in lists for item in child.named_children if (module := literal(item))]
