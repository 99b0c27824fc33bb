"""How a graph looks: expected pictures are drawn by hand."""

from __future__ import annotations

import pytest

from coder_cli import graph_text
from coder_cli.graph_diagram import dot, mermaid
from retrieval.graph import DependencyGraph
from retrieval.types import Dependency


def graph(*edges: str, alone: tuple[str, ...] = ()) -> DependencyGraph:
    """ "a:3 b" as line 3 of a needing b."""
    made = []
    for edge in edges:
        source, target = edge.split(" ")
        path, _, line = source.partition(":")
        made.append(Dependency(path, target, int(line or 1), target))
    return DependencyGraph({end for each in made for end in (each.source, each.target)} | set(alone), made)


def picture(text: str) -> list[str]:
    return text.strip("\n").split("\n")


def test_a_listing_shows_files_in_reading_order_with_what_they_need() -> None:
    tested = graph("main model", "main util", "model util", "x y", alone=("README",))
    assert list(graph_text.listing(tested, tested.subgraphs())) == picture("""
util
model
└── util
main
├── model
└── util

y
x
└── y

README
""")


def test_a_listing_marks_cycles_and_what_comes_later_for_them() -> None:
    tested = graph("a b", "b a", "b z")
    assert list(graph_text.listing(tested, tested.subgraphs())) == picture("""
z
a  (in a cycle of 2)
└── b  (comes later)
b  (in a cycle of 2)
├── a
└── z
""")


def test_files_that_stand_alone_need_no_line_above_them() -> None:
    tested = graph(alone=("LICENSE", "README"))
    assert list(graph_text.listing(tested, tested.subgraphs())) == ["LICENSE", "README"]
    assert list(graph_text.listing(graph(), ())) == []


def test_a_tree_draws_each_file_out_where_it_is_nearest() -> None:
    tested = graph(
        "main:1 model", "main:2 store", "model:7 store", "model:9 util", "store:3 util", "util:1 log"
    )
    drawn = graph_text.tree(tested, "main")
    assert list(drawn.lines) == picture("""
main
├── model  (line 1)
│   ├── store  (line 7) (*)
│   └── util  (line 9)
│       └── log  (line 1)
└── store  (line 2)
    └── util  (line 3) (*)
""")
    assert (drawn.files, drawn.depth, drawn.full_depth, drawn.repeats) == (4, 3, 3, True)


def test_a_tree_of_dependents_names_the_line_in_each() -> None:
    tested = graph("main:1 model", "model:7 store", "tool:4 store")
    assert list(graph_text.tree(tested, "store", dependents=True).lines) == picture("""
store
├── model:7
│   └── main:1
└── tool:4
""")


def test_a_tree_of_files_in_a_cycle_comes_to_an_end() -> None:
    tested = graph("a b", "b c", "c a")
    assert list(graph_text.tree(tested, "a").lines) == picture("""
a
└── b  (line 1)
    └── c  (line 1)
        └── a  (line 1) (*)
""")


def test_a_tree_shows_the_levels_asked_for_or_those_that_fit() -> None:
    tested = graph("a b", "a c", "b d", "c e", "d f")
    assert len(graph_text.tree(tested, "a", depth=1).lines) == 3
    assert graph_text.tree(tested, "a", fit=2).depth == 1
    assert graph_text.tree(tested, "a", fit=3).depth == 1
    assert graph_text.tree(tested, "a", fit=4).depth == 2
    assert graph_text.tree(tested, "a", fit=1).depth == 1  # one level at least
    assert graph_text.tree(tested, "f", fit=1).lines == ("f",)


def test_a_tree_as_deep_as_a_chain_of_files_is_cut() -> None:
    tested = graph(*(f"{number:04} {number + 1:04}" for number in range(2000)))
    drawn = graph_text.tree(tested, "0000")
    assert (drawn.depth, drawn.full_depth) == (graph_text.DEEPEST, 2000)
    assert len(drawn.lines) == graph_text.DEEPEST + 1


def test_a_cycle_is_shown_with_its_files_a_way_around_and_its_cure() -> None:
    tested = graph("a:1 b", "b:2 c", "c:3 a", "b:5 a")
    (cycle,) = tested.cycles()
    assert list(graph_text.cycle_lines(tested, cycle)) == picture("""
3 files need one another
  a
  c
  b
a shortest way around, 2 steps
  a:1 -> b
  b:5 -> a
it is gone without 1 dependency
  a:1 -> b
""")


