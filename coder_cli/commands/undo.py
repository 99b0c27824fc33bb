"""`coder undo`: the last edit is taken back."""

from __future__ import annotations

import click

from coder_cli import options
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings


@click.command()
@click.option("--list", "listed", is_flag=True, help="Show the edits, the newest first.")
@options.yes
@options.dry_run
@options.as_json
@click.pass_obj
def command(settings: Settings, listed: bool, yes: bool, dry_run: bool, as_json: bool) -> ExitCode | None:
    """Take the last edit back.

    The files come back byte for byte, with git or without. What has changed elsewhere in them since stays,
    and that is said; where the same lines have changed nothing is undone, and the change is shown.

    \b
    coder undo
    coder undo --dry-run
    coder undo --list
    """
    from coder_cli import undoing
    from coder_cli.journal.types import Kind, NothingLeft

    root = undoing.root_here(settings)
    if listed:
        if yes or dry_run:
            raise UsageError("--list goes alone.")
        undoing.show_history(settings, root, as_json)
        return None
    try:
        return undoing.go(settings, root, Kind.UNDO, undoing.Manner(yes, dry_run, as_json))
    except NothingLeft as problem:
        raise undoing.hint(settings, root, problem) from None
