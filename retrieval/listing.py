"""The files of a repository, before any is read: of the working tree, and of a revision."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import RepositoryError
from retrieval.folder import walk
from retrieval.git_commands import GitCommands
from retrieval.secrets import may_hold_secrets
from retrieval.types import Entry, Skip
from retrieval.working_tree import Content, blob_id, read_content, stays_inside, to_bytes, to_path

LARGEST = 1 << 20  # bytes: a window of 16K tokens holds about 47 KB of source
_SUBMODULE, _LINK = 0o160000, 0o120000
_STAGED = re.compile(
    rb"(?P<mode>\d{6}) (?P<digest>[0-9a-f]+) (?P<stage>\d)\t(?P<path>[^\0]*)\0"
    rb"(?:  ctime: (?P<c>\d+):(?P<c_ns>\d+)\n  mtime: (?P<m>\d+):(?P<m_ns>\d+)\n"
    rb"  dev: \d+\tino: \d+\n  uid: \d+\tgid: \d+\n  size: (?P<size>\d+)\tflags: [0-9a-f]+\n)?"
)
_STORED = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-|BAD)\t([^\0]*)\0")


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file as the index has it. Times in nanoseconds, all 0 where git tells none."""

    mode: int
    digest: str
    merged: bool  # no conflict
    changed: int  # ctime
    modified: int
    size: int


def working_entries(root: Path, git: GitCommands, algorithm: str) -> Iterator[Entry]:
    """Tracked files that are there, and untracked ones that are not ignored."""
    others = git.start("ls-files", "-z", "--others", "--exclude-standard")
    staged = _staged(git.output("ls-files", "-z", "--stage", "--debug"))
    written = git.index_stamp()
    # Untracked repositories inside this one end with a slash.
    untracked = [to_path(name) for name in others.stdout.read().split(b"\0") if name]
    if others.wait():
        raise RepositoryError(f"git ls-files failed in {root}")
    folders: dict[str, bool] = {"": True}
    for path in staged.keys() | set(untracked):
        if path.endswith("/"):
            yield Entry(path.rstrip("/"), "", 0, Skip.SUBMODULE)
        elif stays_inside(path) and _is_real(root, path.rpartition("/")[0], folders):
            entry = _working_entry(root, path, staged.get(path), written, algorithm)
            if entry:
                yield entry


def folder_entries(root: Path, algorithm: str) -> Iterator[Entry]:
    """The files of a plain folder."""
    for path in walk(root):
        if entry := _working_entry(root, path, None, 0, algorithm):
            yield entry


def stored_entries(git: GitCommands, commit: str) -> Iterator[Entry]:
    for match in _STORED.finditer(git.output("ls-tree", "-r", "-z", "--long", "--full-tree", commit)):
        mode, kind, digest, size, name = match.groups()
        path = to_path(name)
        if not stays_inside(path):
            continue
        skip = _why_listed_only(path, int(mode, 8), int(size) if size.isdigit() else 0)
        if size == b"BAD":
            skip = skip or Skip.UNREADABLE  # a partial clone lacks it
        if kind in (b"blob", b"commit"):
            yield Entry(path, digest.decode(), int(size) if size.isdigit() else 0, skip, stored=True)


def working_entry(root: Path, path: str, algorithm: str) -> Entry | None:
    """One file, whether or not git knows it."""
    return _working_entry(root, path, None, 0, algorithm) if stays_inside(path) else None


def _staged(output: bytes) -> dict[str, _Staged]:
    found: dict[str, _Staged] = {}
    for match in _STAGED.finditer(output):
        mode, digest, stage, name, c, c_ns, m, m_ns, size = match.groups()
        found[to_path(name)] = _Staged(
            int(mode, 8),
            digest.decode(),
            stage == b"0",
            int(c or 0) * 10**9 + int(c_ns or 0),
            int(m or 0) * 10**9 + int(m_ns or 0),
            int(size or 0),
        )
    return found


def _is_real(root: Path, folder: str, known: dict[str, bool]) -> bool:
    """No part of it is a link: what is behind one is not the repository's."""
    if folder not in known:
        try:
            there = stat.S_ISDIR(os.lstat(os.fsencode(root) + b"/" + to_bytes(folder)).st_mode)
        except OSError:
            there = False
        known[folder] = there and _is_real(root, folder.rpartition("/")[0], known)
    return known[folder]


def _working_entry(
    root: Path, path: str, staged: _Staged | None, written: int, algorithm: str
) -> Entry | None:
    if staged and staged.mode == _SUBMODULE:
        return Entry(path, staged.digest, 0, Skip.SUBMODULE)
    try:
        about = os.lstat(os.fsencode(root) + b"/" + to_bytes(path))
    except OSError:
        return None
    if not (stat.S_ISREG(about.st_mode) or stat.S_ISLNK(about.st_mode)):
        return None
    skip = _why_listed_only(path, about.st_mode, about.st_size)
    if staged and _is_unmodified(staged, about, written):
        digest = staged.digest
    elif skip:
        digest = ""
    else:
        content = read_content(root, path, LARGEST)
        if not isinstance(content, Content):
            return Entry(path, "", about.st_size, content.reason, stamp=about.st_mtime_ns)
        digest = blob_id(content.data, algorithm)
    return Entry(path, digest, about.st_size, skip, stamp=about.st_mtime_ns)


def _why_listed_only(path: str, mode: int, size: int) -> Skip | None:
    if stat.S_IFMT(mode) == _SUBMODULE:
        return Skip.SUBMODULE
    if stat.S_ISLNK(mode):
        return Skip.LINK
    if may_hold_secrets(path):
        return Skip.SENSITIVE
    return Skip.TOO_LARGE if size > LARGEST else None


def _is_unmodified(staged: _Staged, about: os.stat_result, written: int) -> bool:
    """As git decides it, without ever running its filters: by times and size, if they can be trusted.

    A file modified in the very moment the index was written may have changed after it.
    """
    return (
        staged.merged
        and staged.modified == about.st_mtime_ns
        and staged.changed == about.st_ctime_ns
        and staged.size == about.st_size & 0xFFFFFFFF
        and stat.S_IFMT(staged.mode) == stat.S_IFMT(about.st_mode)
        and about.st_mtime_ns < written
    )
