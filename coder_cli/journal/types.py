"""What the journal keeps of an edit, and what undoing it would do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coder_cli.edits.types import FileChange
from coder_cli.errors import CoderError


@dataclass(frozen=True, slots=True)
class Version:
    """What a file held. `mode` None: what the system gives to a new file."""

    digest: str  # SHA-256 of its bytes
    mode: int | None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file before and after an edit; None where it was not there."""

    path: str
    before: Version | None
    after: Version | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An edit of one or more files."""

    title: str
    at: float  # seconds since the epoch
    files: tuple[KeptFile, ...] = ()
    # Folders that were made for files, and go with them: by the edit, or by an undo that brought files back.
    made: tuple[str, ...] = ()
    made_again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """The edits of one repository, the oldest first. The first `done` stand, the others are undone."""

    root: str
    entries: tuple[Entry, ...] = ()
    done: int = 0


class Kind(StrEnum):
    """Which way files go."""

    APPLY = "apply"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Move:
    """One file on its way from `old` to `new`; `temporary` is the file beside it that becomes it."""

    path: str
    old: Version | None
    new: Version | None
    temporary: str


@dataclass(frozen=True, slots=True)
class Step:
    """All that changes at once, written down before the first byte does."""

    kind: Kind
    title: str
    moves: tuple[Move, ...]
    makes: tuple[str, ...] = ()  # folders, the outer before the inner
    removes: tuple[str, ...] = ()  # folders, if they are empty then; the outer before the inner


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that is not what the journal left there. `since` is what became of that."""

    path: str
    reason: str
    since: FileChange


@dataclass(frozen=True, slots=True)
class Plan:
    """What undo or redo would do to the files as they are now."""

    kind: Kind
    entry: Entry
    changes: tuple[FileChange, ...]
    merged: tuple[str, ...] = ()  # paths of files that were changed since, elsewhere: those changes stay
    conflicts: tuple[Conflict, ...] = ()  # with one of these nothing is done


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of an edit, undo or redo that a crash cut off: finished, or as if it had never begun."""

    kind: Kind
    title: str
    finished: bool
    left: tuple[str, ...] = ()  # paths of files that someone has changed since: they stay as they are

    def __str__(self) -> str:
        doing = {Kind.APPLY: "The edit", Kind.UNDO: "The undo of", Kind.REDO: "The redo of"}[self.kind]
        done = "is finished now" if self.finished else "is taken back"
        told = f'{doing} "{self.title}" was cut off and {done}.'
        return told + (f" Changed since, and left as they are: {', '.join(self.left)}." if self.left else "")


class NothingLeft(CoderError):
    """There is no edit to undo or to redo."""


class StaleFile(CoderError):
    """A file is not what it was when the edit was made."""


class Refused(CoderError):
    """Files were changed since, where the edit changed them. `plan.conflicts` has what became of them."""

    def __init__(self, plan: Plan) -> None:
        what = {Kind.UNDO: "undone", Kind.REDO: "done again"}[plan.kind]
        reasons = "; ".join(f"{one.path} {one.reason}" for one in plan.conflicts)
        super().__init__(f"{reasons}: nothing is {what}.")
        self.plan = plan
