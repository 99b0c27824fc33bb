"""A dependency graph as lines of text for a terminal. Pure: graph in, lines out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from retrieval.cycles import breaking, shortest_ring
from retrieval.graph import DependencyGraph
from retrieval.types import Dependency

DEEPEST = 500  # levels of a tree; a deeper indentation helps nobody
TOP = 10  # rows of a ranking
FEW = 6  # names that stand in a line
MOST_FOLDERS = 24  # of an overview, so that it fits on a screen
_EDGE, _LAST_EDGE, _PASSING, _NOTHING = "├── ", "└── ", "│   ", "    "

Note = Callable[[str, str], str]


def listing(
    graph: DependencyGraph, blocks: Iterable[Sequence[str]], note: Note = lambda source, target: ""
) -> Iterator[str]:
    """Every file of the blocks and below it what it needs; a block is a subgraph in reading order.

    Files that neither need nor are needed stand together at the end. `note` says something of an edge.
    """
    blocks = list(blocks)
    order = [path for block in blocks for path in block]
    place = {path: at for at, path in enumerate(order)}
    cycle_of = {path: len(cycle) for cycle in graph.cycles() for path in cycle}
    alone = [path for path in order if is_alone(graph, path)]
    connected = [[path for path in block if not is_alone(graph, path)] for block in blocks]
    for number, block in enumerate(filter(None, connected)):
        if number:
            yield ""
        for path in block:
            yield path + (f"  (in a cycle of {cycle_of[path]:,})" if path in cycle_of else "")
            needs = graph.dependencies_of(path)
            for need in needs:
                later = "  (comes later)" if place.get(need, -1) > place[path] else ""
                yield f"{_LAST_EDGE if need == needs[-1] else _EDGE}{need}{note(path, need)}{later}"
    if alone and len(alone) < len(order):
        yield ""
    yield from alone


def is_alone(graph: DependencyGraph, path: str) -> bool:
    return not graph.dependencies_of(path) and not graph.dependents_of(path)


@dataclass(frozen=True, slots=True)
class Tree:
    """What a file needs, what that needs, and so on; or what needs it."""

    lines: tuple[str, ...]
    depth: int  # of levels shown
    full_depth: int
    files: int  # in all levels, without the one at the top
    repeats: bool  # some lines end in (*)


def tree(
    graph: DependencyGraph,
    path: str,
    *,
    dependents: bool = False,
    depth: int | None = None,
    fit: int | None = None,
) -> Tree:
    """Every file is drawn out once, where it is nearest to the top; elsewhere it ends in (*).

    `depth` is the number of levels below the file. Without it, as many are shown as have at most `fit` lines,
    one at least.
    """
    neighbours = graph.dependents_of if dependents else graph.dependencies_of
    distances = graph.closure([path], dependents=dependents)
    full_depth = max(distances.values())
    if depth is None:
        depth = DEEPEST if fit is None else _fitting_depth(distances, neighbours, fit)
    depth = min(depth, DEEPEST)
    home = _nearest_parents(distances, neighbours)
    lines = [path]
    repeats = False
    waiting = [(path, child, "", at == 0) for at, child in _from_the_end(neighbours(path))] if depth else []
    while waiting:
        parent, child, indent, last = waiting.pop()
        drawn_out = home.get(child) == parent
        mark = "" if drawn_out or not neighbours(child) else " (*)"
        repeats = repeats or bool(mark)
        told = _with_line(graph, parent, child, dependents)
        lines.append(f"{indent}{_LAST_EDGE if last else _EDGE}{told}{mark}")
        if drawn_out and distances[child] < depth:
            inner = indent + (_NOTHING if last else _PASSING)
            waiting += [(child, each, inner, at == 0) for at, each in _from_the_end(neighbours(child))]
    return Tree(tuple(lines), min(depth, full_depth), full_depth, len(distances) - 1, repeats)


def chain_lines(chain: Iterable[Dependency]) -> Iterator[str]:
    """One step a line: where it is written, and what it leads to."""
    for step in chain:
        yield f"{_where(step)} -> {step.target}"


def cycle_lines(graph: DependencyGraph, cycle: Sequence[str]) -> Iterator[str]:
    """The files of a cycle, a shortest way around in it, and what to take away for it to be gone."""
    around = shortest_ring(graph, cycle)
    yield f"{len(cycle):,} files need one another"
    if len(around) == len(cycle):
        yield from (f"  {line}" for line in chain_lines(around))
        return
    cuts = breaking(graph, cycle)
    yield from (f"  {path}" for path in cycle)
    yield f"a shortest way around, {len(around)} steps"
    yield from (f"  {line}" for line in chain_lines(around))
    yield f"it is gone without {counted(len(cuts), 'dependency', 'dependencies')}"
    yield from (f"  {line}" for line in chain_lines(cuts))


@dataclass(frozen=True, slots=True)
class Counts:
    """How large the shown part of a graph is."""

    files: int
    dependencies: int  # pairs of files
    subgraphs: int  # of two files and more
    largest_subgraph: int
    cycles: int
    largest_cycle: int
    alone: int  # files that neither need nor are needed

    def __str__(self) -> str:
        parts = [counted(self.files, "file"), counted(self.dependencies, "dependency", "dependencies")]
        if self.subgraphs > 1:
            parts.append(f"{self.subgraphs:,} subgraphs, the largest of {self.largest_subgraph:,}")
        if self.cycles:
            largest = f", the largest of {self.largest_cycle:,}" if self.cycles > 1 else ""
            parts.append(counted(self.cycles, "cycle") + largest)
        if self.alone:
            parts.append(f"{self.alone:,} alone")
        return " · ".join(parts)


def count(graph: DependencyGraph, blocks: Iterable[Sequence[str]]) -> Counts:
    blocks = list(blocks)
    shown = {path for block in blocks for path in block}
    cycles = [len(cycle) for cycle in graph.cycles() if not shown.isdisjoint(cycle)]
    connected = [len(block) for block in graph.subgraphs() if len(block) > 1 and not shown.isdisjoint(block)]
    return Counts(
        files=len(shown),
        dependencies=sum(len(graph.dependencies_of(path)) for path in shown),
        subgraphs=len(connected),
        largest_subgraph=max(connected, default=0),
        cycles=len(cycles),
        largest_cycle=max(cycles, default=0),
        alone=sum(is_alone(graph, path) for path in shown),
    )


def overview(graph: DependencyGraph, shown: Sequence[str], below: str = "") -> Iterator[str]:
    """The files most needed and needing most, and the folders in reading order with what they need."""
    yield from _ranking("most needed", shown, graph.dependents_of)
    yield from _ranking("needing most", shown, graph.dependencies_of)
    place = _screen_of_folders(shown, below)
    files = Counter(place[path] for path in shown)
    folders = graph.within(shown).folded(place.__getitem__)
    cycle_of = {path: len(cycle) for cycle in folders.cycles() for path in cycle}
    yield "folders in reading order: files, and the folders they need"
    wide = max((len(f"{number:,}") for number in files.values()), default=0)
    long = max(map(len, files), default=0)
    for folder in folders.reading_order():
        needs = folders.dependencies_of(folder)
        more = [f"and {len(needs) - FEW} more"] if len(needs) > FEW else []
        told = f"{folder:<{long}}  {'  '.join([*needs[:FEW], *more])}".rstrip()
        yield f"  {files[folder]:>{wide},}  {told}"
    if cycle_of:
        yield f"  ({counted(len(cycle_of), 'folder')} in {counted(len(folders.cycles()), 'cycle')})"


def folder_of(path: str, depth: int, below: str = "") -> str:
    """The folder a path is in, cut to `depth` levels below another: "a/b/" of "a/b/c/d.py" for 2."""
    kept = depth + (below.count("/") + 1 if below else 0)
    folders = path.split("/")[:-1][:kept]
    return "/".join(folders) + "/" if folders else "./"


def counted(count: int, one: str, more: str = "") -> str:
    """(1, "file") -> "1 file"; (2000, "file") -> "2,000 files"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def _ranking(title: str, shown: Sequence[str], neighbours: Callable[[str], Sequence[str]]) -> Iterator[str]:
    ranked = sorted((-len(neighbours(path)), path) for path in shown)[:TOP]
    rows = [(f"{-number:,}", path) for number, path in ranked if number]
    if rows:
        yield title
        yield from (f"  {number:>{len(rows[0][0])}}  {path}" for number, path in rows)
        yield ""


