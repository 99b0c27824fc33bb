"""TypeScript, and TSX: a language of its own, because `<T>x` is a cast in one and an element in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.languages.base import Project, Resolver
from retrieval.languages.ecmascript import family as ecmascript
from retrieval.languages.ecmascript import types as ecmascript_types
from retrieval.languages.ecmascript.modules import module_resolver
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node

HANDLERS = ecmascript.HANDLERS | ecmascript_types.HANDLERS


class TypeScript:
    name = "typescript"
    version = 3

    def grammar(self) -> object:
        import tree_sitter_typescript

        return tree_sitter_typescript.language_typescript()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        return ecmascript.outline(root, source, self.name, HANDLERS)

    def resolver(self, project: Project) -> Resolver:
        return module_resolver(project)


class Tsx(TypeScript):
    name = "tsx"

    def grammar(self) -> object:
        import tree_sitter_typescript

        return tree_sitter_typescript.language_tsx()
