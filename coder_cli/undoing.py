"""Undo and redo as a person sees them: what would change, a question, what was done."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from coder_cli import ui
from coder_cli.edits import diff
from coder_cli.errors import ExitCode, UsageError
from coder_cli.journal.journal import open_journal
from coder_cli.journal.types import Entry, Kind, NothingLeft, Plan, Recovery, Refused
from coder_cli.project import find_repo
from coder_cli.settings import Settings
from retrieval.errors import RepositoryError

_TITLE = 72  # characters


@dataclass(frozen=True, slots=True)
class Manner:
    """How a step is asked for."""

    yes: bool = False
    dry_run: bool = False
    as_json: bool = False


def go(settings: Settings, root: Path, kind: Kind, manner: Manner) -> ExitCode:
    """Undo or redo. NothingLeft or Refused where it cannot be, UsageError where nobody can be asked."""
    if not (manner.yes or manner.dry_run or sys.stdin.isatty()):
        raise UsageError("Nothing is changed without a yes, and there is no terminal to ask at.", "Add -y.")
    journal = open_journal(settings, ui.say)
    recovery = journal.recover(root)
    if recovery is not None:
        ui.say(str(recovery))
        if kind is Kind.UNDO and recovery.kind is Kind.APPLY and not recovery.finished:
            return _recovered(recovery, manner)  # which is what the user wants; the edit before stays
    plan = journal.plan(root, kind)
    if plan.conflicts:
        return _refuse(plan, manner)
    if not manner.as_json:
        ui.diff(diff.shown(plan.changes), diff.patch(plan.changes))
    if not plan.changes:
        ui.say("The files are so already.")
    for path in plan.merged:
        ui.say(f"{path} was changed elsewhere since: those changes stay.")
    title = _short(plan.entry.title)
    if manner.dry_run:
        return _told(plan, manner)
    if not manner.yes and not _agreed(kind, title):
        ui.say("Nothing is changed.")
        return ExitCode.NEGATIVE
    if kind is Kind.UNDO:
        journal.undo(root, plan)
        ui.say(f'Undone: "{title}". To do it again: redo.')
    else:
        journal.redo(root, plan)
        ui.say(f'Done again: "{title}".')
    return _told(plan, manner)


def show_history(settings: Settings, root: Path, as_json: bool) -> None:
    """The newest first."""
    history = open_journal(settings, ui.say).history(root)
    marked = [(entry, number < history.done) for number, entry in enumerate(history.entries)][::-1]
    if as_json:
        edits = [
            {"title": entry.title, "at": _at(entry), "files": _paths(entry), "undone": not stands}
            for entry, stands in marked
        ]
        ui.json({"exit_code": 0, "root": history.root, "edits": edits})
    elif marked:
        rows = [
            ("" if stands else "undone", _at(entry), _short(entry.title), ", ".join(_paths(entry)))
            for entry, stands in marked
        ]
        ui.table(rows, ("", "when", "edit", "files"))
    else:
        ui.say("There is no edit yet.")


def root_here(settings: Settings) -> Path:
    """Of the repository that one is in. A git that is gone, or refuses, is no hindrance."""
    try:
        return find_repo(settings).root
    except RepositoryError:
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / ".git").exists():
                return folder
        raise


def hint(settings: Settings, root: Path, problem: NothingLeft) -> NothingLeft:
    """Where no git says what belongs together, an edit may have been made from a folder above."""
    if (root / ".git").exists():
        return problem
    journal = open_journal(settings, ui.say)
    for folder in root.parents:
        if journal.history(folder).entries:
            return NothingLeft(problem.message, f"There are edits of {folder}: go there first.")
    return problem


def _agreed(kind: Kind, title: str) -> bool:
    doing = "Undo" if kind is Kind.UNDO else "Redo"
    answers = {"y": f"yes, {doing.lower()} all of it", "n": "no, leave the files as they are"}
    return ui.choose(f'{doing} "{title}"?', answers) == "y"


def _refuse(plan: Plan, manner: Manner) -> ExitCode:
    """With what became of the files since: to see it is to know what to do."""
    since = [one.since for one in plan.conflicts]
    refused = Refused(plan)
    if manner.as_json:
        value = {"exit_code": int(refused.exit_code), "error": refused.message, "since": diff.patch(since)}
        ui.json(value)
        return refused.exit_code
    ui.say("This was changed since:")
    ui.diff(diff.shown(since), diff.patch(since))
    raise refused


def _recovered(recovery: Recovery, manner: Manner) -> ExitCode:
    if manner.as_json:
        ui.json({"exit_code": 0, "title": recovery.title, "recovered": True, "left": list(recovery.left)})
    return ExitCode.DONE


def _told(plan: Plan, manner: Manner) -> ExitCode:
    if manner.as_json:
        value = {
            "exit_code": 0,
            "title": plan.entry.title,
            "files": [change.path for change in plan.changes],
            "merged": list(plan.merged),
            "patch": diff.patch(plan.changes),
            "dry_run": manner.dry_run,
        }
        ui.json(value)
    return ExitCode.DONE


def _at(entry: Entry) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.at))


def _paths(entry: Entry) -> list[str]:
    return [file.path for file in entry.files]


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"
