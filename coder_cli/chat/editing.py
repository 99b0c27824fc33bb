"""`/edit` and `/diff`: files changed from within a chat, and what is not committed yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli import ui
from coder_cli.errors import RepositoryError

if TYPE_CHECKING:
    from coder_cli.chat.loop import Chat


def edit(chat: Chat, argument: str) -> None:
    """As `coder edit`; files are named with @. The conversation goes on with the files as they are then."""
    from coder_cli import changing, named, oneshot
    from coder_cli.assistant import Length

    room = chat.room()
    if room.workspace is None:
        raise RepositoryError("There is no repository to change.")
    room.workspace.refresh()
    words, mentioned = named.mentioned(room.workspace, argument)
    attached, chat.attached = "\n".join(chat.attached), []
    engine = room.loaded.engine
    there = oneshot.Opened(chat.settings, room.workspace, room.loaded.installed, engine)
    length = oneshot.fitting(Length(changing.ANSWER), engine.context_length)
    budget = oneshot.budget_of(there, None, length)
    manner = changing.Manner(chat.sampling, length.max_tokens, budget)
    wanted = changing.Wanted(words, mentioned, attached)
    proposal = changing.propose(chat.settings, engine, room.workspace, wanted, manner)
    taken = changing.agreed(proposal, manner)
    if not taken:
        ui.say("Nothing is changed.")
        return
    changing.write(chat.settings, room.workspace, taken, wanted.title, "/undo")


def diff(chat: Chat, argument: str) -> None:
    """What is not committed; outside of git, what `/undo` would take back."""
    from coder_cli.edits import diff as shown
    from coder_cli.edits.types import FileChange
    from coder_cli.journal.journal import open_journal
    from coder_cli.journal.types import Kind
    from coder_cli.project import find_repo
    from retrieval.changes import find_changes

    root = Path(chat.record.repository)
    repo = find_repo(chat.settings, root)
    if repo.has_git:
        changes = [
            FileChange(
                file.path,
                file.old.text.encode() if file.old else None,
                file.new.text.encode() if file.new else None,
            )
            for file in find_changes(repo).files
            if file.old or file.new
        ]
    else:
        plan = open_journal(chat.settings, ui.say).plan(root, Kind.UNDO)
        changes = [FileChange(each.path, each.after, each.before) for each in plan.changes]
    if not changes:
        ui.say("Nothing differs from the last commit.")
        return
    ui.diff(shown.shown(changes), shown.patch(changes))
