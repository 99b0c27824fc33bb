"""`/test`: the tests are run, and what they say goes with the next question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli import ui
from coder_cli.errors import UsageError
from coder_cli.usual_tests import usual_tests

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat


def test(chat: Chat, argument: str) -> None:
    """The command that is given, else the last one, else that of the settings, else the usual one."""
    if argument:
        chat.tests = (argument, Path.cwd())
    elif chat.tests is None:
        chat.tests = _known(chat) or _guessed()
    line, folder = chat.tests
    ui.say(f"$ {line}")
    chat.shell(line, always=True, folder=folder)


def _known(chat: Chat) -> tuple[str, Path] | None:
    wanted = chat.settings.test_command
    return (wanted, Path.cwd()) if wanted else None


def _guessed() -> tuple[str, Path]:
    """What the repository suggests comes from others, so it is run only if the user wants it."""
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    line = usual_tests(root)
    if line is None:
        raise UsageError("There is no saying how this repository is tested.", "/test make check")
    where = "" if root == here else f" in {root}"
    if not ui.confirm(f"Run `{line}`{where}?"):
        raise UsageError("Nothing was run.", "/test COMMAND runs another one.")
    return line, root
