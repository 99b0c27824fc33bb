"""Words of texts, as search compares them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.search.words import of_identifier, stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("parseHTTPHeaders2", ["pars", "http", "header", "2", "parsehttpheaders2"]),
        ("snake_case", ["snak", "case", "snake_case"]),
        ("__init__", ["init"]),
        ("XMLHttpRequest", ["xml", "http", "request", "xmlhttprequest"]),
        ("a.b", ["a", "b"]),
        ("Größe 名前", ["größe", "名前"]),
        ("größeDesFeldes2", ["größedesfeldes", "2", "größedesfeldes2"]),
        ("", []),
    ],
)
def test_identifiers_come_apart(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "forms",
    [
        ("cache", "caches", "cached", "caching"),
        ("stop", "stops", "stopped", "stopping"),
        ("query", "queries"),
        ("match", "matches", "matched", "matching"),
        ("box", "boxes"),
        ("pass", "passes", "passed", "passing"),
        ("file", "files"),
    ],
)
def test_forms_of_a_word_are_one(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["string", "thing", "class", "status", "is", "bus", "red", "ring", "axis"])
def test_what_only_looks_like_an_ending_stays(word: str) -> None:
    assert stem(word) == word


def test_data_has_no_words() -> None:
    assert of_identifier("A" * 65) == ()


@given(st.text())
def test_any_text_has_words_in_lower_case(text: str) -> None:
    assert all(word and word == word.lower() for word in words(text))
