"""Options that mean the same everywhere.

Those that are settings (`--model`, `--device`, ...) never reach the command as parameters: they are laid over
the Settings in `ctx.obj`, so a command asks `settings.model` and gets flag, environment or file, the nearest.
"""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from coder_cli import completion, ui


def _lay(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Lay a given flag over the settings of this context; its sub-commands inherit them."""
    if value is None or context.obj is None or context.resilient_parsing:
        return
    context.obj = context.obj.with_flags(**{str(parameter.name): value})
    ui.configure(context.obj)


class _Device(click.ParamType[str]):
    name = "device"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from coder_cli.setting_keys import KEYS

        try:
            return str(KEYS["device"].read(value))
        except ValueError as problem:
            self.fail(f"{problem}, not {value!r}.", param, ctx)


def global_options() -> list[click.Option]:
    """Accepted before and after the verb; new objects each time, since click keeps them in the command."""
    return [
        click.Option(["-q", "--quiet"], is_flag=True, default=None, help="Answers and errors only."),
        click.Option(["-v", "--verbose"], is_flag=True, default=None, help="Tell more; show tracebacks."),
        click.Option(["--color"], type=click.Choice(["auto", "always", "never"]), help="Colour the output."),
        click.Option(["--offline"], is_flag=True, default=None, help="Never open a network connection."),
    ]


def add_globals(command: click.Command, hidden: bool) -> click.Command:
    """Let a command and its sub-commands take the global flags too. Flags it has of its own win."""
    taken = {word for parameter in command.params for word in parameter.opts}
    for option in global_options():
        if taken.isdisjoint(option.opts):
            option.hidden, option.expose_value, option.callback = hidden, False, _lay
            command.params.append(option)
    completion.teach(command)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            add_globals(inner, hidden)
    return command


model = click.option(
    "-m",
    "--model",
    metavar="MODEL",
    expose_value=False,
    callback=_lay,
    help="Installed name or model folder.",
)
device = click.option(
    "--device",
    type=_Device(),
    metavar="DEVICE",
    expose_value=False,
    callback=_lay,
    help="auto, cpu, cuda or cuda:N.",
)
threads = click.option(
    "--threads", type=click.IntRange(min=1), expose_value=False, callback=_lay, help="CPU threads."
)
context_tokens = click.option(
    "--context-tokens",
    type=click.IntRange(min=1),
    expose_value=False,
    callback=_lay,
    help="Context window in tokens.",
)


def engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which model runs, where, and on how much."""
    return model(device(threads(context_tokens(command))))


named_files = click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    metavar="FILE[:LINES]",
    help="A file that the model is to see, or lines of it. Repeatable.",
)
budget = click.option(
    "--budget",
    type=click.IntRange(min=1),
    metavar="N",
    help="Tokens of the repository to read; default: what this device reads in ten seconds.",
)
explain = click.option("--explain", is_flag=True, help="Tell what the model got to read, and why.")
no_context = click.option("--no-context", is_flag=True, help="Without the other files of the repository.")
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
output = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the answer to this file."
)
yes = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
dry_run = click.option("--dry-run", is_flag=True, help="Show the changes, and write nothing.")
rounds = click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Most tries to make the command pass.",
)
in_shell = click.option("--shell", "in_shell", is_flag=True, help="Run the command in a shell.")
timeout = click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="Longest run of the command.",
)
force = click.option("--force", is_flag=True, help="Let --output replace a file.")


def generation(max_tokens: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """How the model writes: gives the parameters `sampling` (Sampling) and `length` (Length)."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def wrapped(
            *arguments: object,
            max_tokens: int,
            stop: tuple[str, ...],
            temperature: float,
            top_p: float,
            top_k: int,
            repeat_penalty: float,
            seed: int | None,
            **others: object,
        ) -> object:
            from coder_cli.assistant import Length
            from coder_cli.model.types import Sampling

            sampling = Sampling(temperature, top_p, top_k, repeat_penalty, seed)
            length = Length(max_tokens, tuple(map(_unescaped, stop)))
            return command(*arguments, sampling=sampling, length=length, **others)

        for option in reversed(_generation_options(max_tokens)):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def _generation_options(max_tokens: int) -> list[Callable[[Callable[..., Any]], Callable[..., Any]]]:
    return [
        click.option(
            "--max-tokens",
            type=click.IntRange(min=1),
            default=max_tokens,
            show_default=True,
            help="Longest answer.",
        ),
        click.option(
            "--stop",
            multiple=True,
            metavar="TEXT",
            help="End before this text; \\n and \\t work. Repeatable.",
        ),
        click.option(
            "--temperature",
            type=click.FloatRange(min=0.0, max=10.0),
            default=0.0,
            show_default=True,
            help="0: always the likeliest token.",
        ),
        click.option(
            "--top-p",
            type=click.FloatRange(min=0.0, max=1.0, min_open=True),
            default=1.0,
            show_default=True,
            help="Choose among the likeliest tokens of this total probability.",
        ),
        click.option(
            "--top-k", type=click.IntRange(min=0), default=0, help="Choose among this many; 0: all."
        ),
        click.option(
            "--repeat-penalty",
            type=click.FloatRange(min=0.0, max=10.0, min_open=True),
            default=1.0,
            show_default=True,
            help="Above 1: against repetition.",
        ),
        click.option("--seed", type=click.IntRange(min=0), help="Same seed, same answer."),
    ]


def _unescaped(text: str) -> str:
    """Shells pass `\\n` as two characters; here it means a newline."""
    return re.sub(r"\\[nrt\\]", lambda found: codecs.decode(found[0], "unicode_escape"), text)
