"""Code at a place in a file: written with the repository around it, shown or put into the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coder_cli import answer, assistant, files, filling, oneshot, prompts, ui, window_view
from coder_cli.answer import Delivered
from coder_cli.assistant import Length
from coder_cli.errors import ExitCode, UsageError
from coder_cli.infill import Hole, at_position, fit
from coder_cli.model.types import Completion, Finish, PrefillProgress, Sampling
from coder_cli.project import find_repo
from coder_cli.settings import Settings

_TARGET = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as the command line names it."""

    path: Path
    line: int
    column: int | None


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is to be written."""

    sampling: Sampling
    length: Length
    lines: int | None
    budget: int | None
    explain: bool
    as_json: bool
    write: bool
    context: bool


def place(word: str) -> Spot:
    """`file:42` or `file:42:7`. UsageError where it is neither."""
    found = _TARGET.fullmatch(word)
    if found is None:
        raise UsageError(f"{word!r} names no place.", "FILE:LINE or FILE:LINE:COL")
    column = int(found["column"]) if found["column"] else None
    return Spot(Path(found["path"]), int(found["line"]), column)


def complete(settings: Settings, spot: Spot, manner: Manner, *, after: bool) -> ExitCode:
    """Fill in at the spot, or go on from it without looking at what stands `after` it."""
    text = files.read_source(spot.path)
    hole = at_position(text, spot.line, spot.column)
    seen = hole if after else Hole(hole.prefix, "")
    inside = manner.context and find_repo(settings, spot.path).has_git
    told = (_with_context if inside else _alone)(settings, spot, seen, manner, after=after)
    whole = told.completion is not None and told.completion.finish is not Finish.CANCELLED
    if manner.write and whole and told.text:
        files.insert(spot.path, spot.line, spot.column, told.text, text)
        ui.say(f"{spot.path}: put in at line {spot.line}")
    return told.code


def _with_context(settings: Settings, spot: Spot, hole: Hole, manner: Manner, *, after: bool) -> Delivered:
    with oneshot.opened(settings, spot.path) as there:
        length = oneshot.fitting(manner.length, there.model.context_length)
        where = filling.Place(there.workspace.name(spot.path), spot.line, spot.column)
        make = filling.fill_in if after else filling.go_on
        if after:
            prompts.fim(there.model.family, "", "")  # refused before anything is measured or read
        budget = oneshot.budget_of(there, manner.budget, length)
        made = make(there.model, there.workspace, where, length.max_tokens, budget)
        window = made.window
        if manner.explain:
            rows = window_view.rows(window.items, window.left_out, short=True)
            ui.table(rows, window_view.HEADER, talk=True)
        window_view.detail_left_out(window.left_out)

        def walk(progress: PrefillProgress) -> Iterator[str | Completion]:
            return assistant.fill(
                there.model, made.parts, hole, manner.sampling, length, manner.lines, progress
            )

        def more(_: str) -> Mapping[str, object]:
            return {
                "files": window_view.item_values(window.items),
                "left_out": window_view.left_out_values(window.left_out),
                "budget": budget,
            }

        return answer.deliver(
            walk, there.installed.name, as_json=manner.as_json, exact=True, markdown=False, more=more
        )


def _alone(settings: Settings, spot: Spot, hole: Hole, manner: Manner, *, after: bool) -> Delivered:
    installed, model = assistant.open_model(settings, ui.say)
    if after:
        pieces = partial(assistant.infill, model, hole, manner.sampling, manner.length, manner.lines, ui.say)
    else:
        length = oneshot.fitting(manner.length, model.context_length)
        parts = prompts.completion(
            fit(hole, model.context_length - length.max_tokens - 1, model.count_tokens).prefix
        )
        pieces = partial(assistant.fill, model, parts, hole, manner.sampling, length, manner.lines)
    return answer.deliver(pieces, installed.name, as_json=manner.as_json, exact=True)
