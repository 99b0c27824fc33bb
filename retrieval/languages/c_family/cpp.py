"""C++."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.languages.base import Project, Resolver
from retrieval.languages.c_family import outline as c_outline
from retrieval.languages.c_family.includes import Includes
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node


class Cpp:
    name = "cpp"
    version = 3

    def grammar(self) -> object:
        import tree_sitter_cpp

        return tree_sitter_cpp.language()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        return c_outline.outline(self.name, self.grammar(), root, source)

    def resolver(self, project: Project) -> Resolver:
        return Includes(project).dependencies
