"""`coder explain`: what a piece of code is for and how it works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coder_cli import options, stdin
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.assistant import Length
    from coder_cli.briefing import Task
    from coder_cli.model.types import Sampling
    from coder_cli.workspace import Workspace


@click.command()
@click.argument("target", required=False)
@options.budget
@options.explain
@options.generation(max_tokens=768)
@options.engine
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    target: str | None,
    budget: int | None,
    explain: bool,
    sampling: Sampling,
    length: Length,
    as_json: bool,
) -> ExitCode:
    """Explain code: what it is for, what it uses, who uses it.

    TARGET is a file, lines of one, or a symbol in one. Without a TARGET, or with "-", what is piped in is
    explained: a stack trace, the output of a compiler or of tests.

    \b
    coder explain src/app.py:40-60
    coder explain src/app.py#Config.load
    pytest 2>&1 | coder explain
    """
    from coder_cli import oneshot

    attached = stdin.read().strip("\n") if target in (None, "-") and stdin.is_piped() else ""
    if target in (None, "-") and not attached:
        raise UsageError("What is to be explained?", "coder explain FILE, FILE:10-50 or FILE#symbol")
    with oneshot.opened(settings) as there:
        task = _piped(there.workspace, attached) if attached else _place(there.workspace, str(target))
        manner = oneshot.Manner("explain", sampling, length, budget, explain, as_json)
        return oneshot.respond(there, task, manner)


def _piped(workspace: Workspace, text: str) -> Task:
    from coder_cli.briefing import Task

    return Task("explain", "this output:", workspace.seeds(text), attached=text)


def _place(workspace: Workspace, word: str) -> Task:
    from coder_cli import named
    from coder_cli.briefing import Task
    from retrieval.window import Target

    found = named.find(workspace, word)
    target = Target(found.path, found.start_line)
    what = f"`{found.symbol}` ({found})" if found.symbol else f"`{found}`"
    return Task("explain", f"{what}.", (found.seed,) if found.start_line else (), target)
