"""Where in a repository the failure of a command comes from, by what the command says."""

from __future__ import annotations

from dataclasses import dataclass

from coder_cli.output import Output
from coder_cli.verdict import Stage
from coder_cli.workspace import Workspace
from retrieval.search.request import Kind
from retrieval.uses import is_aside
from retrieval.window import Seed

EXCERPT = 2400  # characters of the output that a model reads
_FILES = 1  # that may be changed at first: a small model spoils what it need not touch


@dataclass(frozen=True, slots=True)
class Located:
    """Places that a failure points to, the best first, and the files among them where it may be mended."""

    said: str
    seeds: tuple[Seed, ...]
    paths: tuple[str, ...]

    def files(self, more: int = 0) -> tuple[Seed, ...]:
        """Those to be changed: the likeliest, and some more where these did not help."""
        chosen = self.paths[: _FILES + more]
        return tuple(Seed(path, "the output points to it", named=True) for path in chosen)


def located(workspace: Workspace, output: Output) -> Located:
    """Tests are mended only where nothing else is pointed to, or where they do not even load."""
    said = f"$ {output.line}\n{output.excerpt(EXCERPT)}"
    seeds = workspace.seeds(said, Kind.TRACE)
    paths = list(dict.fromkeys(seed.path for seed in seeds))
    if output.verdict.stage is Stage.BROKEN:
        named = dict.fromkeys(seed.path for seed in seeds if seed.start_line is not None and not seed.tight)
        paths.sort(key=lambda path: path not in named)
    else:
        paths = [path for path in paths if not is_aside(path)] or paths
    return Located(said, seeds, tuple(paths))
