"""`coder commit`: what is staged, with a message."""

from __future__ import annotations

import click

from coder_cli import options
from coder_cli.errors import ExitCode
from coder_cli.settings import Settings


@click.command()
@click.option("-y", "--yes", is_flag=True, help="Commit without asking.")
@click.option("--dry-run", is_flag=True, help="Write the message and commit nothing.")
@options.budget
@options.engine
@options.as_json
@click.pass_obj
def command(settings: Settings, yes: bool, dry_run: bool, budget: int | None, as_json: bool) -> ExitCode:
    """Commit what is staged, with a message in your style.

    The model reads what is staged and the subjects of the last commits. Its message is shown: y commits, e
    opens it in your editor, n leaves everything as it is. What is not staged stays so. git itself commits,
    with your hooks and your signature.

    \b
    git add -p && coder commit
    coder commit --dry-run > message.txt
    """
    from coder_cli.committing import Manner, commit

    return commit(settings, Manner(sure=yes, only_shown=dry_run, as_json=as_json, budget=budget))
