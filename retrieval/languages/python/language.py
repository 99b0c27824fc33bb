"""Python: Scopes, symbols and imports as the language defines them, up to 3.14, and what is left of 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.languages.base import Project, Resolver
from retrieval.languages.python.expressions import EXPRESSIONS
from retrieval.languages.python.modules import Modules
from retrieval.languages.python.statements import STATEMENTS
from retrieval.languages.python.walk import Walk
from retrieval.types import ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node

HANDLERS = {**EXPRESSIONS, **STATEMENTS}


class Python:
    name = "python"
    version = 2

    def grammar(self) -> object:
        import tree_sitter_python

        return tree_sitter_python.language()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        return Walk(source, HANDLERS).run(root)

    def resolver(self, project: Project) -> Resolver:
        return Modules(project).dependencies
