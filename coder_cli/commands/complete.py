"""`coder complete`: how the code goes on from a place in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coder_cli import options
from coder_cli.errors import ExitCode
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.assistant import Length
    from coder_cli.model.types import Sampling


@click.command()
@click.argument("target", metavar="FILE:LINE[:COL]")
@click.option("--lines", type=click.IntRange(min=1), help="At most this many lines, blank ones not counted.")
@click.option("--write", is_flag=True, help="Put it into the file.")
@options.no_context
@options.budget
@options.explain
@options.generation(max_tokens=256)
@options.engine
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    target: str,
    lines: int | None,
    write: bool,
    no_context: bool,
    budget: int | None,
    explain: bool,
    sampling: Sampling,
    length: Length,
    as_json: bool,
) -> ExitCode:
    """Go on with the code from a place in a file, left to right.

    What stands behind the place is not looked at: every model can do this, base models best. FILE:LINE is the
    end of that line. In a git repository the model also reads what the file needs. It ends with the block.
    """
    from coder_cli import completing

    manner = completing.Manner(sampling, length, lines, budget, explain, as_json, write, not no_context)
    return completing.complete(settings, completing.place(target), manner, after=False)
