"""Rust: what a file uses, and the files that macros put in their place. outline.py adds items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.languages.rust import names as rust_names
from retrieval.languages.rust.names import path_text, text_of
from retrieval.languages.rust.references import CALL, Place, RustReferences
from retrieval.types import Import

if TYPE_CHECKING:
    from tree_sitter import Node

_INCLUDES = frozenset({"include", "include_str", "include_bytes"})


class RustImports(RustReferences):
    def is_conditional(self, place: Place) -> bool:
        return any(self.source.startswith((b"#[cfg(", b"#[cfg ("), found.start_byte) for found in place.above)

    def is_macro_use(self, place: Place) -> bool:
        """Whether the macros of a module or a crate are in scope behind it."""
        attributes = (found for found in place.above if found.type == "attribute_item")
        return any(b"macro_use" in self.source[found.start_byte : found.end_byte] for found in attributes)

    def need(
        self, node: Node, module: str, place: Place, alias: str = "", *, everywhere: bool = False
    ) -> None:
        self.draft.need(
            Import(
                module,
                node.start_point.row + 1,
                node.end_point.row + 1,
                alias=alias,
                conditional=place.conditional,
                scope=place.symbol,
                everywhere=everywhere,
            )
        )

    def use(self, node: Node, place: Place) -> None:
        argument = node.child_by_field_name("argument")
        conditional = place.conditional or self.is_conditional(place)
        start, end = node.start_point.row + 1, node.end_point.row + 1
        for found in rust_names.used(argument, self.source) if argument is not None else ():
            self.draft.need(
                Import(
                    found.module,
                    start,
                    end,
                    found.names,
                    found.alias,
                    conditional=conditional,
                    scope=place.symbol,
                )
            )

    def extern_crate(self, node: Node, place: Place) -> None:
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        if name is not None:
            called = "" if alias is None else text_of(alias, self.source)
            crate = f"extern crate {text_of(name, self.source)}"
            self.need(node, crate, place, called, everywhere=self.is_macro_use(place))

    def macro(self, node: Node, place: Place) -> None:
        """A call, unless it names a file, or holds items as cfg_if! does."""
        macro = node.child_by_field_name("macro")
        tree = next((child for child in node.named_children if child.type == "token_tree"), None)
        inside = place.within
        if macro is None or tree is None:
            return
        self.name(macro, inside, CALL)
        if not self._included(node, macro, tree, inside):
            self.push([tree], inside)

    def _included(self, node: Node, macro: Node, tree: Node, place: Place) -> bool:
        """Whether it is a macro that puts a file in its place."""
        name = path_text(macro, self.source).rpartition("::")[2]
        if name not in _INCLUDES:
            return False
        path = rust_names.included_file(text_of(tree, self.source))
        if path:
            self.need(node, f'{name}! "{path}"', place)
        return True

    def attribute(self, node: Node, place: Place) -> None:
        """`#[doc = include_str!("file")]` needs a file too."""
        super().attribute(node, place)
        stack = [node] if b"include_" in self.source[node.start_byte : node.end_byte] else []
        while stack:
            inner = stack.pop()
            if inner.type in ("macro_invocation", "token_tree"):
                self._included_among(inner, place)
            stack.extend(inner.named_children)

    def _included_among(self, tree: Node, place: Place) -> None:
        children = tree.children
        for name, mark, arguments in zip(children, children[1:], children[2:], strict=False):
            if mark.type == "!" and arguments.type == "token_tree":
                self._included(name, name, arguments, place)

    def tokens(self, node: Node, place: Place) -> None:
        super().tokens(node, place)
        self._included_among(node, place)


RustImports.handlers = {
    **RustReferences.handlers,
    "use_declaration": RustImports.use,
    "extern_crate_declaration": RustImports.extern_crate,
    "macro_invocation": RustImports.macro,
    "attribute_item": RustImports.attribute,
    "inner_attribute_item": RustImports.attribute,
}
