"""The repository that a request is about: its files, their graph, what search finds in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli.errors import RepositoryError, UsageError
from retrieval.beginnings import central_files, starting_points
from retrieval.context import build_context
from retrieval.mentions import seeds_in
from retrieval.search.passage import narrowed
from retrieval.search.request import Kind, kind_of
from retrieval.types import ParsedFile, Skipped, SourceFile
from retrieval.window import Arrangement, ContextWindow, Request, Seed

if TYPE_CHECKING:
    from retrieval.graph import DependencyGraph
    from retrieval.project import RepositoryProject
    from retrieval.repo import Repo
    from retrieval.search.index import Hit, Index

HITS = 12  # chunks that may become part of a window
# Lines of a chunk that are shown. By measurement (tests.quality.ask, 1,024 tokens): of 20 questions the lines
# that answer are in the window for 9 with 60 lines, 12 with 24, 14 with 20, 10 with 16.
PASSAGE = 20


@dataclass(slots=True)
class Workspace:
    """A working tree as it was at the last `refresh`; files that the user names are read in any case."""

    repo: Repo
    project: RepositoryProject
    index: Index
    reopened: Callable[[], Index]  # the index, brought up to date
    _named: dict[str, SourceFile] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.repo.root

    @property
    def graph(self) -> DependencyGraph:
        return self.project.graph()

    def refresh(self) -> None:
        """See what has changed on disk since; costs next to nothing where nothing has."""
        self.project = self.project.refreshed()
        self.index.close()
        self.index = self.reopened()
        named, self._named = self._named, {}
        for path in named:
            entry = self.repo.entry(path)
            file = self.repo.read(entry, named=True) if entry is not None else None
            if isinstance(file, SourceFile):
                self._named[path] = file

    def close(self) -> None:
        self.index.close()

    def name(self, file: Path) -> SourceFile:
        """A file that the user names, a secrets file too. UsageError where there is none."""
        path = self.repo.relative(file)
        entry = self.repo.entry(path) if path is not None else None
        if path is None or entry is None or file.is_dir():
            raise UsageError(f"{file} is no file.")
        found = self.repo.read(entry, named=True)
        if not isinstance(found, SourceFile):
            raise RepositoryError(f"{path} cannot be read: {found.reason.value}.")
        self._named[path] = found
        return found

    def read(self, path: str) -> SourceFile | Skipped:
        return self._named.get(path) or self.project.file(path)

    def parsed(self, path: str) -> ParsedFile | None:
        found = self.project.parsed(path)
        if found is None and path in self._named:
            from retrieval.parse import parse

            return parse(self._named[path])
        return found

    def search(self, text: str, kind: Kind | None = None, limit: int = HITS) -> list[Hit]:
        return self.index.search(text, kind=kind, limit=limit)

    def seeds(self, text: str, kind: Kind | None = None, limit: int = HITS) -> tuple[Seed, ...]:
        """Where a request points to, the best first: what it names, then what search finds."""
        named = seeds_in(text, self.project.paths, self.parsed, sure=True)
        known = kind or kind_of(text)
        hits = self.search(text, Kind.QUESTION if known is Kind.WORDS else known, limit)
        reasons = {hit.path: "; ".join(hit.reasons) for hit in reversed(hits)}  # of a file's best hit
        weights = self.index.rarity(text)
        found = [Seed(hit.path, reasons[hit.path], *self._passage(hit, weights), tight=True) for hit in hits]
        return tuple(dict.fromkeys((*named, *found)))

    def seeds_within(self, path: str, text: str, limit: int) -> tuple[Seed, ...]:
        """The places of one file that a request is most likely about."""
        hits = self.index.within(text, path, limit=limit)
        return tuple(Seed(hit.path, "; ".join(hit.reasons), hit.start_line, hit.end_line) for hit in hits)

    def _passage(self, hit: Hit, weights: Mapping[str, float]) -> tuple[int, int]:
        """The lines of a hit that the request is about."""
        file = self.read(hit.path)
        if not isinstance(file, SourceFile):
            return hit.start_line, hit.end_line
        return narrowed(file.text.split("\n"), hit.start_line, hit.end_line, weights, PASSAGE)

    def starting_points(self) -> tuple[Seed, ...]:
        """For a request that points nowhere: where the program starts, and what most files need."""
        return starting_points(self.project.paths, self.graph)

    def central(self) -> tuple[Seed, ...]:
        """What most of the other files need."""
        return central_files(self.graph)

    def window(
        self,
        request: Request,
        *,
        seeds: Sequence[Seed],
        budget: int,
        count_tokens: Callable[[str], int],
        order: Arrangement = Arrangement.DEPENDENCY,
    ) -> ContextWindow:
        """What a model gets to read, `budget` tokens at most."""
        return build_context(
            request,
            seeds=seeds,
            graph=self.graph,
            parsed=self.parsed,
            read=self.read,
            budget=budget,
            count_tokens=count_tokens,
            order=order,
        )
