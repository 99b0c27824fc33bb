"""`coder context`: what of the repository a model would get to read."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, stdin, ui
from coder_cli.errors import UsageError
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.reading import Reading

_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<line>\d+)(?::(?P<column>\d+))?)?")
_ORDERS = ("dependency", "paper", "alphabetical", "random", "rank")  # as in retrieval.window.Arrangement


@click.command()
@click.argument("task", required=False)
@click.option(
    "--for", "place", metavar="FILE[:LINE[:COL]]", help="The file, or place in it, that it is about."
)
@click.option(
    "--budget", type=click.IntRange(min=1), metavar="N", help="Tokens; default: what the model has room for."
)
@click.option(
    "--order",
    type=click.Choice(_ORDERS),
    default="dependency",
    show_default=True,
    help="How the files stand in a row; the others are for comparison.",
)
@click.option("--explain", is_flag=True, help="A table instead: path, level, tokens, reason.")
@click.option("--stat", is_flag=True, help="Counts instead.")
@options.model
@options.context_tokens
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    task: str | None,
    place: str | None,
    budget: int | None,
    order: str,
    explain: bool,
    stat: bool,
    as_json: bool,
) -> None:
    """Show what of the repository a model would get to read.

    Files stand in reading order, what a file needs before it, each below its path; the file of --for comes
    last. What matters most is whole, what surrounds it is reduced to signatures, callers to the places of
    use. --for FILE:LINE without a TASK asks for what belongs at the end of that line: the text then has the
    marks of the model's family around the hole.

    \b
    coder context "why does load_config ignore the user's file?"
    coder context --for src/app.py:120 --budget 4000
    coder context --for src/app.py "rename Config" --explain
    """
    from coder_cli import reading, window_view
    from retrieval.window import Arrangement

    if explain and stat:
        raise UsageError("--explain and --stat do not go together.")
    words = stdin.read() if task == "-" else task or ""
    if not words.strip() and place is None:
        raise UsageError("What is it about?", 'coder context "TASK" or coder context --for FILE')
    path, line, column = _place(place)
    wish = reading.Wish(words, path, line, column, budget, Arrangement(order))
    found = reading.read(settings, wish)
    if as_json:
        ui.json(_value(found, wish))
    elif explain:
        short = ui.is_read_by_a_person()
        ui.table(window_view.rows(found.window.items, found.window.left_out, short=short), window_view.HEADER)
    elif stat:
        ui.table(_counts(found))
    else:
        from coder_cli.infill import FILL_MARK

        ui.answer(reading.spelled(found, FILL_MARK), end="\n")
    if not as_json:
        _say(found)


def _place(word: str | None) -> tuple[Path | None, int | None, int | None]:
    if word is None:
        return None, None, None
    found = None if Path(word).is_file() else _PLACE.fullmatch(word)
    if found is None:
        return Path(word), None, None
    line, column = (int(found[name]) if found[name] else None for name in ("line", "column"))
    return Path(found["path"]), line, column


def _say(found: Reading) -> None:
    window = found.window
    left = f"; {_files(len(window.left_out))} left out" if window.left_out else ""
    ui.say(
        f"{_files(len(window.items))}, {window.tokens} of {window.budget} tokens of {found.model.name}{left}"
    )


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _counts(found: Reading) -> list[tuple[str, str]]:
    window = found.window
    files, tokens = Counter[str](), Counter[str]()
    for item in window.items:
        files[item.level.value] += 1
        tokens[item.level.value] += item.tokens
    levels = [
        (level, f"{_files(files[level])}, {tokens[level]} tokens") for level in ("whole", "skeleton", "chunk")
    ]
    return [
        ("model", found.model.name),
        ("budget", str(window.budget)),
        ("tokens", str(window.tokens)),
        ("characters", str(len(window.text))),
        *levels,
        ("left out", _files(len(window.left_out))),
        ("found by the task", _files(len({seed.path for seed in found.seeds}))),
    ]


def _value(found: Reading, wish: object) -> dict[str, object]:
    from coder_cli import window_view

    window = found.window
    target = window.request.target
    value: dict[str, object] = {"exit_code": 0, "model": found.model.name, "task": window.request.task}
    if target is not None:
        place = {"path": target.path, "line": target.line, "column": target.column, "fill": target.fill}
        value["target"] = {name: part for name, part in place.items() if part is not None}
    value |= {"budget": window.budget, "tokens": window.tokens}
    value |= {
        "items": window_view.item_values(window.items),
        "left_out": window_view.left_out_values(window.left_out),
    }
    if len(window.pieces) > 1:
        before, prefix, suffix = window.pieces
        return value | {"context": before, "prefix": prefix, "suffix": suffix}
    return value | {"text": window.text}
