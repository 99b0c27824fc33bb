"""The files of a repository, before any is read: of the working tree, of a revision, of a plain folder."""

from __future__ import annotations

import dataclasses
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from retrieval.attributes import Attributes, read_attributes
from retrieval.digests import Digests
from retrieval.folder import walk
from retrieval.git_commands import GitCommands
from retrieval.secrets import may_hold_secrets
from retrieval.types import Entry, Skip
from retrieval.working_tree import Content, blob_id, read_content, stays_inside, to_bytes, to_path

LARGEST = 1 << 20  # bytes: a window of 16K tokens holds about 47 KB of source
# To hash many files is to wait for the disk, for several at once: with a cold disk 2 times as fast.
_READERS = 4
_READ_TOGETHER = 64  # files
_SUBMODULE = 0o160000
_Unhashed = tuple[Entry, os.stat_result]
# What `ls-files --debug` adds may change some day: without it every file is hashed, which is slow, not wrong.
_STAGED = re.compile(
    rb"(\d{6}) ([0-9a-f]+) (\d)\t([^\0]*)\0"
    rb"(?:  ctime: (\d+):(\d+)\n  mtime: (\d+):(\d+)\n"
    rb"  dev: \d+\tino: \d+\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: [0-9a-f]+\n)?"
)
_STORED = re.compile(rb"(\d{6}) \w+ ([0-9a-f]+) +(\d+|-|BAD)\t([^\0]*)\0")


class _Staged(NamedTuple):
    """A file as the index has it; what was not told is empty."""

    mode: bytes  # octal
    digest: bytes
    stage: bytes  # not 0: a conflict
    changed: bytes  # ctime in seconds, and its rest in nanoseconds
    changed_rest: bytes
    modified: bytes
    modified_rest: bytes
    size: bytes


class _Listing(NamedTuple):
    """What is known before the files are looked at."""

    root: Path
    algorithm: str
    staged: dict[str, _Staged]
    written: int  # when the index was, in nanoseconds
    attributes: Attributes
    digests: Digests


def working_entries(
    root: Path, commands: GitCommands, algorithm: str, cache: Path | None = None
) -> Iterator[Entry]:
    """Tracked files that are there, and untracked ones that are not ignored."""
    digests = Digests(cache, root, algorithm)
    others = commands.start("ls-files", "-z", "--others", "--exclude-standard")
    written = commands.index_stamp()
    staged = _staged(commands.output("ls-files", "-z", "--stage", "--debug"))
    untracked = [to_path(name) for name in others.output().split(b"\0") if name]
    paths = staged.keys() | set(untracked)
    attributes = read_attributes(commands, [*paths])
    yield from _entries(_Listing(root, algorithm, staged, written, attributes, digests), paths)
    digests.keep()


def folder_entries(root: Path, algorithm: str, cache: Path | None = None) -> Iterator[Entry]:
    """The files of a plain folder."""
    digests = Digests(cache, root, algorithm)
    yield from _entries(_Listing(root, algorithm, {}, 0, Attributes(), digests), walk(root))
    digests.keep()


def single_entry(root: Path, path: str, algorithm: str) -> Entry | None:
    """One file of a folder, whether or not git knows it."""
    digests = Digests(None, root, algorithm)
    return next(_entries(_Listing(root, algorithm, {}, 0, Attributes(), digests), [path]), None)


def stored_entries(commands: GitCommands, tree: str) -> Iterator[Entry]:
    """The files of a commit or tree."""
    for match in _STORED.finditer(commands.output("ls-tree", "-r", "-z", "--long", "--full-tree", tree)):
        octal, digest, told, name = match.groups()
        path, mode, size = to_path(name), int(octal, 8), int(told) if told.isdigit() else 0
        if stays_inside(path):
            missing = Skip.UNREADABLE if told == b"BAD" else None  # a partial clone has not got it
            yield Entry(
                path, digest.decode(), size, _why_listed_only(path, mode, size) or missing, stored=True
            )


def _staged(output: bytes) -> dict[str, _Staged]:
    """By path. Of a conflict's stages the last one stands for all."""
    return {
        to_path(name): _Staged(mode, digest, stage, *times_and_size)
        for mode, digest, stage, name, *times_and_size in _STAGED.findall(output)
    }


