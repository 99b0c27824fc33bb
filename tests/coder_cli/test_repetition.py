"""Circles are ended, lists and code are not."""

from __future__ import annotations

import pytest

from coder_cli.repetition import Repetition

ROUND = "The function reads the file and returns its content. "


def read(text: str, size: int = 3) -> int | None:
    """How much of a text passes until it is ended."""
    watch = Repetition()
    for start in range(0, len(text), size):
        assert watch.push(text[start : start + size]) == text[start : start + size]
        if watch.done:
            return start + size
    return None


@pytest.mark.parametrize("unit", [ROUND, "ab", "x = x + 1\n", ROUND * 5 + "And so on.\n"])
def test_a_circle_is_ended_soon(unit: str) -> None:
    ended = read("An answer begins. " + unit * 400)
    assert ended is not None and ended < 20 + max(400, 6 * len(unit))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"| {n} | {n * n} | {n % 3} |" for n in range(200)),
        "=" * 400 + "\n" + "-" * 400,
        "\n".join(f"    assert square({n}) == {n * n}" for n in range(100)),
        (ROUND * 3 + "Then something else happens. ") + ROUND * 2,
        " " * 1000,
    ],
)
def test_what_only_looks_alike_is_not(text: str) -> None:
    assert read(text) is None
