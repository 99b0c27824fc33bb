"""What an edit, undo or redo does to files as they are now: as it was, or merged, or a conflict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coder_cli.edits.types import FileChange
from coder_cli.errors import CoderError
from coder_cli.journal.merge import merged
from coder_cli.journal.store import Store
from coder_cli.journal.tree import Content, Tree, digest_of
from coder_cli.journal.types import Conflict, Entry, KeptFile, Kind, Plan, StaleFile, Version


@dataclass(frozen=True, slots=True)
class Moved:
    """A file as it is, and as it will be. `mode` None: what the system gives to a new file."""

    path: str
    now: Content | None
    after: bytes | None
    mode: int | None

    @property
    def old(self) -> Version | None:
        return self.now.version if self.now is not None else None

    @property
    def new(self) -> Version | None:
        return Version(digest_of(self.after), self.mode) if self.after is not None else None

    @property
    def moves(self) -> bool:
        return (self.now.data if self.now is not None else None) != self.after

    def kept(self, forward: bool) -> KeptFile:
        return KeptFile(self.path, self.old, self.new) if forward else KeptFile(self.path, self.new, self.old)


def asked(tree: Tree, changes: Sequence[FileChange]) -> list[Moved]:
    """StaleFile or CoderError unless every file is as the edit saw it, and may be written."""
    found: dict[str, Moved] = {}
    for change in changes:
        path = tree.located(change.path)
        if path in found:
            raise CoderError(f"{change.path} is changed twice in one edit.")
        now = tree.read(path)
        if (now.data if now is not None else None) != change.before:
            what = "is not there any more" if now is None else "is there already"
            what = "has changed since it was read" if now is not None and change.before is not None else what
            raise StaleFile(f"{change.path} {what}: nothing is changed.", "Try again.")
        if now is not None:
            tree.check_writable(path, now)
        if change.before != change.after:
            found[path] = Moved(path, now, change.after, now.mode if now is not None else None)
    if not found:
        raise CoderError("The edit changes nothing.")
    return list(found.values())


def agreed_on(tree: Tree, plan: Plan) -> list[Moved]:
    """What a plan does to each file of its entry. StaleFile where one has changed since it was looked at."""
    return [_as_planned(tree, plan, file) for file in plan.entry.files]


def planned(kind: Kind, entry: Entry, tree: Tree, store: Store) -> Plan:
    """CoderError for a file that must not be written, whatever it holds."""
    changes: list[FileChange] = []
    joined: list[str] = []
    conflicts: list[Conflict] = []
    for file in entry.files:
        left, wanted = (file.after, file.before) if kind is Kind.UNDO else (file.before, file.after)
        if tree.located(file.path) != file.path:
            raise CoderError(f"{file.path} lies behind a symbolic link now, and edits do not go through it.")
        content = tree.read(file.path)
        now = content.data if content is not None else None
        if _same(now, wanted):
            continue
        if content is not None:
            tree.check_writable(file.path, content)
        target = store.content(wanted.digest) if wanted is not None else None
        if _same(now, left):
            changes.append(FileChange(file.path, now, target))
            continue
        base = store.content(left.digest) if left is not None else None
        if now is not None and base is not None and target is not None:
            both = merged(base, now, target)
            if both is not None and both != now:
                changes.append(FileChange(file.path, now, both))
                joined.append(file.path)
            if both is not None:
                continue
        reason = _reason(base, now, target)
        conflicts.append(Conflict(file.path, reason, FileChange(file.path, base, now)))
    return Plan(kind, entry, tuple(changes), tuple(joined), tuple(conflicts))


def _as_planned(tree: Tree, plan: Plan, file: KeptFile) -> Moved:
    now = tree.read(file.path)
    data = now.data if now is not None else None
    change = next((one for one in plan.changes if one.path == file.path), FileChange(file.path, data, data))
    if change.before != data:
        raise StaleFile(f"{file.path} is being changed: nothing is changed here.", "Try again.")
    version = file.before if plan.kind is Kind.UNDO else file.after
    mode = now.mode if now is not None else version.mode if version is not None else None
    return Moved(file.path, now, change.after, mode)


def _same(data: bytes | None, version: Version | None) -> bool:
    if data is None or version is None:
        return data is None and version is None
    return digest_of(data) == version.digest


def _reason(base: bytes | None, now: bytes | None, target: bytes | None) -> str:
    if now is None:
        return "was removed since"
    if base is None:
        return "is there again"
    return "was changed since" if target is None else "was changed since at the same place"
