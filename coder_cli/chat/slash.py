"""The commands of a chat: one table. A word behind / that is none is answered with the nearest one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from coder_cli import ui
from coder_cli.chat import changes, committing, editing, files, keeping, models, reviewing, testing
from coder_cli.errors import UsageError

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat

_COMMAND = re.compile(r"/([a-z]+)(?:\s+(.*))?", re.DOTALL)


class Row(NamedTuple):
    """What a command takes, its line in /help, what it does, and what Tab offers after it."""

    takes: str
    help: str
    run: Callable[[Chat, str], None]
    offers: Callable[[Chat], Sequence[str]] | None = None


def _help(chat: Chat, argument: str) -> None:
    ui.table([(f"/{name} {row.takes}".rstrip(), row.help) for name, row in COMMANDS.items()])
    ui.answer(_KEYS)


def _clear(chat: Chat, argument: str) -> None:
    chat.room().conversation.clear()
    chat.attached.clear()
    chat.record.begin_anew()
    ui.say("The conversation begins anew.")


def _run(chat: Chat, argument: str) -> None:
    chat.shell(argument, always=True)


def _retry(chat: Chat, argument: str) -> None:
    chat.retry()


def _exit(chat: Chat, argument: str) -> None:
    from coder_cli.chat.loop import Leave

    raise Leave


COMMANDS: dict[str, Row] = {
    "help": Row("", "these lines", _help),
    "add": Row("FILE[:10-20]", "show the model a file, or lines of it", files.add, files.offered),
    "drop": Row("FILE", "take a file out of the window", files.drop, files.shown),
    "files": Row("", "the files in the window", files.show_files),
    "context": Row("", "what stands in the window, in tokens", files.show_context),
    "tokens": Row("", "how full the window is, and what the last answer cost", files.show_tokens),
    "map": Row("", "the files that most others need, in outline", files.show_map),
    "search": Row("WORDS", "find places in the repository", files.search),
    "edit": Row("INSTRUCTION", "change files as told, of which you see the diff first", editing.edit),
    "diff": Row("", "what is not committed yet", editing.diff),
    "review": Row("[RANGE]", "look for faults in a change; also --staged, --base REF", reviewing.review),
    "undo": Row("", "take the last edit back", changes.undo),
    "redo": Row("", "do again what was undone", changes.redo),
    "run": Row("COMMAND", "run a program and give its output to the model", _run),
    "test": Row("[COMMAND]", "run the tests and give their output to the model", testing.test),
    "retry": Row("", "ask the last question once more, with some chance", _retry),
    "copy": Row("", "put the last answer into the clipboard", keeping.copy),
    "export": Row("FILE", "write the conversation into a Markdown file", keeping.export),
    "save": Row("NAME", "give the session a name", keeping.save),
    "load": Row("NAME", "go on with a session that has a name", keeping.resume, keeping.named_sessions),
    "sessions": Row("", "the latest sessions", keeping.show_sessions),
    "resume": Row(
        "[SESSION]", "go on with a session; none: the one before", keeping.resume, keeping.sessions
    ),
    "model": Row("[NAME]", "the models, or another one from here on", models.choose, models.installed),
    "commit": Row("", "commit what is staged, with a message", committing.commit),
    "clear": Row("", "begin anew", _clear),
    "exit": Row("", "end the chat; so does Ctrl-D", _exit),
}
_KEYS = """
Enter sends, Ctrl-J or Alt-Enter begins a new line, Esc or Ctrl-C ends an answer.
@file and @file:10-20 show the model a file, !command runs a program, Tab completes.
Up, Down and Ctrl-R go through what was typed before; Ctrl-X Ctrl-E opens an editor.
"""


def is_command(text: str) -> bool:
    """A path like /etc/hosts is none."""
    return _COMMAND.fullmatch(text) is not None or text == "/"


def run(chat: Chat, text: str) -> None:
    """A command, or as much of its name as only it begins with. UsageError for what is none."""
    found = _COMMAND.fullmatch(text)
    name, argument = (found[1], (found[2] or "").strip()) if found else ("help", "")
    if name not in COMMANDS:
        begun = [known for known in COMMANDS if known.startswith(name)]
        if len(begun) == 1:
            return run(chat, text.replace(name, begun[0], 1))
        near = begun[:1] or difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
        hint = f"Did you mean /{near[0]}?" if near else "/help lists the commands."
        raise UsageError(f"There is no command /{name}.", hint)
    row = COMMANDS[name]
    if row.takes and not row.takes.startswith("[") and not argument:
        raise UsageError(f"/{name} takes {row.takes}.")
    row.run(chat, argument)
