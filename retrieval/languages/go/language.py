"""Go, with modules, workspaces and vendored packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.languages.base import Project, Resolver
from retrieval.languages.go import outline as go_outline
from retrieval.languages.go.needs import package_resolver
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node


class Go:
    name = "go"
    version = 2

    def grammar(self) -> object:
        import tree_sitter_go

        return tree_sitter_go.language()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        return go_outline.outline(root, source)

    def resolver(self, project: Project) -> Resolver:
        return package_resolver(project)