def _entries(listing: _Listing, paths: Iterable[str]) -> Iterator[Entry]:
    start = os.fsencode(listing.root) + b"/"
    folders = {"": True}
    unhashed: list[_Unhashed] = []
    for path in paths:
        staged = listing.staged.get(path)
        if path.endswith("/"):  # so git names an untracked repository inside this one
            yield Entry(path.rstrip("/"), "", 0, Skip.SUBMODULE)
        elif not stays_inside(path) or not _is_real(start, path.rpartition("/")[0], folders):
            continue
        elif staged and int(staged.mode, 8) == _SUBMODULE:
            yield Entry(path, staged.digest.decode(), 0, Skip.SUBMODULE)
        elif (about := _look(start + to_bytes(path))) and (entry := _entry(listing, path, about, staged)):
            if entry.digest or entry.skip:
                yield entry
            else:
                unhashed.append((entry, about))
    yield from _hashed(listing, unhashed)


def _is_real(start: bytes, folder: str, known: dict[str, bool]) -> bool:
    """No part of it is a link: what is behind one is not the repository's."""
    if folder not in known:
        about = _look(start + to_bytes(folder))
        there = about is not None and stat.S_ISDIR(about.st_mode)
        known[folder] = there and _is_real(start, folder.rpartition("/")[0], known)
    return known[folder]


def _look(path: bytes) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (OSError, ValueError):
        return None


def _entry(listing: _Listing, path: str, about: os.stat_result, staged: _Staged | None) -> Entry | None:
    """None where it is neither a file nor a link. Without a digest or a reason to skip it: to be hashed."""
    if not stat.S_ISREG(about.st_mode) and not stat.S_ISLNK(about.st_mode):
        return None
    skip = _why_listed_only(path, about.st_mode, about.st_size)
    if skip is None and path in listing.attributes.generated:
        skip = Skip.GENERATED
    if staged and path not in listing.attributes.converted and _is_unmodified(staged, about, listing.written):
        digest = staged.digest.decode()
    else:
        digest = "" if skip else listing.digests.known(path, about)
    return Entry(path, digest, about.st_size, skip, False, about.st_mtime_ns)


def _hashed(listing: _Listing, unhashed: Sequence[_Unhashed]) -> Iterator[Entry]:
    """With their digests, or why they cannot be read; what goes away just now is left out."""
    for (entry, about), found in zip(unhashed, _hashes(listing, unhashed), strict=True):
        if not isinstance(found, Skip):
            digest, stamp = found
            listing.digests.learn(entry.path, about, digest)
            yield dataclasses.replace(entry, digest=digest, stamp=stamp)
        elif found is not Skip.GONE:
            yield dataclasses.replace(entry, skip=found)


def _hashes(listing: _Listing, unhashed: Sequence[_Unhashed]) -> Iterator[tuple[str, int] | Skip]:
    """Digest and time of modification of each, or why not."""

    def together(start: int) -> list[tuple[str, int] | Skip]:
        return [_hash(listing, entry.path) for entry, _ in unhashed[start : start + _READ_TOGETHER]]

    starts = range(0, len(unhashed), _READ_TOGETHER)
    if len(starts) <= 1:
        return chain.from_iterable(map(together, starts))
    with ThreadPoolExecutor(_READERS) as readers:
        return chain.from_iterable(list(readers.map(together, starts)))


def _hash(listing: _Listing, path: str) -> tuple[str, int] | Skip:
    content = read_content(listing.root, path, LARGEST)
    if isinstance(content, Content):
        return blob_id(content.data, listing.algorithm), content.stamp
    return content.reason


def _why_listed_only(path: str, mode: int, size: int) -> Skip | None:
    if stat.S_ISLNK(mode):
        return Skip.LINK
    if stat.S_IFMT(mode) == _SUBMODULE:
        return Skip.SUBMODULE
    if may_hold_secrets(path):
        return Skip.SENSITIVE
    return Skip.TOO_LARGE if size > LARGEST else None


def _is_unmodified(staged: _Staged, about: os.stat_result, written: int) -> bool:
    """As git tells, but without its filters, which are a repository's programs: by times and size.

    A file modified in the moment in which the index was written may have changed after it.
    """
    return (
        staged.stage == b"0"
        and staged.size != b""
        and about.st_mtime_ns == int(staged.modified) * 10**9 + int(staged.modified_rest)
        and about.st_ctime_ns == int(staged.changed) * 10**9 + int(staged.changed_rest)
        and about.st_size & 0xFFFFFFFF == int(staged.size)
        and stat.S_IFMT(about.st_mode) == stat.S_IFMT(int(staged.mode, 8))
        and about.st_mtime_ns < written
    )
