"""Languages as this package sees them: what a module of one gives. table.py lists them, a folder a family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from retrieval.types import Dependency, ParsedFile

if TYPE_CHECKING:
    from tree_sitter import Node

Resolver = Callable[[str, ParsedFile], Iterable[Dependency]]
"""A file's path and its parse -> the files of the repository it needs. Duplicates and itself may be in it."""


class Project(Protocol):
    """The repository as a resolver sees it: its files, and what they declare. Answers are cached."""

    @property
    def paths(self) -> Sequence[str]:
        """Every listed file, sorted."""
        ...

    def __contains__(self, path: str) -> bool: ...

    def written_in(self, *languages: str) -> Sequence[str]:
        """The paths of these languages, sorted."""
        ...

    def parsed(self, path: str) -> ParsedFile | None:
        """None where the file is not read, or its language has no grammar here."""
        ...

    def text(self, path: str) -> str | None:
        """The text of a small configuration file (go.mod, tsconfig.json); None where it is not read.

        In the working tree also of one that is not listed, as git ignores what builds leave behind.
        """
        ...


class Language(Protocol):
    """How one language is read. Stateless: one instance serves every file and process."""

    name: str  # as in languages/names.py
    version: (
        int  # of what `outline` returns for the same text: raise it with every change, caches depend on it
    )

    def grammar(self) -> object:
        """The capsule of the tree-sitter grammar. Imports its wheel."""
        ...

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        """Everything a parse tells. `root` may hold ERROR and MISSING nodes: read what can be read.

        Columns are bytes here, as tree-sitter counts; parse.py makes characters of them.
        """
        ...

    def resolver(self, project: Project) -> Resolver:
        """Prepared once for a project, called for each of its files of this language."""
        ...
