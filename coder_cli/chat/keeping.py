"""What stays of a chat: sessions, a Markdown file, the clipboard."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli import files, ui
from coder_cli.chat import record
from coder_cli.chat.turns import Exchange
from coder_cli.errors import UsageError
from coder_cli.sessions import Session, Summary

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat

_SHOWN = 15
_LARGEST_OSC = 74_994  # characters of base64 that xterm takes (its limit for OSC 52)
_PATIENCE = 3.0  # seconds
# Programs that take the clipboard's text on stdin, in the order in which they are tried.
_CLIPBOARDS = (
    ("wl-copy",),
    ("xclip", "-selection", "clipboard"),
    ("xsel", "-ib"),
    ("pbcopy",),
    ("clip.exe",),
)


def copy(chat: Chat, argument: str) -> None:
    text = _last(chat).displayed
    for command in _CLIPBOARDS:
        if shutil.which(command[0]) and _given(command, text):
            ui.say(f"The answer is in the clipboard ({command[0]}).")
            return
    data = base64.b64encode(text.encode()).decode()
    if len(data) > _LARGEST_OSC:
        raise UsageError("The answer is too long for the terminal's clipboard.", "/export FILE")
    chat.line.send(f"\x1b]52;c;{data}\x07")
    ui.say("The answer was given to the terminal for its clipboard (OSC 52).")


def _given(command: Sequence[str], text: str) -> bool:
    try:
        # What it writes is of no use, and a pipe that it keeps open would never end.
        done = subprocess.run(  # noqa: S603 - one of the table's programs
            command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def export(chat: Chat, argument: str) -> None:
    path = Path(argument).expanduser()
    files.check_free(path, force=False)
    files.write_whole(path, markdown(chat.room().conversation.exchanges))
    ui.say(f"{path} is written.")


def markdown(exchanges: Sequence[Exchange]) -> str:
    """Questions as quotes, answers as they were shown."""
    parts = []
    for exchange in exchanges:
        quoted = "\n".join(f"> {line}".rstrip() for line in exchange.request.split("\n"))
        parts.append(f"{quoted}\n\n{(exchange.displayed or exchange.answer).strip()}\n")
    return "\n".join(parts)


def save(chat: Chat, argument: str) -> None:
    if not chat.record.name:
        raise UsageError("There is nothing to save yet: every question is kept at once.")
    chat.record.label(argument)
    ui.say(f"The session is called {argument}: coder chat --resume {argument}")


def show_sessions(chat: Chat, argument: str) -> None:
    rows = [
        (one.name, record.label_of(chat.store.load(one.name)), f"{one.turns} turns", one.title)
        for one in _chats(chat)[:_SHOWN]
    ]
    if not rows:
        ui.say("There is no session yet.")
        return
    ui.table(rows, ("session", "name", "turns", "begins with"))


def resume(chat: Chat, argument: str) -> None:
    session = record.find(chat.store, argument) if argument else _before(chat)
    room = chat.room()
    talk = room.conversation
    talk.clear()
    unanswered = record.restore(talk, session)
    chat.record.go_on(session)
    chat.status.used = talk.tokens
    chat.opening.warm(talk)
    ui.say(f"{session.name}: {len(talk.exchanges)} turns.")
    if talk.exchanges:
        ui.say(f"The last question was: {talk.exchanges[-1].request}")
    if unanswered:
        chat.default = unanswered


def named_sessions(chat: Chat) -> Sequence[str]:
    labels = (record.label_of(chat.store.load(one.name)) for one in _chats(chat))
    return [label for label in labels if label]


def sessions(chat: Chat) -> Sequence[str]:
    return [*named_sessions(chat), *(one.name for one in _chats(chat))]


def _chats(chat: Chat) -> list[Summary]:
    return [one for one in chat.store.summaries() if one.command == record.COMMAND and one.turns]


def _before(chat: Chat) -> Session:
    """The latest of this repository that is not the one that is on."""
    for one in _chats(chat):
        if one.name != chat.record.name and one.repository == chat.record.repository:
            return chat.store.load(one.name)
    raise UsageError("There is no session before this one.", "/sessions lists them.")


def _last(chat: Chat) -> Exchange:
    exchanges = chat.room().conversation.exchanges
    if not exchanges:
        raise UsageError("There is no answer yet.")
    return exchanges[-1]
