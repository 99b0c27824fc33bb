"""The questions of `coder graph`, each answered in every format."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from coder_cli import graph_text
from coder_cli.graph_text import counted
from coder_cli.places import Place
from retrieval.cycles import breaking, shortest_ring
from retrieval.graph import DependencyGraph, Order
from retrieval.types import Dependency

Value = dict[str, object]


@dataclass(frozen=True, slots=True)
class View:
    """One answer. Text and value are made on demand; a diagram shows `drawn` and the edges among them."""

    graph: DependencyGraph
    text: Callable[[], Iterable[str]]
    value: Callable[[], Value]
    drawn: Sequence[str]
    said: Sequence[str] = ()  # for the person who reads the text
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is shown. None: everything."""

    lines: int | None = None  # a longer listing becomes an overview, a longer tree loses its lower levels
    depth: int | None = None  # levels of a tree, as asked for


def files_view(graph: DependencyGraph, place: Place, order: Order, limits: Limits, stat: bool) -> View:
    """A listing in reading order, or an overview of it."""
    part = set(place.files)
    blocks = [[path for path in block if path in part] for block in _blocks(graph, order)]
    blocks = [block for block in blocks if block]
    shown = [path for block in blocks for path in block]
    counts = graph_text.count(graph, blocks)
    said = [str(counts)]
    if (
        too_many := not stat
        and limits.lines is not None
        and counts.files + counts.dependencies > limits.lines
    ):
        said.append("--all lists every file; --collapse 1 joins folders; a PATH shows a part.")

    def text() -> Iterator[str]:
        if stat or too_many:
            return graph_text.overview(graph, shown, place.path)
        return graph_text.listing(graph, blocks)

    def value() -> Value:
        return {
            "order": order.value,
            "counts": dataclasses.asdict(counts),
            "files": [_file(graph, path) for path in shown],
            "subgraphs": blocks,
            "cycles": [cycle for cycle in graph.cycles() if not part.isdisjoint(cycle)],
        }

    return View(graph, text, value, shown, said)


def folders_view(graph: DependencyGraph, place: Place, order: Order, depth: int) -> View:
    """The same of folders; an edge says how many edges of files it stands for."""
    below = "" if place.is_file else place.path
    folders = graph.within(place.files).folded(lambda path: graph_text.folder_of(path, depth, below))
    blocks = _blocks(folders, order)

    def number(source: str, target: str) -> str:
        return f"  ({len(folders.why(source, target)):,})"

    def value() -> Value:
        return {
            "order": order.value,
            "folders": [
                {
                    "path": path,
                    "needs": [
                        {"path": need, "dependencies": len(folders.why(path, need))}
                        for need in folders.dependencies_of(path)
                    ],
                }
                for block in blocks
                for path in block
            ],
            "cycles": list(folders.cycles()),
        }

    shown = [path for block in blocks for path in block]
    joined = f"{counted(len(place.files), 'file')} in {counted(len(shown), 'folder')}"
    said = [joined + (f" · {counted(len(folders.cycles()), 'cycle')}" if folders.cycles() else "")]
    return View(folders, lambda: graph_text.listing(folders, blocks, number), value, shown, said)


def tree_view(graph: DependencyGraph, place: Place, limits: Limits, dependents: bool) -> View:
    """What a file needs, or what needs a file or folder, level by level."""
    top = str(place)
    inside = frozenset(place.files)
    if not place.is_file:  # a folder is one node of the tree
        graph = _joined(graph, top, inside)
    drawn = graph_text.tree(graph, top, dependents=dependents, depth=limits.depth, fit=limits.lines)
    distances = graph.closure([top], dependents=dependents, limit=limits.depth)
    shown = [path for path in graph.reading_order() if path in distances]

    def value() -> Value:
        kept = set(distances)
        files = [_file(graph, path, kept) | {"distance": distances[path]} for path in shown]
        return {"path": top, "dependents" if dependents else "dependencies": drawn.files, "files": files}

    return View(graph, lambda: drawn.lines, value, shown, _told_of_tree(drawn, top, dependents))


