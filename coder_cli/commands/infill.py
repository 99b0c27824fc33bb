"""`coder infill`: what belongs at one place of a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, stdin, ui
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.assistant import Length
    from coder_cli.infill import Hole
    from coder_cli.model.types import Sampling

_SOURCE_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("target", required=False, metavar="[FILE:LINE[:COL]]")
@click.option("--prefix-file", type=_SOURCE_FILE, help="The text before the hole.")
@click.option("--suffix-file", type=_SOURCE_FILE, help="The text after the hole.")
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
    target: str | None,
    prefix_file: Path | None,
    suffix_file: Path | None,
    lines: int | None,
    write: bool,
    no_context: bool,
    budget: int | None,
    explain: bool,
    sampling: Sampling,
    length: Length,
    as_json: bool,
) -> ExitCode:
    """Fill in the code at a place in a file.

    FILE:LINE is the end of that line, FILE:LINE:COL the place before that column; both count from 1. In a git
    repository the model also reads what the place needs and code like it, in the layout it was trained on.
    Instead of a place in a file: --prefix-file and --suffix-file, or a text on stdin with one <FILL> in it.
    Only what belongs into the hole is printed, or put into the file by --write. It ends with the block the
    hole is in, and never repeats what follows.
    """
    from coder_cli import answer, assistant, completing

    place = completing.place(target) if target not in (None, "-") else None
    if place is not None and (prefix_file or suffix_file):
        raise UsageError("Give FILE:LINE or --prefix-file and --suffix-file, not both.")
    if place is None and write:
        raise UsageError("--write needs a place in a file.", "coder infill FILE:LINE --write")
    if place is not None:
        manner = completing.Manner(sampling, length, lines, budget, explain, as_json, write, not no_context)
        return completing.complete(settings, place, manner, after=True)
    hole = _hole(target, prefix_file, suffix_file)
    installed, model = assistant.open_model(settings, ui.say)
    pieces = partial(assistant.infill, model, hole, sampling, length, lines, ui.say)
    return answer.deliver(pieces, installed.name, as_json=as_json, exact=True).code


def _hole(target: str | None, prefix_file: Path | None, suffix_file: Path | None) -> Hole:
    """From the one way of naming it that was used."""
    from coder_cli import infill
    from coder_cli.files import read_source

    if prefix_file or suffix_file:
        before, after = (read_source(path) if path else "" for path in (prefix_file, suffix_file))
        return infill.Hole(before, after)
    if target is None and not stdin.is_piped():
        raise UsageError("Which place?", "coder infill FILE:LINE")
    text = stdin.read()
    if not text:
        raise UsageError("What is to be filled in?", "coder infill FILE:LINE, or a text with <FILL> on stdin")
    return infill.at_mark(text)
