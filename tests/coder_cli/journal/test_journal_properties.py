"""Any row of edits, undos, redos and the user's own changes: what is taken back is what was there."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from coder_cli.edits.types import FileChange
from coder_cli.journal.journal import Journal
from coder_cli.journal.types import NothingLeft, Refused
from tests.coder_cli.journal.disks import QuickDisk, Snapshot, below

PATHS = st.sampled_from(["a", "b.sh", "d/c", "d/e/f", "g/h"])
CONTENTS = st.one_of(
    st.none(), st.binary(max_size=12), st.lists(st.sampled_from([b"x\n", b"y\r\n", b"z\n"])).map(b"".join)
)


class Sequences(RuleBasedStateMachine):
    """`before` and `after` are the snapshots that undo and redo have to lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.root = self.folder / "root"
        self.root.mkdir()
        self.journal = Journal(self.folder / "journal", 10**9, disk=QuickDisk())
        self.before: list[Snapshot] = []
        self.after: list[Snapshot] = []

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(mode=st.sampled_from([0o644, 0o755, 0o600]))
    def begin(self, mode: int) -> None:
        (self.root / "b.sh").write_bytes(b"x\n")
        (self.root / "b.sh").chmod(mode)

    @rule(wanted=st.dictionaries(PATHS, CONTENTS, min_size=1, max_size=4))
    def edit(self, wanted: dict[str, bytes | None]) -> None:
        changes = [FileChange(path, self.now(path), after) for path, after in wanted.items()]
        changes = [change for change in changes if change.before != change.after]
        if not changes:
            return
        found = below(self.root)
        self.journal.apply(self.root, changes, "edit")
        self.before.append(found)
        self.after.clear()
        assert all(self.now(path) == after for path, after in wanted.items())

    @rule()
    def undo(self) -> None:
        found = below(self.root)
        try:
            plan = self.journal.undo(self.root)
        except NothingLeft:
            assert not self.before
            return
        assert not plan.merged and below(self.root) == self.before.pop()
        self.after.append(found)

    @rule()
    def redo(self) -> None:
        found = below(self.root)
        try:
            plan = self.journal.redo(self.root)
        except NothingLeft:
            assert not self.after
            return
        assert not plan.merged and below(self.root) == self.after.pop()
        self.before.append(found)

    @precondition(lambda self: self.before)
    @rule(path=PATHS, content=CONTENTS)
    def interfere(self, path: str, content: bytes | None) -> None:
        """The user writes: undo refuses and changes nothing, or it undoes and redo leads back to this."""
        file, kept = self.root / path, below(self.root)
        if self.now(path) == content or not file.parent.is_dir():
            return
        old = file.stat().st_mode if file.exists() else 0o644
        data = self.now(path)
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
        found = below(self.root)
        try:
            self.journal.undo(self.root)
        except Refused:
            assert below(self.root) == found
        else:
            self.journal.redo(self.root)
            assert files(below(self.root)) == files(found)  # empty folders may be gone
        file.parent.mkdir(parents=True, exist_ok=True)
        if data is None:
            file.unlink()
        else:
            file.write_bytes(data)
            file.chmod(old & 0o7777)
        assert files(below(self.root)) == files(kept)
        # That undo wrote what it found into the history, and the snapshots are of another one from here on.
        self.before.clear()
        self.after.clear()
        shutil.rmtree(self.folder / "journal")

    @invariant()
    def nothing_is_left_over(self) -> None:
        assert not list(self.root.rglob(".coder-*"))

    def now(self, path: str) -> bytes | None:
        file = self.root / path
        return file.read_bytes() if file.exists() else None


def files(found: Snapshot) -> Snapshot:
    return {path: what for path, what in found.items() if what != "folder"}


TestSequences = Sequences.TestCase
TestSequences.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
