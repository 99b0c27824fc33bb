"""Where a repository begins, for a task that points nowhere: README, programs, what most files need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from retrieval.graph import DependencyGraph
from retrieval.uses import is_aside
from retrieval.window import Seed

_ENTRY_NAMES = re.compile(
    r"__main__\.py|main\.(?:py|go|rs|c|cc|cpp|kt|rb|ts|js)|app\.(?:py|ts|js|rb)|cli\.py|manage\.py|lib\.rs"
    r"|index\.(?:ts|tsx|js|php)|Main\.(?:java|kt)|Program\.cs|mod\.ts"
)
_ENTRY_DEPTH = 3  # folders
_MOST_ENTRIES = 3
_MOST_NEEDED = 6


def starting_points(paths: Sequence[str], graph: DependencyGraph) -> tuple[Seed, ...]:
    """For a task that names nothing: the README, where the program starts, what most files need."""
    seeds = []
    readmes = [path for path in paths if re.fullmatch(r"readme(?:\.\w+)?", path, re.I)]
    seeds += [Seed(path, "the task names nothing: the README") for path in readmes[:1]]
    entries = [
        path for path in paths if _ENTRY_NAMES.fullmatch(path.rpartition("/")[2]) and not is_aside(path)
    ]
    entries = sorted(
        (path for path in entries if path.count("/") <= _ENTRY_DEPTH),
        key=lambda path: (path.count("/"), path),
    )
    seeds += [
        Seed(path, "the task names nothing: a program may start here") for path in entries[:_MOST_ENTRIES]
    ]
    seeds += [replace(seed, reason=f"the task names nothing: {seed.reason}") for seed in central_files(graph)]
    return tuple(
        {seed.path: seed for seed in reversed(seeds)}[path] for path in dict.fromkeys(s.path for s in seeds)
    )


def central_files(graph: DependencyGraph) -> tuple[Seed, ...]:
    """What most files need, tests and the like aside."""
    users = {path: len(graph.dependents_of(path)) for path in graph.paths}
    central = sorted(
        (path for path in users if users[path] and not is_aside(path)),
        key=lambda path: (-users[path], path),
    )
    some = {path: "1 file needs" if users[path] == 1 else f"{users[path]} files need" for path in central}
    return tuple(Seed(path, f"{some[path]} this one") for path in central[:_MOST_NEEDED])