def test_a_cycle_of_two_is_its_own_way_around() -> None:
    tested = graph("a:1 b", "b:5 a")
    assert list(graph_text.cycle_lines(tested, tested.cycles()[0])) == picture("""
2 files need one another
  a:1 -> b
  b:5 -> a
""")


def test_a_folder_is_cut_to_its_depth_below_another() -> None:
    assert graph_text.folder_of("a/b/c/d.py", 1) == "a/"
    assert graph_text.folder_of("a/b/c/d.py", 2) == "a/b/"
    assert graph_text.folder_of("a/b/c/d.py", 1, "a/b") == "a/b/c/"
    assert graph_text.folder_of("a/d.py", 3) == "a/"
    assert graph_text.folder_of("d.py", 1) == "./"


def test_an_overview_ranks_files_and_orders_folders() -> None:
    tested = graph("app/main lib/util", "app/main lib/log", "lib/util lib/log", alone=("README",))
    assert list(graph_text.overview(tested, tested.reading_order())) == picture("""
most needed
  2  lib/log
  1  lib/util

needing most
  2  app/main
  1  lib/util

folders in reading order: files, and the folders they need
  1  ./
  2  lib/
  1  app/  lib/
""")


def test_counts_read_as_a_sentence() -> None:
    tested = graph("a b", "b a", "x y", alone=("z",))
    counts = graph_text.count(tested, tested.subgraphs())
    assert str(counts) == "5 files · 3 dependencies · 2 subgraphs, the largest of 2 · 1 cycle · 1 alone"


def test_graphviz_gets_paths_as_quoted_text() -> None:
    names = ['a".py', "b\\", "c&lt;.py", "d\n.py", "d\r.py", "e f;->{}.py", "%f.py"]
    tested = graph(alone=tuple(names))
    assert list(dot(tested, names))[3:-1] == [
        '  "a\\".py";',
        '  "b\\\\";',
        '  "c&amp;lt;.py";',
        '  "d\ufffd.py";',
        '  "d\ufffd.py (2)";',
        '  "e f;->{}.py";',
        '  "./%f.py";',
    ]


def test_graphviz_gets_the_edges_and_cycles_in_red() -> None:
    tested = graph("a b", "b a", "b z")
    assert list(dot(tested, ["z", "a", "b"]))[3:] == [
        '  "z";',
        '  "a";',
        '  "b";',
        '  "a" -> "b" [color="#c0392b"];',
        '  "b" -> "a" [color="#c0392b"];',
        '  "b" -> "z";',
        "}",
    ]


def test_a_diagram_shows_the_edges_among_its_files_only() -> None:
    tested = graph("a b", "b z")
    assert list(dot(tested, ["a", "b"]))[3:] == ['  "a";', '  "b";', '  "a" -> "b";', "}"]


def test_mermaid_gets_paths_as_quoted_text_and_cycles_in_red() -> None:
    tested = graph("a b", "b a", 'b x"]-->#<b>`%%')
    assert list(mermaid(tested, ['x"]-->#<b>`%%', "a", "b"])) == [
        "flowchart LR",
        '  f0["x#34;]--#62;#35;#60;b#62;#96;#37;#37;"]',
        '  f1["a"]',
        '  f2["b"]',
        "  f1 --> f2",
        "  f2 --> f1",
        "  f2 --> f0",
        "  linkStyle 0,1 stroke:#c0392b",
    ]


def test_an_overview_splits_its_largest_folders_as_far_as_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ["big/a/x", "big/a/y", "big/b/x", "big/main", "small/a/x", "README"]

    def folders(most: int) -> list[str]:
        monkeypatch.setattr(graph_text, "MOST_FOLDERS", most)
        return list(graph_text.overview(graph(alone=tuple(paths)), paths))[1:]

    assert folders(4) == ["  1  ./", "  4  big/", "  1  small/a/"]
    assert folders(5) == ["  1  ./", "  1  big/", "  2  big/a/", "  1  big/b/", "  1  small/a/"]


def test_an_overview_names_a_few_of_the_folders_that_one_needs() -> None:
    tested = graph(*(f"top/x {letter}/x" for letter in "abcdefgh"))
    assert list(graph_text.overview(tested, tested.reading_order()))[-1] == (
        "  1  top/  a/  b/  c/  d/  e/  f/  and 2 more"
    )
