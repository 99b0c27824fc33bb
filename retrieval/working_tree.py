"""Bytes of files below a root, reached without ever following a link; git's ids for them."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from retrieval.types import Skip

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Not blocking: a file may have become a pipe that nobody writes to.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE = 1 << 16
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}


@dataclass(frozen=True, slots=True)
class Content:
    data: bytes
    stamp: int  # when it was last modified, in nanoseconds


@dataclass(frozen=True, slots=True)
class NotRead:
    reason: Skip
    detail: str = ""


def to_bytes(path: str) -> bytes:
    """git's bytes of a path. Names that are not UTF-8 are kept as surrogate escapes."""
    return path.encode("utf-8", "surrogateescape")


def to_path(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def printable(path: str) -> str:
    """For a terminal: what is no text in a name, or would move the cursor, as Python escapes it."""
    text = to_bytes(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def stays_inside(path: str) -> bool:
    """Whether a path out of an index or a tree, which anybody may have written, is one below the root."""
    parts = path.lower().split("/")
    return "\0" not in path and not {"", ".", "..", ".git"}.intersection(parts)


def read_content(root: Path, path: str, limit: int) -> Content | NotRead:
    """A regular file's bytes. Each folder on the way is opened from the one above: no link is followed."""
    if not stays_inside(path):
        return NotRead(Skip.UNREADABLE, "its path leaves the repository")
    *folders, name = to_bytes(path).split(b"/")
    try:
        at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                above = at
                at = os.open(folder, _FOLDER, dir_fd=above)
                os.close(above)
            file = os.open(name, _FILE, dir_fd=at)
        finally:
            os.close(at)
        try:
            return _read(file, limit)
        finally:
            os.close(file)
    except OSError as error:
        return _why_not(error)


def _read(descriptor: int, limit: int) -> Content | NotRead:
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        return NotRead(Skip.GONE, "no regular file any more")
    if about.st_size > limit:
        return NotRead(Skip.TOO_LARGE, size_detail(about.st_size, limit))
    data = os.read(descriptor, about.st_size + 1)
    while len(data) <= limit and (more := os.read(descriptor, _PIECE)):  # it has grown, or is very large
        data += more
    if len(data) > limit:
        return NotRead(Skip.TOO_LARGE, size_detail(len(data), limit))
    return Content(data, about.st_mtime_ns)


def _why_not(error: OSError) -> NotRead:
    if error.errno in _GONE:
        return NotRead(Skip.GONE)
    if error.errno == errno.ELOOP:
        return NotRead(Skip.LINK)
    return NotRead(Skip.UNREADABLE, error.strerror or "")


def size_detail(size: int, limit: int) -> str:
    return f"{size:,} bytes, at most {limit:,}"


def blob_id(data: bytes, algorithm: str) -> str:
    """The id git gives these bytes: `algorithm` is sha1 or sha256, as the repository has it."""
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def read_linked(root: Path, path: str, limit: int) -> Content | NotRead:
    """The file behind a link, if that is in the root as well."""
    try:
        target = root.joinpath(os.fsdecode(to_bytes(path))).resolve(strict=True)
    except FileNotFoundError:
        return NotRead(Skip.LINK, "it leads nowhere")
    except (OSError, RuntimeError):  # RuntimeError: Python 3.11 and 3.12 on a loop
        return NotRead(Skip.LINK, "it leads in a circle")
    if not target.is_relative_to(root):
        return NotRead(Skip.LINK, "it leads out of the repository")
    if target.is_dir():
        return NotRead(Skip.LINK, "it leads to a folder")
    return read_content(root, to_path(os.fsencode(target.relative_to(root))), limit)
