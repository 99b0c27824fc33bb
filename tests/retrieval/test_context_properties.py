"""What holds for every window: of any repository, for any request and budget, however tokens are counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.context import build_context
from retrieval.types import (
    Dependency,
    Import,
    ParsedFile,
    Reference,
    ReferenceKind,
    Skip,
    Skipped,
    Symbol,
    SymbolKind,
)
from retrieval.window import Arrangement, ContextWindow, Level, Request, Seed, Target
from tests.retrieval.small_repository import SmallRepository

NAMES = ["load", "save_all", "Config", "run", "parse_line", "Node", "__init__", "x"]
LINES = [
    "",
    "value = 1",
    "def f():",
    "    return 1",
    "class A:",
    "}",
    "{",
    "# note",
    '"""',
    "    x = [",
    "é日本\t",
]


def by_words(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]|\n", text))


def by_characters(text: str) -> int:
    return len(text)


def in_fours(text: str) -> int:
    """Fewer for a joined text than for its parts."""
    return -(-len(text) // 4)


def superlinear(text: str) -> int:
    """More for a joined text than for its parts: no tokenizer does this, so the check at the end must."""
    return int((len(text) / 3) ** 1.15)


def erratic(text: str) -> int:
    """Up and down by what the text is, not only by how long."""
    return len(text) // 3 + sum(text.encode("utf-8", "replace")) % 11 if text else 0


COUNTERS: list[Callable[[str], int]] = [by_words, by_characters, in_fours, superlinear, erratic]


@st.composite
def parses(draw: st.DrawFn, line_count: int) -> ParsedFile:
    """Symbols anywhere, in order of their beginnings, nested or not as chance has it; also beyond the end."""
    line = st.integers(1, line_count + 2)
    symbols: list[Symbol] = []
    for start in sorted(draw(st.lists(line, max_size=6))):
        end = draw(st.integers(start, line_count + 3))
        name_line = draw(st.integers(start, min(end, start + 2)))
        signature_end = draw(st.integers(name_line, end))
        inside = [n for n, one in enumerate(symbols) if one.start_line <= start and end <= one.end_line]
        symbols.append(
            Symbol(
                draw(st.sampled_from(NAMES)),
                draw(st.sampled_from(SymbolKind)),
                name_line,
                0,
                start,
                end,
                signature_end,
                draw(st.sampled_from([None, *inside])),
                draw(st.sampled_from(["", "Says what it does."])),
                draw(st.sampled_from(["", "Config"])),
                draw(st.booleans()),
            )
        )
    references = [
        Reference(name, at, 0, kind, qualifier)
        for name, at, kind, qualifier in draw(
            st.lists(
                st.tuples(
                    st.sampled_from(NAMES),
                    line,
                    st.sampled_from(ReferenceKind),
                    st.sampled_from(["", "self", "config"]),
                ),
                max_size=8,
            )
        )
    ]
    imports = [Import("m", at, at) for at in sorted(draw(st.lists(line, max_size=3)))]
    return ParsedFile("python", "", tuple(symbols), tuple(references), tuple(imports))


@dataclass
class Case:
    repository: SmallRepository
    request: Request
    seeds: tuple[Seed, ...]
    budget: int
    count: Callable[[str], int]
    order: Arrangement

    def window(self) -> ContextWindow:
        return build_context(
            self.request,
            seeds=self.seeds,
            graph=self.repository.graph,
            parsed=self.repository.parsed,
            read=self.repository.read,
            budget=self.budget,
            count_tokens=self.count,
            order=self.order,
        )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    paths = [
        f"{folder}file{number}.py" for number, folder in enumerate(["", "a/", "a/b/", "c/", "", "a/", "d/"])
    ]
    paths = paths[: draw(st.integers(1, len(paths)))]
    texts: dict[str, str] = {}
    found: dict[str, ParsedFile] = {}
    for path in paths:
        lines: list[str] = draw(st.lists(st.sampled_from(LINES), max_size=40))
        texts[path] = "\n".join(lines * draw(st.sampled_from([1, 1, 8])))
        if draw(st.booleans()):
            found[path] = draw(parses(texts[path].count("\n") + 1))
    skipped = {"secret.env": Skipped("secret.env", Skip.SENSITIVE)}
    every = [*paths, *skipped]
    cyclic = draw(st.booleans())
    edges = [
        (path, needed, draw(st.integers(1, 5)))
        for number, path in enumerate(paths)
        for needed in draw(st.lists(st.sampled_from(every if cyclic else every[number + 1 :]), max_size=2))
    ]
    repository = SmallRepository(texts, found, [Dependency(*edge, "m") for edge in edges], skipped)
    chosen = draw(st.sampled_from([*every, None, "nowhere.py"]))
    target: Target | None = None
    if chosen is not None:
        line = draw(st.sampled_from([None, 1, 3, 17, 1000]))
        column = draw(st.sampled_from([None, 1, 5, 99]))
        target = Target(chosen, line, column, fill=line is not None and draw(st.booleans()))
    seeds = [
        Seed(path, "found", start, start + 3 if start else None, named)
        for path, start, named in draw(
            st.lists(
                st.tuples(st.sampled_from([*every, "gone.py"]), st.sampled_from([None, 1, 9]), st.booleans()),
                max_size=4,
            )
        )
    ]
    count = draw(st.sampled_from(COUNTERS))
    crowded = max(64, sum(count(text) for text in texts.values()))
    return Case(
        repository,
        Request("task", target),
        tuple(seeds),
        draw(st.one_of(st.integers(64, crowded), st.integers(64, crowded), st.integers(64, 16384))),
        count,
        draw(st.sampled_from([Arrangement.DEPENDENCY, Arrangement.DEPENDENCY, *Arrangement])),
    )


@given(cases())
@settings(max_examples=60)
def test_the_budget_holds_for_the_finished_text(case: Case) -> None:
    window = case.window()
    assert window.tokens <= case.budget
    assert window.tokens == (sum(map(case.count, window.pieces)) if window.items else 0)


@given(cases())
@settings(max_examples=30)
def test_every_candidate_is_in_once_or_left_out_with_a_reason(case: Case) -> None:
    window = case.window()
    graph, target = case.repository.graph, case.request.target
    starts = {seed.path for seed in case.seeds} | ({target.path} if target else set())
    candidates = starts | graph.closure(starts & set(graph.paths)).keys()
    if target is not None and target.path in graph:
        candidates |= set(graph.dependents_of(target.path))
    inside = [item.path for item in window.items]
    outside = [left.path for left in window.left_out]
    assert sorted(inside + outside) == sorted(candidates)
    assert all(left.reason for left in window.left_out)
    assert all(item.reason for item in window.items)
    assert all(bool(item.shortened) == (item.level is not Level.WHOLE) for item in window.items)


@given(cases())
@settings(max_examples=30)
def test_what_is_shown_stands_in_the_file(case: Case) -> None:
    for item in case.window().items:
        text = case.repository.texts[item.path]
        last = text.count("\n") + 1
        assert 1 <= item.start_line <= item.end_line <= last
        if item.level is Level.WHOLE:
            assert item.text.rstrip("\n") == text.rstrip("\n")
        asked = case.request.target is not None and item.path == case.request.target.path
        assert item.text.strip() or asked


@given(cases())
@settings(max_examples=30)
def test_the_same_request_gives_the_same_window(case: Case) -> None:
    assert case.window() == case.window()


@given(cases())
@settings(max_examples=30)
def test_files_stand_in_reading_order_and_the_target_last(case: Case) -> None:
    window = case.window()
    paths = [item.path for item in window.items]
    target = case.request.target.path if case.request.target else None
    if target in paths:
        assert paths[-1] == target
    others = [path for path in paths if path != target]
    if case.order is Arrangement.ALPHABETICAL:
        assert others == sorted(others)
    graph = case.repository.graph
    known = [path for path in others if path in graph]
    if case.order is Arrangement.DEPENDENCY and target is None:
        row = graph.reading_order()
        assert known == [path for path in row if path in known]
    if case.order is Arrangement.DEPENDENCY:
        position = {path: number for number, path in enumerate(paths)}
        notes = {item.path: item.note for item in window.items}
        group = {path: group for group in graph.groups() for path in group}
        for path in [path for path in paths if path in graph]:
            for needed in graph.dependencies_of(path):
                if needed in position and group[needed] != group[path] and position[needed] > position[path]:
                    assert needed in graph and notes[path], "what comes before its dependency is marked"
                    assert target in graph.closure([path])


@given(cases())
@settings(max_examples=30)
def test_a_hole_is_where_it_was_asked_for(case: Case) -> None:
    target = case.request.target
    window = case.window()
    if target is None or not target.fill or not any(item.path == target.path for item in window.items):
        assert len(window.pieces) == 1
        return
    lines = case.repository.texts[target.path].split("\n")
    line = lines[min(target.line or 1, len(lines)) - 1]
    column = len(line) if target.column is None else min(target.column - 1, len(line))
    before, prefix, suffix = window.pieces
    assert before.endswith(f"#{target.path}\n")
    assert prefix.rpartition("\n")[2] == line[:column]
    assert suffix.partition("\n")[0] == line[column:]
    if window.items[-1].level is Level.WHOLE:
        assert prefix + suffix == case.repository.texts[target.path]


@given(cases(), st.data())
@settings(max_examples=30)
def test_another_task_changes_nothing_before_its_hits(case: Case, data: st.DataObject) -> None:
    """As long as what it finds is not of the target's own surroundings."""
    graph, target = case.repository.graph, case.request.target
    if target is None or target.path not in graph:
        return
    case.count, case.order = by_characters, Arrangement.DEPENDENCY
    around = graph.closure([target.path]).keys() | graph.closure([target.path], dependents=True).keys()
    far = [path for path in graph.paths if not graph.closure([path]).keys() & around]
    rest = st.lists(st.sampled_from(far), min_size=1) if far else st.just(["gone.py"])
    shown = []
    for _ in range(2):
        case.seeds = tuple(Seed(path, "found") for path in data.draw(rest))
        shown.append([item for item in case.window().items if item.path in around])
    assert shown[0] == shown[1]
