"""A chat's edits: taken back, and done again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli import undoing
from coder_cli.journal.types import Kind

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat


def undo(chat: Chat, argument: str) -> None:
    _go(chat, Kind.UNDO)


def redo(chat: Chat, argument: str) -> None:
    _go(chat, Kind.REDO)


def _go(chat: Chat, kind: Kind) -> None:
    """Needs no model, so it waits for none; the next question sees the files as they are then."""
    undoing.go(chat.settings, Path(chat.record.repository), kind, undoing.Manner())
