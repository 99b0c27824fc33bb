"""Rust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.languages.base import Project, Resolver
from retrieval.languages.rust import outline as rust_outline
from retrieval.languages.rust.paths import Paths
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node


class Rust:
    name = "rust"
    version = 3

    def grammar(self) -> object:
        import tree_sitter_rust

        return tree_sitter_rust.language()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        return rust_outline.outline(root, source)

    def resolver(self, project: Project) -> Resolver:
        return Paths(project).dependencies
