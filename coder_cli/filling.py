"""What a model is given to fill a hole, or to go on from a place: files of the repository, then this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coder_cli import prompts
from coder_cli.errors import ContextError
from coder_cli.infill import Hole, at_position
from coder_cli.model.types import LanguageModel, Part
from coder_cli.workspace import Workspace
from retrieval.search.request import Kind
from retrieval.types import SourceFile
from retrieval.window import ContextWindow, Request, Seed, Target

_ASKED_LINES = 20  # before the hole: what is searched for
_HITS = 6
_SEAM = 8  # tokens that texts may cost more where they are joined


@dataclass(frozen=True, slots=True)
class Place:
    """Before a column of a line, both from 1; without a column the line's end."""

    file: SourceFile
    line: int
    column: int | None

    @property
    def hole(self) -> Hole:
        """UsageError where the file has no such place."""
        return at_position(self.file.text, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Filling:
    """A prompt, and what of the repository stands in it."""

    parts: tuple[Part, ...]
    tokens: int
    window: ContextWindow


def fill_in(model: LanguageModel, workspace: Workspace, place: Place, answer: int, budget: int) -> Filling:
    """With what stands after the place. ModelError where the family was not trained for it."""
    return _brief(model, workspace, place, answer, budget, after=True)


def go_on(model: LanguageModel, workspace: Workspace, place: Place, answer: int, budget: int) -> Filling:
    """From what stands before the place, as any model was trained to."""
    return _brief(model, workspace, place, answer, budget, after=False)


def _brief(
    model: LanguageModel, workspace: Workspace, place: Place, answer: int, budget: int, *, after: bool
) -> Filling:
    """`budget` tokens at most, with the target; never more than the window less the answer."""
    around = len(model.encode(_parts(model, workspace, place.file.path, None, after=after)))
    room = min(budget, model.context_length - answer - around - _SEAM)
    seeds = _seeds(workspace, place)
    asked = room
    while asked > 0:
        window = _window(model, workspace, place, seeds, asked)
        if all(item.path != place.file.path for item in window.items):
            break
        parts = _parts(model, workspace, place.file.path, window, after=after)
        tokens = len(model.encode(parts))
        if tokens <= room + around + _SEAM:
            return Filling(parts, tokens, window)
        asked -= tokens - room - around - _SEAM
    raise ContextError(
        f"{place.file.path}:{place.line} does not fit into {max(0, room)} tokens.",
        "Give more: --budget N, or --context-tokens N.",
    )


def _window(
    model: LanguageModel, workspace: Workspace, place: Place, seeds: Sequence[Seed], budget: int
) -> ContextWindow:
    target = Target(place.file.path, place.line, place.column, fill=True)
    return workspace.window(Request("", target), seeds=seeds, budget=budget, count_tokens=model.count_tokens)


def _seeds(workspace: Workspace, place: Place) -> tuple[Seed, ...]:
    """Code like that before the hole, elsewhere."""
    lines = place.file.text.split("\n")[max(0, place.line - _ASKED_LINES) : place.line]
    hits = workspace.search("\n".join(lines), Kind.CODE, _HITS + 3) if any(map(str.strip, lines)) else []
    return tuple(
        Seed(hit.path, "like the code before the hole", hit.start_line, hit.end_line)
        for hit in hits
        if hit.path != place.file.path
    )[:_HITS]


def _parts(
    model: LanguageModel, workspace: Workspace, path: str, window: ContextWindow | None, *, after: bool
) -> tuple[Part, ...]:
    family = model.family
    others = [item for item in window.items if item.path != path] if window else []
    _, prefix, suffix = window.pieces if window else ("", "", "")
    target = prompts.fim(family, prefix, suffix) if after else (prefix,)
    files = [(item.path, f"{item.note}\n{item.text}" if item.note else item.text) for item in others]
    return prompts.in_repository(family, workspace.root.name, files, path, target)
