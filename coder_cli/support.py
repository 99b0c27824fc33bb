"""On which of the lines that a model was given its answer stands: those that have its rarest words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coder_cli.sessions import Source
from coder_cli.workspace import Workspace
from retrieval.search.passage import narrowed
from retrieval.search.words import words
from retrieval.types import SourceFile

_LINES = 12  # of a source that is longer
_MOST = 3
_NEARLY = 0.6  # of the best one's score


def support(workspace: Workspace, sources: Sequence[Source]) -> Callable[[str], Sequence[Source]]:
    """From an answer to the lines it stands on, the surest first. `sources` break ties: the best first."""

    def stands_on(answer: str) -> Sequence[Source]:
        weights = workspace.index.rarity(answer)
        found: list[tuple[float, int, Source]] = []
        for number, source in enumerate(sources):
            file = workspace.read(source.path)
            if not isinstance(file, SourceFile):
                continue
            lines = file.text.split("\n")
            first, last = narrowed(lines, source.start_line, source.end_line, weights, _LINES)
            shared = set(words("\n".join(lines[first - 1 : last]))) & weights.keys()
            found.append((sum(weights[word] for word in shared), -number, Source(source.path, first, last)))
        found.sort(key=lambda one: (one[0], one[1]), reverse=True)
        return [source for score, _, source in found[:_MOST] if score and score >= _NEARLY * found[0][0]]

    return stands_on
