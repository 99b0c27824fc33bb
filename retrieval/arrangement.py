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
    """Which files stand together. What is in none of these was found for the task.

    `usages` and `needs` are the same for every task about the target, so they come first: a second request
    shares them as its prefix. Nothing that stands in `needs` or `group` needs a file that was found besides,
    so the row is a reading order still.
    """

    target: str | None = None
    usages: frozenset[str] = frozenset()  # files shown only for where they use the target
    needs: frozenset[str] = frozenset()  # all that the target needs
    group: frozenset[str] = frozenset()  # what needs the target as well as being needed by it


def places_of(target: str, graph: DependencyGraph, usages: Collection[str]) -> Places:
    if target not in graph:
        return Places(target, frozenset(usages))
    needs = graph.closure([target]).keys()
    group = needs & graph.closure([target], dependents=True).keys()
    first = frozenset(usages)
    return Places(target, first, frozenset(needs - group - first), frozenset(group - {target} - first))


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
    found = others - places.usages - places.needs - places.group
    blocks = (others & places.usages, others & places.needs, found, others & places.group)
    return [path for block in blocks for path in in_order(block, row)] + last


def _scattered(path: str) -> str:
    """A number that has nothing to do with the path, but is the same on every machine."""
    return hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
