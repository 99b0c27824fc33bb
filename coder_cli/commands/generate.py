"""`coder generate`: a prompt in, code or an answer out."""

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
    from coder_cli.model.types import Sampling
    from coder_cli.oneshot import Manner


@click.command()
@click.argument("prompt", required=False)
@click.option("-x", "--extract", is_flag=True, help="Only the code: the first fenced block of the answer.")
@click.option("-s", "--system", metavar="TEXT", help="System text, in place of the model's own.")
@click.option("--raw", is_flag=True, help="Send the text as it is, without the chat format.")
@click.option("--lang", "language", metavar="LANGUAGE", help="The language to write in.")
@click.option("--no-context", is_flag=True, help="Without the repository around.")
@options.named_files
@options.budget
@options.explain
@options.output
@options.force
@options.generation(max_tokens=1024)
@options.engine
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    prompt: str | None,
    extract: bool,
    system: str | None,
    raw: bool,
    language: str | None,
    no_context: bool,
    files: tuple[str, ...],
    budget: int | None,
    explain: bool,
    output: Path | None,
    force: bool,
    sampling: Sampling,
    length: Length,
    as_json: bool,
) -> ExitCode:
    """Write code or an answer from a prompt.

    PROMPT `-`, or none, reads it from stdin; what is piped in beside a prompt follows it. Instruct models
    answer in their chat format; inside a git repository they get to read what of it the prompt is about.
    Base models go on from the text.

    \b
    coder generate -x "a retry decorator with exponential backoff" --lang python
    coder generate -x -f src/app.py "tests for Config.load" -o tests/test_config.py
    """
    from coder_cli import answer, assistant
    from coder_cli.files import check_free

    text = _whole_prompt(prompt)
    if output is not None:
        check_free(output, force)
    if language:
        text = f"{text}\n\nWrite it in {language}."
    if not (no_context or raw or system) and _reads_a_repository(settings):
        from coder_cli.oneshot import Manner

        manner = Manner("generate", sampling, length, budget, explain, as_json, output, extract)
        return _in_repository(settings, text, files, manner)
    if files:
        raise UsageError(
            "--file needs a git repository around, an instruct model, and no --raw, --system or --no-context."
        )
    installed, model = assistant.open_model(settings, ui.say)
    request = assistant.Generation(text, system=system, raw=raw, extract=extract)
    pieces = partial(assistant.generate, model, request, sampling, length, ui.say)
    told = answer.deliver(
        pieces, installed.name, as_json=as_json, output=output, markdown=not (extract or raw)
    )
    return told.code


def _reads_a_repository(settings: Settings) -> bool:
    """Whether there is one, and a model that follows a request about it."""
    from coder_cli.project import find_repo
    from exporters.families import FAMILIES
    from exporters.store import ModelStore

    if not find_repo(settings).has_git:
        return False
    family = ModelStore(settings.models_dir).resolve(settings.model).manifest.family
    return family in FAMILIES and FAMILIES[family].instruct


def _in_repository(settings: Settings, text: str, words: tuple[str, ...], manner: Manner) -> ExitCode:
    from coder_cli import named, oneshot
    from coder_cli.briefing import Task

    with oneshot.opened(settings) as there:
        text, mentioned = named.mentioned(there.workspace, text)
        seeds = [named.find(there.workspace, word).seed for word in words]
        seeds += [one.seed for one in mentioned]
        seeds += there.workspace.seeds(text)
        return oneshot.respond(there, Task("generate", text, tuple(dict.fromkeys(seeds))), manner)


def _whole_prompt(prompt: str | None) -> str:
    """The words of the call, then what is piped in."""
    words = "" if prompt in (None, "-") else str(prompt)
    piped = stdin.read() if prompt == "-" or stdin.is_piped() else ""
    whole = f"{words}\n\n{piped}" if words and piped.strip() else words or piped
    if not whole.strip():
        raise UsageError("There is no prompt.", 'coder generate "a function that ..."')
    return whole
