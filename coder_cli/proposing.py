"""A model's changes on their way to the user: what it says about them, and what is wrong with them."""

from __future__ import annotations

from coder_cli import ui
from coder_cli.editing import Editing, Proposal
from coder_cli.errors import CoderError
from coder_cli.model.types import Completion, Sampling


def proposed(editing: Editing, sampling: Sampling) -> Proposal:
    """What a model changes in the end. What it says besides is talk; so is what was wrong on the way."""
    proposal: Proposal | None = None
    said = ""
    with ui.prefilling() as progress:
        for piece in editing.walk(sampling, progress):
            if isinstance(piece, str):
                said += piece
                # The last line that says where something changes: the lines themselves are in the diff.
                progress.say(next((each for each in said.split("\n")[::-1] if each.startswith("In ")), ""))
            elif isinstance(piece, Completion):
                ui.detail(f"{piece.new_tokens} tokens in {piece.decode_seconds:.1f} s")
            elif isinstance(piece, Proposal):
                if proposal is not None:
                    for complaint in proposal.complaints:
                        ui.detail(f"The answer was wrong: {complaint}")
                proposal = piece
    if proposal is None:
        raise CoderError("The model said nothing.")
    if proposal.plan:
        ui.detail(proposal.plan)  # the diff says it better
    for complaint in proposal.complaints:
        ui.say(complaint)
    return proposal
