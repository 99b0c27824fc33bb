"""A chat at a real terminal with a real model: asked, interrupted, killed, gone on with."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporters.store import InstalledModel, ModelStore
from tests.coder_cli.tmux import PATIENCE, Tmux
from tests.git_repository import GitRepository

CODER = f"{sys.executable} -P -m coder_cli"
STOCK = '''"""What is in stock."""

LIMIT = 17


class Stock:
    def take(self, part, count):
        """Take parts out of the stock."""
        if count > LIMIT:
            raise ValueError("too many parts at once")
        return self.parts.pop(part)
'''
ORDER = "from stock import Stock\n\n\ndef order(stock: Stock, part):\n    return stock.take(part, 3)\n"

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here"),
]


@pytest.fixture
def terminal(
    tmp_path: Path, real_store: ModelStore, real_model: Callable[[str], InstalledModel]
) -> Iterator[Tmux]:
    """A shell in a repository, with a home of its own and a small real model."""
    real_model("qwen2.5-coder-0.5b-instruct")
    shop = GitRepository(tmp_path / "shop")
    shop.write("stock.py", STOCK)
    shop.write("order.py", ORDER)
    shop.write("AGENTS.md", "Answer in English.\n")
    shop.commit()
    tmux = Tmux(tmp_path, 80, 24)
    settings = {
        "HOME": tmp_path / "home",
        "XDG_STATE_HOME": tmp_path / "state",
        "XDG_CACHE_HOME": tmp_path / "cache",
        "XDG_CONFIG_HOME": tmp_path / "config",
        "CODER_MODELS_DIR": real_store.root,
        "CODER_MODEL": "qwen2.5-coder-0.5b-instruct",
    }
    tmux.type(
        f"cd {shop.root}; export " + " ".join(f"{name}={value}" for name, value in settings.items()), "Enter"
    )
    tmux.type("clear", "Enter")
    yield tmux
    tmux.close()


def begin(terminal: Tmux, words: str = "") -> None:
    terminal.type(f"{CODER} {words}".rstrip(), "Enter")
    until(terminal, "/help lists the commands.")
    until(terminal, "qwen2.5-coder-0.5b-instruct ·")


def until(terminal: Tmux, text: str, times: int = 1) -> str:
    """Until a text stands on the screen or above it so many times."""
    end = time.monotonic() + 2 * PATIENCE
    while (seen := terminal.everything()).count(text) < times:
        assert time.monotonic() < end, f"{text!r} did not come:\n{seen}"
        time.sleep(0.05)
    return seen


def answered(terminal: Tmux, text: str) -> str:
    """Until the answer is there and the next prompt below it: what is typed before does not send itself."""
    until(terminal, text)
    end = time.monotonic() + PATIENCE
    while not any(line.rstrip() == ">" for line in terminal.screen().splitlines()):
        assert time.monotonic() < end, terminal.screen()
        time.sleep(0.05)
    return terminal.everything()


def writing(terminal: Tmux, above: str) -> None:
    """Until words of an answer stand below a line, and not only how far the reading is."""
    until(terminal, above)
    end = time.monotonic() + 2 * PATIENCE
    while True:
        below = terminal.everything().rpartition(above)[2].splitlines()[1:]
        if any(line.strip() and not line.startswith("reading ") for line in below):
            return
        assert time.monotonic() < end, terminal.screen()
        time.sleep(0.05)


def put_back(terminal: Tmux) -> None:
    """What was killed left the terminal as it needed it; a shell may drop what is typed until it is awake."""
    end = time.monotonic() + PATIENCE
    while not any(line.strip() == "ready" for line in terminal.screen().splitlines()):
        assert time.monotonic() < end, terminal.screen()
        terminal.type("stty sane; echo ready", "C-j")
        time.sleep(1)


def leave(terminal: Tmux, *keys: str) -> str:
    terminal.type(*keys)
    terminal.wait("$")
    terminal.type("echo code=$?", "Enter")
    return until(terminal, "code=", 2)


def test_a_question_is_answered_and_a_second_one_reads_only_what_is_new(terminal: Tmux) -> None:
    begin(terminal)
    terminal.type("how many parts can be taken at once?", "Enter")
    seen = answered(terminal, "Sources: ")  # which the program adds, whatever the model says
    assert "reads order.py" in seen and "AGENTS.md is read." in seen
    terminal.type("/tokens", "Enter")
    assert "were kept" in answered(terminal, "last answer")
    terminal.type("!echo one two", "Enter")
    until(terminal, "Give this output to the model")
    terminal.type("n", "Enter")
    answered(terminal, "y/N] n")
    terminal.type("/nothin", "Enter")
    answered(terminal, "There is no command /nothin.")
    terminal.type("/export talk.md", "Enter")
    answered(terminal, "talk.md is written.")
    assert "code=0" in leave(terminal, "C-d")


def test_esc_ends_an_answer_and_keeps_what_came(terminal: Tmux) -> None:
    begin(terminal, "chat --temperature 3 --seed 1")  # at random it does not come to an end
    terminal.type("tell a long story about all the parts", "Enter")
    writing(terminal, "reads order.py")
    terminal.type("Escape")
    answered(terminal, "interrupted")
    terminal.type("/context", "Enter")
    assert "turn 1" in until(terminal, "the window holds")
    assert "code=130" in leave(terminal, "C-c", "C-c")


def test_a_killed_chat_goes_on_with_its_window(terminal: Tmux, tmp_path: Path) -> None:
    terminal.type(f"sh -c 'echo $$ > ../pid; exec {CODER} chat'", "Enter")
    until(terminal, "qwen2.5-coder-0.5b-instruct ·")
    terminal.type("how many parts can be taken at once?", "Enter")
    answered(terminal, "Sources: ")
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    until(terminal, "Killed")
    put_back(terminal)
    terminal.type("clear", "Enter")
    terminal.type(f"{CODER} chat --continue", "Enter")
    until(terminal, "going on with")
    answered(terminal, "tokens (")
    terminal.type("/files", "Enter")
    answered(terminal, "stock.py")
    terminal.type("and what is raised if there are more?", "Enter")
    answered(terminal, "Sources: ")
    terminal.type("/context", "Enter")
    assert "turn 2" in until(terminal, "the window holds")
    assert "code=0" in leave(terminal, "/exit", "Enter")


def test_a_chat_needs_a_terminal_and_a_model(terminal: Tmux) -> None:
    terminal.type(f"{CODER} chat < /dev/null; echo code=$?", "Enter")
    assert "A chat needs a terminal." in until(terminal, "code=2")
    terminal.type(f"CODER_MODEL=nothing {CODER}; echo code=$?", "Enter")
    assert "nothing" in until(terminal, "code=3")
