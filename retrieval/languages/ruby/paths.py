"""Paths that Ruby code builds, as far as they can be told without running it, and those of constants."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST = 12  # calls within one another
_LONGEST = 300  # characters of a constant's name
_THIS_FILE = "./\0"  # __FILE__: its folder is the file's
_LOAD_PATH = "$LOAD_PATH "
_SAME = frozenset(("to_s", "to_path", "freeze", "realpath", "expand_path", "cleanpath"))
_PLURALS = (
    ("people", "person"),
    ("children", "child"),
    ("men", "man"),
    ("ies", "y"),
    ("statuses", "status"),
    ("sses", "ss"),
    ("shes", "sh"),
    ("ches", "ch"),
    ("xes", "x"),
    ("ss", "ss"),
    ("s", ""),
)
_UNKNOWN = re.compile(r"\$\{[^}]*\}")
_WORD_END = re.compile(r"([A-Z\d]+)([A-Z][a-z])|([a-z\d])([A-Z])")


def underscored(constant: str) -> str:
    """The path of a constant by convention: `HTML::TagHelper` is `html/tag_helper`; "" of a giant."""
    if len(constant) > _LONGEST:
        return ""
    words = _WORD_END.sub(lambda found: "_".join(filter(None, found.groups())), constant.replace("::", "/"))
    return words.replace("-", "_").lower()


def class_names(symbol: str) -> list[str]:
    """What `:order_lines` may be called as a class: OrderLines, OrderLine."""
    word = symbol.removeprefix(":")
    words = [word, _singular(word)]
    return ["".join(part[:1].upper() + part[1:] for part in each.split("_")) for each in dict.fromkeys(words)]


def _singular(word: str) -> str:
    """By the rules that cover nearly all nouns; a wrong guess names no class."""
    for plural, one in _PLURALS:
        if word.endswith(plural):
            return word.removesuffix(plural) + one
    return word


def load_path(path: str) -> str:
    """As an import that leads nowhere itself: a folder in which others are looked for."""
    return _LOAD_PATH + path


def added_load_path(module: str) -> str | None:
    return module[len(_LOAD_PATH) :] if module.startswith(_LOAD_PATH) else None


def call_name(node: Node, source: bytes) -> str:
    method = node.child_by_field_name("method")
    return "" if method is None else _text(method, source)


def path_of(node: Node, source: bytes) -> str | None:
    """`./a/b` below the file's own folder, `a/b` as it is written, `${Rails.root}/a` behind an unknown value;
    None where the name is computed.
    """
    path = _value(node, source, _DEEPEST)
    unknown = path.count("${")
    if "\0" in path or unknown > path.startswith("${"):
        return None
    if unknown and not re.search(r"\w", _UNKNOWN.sub("", path)):
        return None
    return path


def _value(node: Node, source: bytes, depth: int) -> str:
    if depth <= 0:
        return "${}"
    if node.type == "string":
        return _string(node, source, depth)
    if node.type == "identifier":
        return {"__FILE__": _THIS_FILE, "__dir__": "."}.get(_text(node, source), _unknown(node, source))
    if node.type == "binary":
        return _binary(node, source, depth)
    if node.type == "call":
        return _call(node, source, depth)
    if node.type == "parenthesized_statements" and len(node.named_children) == 1:
        return _value(node.named_children[0], source, depth - 1)
    return _unknown(node, source)


def _string(node: Node, source: bytes, depth: int) -> str:
    parts = []
    for child in node.named_children:
        if child.type == "string_content":
            parts.append(_text(child, source))
        elif child.type == "interpolation" and child.named_children:
            parts.append(_value(child.named_children[0], source, depth - 1))
        else:
            parts.append("${}")
    return "".join(parts)


def _binary(node: Node, source: bytes, depth: int) -> str:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None or operator.type not in ("+", "/"):
        return "${}"
    first, second = _value(left, source, depth - 1), _value(right, source, depth - 1)
    return _joined(first, second) if operator.type == "/" else first + second


def _call(node: Node, source: bytes, depth: int) -> str:
    receiver, arguments = node.child_by_field_name("receiver"), node.child_by_field_name("arguments")
    values = [
        _value(argument, source, depth - 1)
        for argument in (arguments.named_children if arguments is not None else ())
    ]
    owner = "" if receiver is None else _text(receiver, source).removeprefix("::")
    name = call_name(node, source)
    if owner == "File" and values:
        return _of_file(name, values)
    if (owner, name) in (("Pathname", "new"), ("", "Pathname")) and values:
        return values[0]
    if receiver is not None and (name in _SAME or name == "join"):
        path = _value(receiver, source, depth - 1)
        for value in values if name in ("join", "expand_path") else ():
            path = _joined(path, value)
        return path
    if receiver is not None and name in ("dirname", "parent"):
        return _joined(_value(receiver, source, depth - 1), "..")
    return _unknown(node, source)


def _of_file(name: str, values: list[str]) -> str:
    if name in ("expand_path", "absolute_path"):
        return _joined(values[1], values[0]) if len(values) > 1 else values[0]
    if name == "join":
        path = values[0]
        for value in values[1:]:
            path = _joined(path, value)
        return path
    if name == "dirname":
        return _joined(values[0], "..")
    return values[0] if name in ("realpath", "readlink") else "${}"


def _joined(path: str, more: str) -> str:
    """Normalised where it begins at this file's folder, so that `__FILE__` may be stepped out of."""
    joined = f"{path}/{more.lstrip('/')}"
    if not path.startswith("."):
        return joined
    normal = posixpath.normpath(joined)
    return normal if normal == "." else f"./{normal}"


def _unknown(node: Node, source: bytes) -> str:
    return "${" + re.sub(r"[^\w.:@$]", "", _text(node, source))[:40] + "}"


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")
