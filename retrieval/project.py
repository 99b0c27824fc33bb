"""A repository read: every file's parse, and the graph of what needs what."""

from __future__ import annotations

import re
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from retrieval.collector import no_collections
from retrieval.graph import DependencyGraph
from retrieval.languages.table import LANGUAGES
from retrieval.parse_cache import Known
from retrieval.reading import Files, Progress, Reading, read_all
from retrieval.types import Dependency, Entry, ParsedFile, Skip, Skipped, SourceFile

MOST_UNPACKED = 2_000  # parses; a graph asks for each file's once or twice, near to one another
_MOST_NAMES = 40  # that are looked for in the bytes of parses
_LARGEST_KEPT_TEXT = 100_000  # characters; configuration that resolvers ask for again and again


class RepositoryProject:
    """A Project over a repository's working tree, or one of its revisions. What it tells never changes.

    Parses are held packed and texts are not held, so that tens of thousands of files fit.
    """

    def __init__(self, repo: Files, revision: str | None, cache: Path | None, reading: Reading) -> None:
        self.repo = repo
        self.revision = revision
        self.skipped: Mapping[str, Skipped] = MappingProxyType(reading.skipped)
        self._cache = cache
        self._reading = reading
        self._entries: dict[str, Entry] = {entry.path: entry for entry in reading.entries}
        self._unpacked: OrderedDict[str, ParsedFile] = OrderedDict()
        self._texts: dict[str, str | None] = {}
        self._resolver_problems: dict[str, str] = {}

    @classmethod
    def open(
        cls,
        repo: Files,
        *,
        cache: Path | None,
        revision: str | None = None,
        progress: Progress | None = None,
        workers: int | None = None,
    ) -> RepositoryProject:
        """Read and parse what the cache does not know. `cache` is a folder; None keeps nothing."""
        reading = read_all(repo, repo.entries(revision), cache, None, progress, workers)
        return cls(repo, revision, cache, reading)

    def refreshed(self, *, progress: Progress | None = None, workers: int | None = None) -> RepositoryProject:
        """The repository as it is now. Only what has changed is read."""
        entries = self.repo.entries(self.revision)
        reading = read_all(self.repo, entries, self._cache, self._reading, progress, workers)
        now = RepositoryProject(self.repo, self.revision, self._cache, reading)
        now._unpacked.update(
            (path, parsed)
            for path, parsed in self._unpacked.items()
            if now._known.get(path) is self._known[path]
        )
        return now

    @cached_property
    def paths(self) -> Sequence[str]:
        return tuple(self._entries)

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def written_in(self, *languages: str) -> Sequence[str]:
        if len(languages) == 1:
            return self._by_language.get(languages[0], ())
        return tuple(sorted(path for name in set(languages) for path in self._by_language.get(name, ())))

    def language(self, path: str) -> str | None:
        """None where the file is not read."""
        known = self._known.get(path)
        return known.language if known else None

    def parsed(self, path: str) -> ParsedFile | None:
        if (found := self._unpacked.get(path)) is not None:
            self._unpacked.move_to_end(path)
            return found
        known = self._known.get(path)
        if known is None or known.parse is None:
            return None
        found = known.parse.unpack()
        self._unpacked[path] = found
        if len(self._unpacked) > MOST_UNPACKED:
            self._unpacked.popitem(last=False)
        return found

    def naming(self, names: Collection[str]) -> Sequence[str]:
        """The files whose parse may have one of these names: no file that has one is missing."""
        parses = {path: known.parse for path, known in self._known.items() if known.parse is not None}
        if not names:
            return []
        if len(names) > _MOST_NAMES:  # to look for so many in bytes would take longer than to read them all
            return [path for path in parses if _names(self.parsed(path), set(names))]
        wanted = re.compile(b"|".join(re.escape(name.encode("utf-8", "replace")) for name in sorted(names)))
        return [
            path
            for path, parse in parses.items()
            if wanted.search(parse.outline) or wanted.search(zlib.decompress(parse.references))
        ]

    def file(self, path: str, *, named: bool = False) -> SourceFile | Skipped:
        """The text of now: it is read anew each time. `named`: the user asked for this very file."""
        entry = self._entries.get(path)
        if entry is None:
            return Skipped(path, Skip.GONE)
        file = self.repo.read(entry, named=named)
        if isinstance(file, SourceFile) and file.digest != entry.digest and not entry.skip:
            return Skipped(path, Skip.GONE, "changed while the repository was read")
        return file

    def text(self, path: str) -> str | None:
        if path in self._texts:
            return self._texts[path]
        entry = self._entries.get(path)
        if entry is None and self.revision is None:
            entry = self.repo.entry(path)  # git may ignore it: build/compile_commands.json
        # Named: what keeps configuration from the model, its size and form, does not keep it from us.
        if entry is None or entry.skip not in (None, Skip.TOO_LARGE, Skip.GENERATED):
            return None
        file = self.repo.read(entry, named=True)
        text = file.text if isinstance(file, SourceFile) else None
        if text is None or len(text) <= _LARGEST_KEPT_TEXT:
            self._texts[path] = text
        return text

    @cached_property
    def problems(self) -> Mapping[str, str]:
        """What should not have happened, by path or language: bugs of ours that cost a file or its edges."""
        self.graph()
        parses = {
            path: known.parse.problem
            for path, known in self._known.items()
            if known.parse and known.parse.problem
        }
        return MappingProxyType(parses | self._resolver_problems)

    def graph(self) -> DependencyGraph:
        """Of the files that are read, and those not read that they need. Built once."""
        return self._graph

    @cached_property
    def _graph(self) -> DependencyGraph:
        with no_collections():
            dependencies = [found for language in LANGUAGES for found in self._dependencies(language)]
            needed = {found.target for found in dependencies if found.target in self._entries}
            return DependencyGraph(self._known.keys() | needed, dependencies)

    def _dependencies(self, language: str) -> Iterator[Dependency]:
        """A resolver may fail on what nobody foresaw: that costs this file's edges, not the graph."""
        paths = self.written_in(language)
        if not paths:
            return
        try:
            resolve = LANGUAGES[language].resolver(self)
        except Exception as bug:
            self._resolver_problems[language] = f"{type(bug).__name__}: {bug}"
            return
        for path in paths:
            parsed = self.parsed(path)
            if parsed is None:
                continue
            try:
                yield from list(resolve(path, parsed))
            except Exception as bug:
                self._resolver_problems[path] = f"{type(bug).__name__}: {bug}"

    @cached_property
    def _known(self) -> Mapping[str, Known]:
        return {path: known for path, known in self._reading.texts.items() if not known.skip}

    @cached_property
    def _by_language(self) -> dict[str, tuple[str, ...]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path in self._entries:
            if path in self._known:
                found[self._known[path].language].append(path)
        return {language: tuple(paths) for language, paths in found.items()}


def _names(parsed: ParsedFile | None, names: set[str]) -> bool:
    """Whether a parse has one of these names."""
    return parsed is not None and not (
        names.isdisjoint(each.name for each in parsed.symbols)
        and names.isdisjoint(each.name for each in parsed.references)
        and names.isdisjoint(
            word for one in parsed.imports for each in one.names for word in (each.name, each.alias)
        )
        and names.isdisjoint(word for each in parsed.exports for word in (each.name, each.alias))
        and names.isdisjoint(one.alias for one in parsed.imports)
    )
