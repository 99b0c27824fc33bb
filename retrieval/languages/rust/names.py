"""Names in Rust's own little languages: use trees, patterns, attributes, the tokens of a macro call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.types import ImportedName

if TYPE_CHECKING:
    from tree_sitter import Node

_PATH_WORDS = frozenset({"identifier", "crate", "self", "super", "metavariable", "type_identifier"})
_NO_BINDINGS = frozenset({"scoped_identifier", "scoped_type_identifier", "generic_type", "type_arguments"})
_PATH_ATTRIBUTE = re.compile(r'\bpath\s*=\s*"((?:[^"\\\n]|\\.)*)"')
_FILE = re.compile(
    r"""\(\s*(?:
      (?:r\#*)?"(?P<path>[^"\\\n]+)"
    | (?:\w+::)?concat!\s*\(\s*(?:\w+::)?env!\s*\(\s*"CARGO_MANIFEST_DIR"\s*,?\s*\)\s*,
      \s*"(?P<below>/[^"\\\n]+)"\s*,?\s*\)
    )\#*\s*,?\s*\)""",
    re.VERBOSE,
)
_SPACE = re.compile(r"\s+")
# A macro's tokens hold these as if they were names.
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        "as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod "
        "move mut pub ref return static struct trait type unsafe use where while",
    )
)
_QUALIFIED = re.compile(r"<[&\s]*([\w:]+)[^<>]*(?:<[^<>]*>)?[^<>]*>")
LONGEST_PATH = 200  # bytes
LONGER = "…"


def text_of(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def path_text(node: Node, source: bytes) -> str:
    """`a::b` without white space and type arguments."""
    if node.end_byte - node.start_byte > LONGEST_PATH:
        return LONGER
    text = text_of(node, source)
    if text.startswith("<"):  # `<Type as Trait>` is the Type
        text = _QUALIFIED.sub(r"\1", text, count=1) if _QUALIFIED.match(text) else LONGER
    text = _SPACE.sub("", text)
    while "<" in text and (shorter := re.sub(r"(?:::)?<[^<>]*>", "", text)) != text:
        text = shorter
    return text


@dataclass(frozen=True, slots=True)
class Used:
    """What one module's path in a use tree is asked for."""

    module: str
    names: tuple[ImportedName, ...] = ()
    alias: str = ""


def used(argument: Node, source: bytes) -> Iterator[Used]:
    """The paths of a use tree; names of one module that follow one another stand together."""
    module, names = "", list[ImportedName]()
    for path, alias in _leaves(argument, source):
        before, _, last = path.rpartition("::")
        if names and before != module:
            yield Used(module, tuple(names))
            names = []
        if not before or last in ("crate", "self", "super"):
            if names:
                yield Used(module, tuple(names))
                names = []
            yield Used(path, (), alias)
            continue
        module = before
        names.append(ImportedName(last, alias))
    if names:
        yield Used(module, tuple(names))


def _leaves(argument: Node, source: bytes) -> Iterator[tuple[str, str]]:
    """Every whole path of a tree and what it is called here."""
    stack = [(argument, "")]
    while stack:
        node, before = stack.pop()
        if node.type == "use_list":
            stack.extend((child, before) for child in reversed(node.named_children))
        elif node.type == "scoped_use_list":
            path, items = node.child_by_field_name("path"), node.child_by_field_name("list")
            leading = "::" if path is None and not before else ""
            inside = _joined(before, path_text(path, source)) if path is not None else before or leading
            if items is not None:
                stack.append((items, inside))
        elif node.type == "use_wildcard":
            paths = node.named_children
            yield _joined(_joined(before, path_text(paths[0], source) if paths else ""), "*"), ""
        elif node.type == "use_as_clause":
            path, alias = node.child_by_field_name("path"), node.child_by_field_name("alias")
            if path is not None:
                name = path_text(path, source)
                yield _itself(before, name), "" if alias is None else _plain(text_of(alias, source))
        elif node.type in ("identifier", "scoped_identifier", "crate", "self", "super", "metavariable"):
            yield _itself(before, path_text(node, source)), ""


def _joined(before: str, path: str) -> str:
    if not before or not path:
        return before or path
    return f"{before}{path}" if before.endswith("::") else f"{before}::{path}"


def _itself(before: str, name: str) -> str:
    """`a::{self}` is `a`."""
    return before if name == "self" and before else _joined(before, name)


def _plain(name: str) -> str:
    return name.removeprefix("r#")


def pattern_names(pattern: Node, source: bytes) -> Iterator[str]:
    """What a pattern binds. A name with a capital is a constant or a variant, as everybody writes them."""
    stack = [pattern]
    while stack:
        node = stack.pop()
        if node.type in ("identifier", "shorthand_field_identifier"):
            name = text_of(node, source)
            if not name[:1].isupper():
                yield name
        elif node.type not in _NO_BINDINGS:
            said = node.child_by_field_name("type") or node.child_by_field_name("condition")
            stack.extend(child for child in node.named_children if said is None or child.id != said.id)


def path_attributes(attributes: list[Node], source: bytes) -> list[str]:
    """The files that `#[path = "..."]` names, plainly or under a cfg_attr."""
    return [found[1] for node in attributes for found in _PATH_ATTRIBUTE.finditer(text_of(node, source))]


def included_file(arguments: str) -> str:
    """The path that `include_str!("...")` names; with `$/` before it where it starts at the package."""
    found = _FILE.fullmatch(arguments)
    if found is None:
        return ""
    return found["path"] or f"${found['below']}"


@dataclass(frozen=True, slots=True)
class Word:
    """A name among the tokens of a macro call."""

    node: Node
    before: str  # `a::b`, `value.field`, "" or "…"
    is_field: bool
    is_called: bool


def words(tree: Node, source: bytes) -> Iterator[Word]:
    """The names in one level of a token tree, with the paths that stand before them."""
    before, separator = "", ""
    children = tree.children
    for index, child in enumerate(children):
        kind = child.type
        if kind in _PATH_WORDS:
            text = text_of(child, source)
            following = children[index + 1] if index + 1 < len(children) else None
            called = following is not None and (
                following.type == "!"
                or (following.type == "token_tree" and source[following.start_byte] == 0x28)
            )
            if kind in ("identifier", "type_identifier") and text not in _KEYWORDS:
                yield Word(child, before if separator else "", separator == ".", called)
            plain = "crate" if text == "$crate" else text
            before = f"{before}{separator}{plain}" if separator and before != LONGER else plain
            if len(before) > LONGEST_PATH:
                before = LONGER
            separator = ""
        elif kind in ("::", "."):
            before, separator = (before, kind) if before and not separator else (LONGER, kind)
        else:
            before, separator = (LONGER, "") if kind == "token_tree" else ("", "")


def inner_trees(tree: Node) -> Iterator[Node]:
    """The token trees in one, but for attributes."""
    marks = ""
    for child in tree.children:
        if child.type == "token_tree" and not marks.startswith("#"):
            yield child
        marks = marks + child.type if child.type in ("#", "!") else ""
