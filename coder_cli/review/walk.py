"""A review step by step: what changed, the checks, then the parts a model reads. Yields, never prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coder_cli.model.types import LanguageModel, PrefillProgress, unheard
from coder_cli.review.doubts import Strictness
from coder_cli.review.parts import Part, Uncovered, divided
from coder_cli.review.passes import Looked, Reviewer
from coder_cli.review.surroundings import Ground
from coder_cli.review.telling import Teller
from coder_cli.review.types import Finding
from retrieval.changes import Changes

if TYPE_CHECKING:
    from retrieval.project import RepositoryProject


@dataclass(frozen=True, slots=True)
class Plan:
    """What a model is going to read."""

    reviewer: Reviewer
    parts: tuple[Part, ...]
    uncovered: tuple[Uncovered, ...]

    def looks(self) -> Iterator[Looked]:
        """Each part as it is done."""
        for part in self.parts:
            yield self.reviewer.look(part)


def planned(
    model: LanguageModel,
    changes: Changes,
    after: RepositoryProject,
    repository: str,
    budget: int,
    strictness: Strictness,
    explained: bool = False,
    progress: PrefillProgress = unheard,
) -> Plan:
    """`explained`: in the words of the model, if it is one that can be asked."""
    graph = after.graph()
    teller = None
    if explained and model.family.instruct:
        teller = Teller(model, Ground(graph, after.parsed, after.file), repository, budget, progress)
    reviewer = Reviewer(model, budget, strictness, teller, progress)
    parts, uncovered = divided(changes, after.parsed, graph, reviewer.most_rows, model.count_tokens)
    return Plan(reviewer, parts, uncovered)


def of_the_diff(changes: Changes, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those at lines of the diff; of a deleted file, which has no new side, its old lines count.

    Of a file that only has another name now there is no line, and its first one stands for it.
    """
    spans = {
        file.path: [
            (hunk.new_start, hunk.new_end)
            if file.new
            else (hunk.old_start, hunk.old_start + hunk.old_lines - 1)
            for hunk in file.hunks
        ]
        or ([(1, 1)] if file.old_path else [])
        for file in changes.files
    }
    return tuple(
        one
        for one in findings
        if any(first <= one.start_line and one.end_line <= last for first, last in spans.get(one.path, ()))
    )
