"""An answer while it is written: on an emulated terminal, and as lines that stay or change."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from coder_cli.screen.document import Document
from tests.coder_cli.emulated import stream

ATOMS = (
    "# Title\n", "### Small\n", "words that go on ", "a long sentence of many words, which breaks. ", "x",
    "**bold** ", "*it* ", "`code` ", "snake_case_name ", "2 * 3 ", "[a.py](src/a.py) ", "a[0] ", "![p](q) ",
    "*", "**", "_", "__", "`", "``", "[", "](", ")", "\\", "!", "|", "a | b\n", "|-|:-:|\n", "~~", "<b>",
    "&lt;", "\n", "\n", "\n\n", " ", "  ", "\t", "\r", "\r\n",
    "- item\n", "* ", "  - nested ", "1. one\n", "2) ", "   ", "> ", ">\n", "---\n", "===\n",
    "    indented\n",
    "```\n", "```python\n", "```c\n", "~~~", "  ```", "def f(x):\n", "/* open\n", "*/ ", '"""',
    "# comment\n",
    "你好，世界", "👩‍💻", "❤️", "é", "Ж" * 30, "\x1b[2J", "\x9b1m", "\x00", "[r]: /u\n",
    "https://a.b/c_d_e ",
)  # fmt: skip
documents = st.lists(st.sampled_from(ATOMS), max_size=30).map("".join)


def cut(text: str, borders: Iterable[int]) -> list[str]:
    places = sorted({0, len(text), *(border % (len(text) + 1) for border in borders)})
    return [text[begin:end] for begin, end in itertools.pairwise(places)]


def shown_for_good(pieces: Iterable[str], columns: int) -> list[str]:
    document = Document()
    lines: list[str] = []
    for piece in pieces:
        document.write(piece)
        lines += document.advance(columns).settled
    return lines + document.advance(columns, finished=True).settled


@settings(max_examples=300)
@given(
    text=documents, borders=st.lists(st.integers(0, 2000), max_size=40), columns=st.sampled_from([8, 30, 80])
)
def test_where_the_pieces_end_changes_nothing(text: str, borders: list[int], columns: int) -> None:
    assert shown_for_good(cut(text, borders), columns) == shown_for_good([text], columns)


@settings(max_examples=100)
@given(text=documents, columns=st.sampled_from([8, 30]))
def test_nor_does_a_piece_for_each_character(text: str, columns: int) -> None:
    assert shown_for_good(text, columns) == shown_for_good([text], columns)


@settings(max_examples=60)
@given(
    text=documents, borders=st.lists(st.integers(0, 2000), max_size=20), columns=st.sampled_from([12, 30, 80])
)
def test_the_screen_at_the_end_is_that_of_the_whole_text(text: str, borders: list[int], columns: int) -> None:
    assert stream(cut(text, borders), columns).everything() == stream([text], columns).everything()
