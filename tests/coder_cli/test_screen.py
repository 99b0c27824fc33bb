"""An answer while it is written: on an emulated terminal, and as lines that stay or change."""

from __future__ import annotations

import itertools
import re
import signal
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_cli.screen.cells import wrap
from coder_cli.screen.document import Document
from coder_cli.screen.live import LiveMarkdown
from tests.coder_cli.emulated import Terminal, stream

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


def test_an_answer_at_a_terminal() -> None:
    text = """# Title
Words with **bold**, `code`, snake_case and [a file](src/a.py).
1. one
   - two

   ```python
   x = 1
   ```
> quote

| a | b |
|---|--:|
| `c` | 12 |

---
```
\ttab
```
"""
    assert (
        stream([text], 40).text()
        == """Title
Words with bold, code, snake_case and a
file (src/a.py).
1. one
   • two

   x = 1

▌ quote

a   b
─  ──
c  12

────────────────────────────────────────

    tab"""
    )


def test_a_table_that_does_not_fit_breaks_its_cells_and_then_becomes_a_list() -> None:
    table = "| name | what it does |\n|---|---|\n| alpha | the first of all letters |\n| beta | the next |"
    assert (
        stream([table], 24).text()
        == """name   what it does
─────  ─────────────────
alpha  the first of all
       letters
beta   the next"""
    )
    assert (
        stream([table], 14).text()
        == """name: alpha
what it
  does: the
  first of all
  letters

name: beta
what it
  does: the
  next"""
    )


def test_the_tail_is_short_and_fits_the_screen() -> None:
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 30
    for lines in (24, 4):
        terminal = Terminal(20, lines)
        writer = LiveMarkdown(terminal.put, terminal.size, frame_seconds=0.0)
        writer.write("above\n\n")
        for line in table.splitlines(keepends=True):
            writer.write(line)
            assert terminal.screen.display[0].strip() in ("above", "", "a  b", "─  ─", "1  2")
        drawn = [frame for frame in terminal.written if "1  2" in frame]
        assert max(frame.count("\n") + 1 for frame in drawn) <= min(6, lines - 1) + 2
        writer.close()
        assert terminal.text().count("1  2") == 30


def test_code_is_coloured_as_it_is_read_and_an_open_comment_is_one() -> None:
    code = "```c\n/* if you\n * return\n */\nreturn 1;\n```"
    colors: dict[str, set[str]] = {}
    for row in stream(list(code), 20).everything():
        for cell in row:
            colors.setdefault(cell[0], set()).add(cell[1])
    document = Document()
    document.write("```c\n/* if you\n * return\n")
    lines = document.advance(20)
    assert lines.settled == ["\x1b[2m/* if you\x1b[0m"] and lines.tail == ["\x1b[2m * return\x1b[0m"]
    assert colors["r"] >= {"magenta"}


def test_code_for_a_terminal_is_written_in_one_so_that_it_is_copied_in_one() -> None:
    line = "x" * 50
    assert shown_for_good(f"```\n{line}\n```", 20) == [f"\x1b[36m{line}\x1b[0m"]


OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?(?:25|7|2026)[hl]|\x1b\[\d*[AJ]|\r")


@given(text=st.text(max_size=200) | documents)
def test_only_escape_sequences_of_ours_reach_a_terminal(text: str) -> None:
    written = "".join(stream(cut(text, (7, 50, 90)), 30).written)
    assert not any(
        ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in OURS.sub("", written) if letter != "\n"
    )


def test_a_hostile_link_is_text() -> None:
    terminal = stream(
        ["[ok](\x1b]8;;http://evil\x1b\\x) [&#27;[2J](<a&#27;b>) `\x1b[2J`\n```\x1b[1m\n\x1b[2J\n```"], 80
    )
    assert "\x1b]" not in "".join(terminal.written) and "\x1b[2J" not in "".join(terminal.written)


def test_frames_come_at_their_pace_and_each_in_one_write() -> None:
    terminal = Terminal(40)
    writer = LiveMarkdown(terminal.put, terminal.size, frame_seconds=1000.0)
    for piece in "some words and more words than that\n\n" * 5:
        writer.write(piece)
    assert len(terminal.written) == 1
    writer.close()
    frame, cursor = terminal.written[1:]
    assert frame.startswith("\x1b[?2026h") and frame.endswith("\x1b[?2026l") and cursor == "\x1b[?25h"


def test_talk_in_the_middle_stands_above_what_is_still_coming() -> None:
    terminal = Terminal(40)
    writer = LiveMarkdown(terminal.put, terminal.size, frame_seconds=0.0)
    writer.write("one\n\ntwo")
    writer.make_room()
    terminal.put("talk\r\n")
    writer.write(" more")
    writer.close()
    assert terminal.text() == "one\n\ntalk\ntwo more"


def test_nothing_written_leaves_the_terminal_alone() -> None:
    assert stream([""], 40).written == []


def test_ctrl_c_waits_for_the_end_of_a_frame() -> None:
    terminal = Terminal(40)

    def put(text: str) -> None:
        signal.raise_signal(signal.SIGINT)
        terminal.put(text)

    writer = LiveMarkdown(put, terminal.size, frame_seconds=0.0)
    with pytest.raises(KeyboardInterrupt):
        writer.write("some **words**")
    with pytest.raises(KeyboardInterrupt):
        writer.close()
    assert terminal.text() == "some words" and terminal.written[-1] == "\x1b[?25h"


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("a  b", 9, ["a  b"]),
        ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]),
        ("世界世界", 5, ["世界", "世界"]),
        ("a世界。", 5, ["a世", "界。"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("👩‍💻!", 4, ["👩‍💻", "!"]),
        ("one\ntwo", 9, ["one", "two"]),
        ("世", 1, ["世"]),
    ],
)
def test_lines_break_between_words_and_between_wide_characters(
    text: str, room: int, lines: list[str]
) -> None:
    assert [text[begin:stop] for begin, stop, _ in wrap(text, room)] == lines
