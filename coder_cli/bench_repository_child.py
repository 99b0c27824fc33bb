"""One round of `coder bench --repository`, in a process of its own: what every command about code waits for.

Run as a module: a repository, and a cache folder. Answers with one line of JSON on stdout.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coder_cli.bench_peers import peak_resident_bytes
from retrieval.errors import RepositoryError
from retrieval.git_commands import GitCommands
from retrieval.graph import DependencyGraph
from retrieval.languages.names import language_of
from retrieval.languages.table import LANGUAGES
from retrieval.project import RepositoryProject
from retrieval.repo import Repo
from retrieval.types import Entry, Skipped, SourceFile


class EditedRepo:
    """A repository as if empty lines were added to one of its files, `edits` of them; nothing is written."""

    def __init__(self, repo: Repo, path: str | None) -> None:
        self._repo = repo
        self._path = path
        self.edits = 0

    def entries(self, revision: str | None = None) -> tuple[Entry, ...]:
        return tuple(
            dataclasses.replace(entry, digest=self._digest(entry.digest))
            if entry.path == self._path
            else entry
            for entry in self._repo.entries(revision)
        )

    @property
    def root(self) -> Path:
        return self._repo.root

    @property
    def git(self) -> GitCommands | None:
        return self._repo.git

    @property
    def head(self) -> str | None:
        return self._repo.head

    def commit(self, revision: str) -> str | None:
        return self._repo.commit(revision)

    def entry(self, path: str) -> Entry | None:
        return self._repo.entry(path)

    def read(self, entry: Entry, *, named: bool = False) -> SourceFile | Skipped:
        file = self._repo.read(entry, named=named)
        if isinstance(file, Skipped) or entry.path != self._path:
            return file
        return dataclasses.replace(file, text=file.text + "\n" * self.edits, digest=self._digest(file.digest))

    def _digest(self, digest: str) -> str:
        return f"{self.edits:08x}{digest[8:]}" if self.edits else digest


def measure(path: Path, cache: Path) -> dict[str, Any]:
    """Seconds of opening and of the graph, then of both again after a change of one file."""
    began = time.perf_counter()
    repo = Repo.open(path, cache)
    found_at = time.perf_counter()
    entries = repo.entries()
    listed_at = time.perf_counter()
    edited = EditedRepo(repo, middle_file(entries))
    project = RepositoryProject.open(edited, cache=cache)
    opened_at = time.perf_counter()
    graph = project.graph()
    built_at = time.perf_counter()
    graph.reading_order()
    ordered_at = time.perf_counter()
    edited.edits += 1
    project.refreshed().graph()
    changed_at = time.perf_counter()
    told = {
        "seconds": (found_at - began) + (built_at - listed_at),  # opening lists the files once more
        "list_seconds": listed_at - found_at,
        "graph_seconds": built_at - opened_at,
        "order_seconds": ordered_at - built_at,
        "changed_seconds": changed_at - ordered_at,
        "peak_resident_bytes": peak_resident_bytes(),
        "cache_bytes": sum(file.stat().st_size for file in cache.rglob("*")),
        "text_bytes": sum(entry.size for entry in entries if entry.path not in project.skipped),
    }
    return told | _counts(project, graph)


def middle_file(entries: tuple[Entry, ...]) -> str | None:
    """Of the files that are parsed the one of middle size."""
    parsed = [entry for entry in entries if not entry.skip and language_of(entry.path) in LANGUAGES]
    return sorted(parsed, key=lambda entry: entry.size)[len(parsed) // 2].path if parsed else None


def _counts(project: RepositoryProject, graph: DependencyGraph) -> dict[str, Any]:
    files = Counter(language for path in project.paths if (language := project.language(path)))
    parses = {
        name: [parsed for path in project.written_in(name) if (parsed := project.parsed(path))]
        for name in LANGUAGES
        if name in files
    }
    languages = [
        {
            "name": name,
            "files": len(parses[name]),
            "incomplete": sum(not parsed.complete for parsed in parses[name]),
            "symbols": sum(len(parsed.symbols) for parsed in parses[name]),
            "references": sum(len(parsed.references) for parsed in parses[name]),
            "imports": sum(len(parsed.imports) for parsed in parses[name]),
            "edges": sum(len(graph.dependencies_of(path)) for path in project.written_in(name)),
        }
        for name in sorted(parses, key=lambda name: (-files[name], name))
    ]
    return {
        "files": len(project.paths),
        "read": files.total(),
        "parsed": sum(map(len, parses.values())),
        "skipped": len(project.skipped),
        "edges": graph.edge_count,
        "languages": languages,
        "problems": [f"{path}: {problem}" for path, problem in sorted(project.problems.items())],
    }


def main(measured: Callable[[Path, Path], dict[str, Any]] = measure) -> None:
    try:
        answer = measured(Path(sys.argv[1]), Path(sys.argv[2]))
    except RepositoryError as problem:
        answer = {"error": problem.message, "help": problem.help_line}
    with os.fdopen(os.dup(1), "wb") as out:
        out.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
