"""What a model would get to read for a task: the repository, the chosen model's tokenizer, the budget."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli import prompts
from coder_cli.errors import ContextError
from coder_cli.model.tokenizer import Tokenizer
from coder_cli.project import open_workspace
from coder_cli.prompts import Message, Role
from coder_cli.settings import Settings
from exporters.store import InstalledModel, ModelStore
from retrieval.window import Arrangement, ContextWindow, Request, Seed, Target

if TYPE_CHECKING:
    from coder_cli.workspace import Workspace

ANSWER_TOKENS = 1024  # left for an answer, as `coder generate` allows one by default
FILL_TOKENS = 256  # the same of `coder infill`
_LARGEST_ANSWER = 0.25  # of a small window
_SEAM = 8  # tokens that texts may cost more when they are joined to the task


@dataclass(frozen=True, slots=True)
class Reading:
    """A window, and with which model and seeds it came about."""

    model: InstalledModel
    window: ContextWindow
    seeds: tuple[Seed, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asks for: a task, a place, or both."""

    task: str = ""
    file: Path | None = None
    line: int | None = None
    column: int | None = None
    budget: int | None = None
    order: Arrangement = Arrangement.DEPENDENCY


def read(settings: Settings, wish: Wish) -> Reading:
    """The window for a wish, counted with the tokenizer of the model that would get it.

    StoreError where no model is installed: without its tokenizer no count would be exact.
    """
    model = ModelStore(settings.models_dir).resolve(settings.model)
    tokenizer = Tokenizer.open(model.folder, model.manifest)
    workspace = open_workspace(settings, _inside(wish.file))
    target = _target(workspace, wish)
    request = Request(wish.task, target)
    seeds = workspace.seeds(wish.task) if wish.task else ()
    if not seeds and target is None:
        seeds = workspace.starting_points()
    budget = wish.budget or _budget(settings, model, tokenizer, request)
    window = workspace.window(
        request, seeds=seeds, budget=budget, count_tokens=tokenizer.count, order=wish.order
    )
    if target is not None and all(item.path != target.path for item in window.items):
        reason = next(left.reason for left in window.left_out if left.path == target.path)
        raise ContextError(
            f"{target.path} does not fit into {budget} tokens ({reason}).", "Give more: --budget N"
        )
    return Reading(model, window, seeds)


def _inside(file: Path | None) -> Path | None:
    """Where to look for the repository: here (None), unless the file is elsewhere or in another one.

    Of a plain folder this keeps the current folder as the root, not the file's own.
    """
    if file is None:
        return None
    folder, here = file.resolve().parent, Path.cwd()
    if not folder.is_relative_to(here):
        return file
    below = (above for above in (folder, *folder.parents) if above != here and above.is_relative_to(here))
    return file if any((above / ".git").exists() for above in below) else None


def _target(workspace: Workspace, wish: Wish) -> Target | None:
    """The place that is asked about. UsageError where the file has no such place."""
    if wish.file is None:
        return None
    named = workspace.name(wish.file)
    if wish.line is not None:
        from coder_cli.infill import at_position

        at_position(named.text, wish.line, wish.column)
    return Target(named.path, wish.line, wish.column, fill=wish.line is not None and not wish.task)


def _budget(settings: Settings, model: InstalledModel, tokenizer: Tokenizer, request: Request) -> int:
    """The model's context less what stands around the window in its prompt, and less the answer's room."""
    context = min(settings.context_tokens or model.manifest.context_length, model.manifest.context_length)
    fills = request.target is not None and request.target.fill
    answer = min(FILL_TOKENS if fills else ANSWER_TOKENS, int(context * _LARGEST_ANSWER))
    budget = context - answer - _around(model, tokenizer, request) - _SEAM
    if budget < 1:
        raise ContextError(f"The task alone does not fit into {context} tokens.")
    return budget


def _around(model: InstalledModel, tokenizer: Tokenizer, request: Request) -> int:
    """Tokens of the prompt without the window: marks, chat format, the task itself."""
    from exporters.families import FAMILIES

    family = FAMILIES[model.manifest.family]
    if request.target is not None and request.target.fill:
        return len(tokenizer.encode(prompts.fim(family, "", ""))) if family.fim is not None else 1
    if family.instruct and request.task:
        messages = [Message(Role.USER, request.task)]
        return len(tokenizer.encode(prompts.chat(family, tokenizer.chat_template, messages)))
    return len(tokenizer.encode((request.task,)))


def spelled(reading: Reading, placeholder: str) -> str:
    """The window as the model gets it: the marks of its family around a hole, else `placeholder` in it."""
    from exporters.families import FAMILIES

    pieces = reading.window.pieces
    if len(pieces) == 1:
        return pieces[0]
    before, prefix, suffix = pieces
    fim = FAMILIES[reading.model.manifest.family].fim
    if fim is None:
        return before + prefix + placeholder + suffix
    return before + fim.prefix + prefix + fim.suffix + suffix + fim.middle