def _screen_of_folders(shown: Sequence[str], below: str) -> dict[str, str]:
    """A folder for each file: the largest ones are split as long as all of them fit on a screen."""
    depths: dict[str, int] = {}  # of folders that are split: how deep
    place = {path: folder_of(path, 1, below) for path in shown}
    whole: set[str] = set()
    while True:
        sizes = Counter(folder for folder in place.values() if folder not in whole)
        largest = max(sizes, key=lambda folder: (sizes[folder], folder), default=None)
        if largest is None:
            return place
        depth = depths.get(largest, 1) + 1
        inner = {path: folder_of(path, depth, below) for path, folder in place.items() if folder == largest}
        split = set(inner.values())
        if split == {largest} or len(set(place.values())) + len(split) - 1 > MOST_FOLDERS:
            whole.add(largest)
            continue
        place |= inner
        whole.add(largest)  # what is left of it are the files right in it
        depths |= dict.fromkeys(split, depth)


def _fitting_depth(distances: dict[str, int], neighbours: Callable[[str], Sequence[str]], fit: int) -> int:
    """One more than there are levels if all fits: the last level's files may lead back to others."""
    lines = [0] * (max(distances.values()) + 1)  # below the files of each level
    for path, distance in distances.items():
        lines[distance] += len(neighbours(path))
    depth = 1
    while depth < len(lines) and sum(lines[: depth + 1]) <= fit:
        depth += 1
    return depth


def _nearest_parents(distances: dict[str, int], neighbours: Callable[[str], Sequence[str]]) -> dict[str, str]:
    """The neighbour below which each file is drawn out: the first of the nearest ones."""
    home: dict[str, str] = {}
    for path, distance in distances.items():  # nearest first, then by path
        for near in neighbours(path):
            if distances[near] == distance + 1:
                home.setdefault(near, path)
    return home


def _from_the_end(children: Sequence[str]) -> Iterator[tuple[int, str]]:
    return enumerate(reversed(children))


def _with_line(graph: DependencyGraph, parent: str, child: str, dependents: bool) -> str:
    """A dependent is the file where the line stands; a dependency is what the line of its parent names."""
    step = graph.why(child, parent)[0] if dependents else graph.why(parent, child)[0]
    if not step.line:
        return child
    return f"{child}:{step.line}" if dependents else f"{child}  (line {step.line})"


def _where(step: Dependency) -> str:
    return f"{step.source}:{step.line}" if step.line else step.source
