"""What a cycle of files is made of, and how to be rid of it."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.graph import DependencyGraph
from retrieval.types import Dependency

_STARTS = 100  # files of a large cycle that are tried as the start of a way around
_SHORTEST = 2


def shortest_ring(graph: DependencyGraph, cycle: Sequence[str]) -> tuple[Dependency, ...]:
    """A shortest way from a file back to itself. Of large ones only the first files are tried."""
    inner = graph.within(cycle)
    best: tuple[Dependency, ...] = ()
    for start in inner.paths[:_STARTS]:
        back = inner.shortest_chain_between(inner.dependencies_of(start), [start])
        if back is None:
            continue
        first = back[0].source if back else start
        if not best or len(back) + 1 < len(best):
            best = (inner.why(start, first)[0], *back)
        if len(best) == _SHORTEST:
            break
    return best


def breaking(graph: DependencyGraph, cycle: Sequence[str]) -> tuple[Dependency, ...]:
    """Dependencies without which there is no cycle among these files, given in reading order.

    They are those that lead to a file that comes later; Algorithm 1 leaves few, if not the fewest.
    """
    place = {path: at for at, path in enumerate(cycle)}
    return tuple(
        graph.why(path, need)[0]
        for path in cycle
        for need in graph.dependencies_of(path)
        if place.get(need, -1) > place[path]
    )
