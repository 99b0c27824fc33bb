"""Rust: one walk over the tree that gathers symbols, references and imports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.languages.documentation import first_sentence
from retrieval.languages.rust import names as rust_names
from retrieval.languages.rust.imports import RustImports
from retrieval.languages.rust.macros import Macros
from retrieval.languages.rust.names import path_text, text_of
from retrieval.languages.rust.references import BASE, Around, Place
from retrieval.languages.walk import before
from retrieval.types import ParsedFile, Symbol, SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENTS = ("line_comment", "block_comment")


class RustWalk(RustImports):
    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self.macros = Macros(source)

    # -- what is found

    def add(self, node: Node, name: Node, kind: SymbolKind, place: Place, *, forward: bool = False) -> int:
        comments = [found for found in place.above if found.type in _COMMENTS]
        start = (place.above[0] if place.above else node).start_point.row + 1
        body = node.child_by_field_name("body")
        last = None if body is None else before(body, node)
        end = node.end_point.row + 1
        line, column = name.start_point
        return self.draft.add(
            Symbol(
                text_of(name, self.source).removeprefix("r#"),
                kind,
                line + 1,
                column,
                start,
                end,
                end if last is None else last.end_point.row + 1,
                place.symbol,
                self._documentation(comments),
                place.owner,
                forward,
            )
        )

    def _documentation(self, comments: list[Node]) -> str:
        if not comments:
            return ""
        text = self.source[comments[0].start_byte : comments[-1].end_byte]
        return first_sentence(text.decode("utf-8", "replace"))

    # -- items

    def container(self, node: Node, place: Place) -> None:
        """A file, a module, an impl, fields: comments and attributes belong to what follows them."""
        above: list[Node] = []
        row = -1  # of the line where what came before ends
        items: list[tuple[Node, Place]] = []
        plain = place.within
        for child in node.named_children:
            start = child.start_point.row
            if child.type in _COMMENTS or child.type == "attribute_item":
                if child.type in _COMMENTS and start == row and not above:
                    continue  # behind an item, on its line
                if above and start > row + 1 and above[-1].type in _COMMENTS:
                    above = []
                above.append(child)
                row = _last_row(child)
                if child.type == "attribute_item":
                    items.append((child, plain))
            else:
                if above and start > row + 1 and above[-1].type in _COMMENTS:
                    above = []
                items.append((child, replace(plain, above=tuple(above)) if above else plain))
                above, row = [], child.end_point.row
        self._stack.extend(reversed(items))

    def item(self, node: Node, place: Place) -> None:
        """A struct, union, enum, variant, field, constant, static, type alias."""
        name, kind = node.child_by_field_name("name"), _ITEMS[node.type]
        inside = place.within
        if name is not None and place.around is Around.BLOCK:
            self.bind([text_of(name, self.source)])
        self.open()
        if name is not None and place.around is not Around.BLOCK:
            inside = replace(inside, symbol=self.add(node, name, kind, place), owner="")
        if place.around is not Around.BLOCK:
            inside = replace(inside, around=Around.TYPE)
        self.push((child for child in node.named_children if name is None or child.id != name.id), inside)

    def trait(self, node: Node, place: Place) -> None:
        name, bounds = node.child_by_field_name("name"), node.child_by_field_name("bounds")
        self.open()
        inside = place.within
        if name is not None and place.around is not Around.BLOCK:
            number = self.add(node, name, SymbolKind.INTERFACE, place)
            inside = replace(inside, symbol=number, around=Around.TYPE, owner="")
        said = {child.id for child in (name, bounds) if child is not None}
        self.push((child for child in node.named_children if child.id not in said), inside)
        for bound in bounds.named_children if bounds is not None else ():
            self.type_name(bound, inside, BASE)

    def impl(self, node: Node, place: Place) -> None:
        type_, trait = node.child_by_field_name("type"), node.child_by_field_name("trait")
        self.open()
        inside = place.within
        if place.around is not Around.BLOCK:
            owner = "" if type_ is None else path_text(type_, self.source).rpartition("::")[2].lstrip("&*")
            inside = replace(inside, around=Around.TYPE, owner=owner)
        body = node.child_by_field_name("body")
        outer = replace(place.within, owner="")
        self.push([body], inside)
        said = {child.id for child in (body, trait) if child is not None}
        self.push((child for child in node.named_children if child.id not in said), outer)
        if trait is not None:
            self.type_name(trait, outer, BASE)

    def function(self, node: Node, place: Place) -> None:
        name = node.child_by_field_name("name")
        if name is not None and place.around is Around.BLOCK:
            self.bind([text_of(name, self.source)])
        self.open()
        inside = replace(place.within, around=Around.BLOCK, owner="", conditional=True)
        if name is not None and place.around is not Around.BLOCK:
            kind = SymbolKind.METHOD if place.around is Around.TYPE else SymbolKind.FUNCTION
            forward = node.child_by_field_name("body") is None
            inside = replace(inside, symbol=self.add(node, name, kind, place, forward=forward))
        self.push((child for child in node.named_children if name is None or child.id != name.id), inside)

    def module(self, node: Node, place: Place) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None:
            return
        attributes = [found for found in place.above if found.type == "attribute_item"]
        inside = replace(place.within, conditional=place.conditional or self.is_conditional(place))
        if place.around is not Around.BLOCK:
            number = self.add(node, name, SymbolKind.MODULE, place, forward=body is None)
            if body is not None:
                inside = replace(inside, symbol=number)
        if body is not None:
            paths = rust_names.path_attributes(attributes, self.source)
            if paths:
                self.need(node, f'folder "{paths[0]}"', inside)
            if self.is_macro_use(place):
                self.need(node, "macros", inside)
            self.push([body], inside)
            return
        written = text_of(name, self.source).removeprefix("r#")
        paths = rust_names.path_attributes(attributes, self.source)
        for path in paths:
            self.need(node, f'mod "{path}"', inside, alias=written, everywhere=self.is_macro_use(place))
        if not paths or any(b"cfg_attr" in self.source[n.start_byte : n.end_byte] for n in attributes):
            self.need(node, f"mod {written}", inside, everywhere=self.is_macro_use(place))

    def macro_rules(self, node: Node, place: Place) -> None:
        name = node.child_by_field_name("name")
        inside = replace(place.within, around=Around.BLOCK)
        if name is not None and place.around is not Around.BLOCK:
            inside = replace(inside, symbol=self.add(node, name, SymbolKind.MACRO, place))
        for rule in reversed([child for child in node.named_children if child.type == "macro_rule"]):
            left, right = rule.child_by_field_name("left"), rule.child_by_field_name("right")
            plain = left is not None and not left.named_child_count and right is not None
            items = self.macros.items(right) if plain and right is not None else None
            # Without parameters it writes the same items wherever it is called.
            self.push([items or right], inside if items is None else replace(inside, around=Around.MODULE))

    def tokens(self, node: Node, place: Place) -> None:
        """Outside of functions braces may hold items, as those of cfg_if! do: they are parsed once more."""
        if place.around is not Around.BLOCK and self.source.startswith(b"{", node.start_byte):
            root = self.macros.items(node)
            if root is not None:
                self.push([root], replace(place, conditional=True))
                return
        super().tokens(node, place)


def _last_row(node: Node) -> int:
    """A documentation comment takes its line end with it."""
    row, column = node.end_point
    return row if column or row == node.start_point.row else row - 1


_ITEMS = {
    "struct_item": SymbolKind.STRUCT,
    "union_item": SymbolKind.STRUCT,
    "enum_item": SymbolKind.ENUM,
    "enum_variant": SymbolKind.CONSTANT,
    "field_declaration": SymbolKind.FIELD,
    "const_item": SymbolKind.CONSTANT,
    "static_item": SymbolKind.VARIABLE,
    "type_item": SymbolKind.TYPE,
    "associated_type": SymbolKind.TYPE,
}


RustWalk.handlers = {
    **RustImports.handlers,
    **dict.fromkeys(_ITEMS, RustWalk.item),
    **dict.fromkeys(
        (
            "source_file",
            "declaration_list",
            "field_declaration_list",
            "ordered_field_declaration_list",
            "enum_variant_list",
        ),
        RustWalk.container,
    ),
    "trait_item": RustWalk.trait,
    "impl_item": RustWalk.impl,
    "function_item": RustWalk.function,
    "function_signature_item": RustWalk.function,
    "mod_item": RustWalk.module,
    "macro_definition": RustWalk.macro_rules,
    "token_tree": RustWalk.tokens,
}


def outline(root: Node, source: bytes) -> ParsedFile:
    walk = RustWalk(source)
    walk.walk(root, Place())
    return walk.draft.finish("rust", complete=not root.has_error)
