"""`/review`: a change is looked at as by `coder review`, and what is found may go with the next question."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from coder_cli import ui
from coder_cli.errors import UsageError

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat
    from coder_cli.review.reviewing import Asked

_TAKES = "/review, /review RANGE, /review --staged, /review --base REF or /review --commit SHA"


def review(chat: Chat, argument: str) -> None:
    """With the chat's own model, where the settings let it look."""
    from coder_cli.review import as_text, reviewing

    asked = _asked(argument)
    loaded = None
    if chat.settings.model_findings:
        there = chat.room().loaded
        loaded = there.installed, there.engine
    _, report = reviewing.review(chat.settings, asked, loaded)
    if report.findings and ui.confirm("Give these findings to the model with the next question?"):
        chat.attached.append(as_text.text(report.findings))


def _asked(argument: str) -> Asked:
    from coder_cli.review.reviewing import Asked

    try:
        words = shlex.split(argument)
    except ValueError:
        words = argument.split()
    match words:
        case []:
            return Asked()
        case ["--staged"]:
            return Asked(staged=True)
        case ["--base", name]:
            return Asked(base=name)
        case ["--commit", name]:
            return Asked(commit=name)
        case [name] if not name.startswith("-"):
            return Asked(revisions=name)
    raise UsageError("That names no change.", _TAKES)
