"""What is wrong with changed files: what is refused outright, and what a model may repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coder_cli.edits import losses, parsing
from coder_cli.edits.types import FileChange
from coder_cli.workspace import Workspace
from retrieval.decoding import decode
from retrieval.languages.content import language_in


def refusals(changes: Sequence[FileChange], *, may_shrink: bool = False) -> tuple[str, ...]:
    """Sentences about content that would be lost: "rest of the code", most of a file gone, all of it gone.

    `may_shrink`: the request is to delete much.
    """
    texts = {
        path: (before or "", after) for path, (before, after) in _texts(changes).items() if after is not None
    }
    return losses.refusals_of(texts, may_shrink=may_shrink)


def complaints(workspace: Workspace, changes: Sequence[FileChange]) -> tuple[str, ...]:
    """Sentences about what no longer parses or needs what is not there, precise enough to mend it."""
    found: list[str] = []
    for path, (before, after) in _texts(changes).items():
        if after is None:
            continue
        broken = parsing.complaint(path, language_in(path, after), before, after)
        if broken:
            found.append(broken)
    return tuple(found)


def _texts(changes: Sequence[FileChange]) -> Mapping[str, tuple[str | None, str | None]]:
    """Before and after, of those that read as text; None where the file is not there."""
    found: dict[str, tuple[str | None, str | None]] = {}
    for change in changes:
        sides = [None if data is None else decode(data) for data in (change.before, change.after)]
        absent = [data is None for data in (change.before, change.after)]
        if all(side is not None or gone for side, gone in zip(sides, absent, strict=True)):
            before, after = (None if side is None else side.text for side in sides)
            found[change.path] = before, after
    return found
