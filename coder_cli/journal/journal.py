"""Edits that can be taken back: each is written down outside the repository before the first byte changes."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from coder_cli.edits.types import FileChange
from coder_cli.errors import CoderError, RepositoryError
from coder_cli.journal.bounds import keep_within
from coder_cli.journal.disk import Disk
from coder_cli.journal.planning import Moved, agreed_on, asked, planned
from coder_cli.journal.stepping import go, settle
from coder_cli.journal.store import Store, opened
from coder_cli.journal.tree import Tree, digest_of
from coder_cli.journal.types import (
    Entry,
    History,
    Kind,
    Move,
    NothingLeft,
    Plan,
    Recovery,
    Refused,
    StaleFile,
    Step,
)
from coder_cli.settings import Settings

FOLDER = "journal"
MOST_ENTRIES = 500  # of one repository: its history is written anew with each
_TEMPORARY = ".coder-"
_NAME = 24  # hexadecimal digits of a hash: a repository's folder in the journal


def open_journal(settings: Settings, told: Callable[[str], None]) -> Journal:
    """The user's. `told` hears of what a crash had cut off."""
    return Journal(settings.state_dir / FOLDER, settings.journal_mb * 10**6, told=told)


def _unheard(text: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Desk:
    """The journal of one repository, open, and the repository's files."""

    tree: Tree
    store: Store
    history: History


class Journal:
    """Of all repositories, in a folder of the user's own. Any number of processes may use it."""

    def __init__(
        self,
        folder: Path,
        limit_bytes: int,
        *,
        told: Callable[[str], None] = _unheard,
        disk: Disk | None = None,
    ) -> None:
        """`told` hears of a step that a crash had cut off, once it is mended; each method looks for one."""
        self._folder = folder
        self._limit = limit_bytes
        self._told = told
        self._disk = disk or Disk()

    def apply(self, root: Path, changes: Sequence[FileChange], title: str) -> Entry:
        """Write all changes or none. What was undone before can not be done again after it.

        StaleFile where a file is not what `before` says; CoderError where one must not or cannot be written.
        """
        with self._opened(root) as desk:
            files = asked(desk.tree, changes)
            done = desk.history.entries[: desk.history.done][-MOST_ENTRIES + 1 :]
            history = replace(desk.history, entries=(*done, Entry(title, time.time())), done=len(done) + 1)
            return self._carry_out(desk, Kind.APPLY, history, len(done), files)

    def undo(self, root: Path, plan: Plan | None = None) -> Plan:
        """Take the last edit back, or nothing; returns what it did.

        Refused where a file was changed since at the same place, NothingLeft where there is no edit.
        `plan` is what the user has agreed to: StaleFile where it would be something else by now.
        """
        return self._again(root, Kind.UNDO, plan)

    def redo(self, root: Path, plan: Plan | None = None) -> Plan:
        """Do what was undone last once more, in the same way."""
        return self._again(root, Kind.REDO, plan)

    def plan(self, root: Path, kind: Kind) -> Plan:
        """What undo or redo would do now. NothingLeft where there is no edit."""
        self._check_known(root, kind)
        with self._opened(root) as desk:
            return planned(kind, _next(desk.history, kind), desk.tree, desk.store)

    def history(self, root: Path) -> History:
        real = _real(root)
        if not self._folder_of(real).exists():
            return History(str(real))
        with self._opened(root) as desk:
            return desk.history

    def recover(self, root: Path) -> Recovery | None:
        """Mend what a crash has cut off: before files are read, and without telling."""
        if not self._folder_of(_real(root)).exists():
            return None
        with self._unsettled(root) as (tree, store):
            return _mended(tree, store)

    def _again(self, root: Path, kind: Kind, agreed: Plan | None) -> Plan:
        self._check_known(root, kind)
        with self._opened(root) as desk:
            history = desk.history
            plan = planned(kind, _next(history, kind), desk.tree, desk.store)
            if plan.conflicts:
                raise Refused(plan)
            if agreed is not None and agreed != plan:
                raise StaleFile("Files have changed since their changes were shown: nothing is changed.")
            files = agreed_on(desk.tree, plan)
            number = history.done - 1 if kind is Kind.UNDO else history.done
            done = number if kind is Kind.UNDO else number + 1
            self._carry_out(desk, kind, replace(history, done=done), number, files)
            return plan

    def _carry_out(
        self, desk: _Desk, kind: Kind, history: History, number: int, files: Sequence[Moved]
    ) -> Entry:
        """Write down what is going to be done, do it, write down that it is done; or leave all as it was."""
        entry = history.entries[number]
        forward = kind is not Kind.UNDO
        moves = [Move(file.path, file.old, file.new, _temporary()) for file in files if file.moves]
        needed = (desk.tree.missing_folders(move.path) for move in moves if move.new is not None)
        makes = tuple(dict.fromkeys(folder for folders in needed for folder in folders))
        step = Step(kind, entry.title, tuple(moves), makes, entry.made_again if forward else entry.made)
        entry = replace(
            entry,
            files=tuple(file.kept(forward) for file in files),
            made=makes if forward else entry.made,
            made_again=() if forward else makes,
        )
        entries = (*history.entries[:number], entry, *history.entries[number + 1 :])
        contents = {
            digest_of(data): data
            for file in files
            for data in (file.now.data if file.now is not None else None, file.after)
            if data is not None
        }
        try:
            desk.store.begin(replace(history, entries=entries), step, contents.values())
            go(desk.tree, step, contents)
            desk.store.end()
        except BaseException as error:
            self._fail(desk, error)
        with suppress(OSError, CoderError):  # room is made the next time
            keep_within(self._limit, self._folder, desk.store, self._disk)
        return entry

    def _fail(self, desk: _Desk, error: BaseException) -> None:
        """Raises, unless all is done in spite of the error."""
        place = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else ""
        try:
            recovery = settle(desk.tree, desk.store)
            with suppress(OSError, CoderError):
                desk.store.tidy()
        except (OSError, CoderError) as second:
            raise RepositoryError(
                f"Files cannot be written ({place or error}), and not all of them are as before ({second}).",
                "Once they can be written, this mends it: coder undo --list",
            ) from error
        if not isinstance(error, OSError):
            raise error
        if recovery is None or not recovery.finished:
            raise RepositoryError(f"Files cannot be written: {place}. Nothing is changed.") from error

    @contextmanager
    def _opened(self, root: Path) -> Iterator[_Desk]:
        with self._unsettled(root) as (tree, store):
            if (recovery := _mended(tree, store)) is not None:
                self._told(str(recovery))
            yield _Desk(tree, store, store.history(str(tree.root)))

    @contextmanager
    def _unsettled(self, root: Path) -> Iterator[tuple[Tree, Store]]:
        real = _real(root)
        folder = self._folder_of(real)
        with ExitStack() as stack:
            try:
                store = stack.enter_context(opened(folder, self._disk))
            except OSError as error:
                raise RepositoryError(
                    f"The journal of edits cannot be opened: {folder}: {error.strerror}. Nothing is changed."
                ) from error
            yield Tree(real, self._disk, self._folder), store

    def _check_known(self, root: Path, kind: Kind) -> None:
        """What has no journal gets none by asking."""
        if not self._folder_of(_real(root)).exists():
            raise NothingLeft(f"There is nothing to {kind.value} in {_real(root)}.")

    def _folder_of(self, root: Path) -> Path:
        return self._folder / hashlib.sha256(os.fsencode(root)).hexdigest()[:_NAME]


def _mended(tree: Tree, store: Store) -> Recovery | None:
    try:
        return settle(tree, store)
    except OSError as error:
        place = f"{error.filename}: {error.strerror}"
        raise RepositoryError(f"An edit was cut off, and cannot be mended now: {place}.") from error


def _next(history: History, kind: Kind) -> Entry:
    number = history.done - 1 if kind is Kind.UNDO else history.done
    if not 0 <= number < len(history.entries):
        raise NothingLeft(f"There is nothing to {kind.value} in {history.root}.")
    return history.entries[number]


def _real(root: Path) -> Path:
    real = Path(os.path.realpath(root))
    if not real.is_dir():
        raise RepositoryError(f"{root} is no folder.")
    return real


def _temporary() -> str:
    return f"{_TEMPORARY}{secrets.token_hex(6)}"
