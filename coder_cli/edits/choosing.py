"""What a person wants of the changes: all, none, or some hunks, asked one by one as `git add -p` does."""

from __future__ import annotations

from collections.abc import Sequence

from coder_cli import ui
from coder_cli.edits import diff
from coder_cli.edits.hunks import Hunk, chosen, hunks
from coder_cli.edits.types import FileChange

_WHOLE = {
    "y": "yes, all of it",
    "n": "no, nothing",
    "c": "choose, hunk by hunk",
}
_HUNK = {
    "y": "yes, apply this hunk",
    "n": "no, not this hunk",
    "a": "apply this hunk and all later ones of the file",
    "d": "apply neither this hunk nor any later one of the file",
    "q": "apply neither this hunk nor any later one",
}


def agreed(changes: Sequence[FileChange], question: str) -> tuple[FileChange, ...]:
    """What the person agrees to of changes that were shown. UsageError where nobody can be asked."""
    several = sum(len(hunks(change)) for change in changes) > 1
    options = _WHOLE if several else {key: _WHOLE[key] for key in "yn"}
    answer = ui.choose(question, options)
    if answer == "c":
        return chosen_by_hunk(changes)
    return tuple(changes) if answer == "y" else ()


def chosen_by_hunk(changes: Sequence[FileChange]) -> tuple[FileChange, ...]:
    """Each hunk is shown and asked about. UsageError where nobody can be asked."""
    wanted: list[Hunk] = []
    for change in changes:
        of_file = hunks(change)
        if not of_file:
            continue
        ui.diff([diff.title(change)])
        for number, hunk in enumerate(of_file):
            ui.diff(diff.rows_of(change, hunk))
            answer = ui.choose(f"({number + 1}/{len(of_file)}) {_asked(change)}", _HUNK)
            if answer == "y":
                wanted.append(hunk)
            elif answer == "a":
                wanted += of_file[number:]
            if answer in ("a", "d"):
                break
            if answer in ("q", ""):
                return chosen(changes, wanted)
    return chosen(changes, wanted)


def _asked(change: FileChange) -> str:
    if change.before is None:
        return f"Make {change.path}?"
    return f"Delete {change.path}?" if change.after is None else f"Apply this hunk to {change.path}?"
