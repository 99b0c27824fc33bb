"""The model of a chat, and another one in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from coder_cli import ui
from coder_cli.chat.turns import Bounds
from exporters.store import ModelStore

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat


def choose(chat: Chat, argument: str) -> None:
    """Without a name the list; with one that model answers from here on. The conversation stays."""
    store = ModelStore(chat.settings.models_dir)
    if not argument:
        now = chat.room().loaded.installed
        ui.table(
            [
                ("*" if (one.name, one.target) == (now.name, now.target) else "", f"{one.name}@{one.target}")
                for one in store.list()
            ]
        )
        return
    store.resolve(argument)  # refused before the one that is there is let go
    chat.settings = chat.settings.with_flags(model=argument)
    room = chat.room()
    loaded = chat.wait(chat.opening.load(chat.settings))
    chat.opening.exchange(room, loaded)
    talk = room.conversation
    talk.model = loaded.engine
    talk.bounds = Bounds.of(loaded.engine.context_length, loaded.budget, talk.bounds.answer)
    talk.stale = bool(talk.exchanges)  # another tokenizer counts otherwise
    chat.record.installed = loaded.installed
    chat.status.model = loaded.installed.name
    chat.status.window, chat.status.used, chat.status.speed = talk.bounds.window, talk.tokens, 0.0
    ui.say(f"{loaded.installed.name} answers from here on.")


def installed(chat: Chat) -> Sequence[str]:
    return list(dict.fromkeys(one.name for one in ModelStore(chat.settings.models_dir).list()))
