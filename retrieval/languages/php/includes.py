"""The file that an include names, as far as its expression tells without running it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST = 12  # parentheses and calls within one another
_THIS_FILE = "./\0"  # __FILE__: `dirname` of it is the folder
_TRANSPARENT = frozenset(("realpath", "strval", "trim"))
_UNKNOWN = re.compile(r"\$\{[^}]*\}")
_ESCAPES = re.compile(r"\\([\\'\"$])")


def static_path(node: Node, source: bytes) -> str | None:
    """`./lib/a.php` below the file's own folder, `a.php` where include_path decides, `${ROOT}/a.php` where an
    unknown value comes first; None where the name is computed.
    """
    path = _value(node, source, _DEEPEST)
    known = _UNKNOWN.sub("", path)
    unknown_first = path.startswith("${") and path.count("${") == 1
    if "\0" in path or ("/" not in known and "." not in known) or ("${" in path and not unknown_first):
        return None
    return path


def _value(node: Node, source: bytes, depth: int) -> str:
    """The text an expression gives, with ${...} for what is not known."""
    parts: list[str] = []
    while node.type == "binary_expression" and _operator(node) == ".":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return "${}"
        parts.append(_operand(right, source, depth - 1))
        node = left
    parts.append(_operand(node, source, depth - 1))
    return "".join(reversed(parts))


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return "" if operator is None else operator.type


def _operand(node: Node, source: bytes, depth: int) -> str:
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
    if depth <= 0:
        return "${}"
    if node.type in ("string", "encapsed_string"):
        return _string(node, source)
    if node.type == "name":
        return {"__DIR__": ".", "__FILE__": _THIS_FILE, "DIRECTORY_SEPARATOR": "/"}.get(text, f"${{{text}}}")
    if node.type == "parenthesized_expression" and node.named_children:
        return _value(node.named_children[0], source, depth)
    if node.type == "function_call_expression":
        return _call(node, source, depth)
    if node.type == "integer":
        return text
    return "${" + re.sub(r"[^\w$:>-]", "", text)[:40] + "}"


def _string(node: Node, source: bytes) -> str:
    """With `{$a->b}` and `$a` in it as unknown values."""
    parts = []
    for child in node.named_children:
        text = source[child.start_byte : child.end_byte].decode("utf-8", "replace")
        if child.type == "string_content":
            parts.append(text)
        elif child.type == "escape_sequence":
            parts.append(_ESCAPES.sub(r"\1", text))
        else:
            parts.append("${" + re.sub(r"[^\w$:>-]", "", text)[:40] + "}")
    return "".join(parts)


def _call(node: Node, source: bytes, depth: int) -> str:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or not arguments.named_children:
        return "${}"
    name = source[function.start_byte : function.end_byte].decode("utf-8", "replace").lower().lstrip("\\")
    values = [
        _value(argument.named_children[-1], source, depth - 1)
        for argument in arguments.named_children
        if argument.named_children
    ]
    if name == "dirname" and values:
        levels = int(values[1]) if len(values) > 1 and values[1].isdecimal() else 1
        path = values[0]
        for _ in range(min(levels, _DEEPEST)):
            path = _folder(path)
        return path
    return values[0] if name in _TRANSPARENT and values else "${}"


def _folder(path: str) -> str:
    path = path.rstrip("/")
    if path.endswith("}") or not path:
        return "${}"
    before, slash, last = path.rpartition("/")
    return f"{path}/.." if last in (".", "..") or not slash else before
