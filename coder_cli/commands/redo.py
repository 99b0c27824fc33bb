"""`coder redo`: what was undone is done again."""

from __future__ import annotations

import click

from coder_cli import options
from coder_cli.errors import ExitCode
from coder_cli.settings import Settings


@click.command()
@options.yes
@options.dry_run
@options.as_json
@click.pass_obj
def command(settings: Settings, yes: bool, dry_run: bool, as_json: bool) -> ExitCode:
    """Do again what was undone last.

    Changes elsewhere in the files stay; where the same lines have changed since, nothing is done. A new edit
    ends what can be done again.
    """
    from coder_cli import undoing
    from coder_cli.journal.types import Kind, NothingLeft

    root = undoing.root_here(settings)
    try:
        return undoing.go(settings, root, Kind.REDO, undoing.Manner(yes, dry_run, as_json))
    except NothingLeft as problem:
        raise undoing.hint(settings, root, problem) from None
