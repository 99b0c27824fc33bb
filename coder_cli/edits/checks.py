"""What is wrong with changed files: what is refused outright, and what a model may repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from coder_cli.edits import losses, names, parsing
from coder_cli.edits.imports import Imports
from coder_cli.edits.overlay import Overlay
from coder_cli.edits.types import FileChange
from retrieval.decoding import decode
from retrieval.languages.base import Project
from retrieval.languages.content import language_in
from retrieval.parse import parse
from retrieval.types import SourceFile


class Ground(Protocol):
    """The repository that changes are judged in: a Workspace."""

    @property
    def project(self) -> Project: ...


def refusals(changes: Sequence[FileChange], *, may_shrink: bool = False) -> tuple[str, ...]:
    """Sentences about content that would be lost: "rest of the code", most of a file gone, all of it gone.

    `may_shrink`: the request is to delete much.
    """
    texts = {
        path: (before or "", after) for path, (before, after) in _texts(changes).items() if after is not None
    }
    return losses.refusals_of(texts, may_shrink=may_shrink)


def complaints(workspace: Ground, changes: Sequence[FileChange]) -> tuple[str, ...]:
    """Sentences about what no longer parses or needs what is not there, precise enough to mend it."""
    texts = _texts(changes)
    overlay = Overlay(workspace.project, {path: after for path, (_, after) in texts.items()})
    judged = Imports(overlay)
    found: list[str] = []
    for path, (before, after) in texts.items():
        if after is None:
            continue
        language = language_in(path, after)
        broken = parsing.complaint(path, language, before, after)
        if broken:
            # What is imported and named in a text that does not parse is anybody's guess.
            found.append(broken)
            continue
        # Whatever a text does to the reading of its language costs a complaint, not the edit.
        with suppress(Exception):
            found += _of_names(overlay, judged, path, language, before, after)
    return tuple(dict.fromkeys(found))


def unparsed(changes: Sequence[FileChange]) -> tuple[str, ...]:
    """Of the complaints those about what no longer parses: part of an edit can be held to them alone."""
    found = (
        parsing.complaint(path, language_in(path, after), before, after)
        for path, (before, after) in _texts(changes).items()
        if after is not None
    )
    return tuple(filter(None, found))


def _of_names(
    overlay: Overlay, judged: Imports, path: str, language: str, before: str | None, after: str
) -> list[str]:
    now = overlay.parsed(path)
    if now is None:
        return []
    was = None if before is None else parse(SourceFile(path, language, before, ""))
    found = list(judged.complaints(path, was, now))
    if language == "python":
        found += names.unbound_names(path, before, after)
    elif was is not None:
        found += names.lost_imports(overlay, path, was, now)
    return found


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
