"""Blocks of a model are read as leniently as aider reads them."""

from __future__ import annotations

import pytest

from tests.quality.edits_free import BlockError, applied, blocks

MARKS = ("<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE")
TEXT = "def f():\n    a = 1\n    b = 2\n\n\ndef g():\n    a = 1\n"


def block(search: str, replace: str) -> str:
    return f"In x.py:\n```python\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n```\n"


def edited(search: str, replace: str) -> str:
    return applied(TEXT, blocks(block(search, replace), MARKS))


def test_the_first_place_is_taken() -> None:
    assert edited("    a = 1\n", "    a = 3\n") == TEXT.replace("a = 1", "a = 3", 1)


def test_indentation_that_is_missing_is_put_back() -> None:
    assert edited("a = 1\nb = 2\n", "a = 1\nb = 3\n") == TEXT.replace("b = 2", "b = 3")


def test_a_blank_line_too_many_is_passed_over() -> None:
    assert edited("\n    a = 1\n    b = 2\n", "    b = 3\n") == TEXT.replace(
        "    a = 1\n    b = 2", "    b = 3"
    )


def test_dots_stand_for_lines_that_stay() -> None:
    found = edited("def f():\n...\n    b = 2\n", "def f(x):\n...\n    b = x\n")
    assert found == TEXT.replace("f()", "f(x)").replace("b = 2", "b = x")


def test_nothing_to_search_for_appends() -> None:
    assert edited("", "c = 3\n") == TEXT + "c = 3\n"


def test_miscounted_marks_are_taken() -> None:
    answer = "<<<<<< SEARCH\n    b = 2\n=====\n    b = 3\n>>>>>>> REPLACE\n"
    assert applied(TEXT, blocks(answer, MARKS)) == TEXT.replace("b = 2", "b = 3")


@pytest.mark.parametrize("answer", ["Sure!", block("    c = 1\n", "    c = 2\n")])
def test_what_does_not_fit_is_told(answer: str) -> None:
    with pytest.raises(BlockError):
        applied(TEXT, blocks(answer, MARKS))


def test_a_block_that_is_not_closed_is_told() -> None:
    with pytest.raises(BlockError, match="not closed"):
        blocks("<<<<<<< SEARCH\n    b = 2\n=======\n    b = 3\n", MARKS)
