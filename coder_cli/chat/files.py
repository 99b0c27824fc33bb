"""What stands in a chat's window, and what the user puts there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from coder_cli import named, ui
from coder_cli.briefing import excerpts
from coder_cli.errors import UsageError
from coder_cli.workspace import Workspace
from retrieval.window import Request

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat

_MAP_TOKENS = 1500  # about two screens
_HITS = 10


def add(chat: Chat, argument: str) -> None:
    """Files stay through every rebuild of the window."""
    talk = chat.room().conversation
    for word in argument.split():
        one = named.find(_workspace(chat), word.removeprefix("@"))
        talk.add(one)
        ui.say(f"{one} goes with the next question.")


def drop(chat: Chat, argument: str) -> None:
    talk = chat.room().conversation
    for word in argument.split():
        path = named.find(_workspace(chat), word.removeprefix("@")).path
        if not talk.drop(path):
            raise UsageError(f"{path} is not in the window.", "/files lists what is.")
        ui.say(f"{path} is left out from the next question on.")


def show_files(chat: Chat, argument: str) -> None:
    talk = chat.room().conversation
    rows = [(str(one), f"{one.tokens:,} tokens") for one in talk.shown]
    shown = {one.path for one in talk.shown}
    rows += [(str(one), "with the next question") for one in talk.named.values() if one.path not in shown]
    if not rows:
        ui.say("There is no file in the window yet: ask, or /add FILE.")
        return
    ui.table(rows, ("file", "in the window"))


def show_context(chat: Chat, argument: str) -> None:
    """From the window's beginning to its end."""
    talk = chat.room().conversation
    count = talk.model.count_tokens
    preamble = sum(one.tokens for one in talk.preamble)
    rows = [("instructions", "", str(max(0, count(talk.system) - preamble)))]
    rows += [(one.path, "preamble", str(one.tokens)) for one in talk.preamble]
    for number, exchange in enumerate(talk.exchanges, start=1):
        turn = f"turn {number}" + (" (shortened)" if exchange.compacted else "")
        rows += [(str(one), turn, str(one.tokens)) for one in exchange.shown]
        rows.append(("question", turn, str(count(exchange.request + exchange.attached))))
        rows.append(("answer", turn, str(count(exchange.answer))))
    rows.append(("in all, with the chat's marks", "", str(talk.tokens)))
    rows.append(("the window holds", "", str(talk.bounds.window)))
    ui.table(rows, ("what", "where", "tokens"))


def show_tokens(chat: Chat, argument: str) -> None:
    talk = chat.room().conversation
    left = max(0, talk.bounds.window - talk.tokens)
    rows = [
        ("in the window", f"{talk.tokens:,}"),
        ("left", f"{left:,}"),
        ("of the repository, a question", f"{talk.bounds.budget:,}"),
        ("an answer, at most", f"{talk.bounds.answer:,}"),
    ]
    if talk.made is not None:
        last = talk.made.completion
        rows.append(("last question", f"{last.prompt_tokens:,}, of which {last.cached_tokens:,} were kept"))
        rows.append(("last answer", f"{last.new_tokens:,}"))
    ui.table(rows)


def show_map(chat: Chat, argument: str) -> None:
    talk = chat.room().conversation
    workspace = _workspace(chat)
    window = workspace.window(
        Request(), seeds=workspace.central(), budget=_MAP_TOKENS, count_tokens=talk.model.count_tokens
    )
    ui.answer(excerpts(window.items) or "No file needs another one here.\n")


def search(chat: Chat, argument: str) -> None:
    chat.room()
    workspace = _workspace(chat)
    workspace.refresh()
    hits = workspace.search(argument, limit=_HITS)
    if not hits:
        ui.say("Nothing is found.")
        return
    ui.table([(f"{hit.path}:{hit.start_line}-{hit.end_line}", hit.title) for hit in hits])


def offered(chat: Chat) -> Sequence[str]:
    return chat.opening.files.all


def shown(chat: Chat) -> Sequence[str]:
    """Nothing while things are being loaded."""
    if not chat.opening.room.done() or chat.opening.room.exception() is not None:
        return ()
    return list(dict.fromkeys(one.path for one in chat.opening.room.result().conversation.shown))


def _workspace(chat: Chat) -> Workspace:
    workspace = chat.room().workspace
    if workspace is None:
        raise UsageError("There is no repository here.", "Start coder inside of one.")
    return workspace
