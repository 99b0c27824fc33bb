"""JavaScript, with JSX, ES modules, CommonJS and AMD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.languages.base import Project, Resolver
from retrieval.languages.ecmascript import family as ecmascript
from retrieval.languages.ecmascript.modules import module_resolver
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node


class JavaScript:
    name = "javascript"
    version = 3

    def grammar(self) -> object:
        import tree_sitter_javascript

        return tree_sitter_javascript.language()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        return ecmascript.outline(root, source, self.name)

    def resolver(self, project: Project) -> Resolver:
        return module_resolver(project)
