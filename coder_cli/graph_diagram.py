"""A dependency graph in the notations of Graphviz and Mermaid. Paths are data there, whatever is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.graph import DependencyGraph

MERMAID_EDGES = 500  # Mermaid draws no more unless its maxEdges is raised
_CYCLE_COLOUR = "#c0392b"
# Control characters have no place in a diagram; what a notation itself means by a character is escaped.
_PLAIN = dict.fromkeys((*range(32), *range(127, 160), *range(55296, 57344)), "�")
_DOT = _PLAIN | {ord('"'): '\\"', ord("\\"): "\\\\", ord("&"): "&amp;"}
_MERMAID = _PLAIN | {ord(letter): f"#{ord(letter)};" for letter in '"#&<>`\\;%'}


def dot(graph: DependencyGraph, shown: Sequence[str]) -> Iterator[str]:
    """A digraph of these files and the edges among them; those within a cycle are red."""
    yield "digraph dependencies {"
    yield "  rankdir=LR;"
    yield '  node [shape=box, fontname="monospace"];'
    names = _unique(shown, _DOT)
    for path in shown:
        yield f'  "{names[path]}";'
    for source, target, in_cycle in _edges(graph, shown):
        colour = f' [color="{_CYCLE_COLOUR}"]' if in_cycle else ""
        yield f'  "{names[source]}" -> "{names[target]}"{colour};'
    yield "}"


def mermaid(graph: DependencyGraph, shown: Sequence[str]) -> Iterator[str]:
    """A flowchart of these files and the edges among them; those within a cycle are red."""
    yield "flowchart LR"
    number = {path: at for at, path in enumerate(shown)}
    for path in shown:
        yield f'  f{number[path]}["{path.translate(_MERMAID)}"]'
    red = []
    for at, (source, target, in_cycle) in enumerate(_edges(graph, shown)):
        yield f"  f{number[source]} --> f{number[target]}"
        if in_cycle:
            red.append(str(at))
    if red:
        yield f"  linkStyle {','.join(red)} stroke:{_CYCLE_COLOUR}"


def _edges(graph: DependencyGraph, shown: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    kept = set(shown)
    group_of = {path: number for number, cycle in enumerate(graph.cycles()) for path in cycle}
    for source in shown:
        for target in graph.dependencies_of(source):
            if target in kept:
                in_cycle = source in group_of and group_of[source] == group_of.get(target)
                yield source, target, in_cycle


def _unique(paths: Sequence[str], escapes: dict[int, str]) -> dict[str, str]:
    """Escaped names; two paths that look the same once escaped are told apart by a number."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in paths:
        # Graphviz takes a name that begins with % for none.
        name = escaped = ("./" if path.startswith("%") else "") + path.translate(escapes)
        count = 1
        while name in taken:
            count += 1
            name = f"{escaped} ({count})"
        taken.add(name)
        names[path] = name
    return names
