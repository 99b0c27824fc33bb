"""Which file needs which, and the order in which to read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import chain
from operator import attrgetter

from retrieval import order
from retrieval.types import Dependency


class Order(StrEnum):
    """How files are put in a row."""

    DEPENDENCY = "dependency"  # dependencies first, cycles contracted
    PAPER = "paper"  # Algorithm 1 to the letter, cycles and all
    ALPHABETICAL = "alphabetical"


class DependencyGraph:
    """The files as nodes, and an edge from each file to every file it needs. Immutable.

    What a file has to do with itself is no edge, and a dependency with an end outside of `paths` is none
    either. Nothing here depends on the order of what is given: ties go by path, compared as strings.
    """

    def __init__(self, paths: Iterable[str], dependencies: Iterable[Dependency]) -> None:
        self.paths: tuple[str, ...] = tuple(sorted(set(paths)))
        self._number = {path: number for number, path in enumerate(self.paths)}
        made: list[list[Dependency]] = [[] for _ in self.paths]
        number_of = self._number.get
        for dependency in dependencies:
            source = number_of(dependency.source)
            if source is not None:
                made[source].append(dependency)
        self._made = made  # for each source what makes its edges, as given
        self._needs = [
            sorted({number_of(each.target, source) for each in mine} - {source})
            for source, mine in enumerate(made)
        ]

    def __contains__(self, path: str) -> bool:
        return path in self._number

    def __len__(self) -> int:
        return len(self.paths)

    @cached_property
    def edge_count(self) -> int:
        """How many pairs of files depend on one another; several imports of the same file are one edge."""
        return sum(map(len, self._needs))

    def dependencies(self) -> Iterator[Dependency]:
        """Every reason of every edge, by source; those of one source as they were given."""
        for source, made in enumerate(self._made):
            for each in made:
                if self._number.get(each.target, source) != source:
                    yield each

    def dependencies_of(self, path: str) -> tuple[str, ...]:
        """What the file itself needs, by path."""
        return self._named(self._needs[self._number[path]])

    def dependents_of(self, path: str) -> tuple[str, ...]:
        """What itself needs the file, by path."""
        return self._named(self._users[self._number[path]])

    def why(self, source: str, target: str) -> tuple[Dependency, ...]:
        """What made the edge, by line; empty where it is none."""
        made = {each for each in self._made[self._number[source]] if each.target == target != source}
        return tuple(sorted(made, key=attrgetter("line", "name")))

    def subgraphs(self, kind: Order | str = Order.DEPENDENCY) -> tuple[tuple[str, ...], ...]:
        """The weakly connected parts, each in reading order; the part that holds the first path is first."""
        if Order(kind) is Order.DEPENDENCY:
            return tuple(self._named(list(chain(*groups))) for groups in self._ordered)
        if Order(kind) is Order.PAPER:
            return tuple(map(self._named, order.paper_order(self._needs)))
        return tuple(map(self._named, order.subgraphs(self._needs, self._users)))

    def reading_order(self, kind: Order | str = Order.DEPENDENCY) -> tuple[str, ...]:
        """Every file once: subgraph after subgraph, or all of them by path."""
        if Order(kind) is Order.ALPHABETICAL:
            return self.paths
        return tuple(chain(*self.subgraphs(kind)))

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The strongly connected parts in reading order, and each of them in its own."""
        return tuple(map(self._named, chain(*self._ordered)))

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """The groups of two files and more: whichever you read first needs one that comes later."""
        return tuple(group for group in self.groups() if len(group) > 1)

    def closure(
        self, paths: Iterable[str], *, dependents: bool = False, limit: int | None = None
    ) -> dict[str, int]:
        """Everything these files need, or with `dependents` all that needs them, and how far away it is.

        The files themselves are in it, at 0. `limit` is the greatest distance. Nearest first, then by path.
        """
        edges = self._users if dependents else self._needs
        wave = sorted({self._number[path] for path in paths})
        distances = dict.fromkeys(wave, 0)
        distance = 0
        while wave and (limit is None or distance < limit):
            distance += 1
            wave = sorted({near for node in wave for near in edges[node] if near not in distances})
            distances |= dict.fromkeys(wave, distance)
        return {self.paths[node]: distance for node, distance in distances.items()}

    def shortest_chain(self, source: str, target: str) -> tuple[Dependency, ...] | None:
        """How one file comes to need another: a dependency a step. Empty from a file to itself.

        None where it does not need it. Of several shortest chains it is the first by path.
        """
        return self.shortest_chain_between((source,), (target,))

    def shortest_chain_between(
        self, sources: Iterable[str], targets: Iterable[str]
    ) -> tuple[Dependency, ...] | None:
        """The same, from any of these files to any of those."""
        wanted = {self._number[path] for path in targets}
        queue = sorted({self._number[path] for path in sources})
        came_from = dict.fromkeys(queue, -1)
        for node in queue:  # grows while it is walked
            if node in wanted:
                return self._walked(node, came_from)
            for need in self._needs[node]:
                if need not in came_from:
                    came_from[need] = node
                    queue.append(need)
        return None

    def _walked(self, node: int, came_from: dict[int, int]) -> tuple[Dependency, ...]:
        steps = []
        while (before := came_from[node]) >= 0:
            steps.append(self.why(self.paths[before], self.paths[node])[0])
            node = before
        return tuple(reversed(steps))

    def within(self, paths: Iterable[str]) -> DependencyGraph:
        """These files only, and the edges among them."""
        kept = set(paths)
        return DependencyGraph(
            kept, (each for path in kept for each in self._made[self._number[path]] if each.target in kept)
        )

    def folded(self, place: Callable[[str], str]) -> DependencyGraph:
        """The graph of the places of the files, such as folders. Each edge of files is one reason there."""
        placed = {path: place(path) for path in self.paths}
        between = {(each.source, each.target) for each in self.dependencies()}
        return DependencyGraph(
            placed.values(),
            (Dependency(placed[a], placed[b], 0, f"{a} -> {b}") for a, b in sorted(between)),
        )

    @cached_property
    def _users(self) -> list[list[int]]:
        return order.reverse(self._needs)

    @cached_property
    def _ordered(self) -> list[list[list[int]]]:
        return order.dependency_order(self._needs)

    def _named(self, nodes: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.paths[node] for node in nodes)
