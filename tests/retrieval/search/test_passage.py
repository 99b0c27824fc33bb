"""Of a long chunk the lines that a request is about."""

from __future__ import annotations

from retrieval.search.passage import narrowed

LINES = [
    "def load(path):",
    "",
    "    a = 1",
    "    b = 2",
    "    timeout = DEFAULT_TIMEOUT",
    "    c = 3",
    "",
    "    return c",
]


def test_the_lines_that_share_most_are_taken() -> None:
    assert narrowed(LINES, 1, 8, {"timeout": 3.0, "return": 1.0}, 2) == (4, 5)
    assert narrowed(LINES, 1, 8, {"timeout": 3.0, "return": 1.0}, 4) == (5, 8)


def test_a_short_chunk_stays_but_for_blank_ends() -> None:
    assert narrowed(LINES, 2, 7, {"a": 1.0}, 20) == (3, 6)


def test_without_a_shared_word_it_begins_where_the_chunk_begins() -> None:
    assert narrowed(LINES, 1, 8, {}, 3) == (1, 3)


def test_rare_words_count_more() -> None:
    assert narrowed(["get get", "x", "y", "rare"], 1, 4, {"get": 0.5, "rare": 4.0}, 1) == (4, 4)


def test_a_chunk_that_reaches_beyond_the_text_ends_with_it() -> None:
    assert narrowed(LINES, 7, 90, {}, 50) == (8, 8)
