"""A model's tries to mend what a command complains about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from coder_cli.editing import Editing, Proposal
from coder_cli.edits.format import EditGuide
from coder_cli.fixing import Changes, Complaint
from coder_cli.locating import located
from coder_cli.model.guide import Lines
from coder_cli.model.types import LanguageModel, Sampling
from coder_cli.workspace import Workspace
from retrieval.window import Seed

_NARROW = 2  # tries at what the output points to, before anything else in its files may change
_ANOTHER = 0.7  # the temperature where the likeliest answer has helped nothing


@dataclass(frozen=True, slots=True)
class Mending:
    """An Attempt. `propose` walks an edit and shows it; `agreed` gives what the user wants of its changes."""

    model: LanguageModel
    workspace: Workspace
    propose: Callable[[Editing, Sampling], Proposal]
    agreed: Callable[[Changes], Changes]
    sampling: Sampling
    answer_tokens: int
    budget: int | None
    named: tuple[Seed, ...] = ()  # what the user lets be changed; none: what the output points to
    wanted: str = ""  # of the edit whose check this is

    def __call__(self, complaint: Complaint) -> Changes | None:
        self.workspace.refresh()
        where = located(self.workspace, complaint.output)
        editing = Editing(
            self.model,
            self.workspace,
            _request(self.wanted),
            named=self.named or where.files(max(0, complaint.fruitless - 1)),
            found=where.seeds,
            attached=where.said,
            answer_tokens=self.answer_tokens,
            budget=self.budget,
        )
        if not self.named and complaint.fruitless < _NARROW:
            narrow(editing.guide, where.spans)
        proposal = self.propose(editing, self._sampling(complaint))
        if proposal.complaints or not proposal.changes:
            return ()
        return self.agreed(proposal.changes) or None

    def _sampling(self, complaint: Complaint) -> Sampling:
        """Greedily the same would come again from the same files."""
        if not complaint.fruitless or self.sampling.temperature:
            seed = self.sampling.seed
            return replace(self.sampling, seed=None if seed is None else seed + complaint.round - 1)
        return replace(self.sampling, temperature=_ANOTHER, top_p=0.9, seed=complaint.round)


def narrow(guide: EditGuide, spans: Mapping[str, Sequence[Lines]]) -> None:
    """Only lines that the output points to can be quoted, where the model is shown some of them."""
    guide.files = {
        path: replace(file, spans=tuple(_common(file.spans, spans.get(path, ()))) or file.spans)
        for path, file in guide.files.items()
    }


def _common(some: Sequence[Lines], others: Sequence[Lines]) -> Iterator[Lines]:
    """The lines that are in both; neither has a line twice."""
    for start, stop in others:
        for first, last in some:
            if max(first, start) <= min(last, stop):
                yield max(first, start), min(last, stop)


def _request(wanted: str) -> str:
    done = f"This was changed already: {wanted.rstrip('.')}. " if wanted else ""
    return f"{done}The command below fails. Correct the code, so that it passes."