def why_view(graph: DependencyGraph, start: Place, end: Place) -> View:
    """The shortest chain of imports between them."""
    chain = graph.shortest_chain_between(start.files, end.files)
    named: Value = {"from": str(start), "to": str(end)}
    if chain is None:
        said = [f"{start} does not need {end}, directly or indirectly."]
        if graph.shortest_chain_between(end.files, start.files) is not None:
            said.append(f"The other way there is a chain: coder graph --why {end} {start}")
        return View(graph, lambda: (), lambda: named, (), said, negative=True)
    files = [chain[0].source, *(step.target for step in chain)] if chain else []
    said = [counted(len(chain), "step")] if chain else [f"{start} and {end} have files in common."]
    return View(
        graph,
        lambda: graph_text.chain_lines(chain),
        lambda: named | {"chain": [_step(step) for step in chain]},
        files,
        said,
    )


def cycles_view(graph: DependencyGraph, place: Place) -> View:
    """The groups of files that need one another, if one of them is in the place."""
    part = set(place.files)
    cycles = [cycle for cycle in graph.cycles() if not part.isdisjoint(cycle)]

    def text() -> Iterator[str]:
        for number, cycle in enumerate(cycles):
            if number:
                yield ""
            yield from graph_text.cycle_lines(graph, cycle)

    def value() -> Value:
        return {
            "cycles": [
                {
                    "files": cycle,
                    "shortest": [_step(step) for step in shortest_ring(graph, cycle)],
                    "breaking": [_step(step) for step in breaking(graph, cycle)],
                }
                for cycle in cycles
            ]
        }

    count = sum(map(len, cycles))
    said = (
        f"{counted(len(cycles), 'cycle')}, {counted(count, 'file')} in all"
        if cycles
        else f"No cycles: each of {counted(len(part), 'file')} can be read after all that it needs."
    )
    drawn = [path for cycle in cycles for path in cycle]
    return View(graph.within(drawn), text, value, drawn, [said], negative=bool(cycles))


def _blocks(graph: DependencyGraph, order: Order) -> Sequence[Sequence[str]]:
    """By path there are no subgraphs to tell apart."""
    return [graph.paths] if order is Order.ALPHABETICAL else graph.subgraphs(order)


def _joined(graph: DependencyGraph, top: str, inside: frozenset[str]) -> DependencyGraph:
    """The graph with these files as one node. Lines of files outside of it are kept."""
    return DependencyGraph(
        {top if path in inside else path for path in graph.paths},
        (
            dataclasses.replace(
                each,
                source=top if each.source in inside else each.source,
                target=top if each.target in inside else each.target,
                line=0 if each.source in inside else each.line,
            )
            for each in graph.dependencies()
        ),
    )


def _told_of_tree(drawn: graph_text.Tree, top: str, dependents: bool) -> list[str]:
    if not drawn.files:
        return [f"Nothing needs {top}." if dependents else f"{top} needs no other file."]
    what = "needs" if drawn.files == 1 else "need"
    number = counted(drawn.files, "file")
    levels = counted(drawn.full_depth, "level")
    said = [f"{number} {what} {top}, {levels}" if dependents else f"{top} needs {number}, {levels}"]
    if drawn.depth < drawn.full_depth:
        said.append(f"Shown are {drawn.depth} of {levels}: --depth N shows others, --all shows all.")
    if drawn.repeats:
        said.append("(*) what it leads to stands elsewhere, where it is nearer to the top.")
    return said


def _file(graph: DependencyGraph, path: str, kept: set[str] | None = None) -> Value:
    needs = [
        {"path": need, "lines": sorted({each.line for each in graph.why(path, need)})}
        for need in graph.dependencies_of(path)
        if kept is None or need in kept
    ]
    return {"path": path, "needs": needs}


def _step(step: Dependency) -> Value:
    return {"source": step.source, "line": step.line, "target": step.target, "name": step.name}
