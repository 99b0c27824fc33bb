"""Places in an answer are those that were given, wherever the answer's pieces part."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_cli.citations import Citations
from coder_cli.sessions import Source

SOURCES = (
    Source("src/app/config.py", 10, 40),
    Source("src/app/config.py", 90, 120),
    Source("Makefile", 1, 5),
)


def checked(text: str, cuts: tuple[int, ...] = ()) -> tuple[str, list[Source]]:
    citations = Citations(
        SOURCES, lambda answer: [Source("src/app/config.py", 12, 20)] if "load" in answer else []
    )
    borders = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in itertools.pairwise(borders)]
    shown = "".join(citations.push(piece) for piece in pieces) + citations.close()
    return shown, citations.found


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("see `src/app/config.py:12`.", "see `src/app/config.py:12`."),
        ("see config.py:12-15, or", "see src/app/config.py:12-15, or"),
        ("(app/config.py#L12-L15)", "(src/app/config.py:12-15)"),
        ("src/app/config.py:35-60 is cut to", "src/app/config.py:35-40 is cut to"),
        ("./app/config.py:100", "src/app/config.py:100"),
        ("Makefile:3", "Makefile:3"),
    ],
)
def test_a_place_that_was_given_is_shown_whole(said: str, shown: str) -> None:
    assert checked(said)[0] == shown
    assert len(checked(said)[1]) == 1


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("src/app/config.py:500 holds", "src/app/config.py holds"),
        ("other/gone.py:3 holds", "other/gone.py holds"),
        ("gone.py:3 holds", "gone.py holds"),
        ("src/app/config.py:41-89 holds", "src/app/config.py holds"),
    ],
)
def test_a_place_that_was_not_given_loses_its_lines(said: str, shown: str) -> None:
    text, found = checked(said)
    assert text.startswith(shown + "\n\nSources: ")
    assert found == list(SOURCES)


@pytest.mark.parametrize("said", ["localhost:8080", "http://a.b/c.py:80", "at 10:30", "ratio 3:4", "a{b}:12"])
def test_what_is_no_place_stays(said: str) -> None:
    assert checked(f"Makefile:1 {said} end")[0] == f"Makefile:1 {said} end"


def test_an_answer_without_a_place_ends_with_what_it_stands_on() -> None:
    text, found = checked("It is read by `load()`, once.")
    assert text.endswith("\n\nSources: `src/app/config.py:12-20`")
    assert found == [Source("src/app/config.py", 12, 20)]


def test_an_empty_answer_stays_empty() -> None:
    assert checked("") == ("", [])


@given(st.lists(st.integers(0, 80), max_size=12))
def test_where_the_pieces_part_makes_no_difference(cuts: list[int]) -> None:
    text = "First config.py:12-15 then `Makefile:2` and gone.py:7, at last src/app/config.py:9000."
    assert checked(text, tuple(cuts)) == checked(text)


@given(st.text(alphabet="ab./:-#L019 `\n", max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_every_place_that_is_shown_was_given(text: str, cuts: list[int]) -> None:
    shown, found = checked(text, tuple(cuts))
    assert checked(text) == (shown, found)
    for cited in found:
        assert any(
            source.path == cited.path
            and source.start_line <= cited.start_line <= cited.end_line <= source.end_line
            for source in SOURCES
        ) or cited == Source("src/app/config.py", 12, 20)
