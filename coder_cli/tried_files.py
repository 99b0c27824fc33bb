"""Files that are tried: whatever was tried last, it is the journal's one and newest entry."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from coder_cli.edits.types import FileChange
from coder_cli.errors import RepositoryError
from coder_cli.journal.journal import Journal
from coder_cli.journal.types import Entry, Kind


@dataclass(slots=True)
class TriedFiles:
    """One `coder undo` takes all tries back, also after this program was killed between two of them.

    A try is taken back before the next is applied, so that the journal never holds two.
    """

    journal: Journal
    root: Path
    title: str
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _on_disk: tuple[FileChange, ...] = ()
    _entry: Entry | None = None
    _written: float = field(default=0.0)

    def put(self, changes: tuple[FileChange, ...]) -> None:
        """The files with these changes of the original; without any, the original.

        RepositoryError where something else has changed them: then all stays as it is.
        """
        if changes == self._on_disk:
            return
        self._let_the_second_pass()
        if self._entry is not None:
            self._take_back(self._entry)
        if changes:
            self._entry = self.journal.apply(self.root, changes, self.title)
            self._on_disk = changes
        self._written = self.clock()

    def _take_back(self, entry: Entry) -> None:
        plan = self.journal.plan(self.root, Kind.UNDO)
        changed = [*plan.merged, *(one.path for one in plan.conflicts)]
        if plan.entry != entry:
            changed = [file.path for file in plan.entry.files]
        if changed:
            raise RepositoryError(
                f"{', '.join(changed)}: changed by something else meanwhile. The last try stays.",
                "coder undo",
            )
        self.journal.undo(self.root, plan)
        self._entry, self._on_disk = None, ()

    def _let_the_second_pass(self) -> None:
        """Python takes a module for the one it has compiled where size and time are the same, and of the time
        it looks at the second."""
        since = self.clock() - int(self._written)
        if 0 <= since < 1:
            self.sleep(1 - since)
