"""`coder ask`: a question about the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coder_cli import options, stdin
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.assistant import Length
    from coder_cli.model.types import Sampling


@click.command()
@click.argument("question", required=False)
@options.named_files
@options.budget
@options.explain
@click.option("--replay", metavar="SESSION", help="Give the answer of a kept session once more.")
@options.generation(max_tokens=512)
@options.engine
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    question: str | None,
    files: tuple[str, ...],
    budget: int | None,
    explain: bool,
    replay: str | None,
    sampling: Sampling,
    length: Length,
    as_json: bool,
) -> ExitCode:
    """Answer a question about the repository, from its code.

    What the question is about is found by search; files, lines of them and symbols that it names come first.
    The answer names the places it stands on, path:line. What is piped in, a stack trace or a log, belongs to
    the question. Every answer is kept as a session on this machine: --replay SESSION (or "last") gives it
    once more, from the same tokens.

    \b
    coder ask "where is the user's configuration read?"
    coder ask "why can @src/app.py:40-60 return None?"
    pytest 2>&1 | coder ask "why does this fail?"
    """
    from coder_cli import named, oneshot, replaying
    from coder_cli.briefing import Task

    if replay is not None:
        if question or files:
            raise UsageError("--replay takes no question: it has that of the session.")
        return replaying.replay(settings, replay, as_json)
    words = "" if question in (None, "-") else str(question)
    attached = stdin.read().strip("\n") if question == "-" or stdin.is_piped() else ""
    if not (words + attached).strip():
        raise UsageError("There is no question.", 'coder ask "where is ...?"')
    with oneshot.opened(settings) as there:
        words, mentioned = named.mentioned(there.workspace, words)
        seeds = [named.find(there.workspace, word).seed for word in files]
        seeds += [one.seed for one in mentioned]
        seeds += there.workspace.seeds(f"{words}\n{attached}".strip())
        request = words or "What does this tell, and where in the code does it come from?"
        task = Task("ask", request, tuple(dict.fromkeys(seeds)), attached=attached)
        manner = oneshot.Manner("ask", sampling, length, budget, explain, as_json)
        return oneshot.respond(there, task, manner)
