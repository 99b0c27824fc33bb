"""A shortest way around a cycle, and what to take away from it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from retrieval.cycles import breaking, shortest_ring
from retrieval.graph import DependencyGraph
from retrieval.types import Dependency

NAMES = "abcdef"


def graph(*edges: str) -> DependencyGraph:
    """ "ab" as a needing b, on line 1."""
    return DependencyGraph(NAMES, (Dependency(edge[0], edge[1], 1, edge[1]) for edge in edges))


def drawn(chain: tuple[Dependency, ...]) -> list[str]:
    return [step.source + step.target for step in chain]


def test_two_files_are_their_own_shortest_ring() -> None:
    tested = graph("ab", "ba", "bc")
    (cycle,) = tested.cycles()
    assert drawn(shortest_ring(tested, cycle)) == ["ab", "ba"]
    assert drawn(breaking(tested, cycle)) == ["ab"]


def test_the_shortest_of_several_rings_is_found() -> None:
    tested = graph("ab", "bc", "cd", "da", "ce", "ec")
    (cycle,) = tested.cycles()
    assert drawn(shortest_ring(tested, cycle)) == ["ce", "ec"]


def test_a_ring_of_three_goes_around_once() -> None:
    tested = graph("ab", "bc", "ca")
    (cycle,) = tested.cycles()
    assert drawn(shortest_ring(tested, cycle)) == ["ab", "bc", "ca"]
    assert len(breaking(tested, cycle)) == 1


@given(some.sets(some.tuples(some.sampled_from(NAMES), some.sampled_from(NAMES)), max_size=20))
def test_without_what_breaks_a_cycle_there_is_none(pairs: set[tuple[str, str]]) -> None:
    tested = graph(*(source + target for source, target in pairs))
    for cycle in tested.cycles():
        ring = drawn(shortest_ring(tested, cycle))
        assert all(tuple(edge) in pairs for edge in ring)
        assert [edge[1] for edge in ring] == [edge[0] for edge in ring[1:] + ring[:1]]
        assert len({edge[0] for edge in ring}) == len(ring) >= 2
        cuts = set(drawn(breaking(tested, cycle)))
        assert cuts <= {a + b for a, b in pairs}
        left = graph(*(a + b for a, b in pairs if a in cycle and b in cycle and a + b not in cuts))
        assert left.cycles() == ()
