"""Kotlin: packages, types, top-level functions and properties, imports; resolved together with Java."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from retrieval.languages.base import Project, Resolver
from retrieval.languages.jvm.kotlin_names import KotlinResolver
from retrieval.languages.jvm.kotlin_outline import KotlinOutline
from retrieval.languages.jvm.kotlin_repairs import repairs
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node


class Kotlin:
    name = "kotlin"
    version = 2

    def grammar(self) -> object:
        import tree_sitter_kotlin

        return tree_sitter_kotlin.language()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        """What the grammar cannot read, or takes for something else, it is given in other words."""
        outline = KotlinOutline(root, source)
        parsed = outline.run()
        if root.has_error or outline.misread:
            from tree_sitter import Language, Parser

            parser = Parser(Language(self.grammar()))
            for text in repairs(source):
                tree = parser.parse(text)
                if tree.root_node.has_error:
                    continue
                again = RepairedOutline(tree.root_node, source)
                other = again.run()
                if not again.misread:
                    return other
        return parsed

    def resolver(self, project: Project) -> Resolver:
        return KotlinResolver(project)


class RepairedOutline(KotlinOutline):
    """Of a tree whose text has its line ends elsewhere: `source` knows the places."""

    def __init__(self, root: Node, source: bytes) -> None:
        super().__init__(root, source)
        self.line_starts = [0, *(found.end() for found in re.finditer(b"\n", source))]

    def place(self, node: Node) -> tuple[int, int]:
        row = bisect_right(self.line_starts, node.start_byte) - 1
        return row, node.start_byte - self.line_starts[row]
