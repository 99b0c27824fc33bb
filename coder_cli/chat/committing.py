"""`/commit`: what is staged, with a message of the chat's own model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_cli.errors import UsageError

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat


def commit(chat: Chat, argument: str) -> None:
    from coder_cli import committing
    from coder_cli.project import find_repo

    room = chat.room()
    if room.workspace is None:
        raise UsageError("There is no repository in this chat.")
    # Opened anew: the one of the chat knows HEAD as it was when it began.
    staged = committing.find_staged(find_repo(chat.settings, room.workspace.root))
    loaded = room.loaded
    committing.conclude(chat.settings, staged, loaded.engine, loaded.budget, committing.Manner())
