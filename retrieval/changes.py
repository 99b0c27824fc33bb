"""What a range of commits, the index or a working tree changes: files, old and new, and their hunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from retrieval.attributes import read_attributes
from retrieval.change_sides import IndexFiles, Kind, Side, git_of, sides_of
from retrieval.changed_pairs import Pair, stored_pairs, working_pairs
from retrieval.hunks import Hunk, hunks_of
from retrieval.project import RepositoryProject
from retrieval.reading import Files, Progress
from retrieval.repo import Repo
from retrieval.types import Entry, Skip, Skipped, SourceFile

# What keeps a text from a model does not keep it from its reviewer: conflict markers stand in JSON, too.
_READ_ANYWAY = {Skip.LONG_LINES, Skip.FEW_LETTERS, Skip.XML, Skip.MARKUP, Skip.DATA, Skip.GENERATED}


class Status(StrEnum):
    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    RENAMED = "renamed"  # with or without changes
    BINARY = "binary"  # no text, whatever happened to it
    SUBMODULE = "submodule"
    MODE = "mode"  # only its mode


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that differs. Without a text to look at `old` and `new` are None, and `skipped` says why.

    A text that is read here although no model would get it (generated, data) has both.
    """

    path: str  # on the new side; of a deleted file its old one
    old_path: str | None  # where it had another
    status: Status
    old: SourceFile | None
    new: SourceFile | None
    hunks: tuple[Hunk, ...] = ()
    skipped: Skipped | None = None
    mode: tuple[str, str] | None = None  # before and after, where both are there and differ: "100644"


@dataclass(frozen=True, slots=True)
class Changes:
    files: tuple[ChangedFile, ...]  # by path
    base: Side
    head: Side
    left_out: tuple[str, ...] = ()  # paths that .coderignore names

    def __bool__(self) -> bool:
        return bool(self.files)


def find_changes(
    repo: Repo,
    *,
    revisions: str | None = None,
    staged: bool = False,
    base: str | None = None,
    commit: str | None = None,
) -> Changes:
    """At most one of the four; none: the working tree against HEAD, with files git does not know yet."""
    return changes_between(
        repo, *sides_of(repo, revisions=revisions, staged=staged, base=base, commit=commit)
    )


def changes_between(repo: Repo, base: Side, head: Side) -> Changes:
    old = {entry.path: entry for entry in entries_of(repo, base)}
    new = {entry.path: entry for entry in entries_of(repo, head)}
    left_out: tuple[str, ...] = ()
    if head.kind is Kind.WORKING_TREE:
        pairs = list(working_pairs(repo, base, old, new))
    else:
        pairs, left_out = stored_pairs(git_of(repo), base, head, old, new)
    files = _read(repo, pairs)
    return Changes(tuple(sorted(files, key=lambda file: file.path)), base, head, left_out)


def entries_of(repo: Repo, side: Side) -> Iterable[Entry]:
    files, revision = files_of(repo, side)
    return files.entries(revision)


def files_of(repo: Repo, side: Side) -> tuple[Files, str | None]:
    """What stands for the files of a side, and the revision to ask it for."""
    if side.kind is Kind.INDEX:
        return IndexFiles(repo), None
    return repo, side.tree or None


def project_of(
    repo: Repo, side: Side, *, cache: Path | None, progress: Progress | None = None
) -> RepositoryProject:
    """All of a side, read and parsed."""
    files, revision = files_of(repo, side)
    return RepositoryProject.open(files, cache=cache, revision=revision, progress=progress)


def _read(repo: Repo, pairs: list[Pair]) -> Iterator[ChangedFile]:
    commands = git_of(repo)
    paths = [entry.path for pair in pairs for entry in (pair.new or pair.old,) if entry is not None]
    generated = read_attributes(commands, paths).generated if paths and repo.has_working_tree else frozenset()
    files = [_changed(repo, pair, generated) for pair in pairs]
    texts = [(file.old.text if file.old else "", file.new.text if file.new else "") for file in files]
    for file, pair, hunks in zip(files, pairs, hunks_of(commands, texts), strict=True):
        if hunks or not _is_untouched(file, pair):
            yield replace(file, hunks=hunks)


def _is_untouched(file: ChangedFile, pair: Pair) -> bool:
    """Of the working tree: other bytes of the same text, as git itself writes them (line ends, encodings)."""
    return (
        file.status is Status.MODIFIED
        and file.old is not None
        and file.new is not None
        and pair.new is not None
        and not pair.new.stored
        and pair.mode is None
    )


def _changed(repo: Repo, pair: Pair, generated: frozenset[str]) -> ChangedFile:
    entry = pair.new or pair.old
    assert entry is not None  # noqa: S101 - a pair has a side
    old, old_skipped = _text(repo, pair.old, generated)
    new, new_skipped = _text(repo, pair.new, generated)
    skipped = new_skipped or old_skipped
    if skipped and ((pair.old and old is None) or (pair.new and new is None)):
        old = new = None  # half a diff says nothing
    old_path = pair.old.path if pair.old and pair.new and pair.old.path != pair.new.path else None
    return ChangedFile(
        entry.path, old_path, _status(pair, skipped, old_path), old, new, (), skipped, pair.mode
    )


def _status(pair: Pair, skipped: Skipped | None, old_path: str | None) -> Status:
    if skipped and skipped.reason is Skip.BINARY:
        return Status.BINARY
    if skipped and skipped.reason is Skip.SUBMODULE:
        return Status.SUBMODULE
    if pair.old is None:
        return Status.ADDED
    if pair.new is None:
        return Status.DELETED
    if old_path is not None:
        return Status.RENAMED
    return Status.MODE if pair.mode and pair.old.digest == pair.new.digest else Status.MODIFIED


def _text(
    repo: Repo, entry: Entry | None, generated: frozenset[str]
) -> tuple[SourceFile | None, Skipped | None]:
    if entry is None:
        return None, None
    if entry.path in generated and entry.skip is None:
        entry = replace(entry, skip=Skip.GENERATED)
    found = repo.read(entry)
    if isinstance(found, SourceFile):
        return found, None
    if found.reason in _READ_ANYWAY:
        text = repo.read(entry, named=True)
        return (text, found) if isinstance(text, SourceFile) else (None, text)
    return None, found
