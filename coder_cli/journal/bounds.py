"""How much the journals of all repositories may hold together: the oldest edits go first."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from coder_cli.errors import CoderError
from coder_cli.journal.disk import Disk
from coder_cli.journal.store import CONTENTS, HISTORY, Store, opened
from coder_cli.journal.types import Entry, History


@dataclass(slots=True)
class _Shelf:
    """The journal of one repository, and what it would lose."""

    store: Store
    history: History
    sizes: dict[str, int]
    uses: Counter[str] = field(default_factory=Counter)
    shorter: bool = False

    @classmethod
    def of(cls, store: Store) -> _Shelf:
        history = store.history()
        return cls(store, history, store.sizes(), Counter(d for e in history.entries for d in _digests(e)))

    @property
    def next(self) -> Entry:
        """What goes first: the oldest edit that stands, or else the redo that is farthest off."""
        return self.history.entries[0 if self.history.done else -1]

    def drop(self) -> int:
        """How many bytes it frees."""
        entry, entries = self.next, self.history.entries
        if self.history.done:
            self.history = replace(self.history, entries=entries[1:], done=self.history.done - 1)
        else:
            self.history = replace(self.history, entries=entries[:-1])
        self.uses.subtract(_digests(entry))
        self.shorter = True
        return sum(self.sizes.pop(digest, 0) for digest in _digests(entry) if not self.uses[digest])


def keep_within(limit: int, folder: Path, own: Store, disk: Disk) -> None:
    """Drop the oldest edits until what `folder` has fits; the newest stays in any case.

    `own` is the journal that the caller has open. Those that others have open, or that a crash cut off, are
    left alone.
    """
    own.tidy()
    if sum(file.stat().st_size for file in folder.glob(f"*/{CONTENTS}/*")) <= limit:
        return
    with ExitStack() as stack:
        stores = [own]
        for other in sorted(folder.iterdir()):
            if other != own.folder and (other / HISTORY).exists():
                with suppress(CoderError, OSError):
                    stores.append(stack.enter_context(opened(other, disk, patience=0)))
        shelves = []
        for store in stores:
            with suppress(CoderError):
                if store.pending() is None:
                    shelves.append(_Shelf.of(store))
        _trim(limit, shelves)


def _trim(limit: int, shelves: list[_Shelf]) -> None:
    total = sum(sum(shelf.sizes.values()) for shelf in shelves)
    filled = [shelf for shelf in shelves if shelf.history.entries]
    newest = max((entry.at for shelf in filled for entry in shelf.history.entries), default=0.0)
    while total > limit:
        filled = [shelf for shelf in filled if shelf.history.entries and shelf.next.at < newest]
        if not filled:
            break
        total -= min(filled, key=lambda shelf: shelf.next.at).drop()
    for shelf in shelves:
        if shelf.shorter:
            shelf.store.replace(shelf.history)
            shelf.store.tidy()


def _digests(entry: Entry) -> set[str]:
    versions = (version for file in entry.files for version in (file.before, file.after))
    return {version.digest for version in versions if version is not None}
