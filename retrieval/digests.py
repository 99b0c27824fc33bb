"""Digests of a folder's files, kept between runs, so that only what has changed is read to be hashed.

As git's index does it: a digest holds for as long as the file's times, size and inode are the same. One small
file for a folder, replaced as a whole: whoever reads it sees all of one listing, or none. It is a help, never
a need: where it is damaged, or cannot be written, files are hashed.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
import zlib
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec

from retrieval.working_tree import to_bytes

FOLDER = "digests"  # of the cache
MOST_RECORDS = 100  # folders; the record of one with 16,000 files takes 2 MB
LEAST_FILES = 100  # fewer are hashed as fast as a record is kept
# A file may change again within one tick of its clock: nothing is kept of one that was touched just now. FAT
# counts in steps of 2 s, and the clock of a network file system may be a little behind ours.
RACY_NS = 3 * 10**9
_STALE_SECONDS = 24 * 3600  # a record in use is touched once a day; leftovers of a kill are as old


class Mark(NamedTuple):
    """What changes when a file does. `changed` cannot be set by anybody; `inode` is another after a move."""

    size: int
    modified: int  # nanoseconds, as the next
    changed: int
    inode: int
    digest: bytes


class Digests:
    """Those of one listing: `known` and `learn` file by file, then `keep`. No cache: none is known."""

    def __init__(self, cache: Path | None, root: Path, algorithm: str) -> None:
        name = f"{algorithm} {os.fsencode(root).hex()}".encode()
        self._file = cache / FOLDER / blake2b(name, digest_size=16).hexdigest() if cache else None
        self._before = _load(self._file) if self._file else {}
        self._now: dict[bytes, Mark] = {}
        self._began = time.time_ns()

    def known(self, path: str, about: os.stat_result) -> str:
        """Empty where it has to be hashed."""
        name = to_bytes(path)
        mark = self._before.get(name)
        if mark is None or mark[:-1] != _of(about):
            return ""
        self._now[name] = mark
        return mark.digest.hex()

    def learn(self, path: str, about: os.stat_result, digest: str) -> None:
        """`about` is from before its bytes were read."""
        if self._file and max(about.st_mtime_ns, about.st_ctime_ns) < self._began - RACY_NS:
            self._now[to_bytes(path)] = Mark(*_of(about), bytes.fromhex(digest))

    def keep(self) -> None:
        """What this listing has seen, and nothing else, is there for the next one."""
        if self._file and self._now != self._before and len(self._now) >= LEAST_FILES:
            with contextlib.suppress(OSError):
                _save(self._file, self._now)
                _tidy(self._file.parent)


def _of(about: os.stat_result) -> tuple[int, int, int, int]:
    return about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino


def _load(file: Path) -> dict[bytes, Mark]:
    try:
        data = file.read_bytes()
        if file.stat().st_mtime < time.time() - _STALE_SECONDS:
            os.utime(file)
        if zlib.crc32(data[4:]) != int.from_bytes(data[:4], "little"):
            return {}
        return msgspec.msgpack.decode(data[4:], type=dict[bytes, Mark])
    except (OSError, msgspec.DecodeError):
        return {}


def _save(file: Path, marks: dict[bytes, Mark]) -> None:
    """Never in place: a kill leaves the old record, two writers the later one."""
    body = msgspec.msgpack.encode(marks)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(suffix=".partial", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(zlib.crc32(body).to_bytes(4, "little") + body)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _tidy(folder: Path) -> None:
    """Drop what a kill left behind, and the records that were not used for the longest time."""
    used = sorted((each.stat().st_mtime, each) for each in folder.iterdir())
    surplus = len(used) - MOST_RECORDS
    for number, (when, each) in enumerate(used):
        if number < surplus or (each.suffix and when < time.time() - _STALE_SECONDS):
            each.unlink(missing_ok=True)
