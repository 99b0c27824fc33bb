"""Chunks: all of a file, nothing twice, cut where symbols begin."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.parse import parse
from retrieval.search.chunk import LEAST, MOST, chunks
from retrieval.types import SourceFile


def python(text: str) -> list[tuple[int, int]]:
    return [
        (chunk.start_line, chunk.end_line)
        for chunk in chunks(text, parse(SourceFile("a.py", "python", text, "")))
    ]


def function(name: str, lines: int) -> str:
    body = "".join(f"    value_{number} = compute_something_of({number})\n" for number in range(lines))
    return f"def {name}():\n{body}\n\n"


def test_functions_are_not_cut_where_they_need_not_be() -> None:
    text = function("first", 20) + function("second", 20) + function("third", 20)
    assert python(text) == [(1, 21), (24, 44), (47, 67)]


def test_small_functions_share_a_chunk() -> None:
    text = "".join(function(f"small_{number}", 2) for number in range(4))
    assert python(text) == [(1, 18)]


def test_a_long_function_is_cut_between_statements() -> None:
    text = "def long():\n" + "    if one:\n        two()\n\n" * 200
    found = python(text)
    assert len(found) > 3
    lines = text.split("\n")
    assert all(lines[start - 1].startswith("    if") for start, _ in found[1:])


def test_a_chunk_knows_its_symbols() -> None:
    text = "class Box:\n" + "".join(f"    {line}\n" for line in function("put", 70).split("\n"))
    parsed = parse(SourceFile("a.py", "python", text, ""))
    assert parsed is not None
    first, *_, last = chunks(text, parsed)
    assert [parsed.symbols[index].name for index in first.defines] == ["Box", "put"]
    assert [parsed.symbols[index].name for index in last.symbols] == ["Box", "put"]


def test_one_line_of_data_is_one_chunk() -> None:
    found = chunks("x = " + "1, " * 100_000 + "\n\ny = 2\n", None)
    assert [(chunk.start_line, chunk.end_line) for chunk in found] == [(1, 1), (3, 3)]
    assert len(found[0].text) < 10_000


@given(
    st.lists(
        st.sampled_from(["", "def f():", "    pass", "x" * 300, "}", "  y = [", "class A:"]), max_size=120
    )
)
@settings(max_examples=60)
def test_every_line_is_in_one_chunk(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = chunks(text, parse(SourceFile("a.py", "python", text, "")))
    seen = [number for chunk in found for number in range(chunk.start_line, chunk.end_line + 1)]
    assert len(seen) == len(set(seen)) and seen == sorted(seen)
    assert {number for number, line in enumerate(lines, 1) if line.strip()} <= set(seen)
    for chunk in found:
        assert chunk.text == "\n".join(lines[chunk.start_line - 1 : chunk.end_line])
        assert len(chunk.text) <= MOST + LEAST or chunk.start_line == chunk.end_line
