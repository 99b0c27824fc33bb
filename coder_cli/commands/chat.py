"""`coder chat`: a conversation about the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coder_cli import options
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.assistant import Length
    from coder_cli.model.types import Sampling


@click.command()
@click.option(
    "-c", "--continue", "go_on", is_flag=True, help="Go on with the latest chat of this repository."
)
@click.option("-r", "--resume", metavar="SESSION", help="Go on with a kept session, by name or id.")
@options.named_files
@options.generation(max_tokens=1024)
@options.engine
@click.pass_obj
def command(
    settings: Settings,
    go_on: bool,
    resume: str | None,
    files: tuple[str, ...],
    sampling: Sampling,
    length: Length,
) -> ExitCode:
    """Talk about the repository in the terminal.

    Each question brings along the code that it is about; the model keeps what it has read. /help lists the
    commands, @file:10-20 shows the model a file, !command runs a program, Esc ends an answer. Every turn is
    kept at once. `coder` alone at a terminal is the same.

    \b
    coder chat --continue
    coder chat -f src/app.py
    """
    from coder_cli import ui
    from coder_cli.chat import beginning

    if not ui.is_a_terminal():
        raise UsageError("A chat needs a terminal.", 'coder ask "QUESTION" answers in pipes and scripts.')
    if go_on and resume:
        raise UsageError("--continue and --resume do not go together.")
    return beginning.chat(settings, beginning.Wish(sampling, length, files, "last" if go_on else resume))
