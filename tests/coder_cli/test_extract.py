"""Only the code of an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_cli.extract import CodeBlock, is_code


def extracted(*pieces: str) -> tuple[str, bool]:
    """The code, and whether any was found."""
    block = CodeBlock()
    text = "".join(map(block.push, pieces)) + block.close()
    return text, block.found


def test_the_first_fenced_block_is_the_code() -> None:
    assert extracted("Here:\n\n```python\na = 1\n```\nand\n```\nb\n```\n") == ("a = 1\n", True)
    assert extracted("```\na\n\n  b\n```") == ("a\n\n  b\n", True)


def test_the_block_is_done_where_it_closes() -> None:
    block = CodeBlock()
    block.push("```\na\n")
    assert not block.done
    block.push("```\n")
    assert block.done


def test_longer_fences_and_tildes_hold_shorter_ones() -> None:
    assert extracted("````md\n```py\na\n```\n````\n") == ("```py\na\n```\n", True)
    assert extracted("~~~\n```\n~~~\n") == ("```\n", True)


def test_a_block_in_a_list_loses_the_lists_indentation() -> None:
    assert extracted("1. Do:\n   ```sh\n   ls\n     -l\n   ```\n") == ("ls\n  -l\n", True)


def test_an_unclosed_block_is_kept() -> None:
    assert extracted("```python\na = 1\nb =") == ("a = 1\nb =", True)


def test_inline_code_is_no_fence() -> None:
    assert extracted("Use ```a``` here.") == ("", False)


@pytest.mark.parametrize("text", ["a = 1\n", "def f(): pass", "import os", "print('hi')"])
def test_a_bare_program_is_code(text: str) -> None:
    assert extracted(text) == (text, True)


@pytest.mark.parametrize("text", ["", "Yes", "Yes.", "'no'", "You can sort it.", "(" * 1000, "'\\d'"])
def test_prose_is_no_code(text: str) -> None:
    assert not is_code(text)
    assert extracted(text) == ("", False)


@given(st.text("a`\n ~", max_size=60), st.integers(1, 5))
def test_how_the_text_is_cut_into_pieces_changes_nothing(text: str, size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert extracted(*pieces) == extracted(text)
