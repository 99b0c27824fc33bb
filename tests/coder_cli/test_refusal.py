"""Refusals are known by how they open."""

from __future__ import annotations

import pytest

from coder_cli.refusal import is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m sorry, the file is missing.",
        "The provided excerpts do not show where it is set.",
        "The excerpts above don't contain it.",
        "Unfortunately, there is nothing about it.",
        "I cannot find the function.",
    ],
)
def test_a_refusal_is_one(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text", ["", "It is read in `load`. I cannot say more.", "The code does not retry.", "Sorting is stable."]
)
def test_an_answer_is_none(text: str) -> None:
    assert not is_refusal(text)
