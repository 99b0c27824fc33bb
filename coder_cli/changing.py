"""A change that the user asks for: proposed, shown, agreed to, written, and checked where that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coder_cli import proposing, ui
from coder_cli.assistant import Length
from coder_cli.checked import Check, Mend
from coder_cli.editing import Editing, Proposal
from coder_cli.edits import choosing, diff
from coder_cli.edits.types import FileChange
from coder_cli.journal.journal import open_journal
from coder_cli.mending import narrow
from coder_cli.model.types import LanguageModel, Sampling
from coder_cli.named import Named
from coder_cli.settings import Settings
from coder_cli.workspace import Workspace
from retrieval.window import Seed

ANSWER = 2048  # tokens: most of them are lines that stay, which cost little


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to change. `named` bounds where; none: wherever the request points to."""

    request: str
    named: tuple[Named, ...] = ()
    attached: str = ""

    @property
    def title(self) -> str:
        return f"edit: {self.request}"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a change is made."""

    sampling: Sampling
    answer_tokens: int
    budget: int | None
    yes: bool = False  # without a question
    dry_run: bool = False
    as_json: bool = False


def propose(
    settings: Settings, model: LanguageModel, workspace: Workspace, wanted: Wanted, manner: Manner
) -> Proposal:
    """What the model would change. ContextError where the request does not fit."""
    if open_journal(settings, ui.say).recover(workspace.root) is not None:
        workspace.refresh()  # what a crash had cut off is mended by now
    seeds = tuple(dict.fromkeys(Seed(each.path, "you named it", named=True) for each in wanted.named))
    lines = [each.seed for each in wanted.named if each.start_line is not None]
    editing = Editing(
        model,
        workspace,
        wanted.request,
        named=(*lines, *(seed for seed in seeds if seed.path not in {line.path for line in lines})),
        found=workspace.seeds(f"{wanted.request}\n{wanted.attached}".strip()),
        attached=wanted.attached,
        answer_tokens=manner.answer_tokens,
        budget=manner.budget,
    )
    narrow(editing.guide, _bounds(wanted.named))
    return proposing.proposed(editing, manner.sampling)


def agreed(proposal: Proposal, manner: Manner) -> tuple[FileChange, ...]:
    """What of a proposal the user takes, once it is shown. None of one with complaints."""
    if proposal.complaints or not proposal.changes:
        return ()
    if not manner.as_json:
        ui.diff(diff.shown(proposal.changes), diff.patch(proposal.changes))
    if manner.dry_run:
        return ()
    return proposal.changes if manner.yes else choosing.agreed(proposal.changes, "Apply this?")


def write(
    settings: Settings,
    workspace: Workspace,
    changes: Sequence[FileChange],
    title: str,
    undo: str = "`coder undo`",
) -> None:
    """All or nothing. StaleFile where a file has changed since it was read. `undo` is what takes it back."""
    open_journal(settings, ui.say).apply(workspace.root, changes, title)
    paths = ", ".join(change.path for change in changes)
    ui.say(f"Changed {paths}. {undo} takes it back.")


def mend_of(check: Check, rounds: int, length: Length, manner: Manner, wanted: Wanted) -> Mend:
    named = tuple(each.seed for each in wanted.named)
    return Mend(
        check, rounds, manner.sampling, length, manner.budget, manner.yes, False, manner.as_json, named
    )


def _bounds(named: Sequence[Named]) -> dict[str, list[tuple[int, int]]]:
    """Lines of files outside of which nothing may change; files that are named whole have none."""
    found: dict[str, list[tuple[int, int]]] = {}
    for each in named:
        if each.start_line is not None:
            found.setdefault(each.path, []).append((each.start_line, each.end_line or each.start_line))
    whole = {each.path for each in named if each.start_line is None}
    return {path: sorted(lines) for path, lines in found.items() if path not in whole}
