"""Algorithm 1 held against a slow transcription of the paper's pseudo-code, over thousands of graphs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import chain

import pytest

from retrieval.order import dependency_order, paper_order, reverse, strong_groups, subgraphs

Edges = set[tuple[int, int]]  # (a, b): a depends on b


def as_in_the_paper(files: Iterable[int], dependencies: Edges) -> list[list[int]]:
    """Algorithm 1, line by line. Where the paper is silent: ties and subgraphs go by the smallest number."""
    files = list(files)
    graphs: dict[int, list[int]] = {}
    in_degree: dict[int, int] = {}
    for file in files:
        graphs[file] = []
        in_degree[file] = 0
    for file_a in files:
        for file_b in files:
            if (file_a, file_b) in dependencies:
                graphs[file_b].append(file_a)
                in_degree[file_a] += 1
    all_results = []
    for subgraph in disconnected_subgraphs(graphs):
        results: list[int] = []
        while len(results) != len(subgraph):
            file = min((each for each in subgraph if each not in results), key=lambda each: in_degree[each])
            for node in graphs[file]:
                in_degree[node] -= 1
            results.append(file)
        all_results.append(results)
    return all_results


def disconnected_subgraphs(graphs: dict[int, list[int]]) -> Iterator[list[int]]:
    """Merge the sets of the two ends of every edge, until no edge joins two sets."""
    parts = [{file} for file in graphs]
    for file, dependents in graphs.items():
        for dependent in dependents:
            joined = [part for part in parts if file in part or dependent in part]
            parts = [part for part in parts if part not in joined] + [set().union(*joined)]
    yield from sorted(map(sorted, parts))


def random_edges(chance: random.Random, acyclic: bool) -> tuple[int, Edges]:
    """Between 1 and 12 nodes, from hardly any edge to nearly all."""
    size = chance.randint(1, 12)
    density = chance.random() ** 2
    rank = list(range(size))
    chance.shuffle(rank)
    return size, {
        (a, b)
        for a in range(size)
        for b in range(size)
        if a != b and (not acyclic or rank[a] > rank[b]) and chance.random() < density
    }


def needs_of(size: int, edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    return [sorted(b for a, b in edges if a == node) for node in range(size)]


def reachable(start: int, edges: Edges) -> set[int]:
    found = {start}
    while more := {b for a, b in edges if a in found} - found:
        found |= more
    return found


def within(group: tuple[int, ...], edges: Edges) -> Edges:
    return {(a, b) for a, b in edges if a in group and b in group}


def flat(ordered: list[list[list[int]]]) -> list[list[int]]:
    return [[node for group in groups for node in group] for groups in ordered]


def test_on_acyclic_graphs_the_default_order_is_the_papers() -> None:
    chance = random.Random(1)  # noqa: S311
    for _ in range(3000):
        size, edges = random_edges(chance, acyclic=True)
        expected = as_in_the_paper(range(size), edges)
        ordered = dependency_order(needs_of(size, edges))
        assert flat(ordered) == expected
        assert all(len(group) == 1 for groups in ordered for group in groups)


def test_paper_order_is_the_papers_with_and_without_cycles() -> None:
    chance = random.Random(2)  # noqa: S311
    for round_ in range(3000):
        size, edges = random_edges(chance, acyclic=round_ % 3 == 0)
        expected = as_in_the_paper(range(size), edges)
        assert paper_order(needs_of(size, edges)) == expected


def test_the_default_order_is_the_papers_on_the_contraction_and_within_each_group() -> None:
    chance = random.Random(3)  # noqa: S311
    for _ in range(2000):
        size, edges = random_edges(chance, acyclic=False)
        reached = [reachable(node, edges) for node in range(size)]
        group_of = [tuple(b for b in range(size) if b in reached[a] and a in reached[b]) for a in range(size)]
        groups = sorted(set(group_of))
        between = {(groups.index(group_of[a]), groups.index(group_of[b])) for a, b in edges}
        contracted = as_in_the_paper(range(len(groups)), {(a, b) for a, b in between if a != b})
        inner = [as_in_the_paper(group, within(group, edges)) for group in groups]
        ordered = dependency_order(needs_of(size, edges))
        assert ordered == [[inner[number][0] for number in sequence] for sequence in contracted]
        assert strong_groups(needs_of(size, edges)) == [list(group) for group in groups]


def test_no_node_stands_before_what_it_needs_outside_its_cycle() -> None:
    chance = random.Random(4)  # noqa: S311
    for _ in range(1000):
        size, edges = random_edges(chance, acyclic=False)
        ordered = dependency_order(needs_of(size, edges))
        place = {node: at for at, group in enumerate(chain(*ordered)) for node in group}
        assert sorted(place) == list(range(size))
        assert all(place[b] <= place[a] for a, b in edges)


def test_paper_order_may_put_a_node_before_what_it_needs_outside_its_cycle() -> None:
    """0 and 1 need one another, and 1 needs 2 as well, of a cycle in which each of three needs two others.

    0 lacks one, all the others two; then 1 lacks one, still less than 2, 3 and 4 do.
    """
    needs: list[list[int]] = [[1], [0, 2], [3, 4], [2, 4], [2, 3]]
    assert paper_order(needs) == [[0, 1, 2, 3, 4]]
    assert dependency_order(needs) == [[[2, 3, 4], [0, 1]]]


def test_of_several_without_unmet_dependencies_the_smallest_is_first() -> None:
    """A diamond above two leaves: 4 needs 2 and 3, which need 0; 5 stands alone; 1 is needed by 4."""
    assert paper_order([[], [], [0], [0], [2, 3, 1], []]) == [[0, 1, 2, 3, 4], [5]]


def test_subgraphs_come_by_their_smallest_node() -> None:
    needs = [[], [4], [3], [], [], [0]]
    assert subgraphs(needs, reverse(needs)) == [[0, 5], [1, 4], [2, 3]]


@pytest.mark.parametrize("closed", [False, True])
def test_a_chain_as_long_as_a_repository_is_no_recursion(closed: bool) -> None:
    size = 20_000
    needs = [[node + 1] for node in range(size - 1)] + [[0] if closed else []]
    backwards = list(range(size - 1, -1, -1))
    (groups,) = dependency_order(needs)
    assert len(groups) == (1 if closed else size)
    assert paper_order(needs) == [[0, *backwards[:-1]] if closed else backwards]


def test_nothing_is_ordered_to_nothing() -> None:
    assert dependency_order([]) == []
    assert paper_order([]) == []
