"""The dependency graph against brute force, and whatever order its input comes in."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from retrieval.graph import DependencyGraph, Order
from retrieval.types import Dependency

PATHS = ("a.py", "b.py", "b/a.py", "c.py", "d.py", "é.py")


def edges(*texts: str) -> list[Dependency]:
    """ "a > b" as a.py needing b.py on line 1."""
    pairs = (text.split(" > ") for text in texts)
    return [Dependency(f"{source}.py", f"{target}.py", 1, target) for source, target in pairs]


def graph(*texts: str) -> DependencyGraph:
    made = edges(*texts)
    return DependencyGraph({end for each in made for end in (each.source, each.target)}, made)


dependencies = some.lists(
    some.builds(
        Dependency,
        some.sampled_from(PATHS),
        some.sampled_from(PATHS),
        some.integers(1, 3),
        some.sampled_from(["x", "y"]),
    ),
    max_size=20,
)


@given(dependencies, some.randoms())
def test_the_order_of_the_input_changes_nothing(made: list[Dependency], chance: object) -> None:
    shuffled, paths = list(made), list(PATHS)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(paths)  # type: ignore[attr-defined]
    one, other = DependencyGraph(PATHS, made), DependencyGraph(paths, shuffled)
    assert [one.subgraphs(kind) for kind in Order] == [other.subgraphs(kind) for kind in Order]
    assert [one.reading_order(kind) for kind in Order] == [other.reading_order(kind) for kind in Order]
    assert one.groups() == other.groups()
    for source in PATHS:
        assert one.closure([source]) == other.closure([source])
        assert list(one.closure([source])) == list(other.closure([source]))
        for target in PATHS:
            assert one.why(source, target) == other.why(source, target)
            assert one.shortest_chain(source, target) == other.shortest_chain(source, target)


@given(dependencies)
def test_answers_equal_those_of_brute_force(made: list[Dependency]) -> None:
    tested = DependencyGraph(PATHS, made)
    pairs = {(each.source, each.target) for each in made if each.source != each.target}
    distances = {(path, path): 0 for path in PATHS}
    for _ in PATHS:
        for source, target in pairs:
            for path in PATHS:
                if (target, path) in distances:
                    far = distances[target, path] + 1
                    distances[source, path] = min(far, distances.get((source, path), far))
    assert tested.edge_count == len(pairs)
    for path in PATHS:
        assert tested.dependencies_of(path) == tuple(sorted(b for a, b in pairs if a == path))
        assert tested.dependents_of(path) == tuple(sorted(a for a, b in pairs if b == path))
        assert tested.closure([path]) == {b: far for (a, b), far in distances.items() if a == path}
        assert tested.closure([path], dependents=True) == {
            a: far for (a, b), far in distances.items() if b == path
        }
        for target in PATHS:
            chain = tested.shortest_chain(path, target)
            assert (chain is None) == ((path, target) not in distances)
            if chain is not None:
                assert len(chain) == distances[path, target]
                stations = [path, *(step.target for step in chain)]
                assert [step.source for step in chain] == stations[:-1] and stations[-1] == target
    assert set(map(frozenset, tested.groups())) == {
        frozenset(b for b in PATHS if (a, b) in distances and (b, a) in distances) for a in PATHS
    }


@given(dependencies)
def test_every_order_has_every_path_once(made: list[Dependency]) -> None:
    tested = DependencyGraph(PATHS, made)
    for kind in Order:
        assert sorted(tested.reading_order(kind)) == list(PATHS)
    place = {path: at for at, group in enumerate(tested.groups()) for path in group}
    assert all(place[each.target] <= place[each.source] for each in made)
    assert tested.reading_order() == tuple(path for group in tested.groups() for path in group)


def test_dependencies_come_first_and_ties_go_by_path() -> None:
    assert graph("main > model", "main > util", "model > util", "main > ask").reading_order() == (
        "ask.py",
        "util.py",
        "model.py",
        "main.py",
    )


def test_a_cycle_stands_together_after_what_it_needs() -> None:
    tested = graph("a > b", "b > a", "b > z", "main > a")
    assert tested.groups() == (("z.py",), ("a.py", "b.py"), ("main.py",))
    assert tested.cycles() == (("a.py", "b.py"),)
    assert tested.reading_order(Order.PAPER) == ("z.py", "a.py", "b.py", "main.py")


def test_subgraphs_come_by_their_first_path() -> None:
    tested = DependencyGraph(["a.py", "b.py", "c.py", "d.py"], edges("a > d"))
    assert tested.subgraphs() == (("d.py", "a.py"), ("b.py",), ("c.py",))
    assert tested.subgraphs("alphabetical") == (("a.py", "d.py"), ("b.py",), ("c.py",))
    assert tested.reading_order("alphabetical") == ("a.py", "b.py", "c.py", "d.py")


def test_a_file_that_imports_itself_has_no_edge() -> None:
    tested = graph("a > a", "a > b")
    assert tested.dependencies_of("a.py") == ("b.py",)
    assert tested.cycles() == ()
    assert tested.why("a.py", "a.py") == ()


def test_what_leads_out_of_the_paths_is_no_edge() -> None:
    tested = DependencyGraph(["a.py"], edges("a > gone", "gone > a"))
    assert tested.edge_count == 0 and tested.paths == ("a.py",)


def test_why_has_each_reason_once_by_line() -> None:
    made = [
        Dependency("a.py", "b.py", 9, "b.late"),
        Dependency("a.py", "b.py", 2, "b"),
        Dependency("a.py", "b.py", 2, "b"),
    ]
    assert DependencyGraph(["a.py", "b.py"], made).why("a.py", "b.py") == (made[1], made[0])


@pytest.mark.parametrize("given_as", list(permutations(["a > c", "a > b", "b > d", "c > d"]))[::5])
def test_the_chain_is_a_shortest_one_and_the_first_by_path(given_as: tuple[str, ...]) -> None:
    chain = graph(*given_as).shortest_chain("a.py", "d.py")
    assert chain is not None
    assert [step.target for step in chain] == ["b.py", "d.py"]


def test_a_chain_between_folders_is_the_shortest_of_all() -> None:
    tested = graph("a > x", "x > y", "b > y")
    assert tested.shortest_chain_between(["a.py", "b.py"], ["y.py"]) == tuple(edges("b > y"))
    assert tested.shortest_chain_between(["y.py"], ["a.py", "b.py"]) is None


def test_a_closure_stops_at_its_limit() -> None:
    tested = graph("a > b", "b > c", "c > d")
    assert tested.closure(["a.py"], limit=2) == {"a.py": 0, "b.py": 1, "c.py": 2}
    assert tested.closure(["c.py"], dependents=True, limit=1) == {"c.py": 0, "b.py": 1}
    assert tested.closure(["a.py"], limit=0) == {"a.py": 0}


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(ValueError, match="newest"):
        graph("a > b").reading_order("newest")


def test_folding_joins_files_and_keeps_what_is_between_them() -> None:
    made = [
        Dependency("app/a.py", "app/b.py", 1, "b"),
        Dependency("app/a.py", "lib/c.py", 2, "c"),
        Dependency("app/a.py", "lib/c.py", 3, "c"),
        Dependency("app/b.py", "lib/c.py", 1, "c"),
    ]
    files = DependencyGraph(["app/a.py", "app/b.py", "lib/c.py"], made)
    folders = files.folded(lambda path: path.partition("/")[0])
    assert sorted(files.dependencies(), key=lambda each: (each.source, each.line)) == made
    assert folders.paths == ("app", "lib")
    assert folders.reading_order() == ("lib", "app")
    assert [each.name for each in folders.why("app", "lib")] == [
        "app/a.py -> lib/c.py",
        "app/b.py -> lib/c.py",
    ]
