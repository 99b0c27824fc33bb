"""An answer at a real terminal: tmux, which draws, scrolls, and lays out again when its size changes."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.coder_cli.emulated import stream
from tests.coder_cli.tmux import Tmux

ROOT = Path(__file__).parent.parent.parent
ANSWER = """# A title

A paragraph that is **long** enough to need more than one line in any terminal that is used here, with `code`.

1. One:
   ```python
   def f(x: int) -> str:
       return f"{x}"  # a comment that is longer than the terminal has columns, so it breaks somewhere
   ```
2. Two

| name | bytes |
|---|--:|
| 読む | 12 |

中文段落也应该正确地换行，因为终端里的每个汉字占两列，所以换行的位置必须按列数而不是按字符数来计算。

""" + "\n\n".join(f"Paragraph {number} has some words, and then it ends." for number in range(20))


@pytest.fixture
def tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("no tmux")
    monkeypatch.delenv("TMUX", raising=False)
    terminal = Tmux(tmp_path, 80, 24)
    yield terminal
    terminal.close()


def play(tmux: Tmux, folder: Path, seconds: float, before: str = "") -> None:
    (folder / "answer.md").write_text(ANSWER, encoding="utf-8")
    program = f"{sys.executable} -m tests.coder_cli.streamed {folder}/answer.md {seconds}"
    tmux.type(f"clear; cd {ROOT}; {before} {program}", "Enter")


def answer(text: str) -> list[str]:
    """The lines of the answer and what was said after it."""
    lines = [line.rstrip() for line in text.splitlines()]
    return lines[lines.index("A title") : lines.index("done") + 1]


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (30, 10)])
def test_tmux_shows_what_the_whole_text_looks_like(
    tmux: Tmux, tmp_path: Path, columns: int, lines: int
) -> None:
    tmux.resize(columns, lines)
    play(tmux, tmp_path, 0.5)
    tmux.wait("done")
    whole = [line.rstrip() for line in stream([ANSWER], columns).text().splitlines()]
    shown = tmux.call("capture-pane", "-p", "-S", "-")
    assert answer(shown) == [*whole, "done"]
    assert tmux.shows_cursor()


def test_a_resize_in_the_middle_leaves_each_word_once(tmux: Tmux, tmp_path: Path) -> None:
    play(tmux, tmp_path, 3.0)
    tmux.wait("A title")
    for columns, lines in ((41, 20), (100, 12), (35, 8), (60, 24)):
        time.sleep(0.5)
        tmux.resize(columns, lines)
    tmux.wait("done")
    whole = " ".join(stream([ANSWER], 80).text().split())
    shown = " ".join(" ".join(answer(tmux.everything())[:-1]).split())
    # Where lines break depends on when the resize came; so do the widths of a table's rules.
    assert _bare(shown) == _bare(whole)


def _bare(text: str) -> str:
    return re.sub(r"[\s─]", "", text)


def test_an_interruption_keeps_what_came_and_gives_the_cursor_back(tmux: Tmux, tmp_path: Path) -> None:
    play(tmux, tmp_path, 8.0)
    tmux.wait("Two")
    tmux.type("C-c")
    tmux.wait("done")
    shown = answer(tmux.everything())
    assert shown[-2:] == ["interrupted", "done"]
    kept = shown[:-2]
    whole = [line.rstrip() for line in stream([ANSWER], 80).text().splitlines()]
    assert "2. Two" in kept and "^C" not in "".join(kept)
    assert kept[: kept.index("2. Two")] == whole[: whole.index("2. Two")]
    assert tmux.shows_cursor()


def test_a_suspended_answer_leaves_the_terminal_to_the_shell_and_goes_on(tmux: Tmux, tmp_path: Path) -> None:
    play(tmux, tmp_path, 6.0)
    tmux.wait("2. Two")
    tmux.type("C-z")
    tmux.wait("$")
    assert tmux.shows_cursor()
    tmux.type("fg", "Enter")
    tmux.wait("done")
    shown = tmux.everything()
    assert all(shown.count(f"Paragraph {number} has some words") == 1 for number in range(20))
    assert tmux.shows_cursor()


@pytest.mark.parametrize("plainly", ["NO_COLOR=1", "TERM=dumb"])
def test_without_colour_the_text_is_streamed_as_it_is(tmux: Tmux, tmp_path: Path, plainly: str) -> None:
    play(tmux, tmp_path, 0.2, before=plainly)
    tmux.wait("done")
    shown = tmux.everything()
    assert "# A title" in shown and "   ```python" in shown and "| name | bytes |" in shown
