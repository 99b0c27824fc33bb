"""`coder generate`: a prompt in, code or an answer out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, stdin, ui
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.assistant import Length
    from coder_cli.model.types import Sampling


@click.command()
@click.argument("prompt", required=False)
@click.option("-x", "--extract", is_flag=True, help="Only the code: the first fenced block of the answer.")
@click.option("-s", "--system", metavar="TEXT", help="System text, in place of the model's own.")
@click.option("--raw", is_flag=True, help="Send the text as it is, without the chat format.")
@options.output
@options.force
@options.generation(max_tokens=1024)
@options.model
@options.device
@options.threads
@options.context_tokens
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    prompt: str | None,
    extract: bool,
    system: str | None,
    raw: bool,
    output: Path | None,
    force: bool,
    sampling: Sampling,
    length: Length,
    as_json: bool,
) -> ExitCode:
    """Write code or an answer from a prompt.

    PROMPT `-`, or none, reads it from stdin; what is piped in beside a prompt follows it. Instruct models
    answer in their chat format; base models go on from the text.
    """
    from coder_cli import answer, assistant, files

    text = _whole_prompt(prompt)
    if output is not None:
        files.check_free(output, force)
    installed, model = assistant.open_model(settings, ui.say)
    request = assistant.Generation(text, system=system, raw=raw, extract=extract)
    pieces = assistant.generate(model, request, sampling, length, ui.say)
    return answer.deliver(pieces, installed.name, as_json=as_json, output=output)


def _whole_prompt(prompt: str | None) -> str:
    """The words of the call, then what is piped in."""
    words = "" if prompt in (None, "-") else str(prompt)
    piped = stdin.read() if prompt == "-" or stdin.is_piped() else ""
    whole = f"{words}\n\n{piped}" if words and piped.strip() else words or piped
    if not whole.strip():
        raise UsageError("There is no prompt.", 'coder generate "a function that ..."')
    return whole
