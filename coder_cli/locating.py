"""Where in a repository the failure of a command comes from, by what the command says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coder_cli.model.guide import Lines
from coder_cli.output import Output
from coder_cli.verdict import Stage, is_error
from coder_cli.workspace import Workspace
from retrieval.mentions import seeds_in
from retrieval.search.request import Kind
from retrieval.types import ParsedFile, SourceFile
from retrieval.uses import is_aside, on_borders
from retrieval.window import Seed

EXCERPT = 2400  # characters of the output that a model reads
_FILES = 1  # that may be changed at first: a small model spoils what it need not touch
_AROUND = 3  # lines above and below what a compiler names
_ABOVE = 1  # line that names the function or the package of an error
_LONGEST_ERROR = 30  # lines
_LARGEST = 60  # lines of a definition that is mended as a whole


@dataclass(frozen=True, slots=True)
class Located:
    """Places that a failure points to, the best first, and where it may be mended."""

    said: str
    seeds: tuple[Seed, ...]
    paths: tuple[str, ...]  # of files that may be changed, the likeliest first
    spans: Mapping[str, tuple[Lines, ...]]  # their lines that are pointed to, and what they begin with

    def files(self, more: int = 0) -> tuple[Seed, ...]:
        """Those to be changed: the likeliest, and some more where these did not help."""
        chosen = self.paths[: _FILES + more]
        return tuple(Seed(path, "the output points to it", named=True) for path in chosen)


def located(workspace: Workspace, output: Output) -> Located:
    """Tests are mended only where nothing else is pointed to, or where they do not even load."""
    said = f"$ {output.line}\n{_first_error(output) or output.excerpt(EXCERPT)}"
    seeds = workspace.seeds(said, Kind.TRACE)
    broken = output.verdict.stage is Stage.BROKEN
    if not broken:
        seeds = tuple(dict.fromkeys((*_sure(seeds), *_tested(workspace, seeds), *seeds)))
    sure = _sure(seeds)
    paths = list(dict.fromkeys(seed.path for seed in seeds))
    paths.sort(key=lambda path: not (workspace.parsed(path) or any(seed.path == path for seed in sure)))
    if broken:
        named = {seed.path for seed in sure}
        paths.sort(key=lambda path: path not in named)
    else:
        paths = [path for path in paths if not is_aside(path)] or paths
    if broken:
        sure = [seed for seed in sure if seed.start_line == seed.end_line] or sure
    spans = {path: _spans(path, sure, workspace.parsed(path), whole=not broken) for path in paths}
    return Located(said, seeds, tuple(paths), {path: found for path, found in spans.items() if found})


def _first_error(output: Output) -> str:
    """Of a compiler's errors the first, with what is told of it: the others often follow from it."""
    lines = [*output.head, *output.tail]
    errors = [number for number, line in enumerate(lines) if is_error(line)]
    if output.verdict.stage is not Stage.BROKEN or not errors:
        return ""
    first, end = errors[0], (*errors, len(lines))[1]
    told = lines[max(0, first - _ABOVE) : min(end, first + _LONGEST_ERROR)]
    left = f"... and {len(errors) - 1} more" if len(errors) > 1 else f"({output.ending})"
    return "\n".join([*told, left])


def _sure(seeds: Sequence[Seed]) -> list[Seed]:
    """Those that name lines, or definitions."""
    return [seed for seed in seeds if seed.start_line is not None and not seed.tight]


def _tested(workspace: Workspace, seeds: Sequence[Seed]) -> tuple[Seed, ...]:
    """What the failing tests name: the code that they are about."""
    texts = []
    for seed in _sure(seeds):
        file = workspace.read(seed.path) if is_aside(seed.path) else None
        if isinstance(file, SourceFile) and seed.start_line is not None and seed.end_line is not None:
            start, end = on_borders(workspace.parsed(seed.path), seed.start_line, seed.end_line, _LARGEST)
            texts.append("\n".join(file.text.split("\n")[max(0, start - 1) : end]))
    named = seeds_in("\n".join(texts), workspace.project.paths, workspace.parsed, sure=True)
    return tuple(seed for seed in named if not is_aside(seed.path))


def _spans(path: str, sure: Sequence[Seed], parsed: ParsedFile | None, *, whole: bool) -> tuple[Lines, ...]:
    """What is pointed to, with the definitions that it stands in (`whole`) or the lines beside it.

    What a file begins with belongs to it: there a missing import goes.
    """
    found: list[Lines] = []
    for seed in sure:
        if seed.path == path and seed.start_line is not None and seed.end_line is not None:
            wide = seed.start_line - _AROUND, seed.end_line + _AROUND
            found.append(on_borders(parsed, seed.start_line, seed.end_line, _LARGEST) if whole else wide)
    first = min((symbol.start_line for symbol in parsed.symbols), default=1) if parsed else 1
    if found and first > 1:
        found.append((1, first - 1))
    return tuple(_joined(found))


def _joined(spans: Sequence[Lines]) -> Iterator[Lines]:
    """In order; what overlaps or touches is one."""
    last: Lines | None = None
    for start, end in sorted(spans):
        if last is not None and start <= last[1] + 1:
            last = last[0], max(last[1], end)
        else:
            if last is not None:
                yield last
            last = start, end
    if last is not None:
        yield last
