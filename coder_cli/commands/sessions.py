"""`coder sessions`: the answers and chats that are kept."""

from __future__ import annotations

import click

from coder_cli import options, ui
from coder_cli.errors import UsageError
from coder_cli.settings import Settings


@click.group(invoke_without_command=True)
@click.option("-n", "limit", type=click.IntRange(min=1), default=20, show_default=True, help="Sessions.")
@options.as_json
@click.pass_context
def command(context: click.Context, limit: int, as_json: bool) -> None:
    """List, show and remove kept answers and chats.

    \b
    coder sessions
    coder sessions show last
    coder sessions rm 20261123-093646-7cdf
    """
    if context.invoked_subcommand is not None:
        return
    from coder_cli.sessions import SessionStore

    settings: Settings = context.obj
    found = SessionStore(settings.state_dir).summaries()[:limit]
    if as_json:
        values = [
            {
                "session": one.name,
                "command": one.command,
                "repository": one.repository,
                "model": one.model,
                "turns": one.turns,
                "title": one.title,
            }
            for one in found
        ]
        ui.json({"exit_code": 0, "sessions": values})
    elif found:
        rows = [(one.name, one.command, str(one.turns), one.title) for one in found]
        ui.table(rows, ("session", "command", "turns", "begins with"))
    else:
        ui.say("There is no session yet.")


@command.command("show")
@click.argument("session")
@options.as_json
@click.pass_obj
def show(settings: Settings, session: str, as_json: bool) -> None:
    """Show the questions and answers of a session: its id, the beginning of it, or "last"."""
    from dataclasses import asdict

    from coder_cli.sessions import SessionStore

    found = SessionStore(settings.state_dir).load(session)
    if as_json:
        turns = [asdict(turn) | {"prompt_hash": turn.made.prompt_hash} for turn in found.turns]
        ui.json({"exit_code": 0, "session": found.name, **dict(found.head), "turns": turns})
        return
    for turn in found.turns:
        quoted = "\n".join(f"> {line}".rstrip() for line in turn.request.split("\n"))
        ui.answer(f"{quoted}\n\n{turn.answer.strip()}\n\n")


@command.command("rm")
@click.argument("sessions", nargs=-1, required=True)
@click.pass_obj
def remove(settings: Settings, sessions: tuple[str, ...]) -> None:
    """Remove sessions."""
    from coder_cli.sessions import SessionStore

    store = SessionStore(settings.state_dir)
    found = [store.load(name) for name in sessions]  # all of them are there, or none goes
    if len({one.name for one in found}) < len(found):
        raise UsageError("A session is named twice.")
    for one in found:
        one.file.unlink(missing_ok=True)
        ui.say(f"{one.name} is removed.")
