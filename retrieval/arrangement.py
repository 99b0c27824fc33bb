"""The row in which the files of a window stand."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from retrieval.graph import DependencyGraph, Order
from retrieval.layout import in_order
from retrieval.window import Arrangement


@dataclass(frozen=True, slots=True)
class Places:
    """Which files stand together, in this order. What was found for the task stands before the last two.

    The first three are the same for every task about the target, so a second request shares them as its
    prefix. None of their files needs one that comes later, so the row is a reading order still; only within
    the target's own cycle there is none.
    """

    usages: frozenset[str] = frozenset()  # files shown only for where they use the target
    needs: frozenset[str] = frozenset()  # what the target needs, and what that needs
    group: frozenset[str] = frozenset()  # what needs the target as well as being needed by it
    found_of_group: frozenset[str] = frozenset()  # the same, but here because of the task
    target: str | None = None


def places_of(
    target: str,
    graph: DependencyGraph,
    paths: Collection[str],
    settled: Collection[str],
    usages: Collection[str],
) -> Places:
    """`settled` is what was chosen whatever the task is, `usages` some of that."""
    if target not in graph:
        return Places(frozenset(usages), target=target)
    closure = graph.closure([target]).keys()
    group = closure & graph.closure([target], dependents=True).keys()
    others = set(paths) - set(usages) - {target}
    needs = {path for path in others if path in settled and path in closure - group}
    group_settled = {path for path in others & group if path in settled}
    # What the task brought comes later, unless something that stands before it needs it.
    waiting = [*needs, *group_settled]
    while waiting:
        for needed in graph.dependencies_of(waiting.pop()):
            if needed in others and needed not in group and needed not in needs:
                needs.add(needed)
                waiting.append(needed)
    return Places(
        frozenset(usages),
        frozenset(needs),
        frozenset(group_settled),
        frozenset(others & group - group_settled),
        target,
    )


def would_stand_before(graph: DependencyGraph, target: str, settled: Collection[str]) -> frozenset[str]:
    """Files that a task cannot bring without a change in what is the same for every task."""
    if target not in graph:
        return frozenset()
    closure = graph.closure([target]).keys()
    group = closure & graph.closure([target], dependents=True).keys()
    before = [path for path in settled if path in closure and path != target]
    needed = {needed for path in before for needed in graph.dependencies_of(path)}
    return frozenset(needed - group - set(settled))


def arranged(
    paths: Collection[str], ranked: Sequence[str], places: Places, graph: DependencyGraph, order: Arrangement
) -> list[str]:
    """The paths in their row, the target last. `ranked` has what matters most first."""
    others = set(paths) - {places.target}
    last = [places.target] if places.target in paths and places.target is not None else []
    if order is Arrangement.RANDOM:
        return sorted(others, key=_scattered) + last
    if order is Arrangement.RANK:
        return [path for path in reversed(ranked) if path in others] + last
    if order is Arrangement.ALPHABETICAL:
        return sorted(others) + last
    row = graph.reading_order(Order(order.value))
    first = (places.usages, places.needs, places.group)
    found = others - places.usages - places.needs - places.group - places.found_of_group
    blocks = (*(others & block for block in first), found, others & places.found_of_group)
    return [path for block in blocks for path in in_order(block, row)] + last


def _scattered(path: str) -> str:
    """A number that has nothing to do with the path, but is the same on every machine."""
    return hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
