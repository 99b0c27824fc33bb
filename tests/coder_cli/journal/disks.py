"""Disks that fail, or end the process, at the n-th call; and what lies below a folder."""

from __future__ import annotations

import errno
import os
import signal
import stat
import warnings
from collections.abc import Callable
from pathlib import Path

from coder_cli.journal.disk import Disk

Snapshot = dict[str, object]


class QuickDisk(Disk):
    """Waits for nothing: what a killed process has written stays, only a machine without power loses it."""

    def sync(self, handle: int) -> None:
        pass


class CountingDisk(QuickDisk):
    """Calls `strike` instead of the n-th call, the first being 0; of a write, half is done before."""

    def __init__(self, at: int = -1, strike: Callable[[], None] = lambda: None) -> None:
        self.calls: list[str] = []
        self._at = at
        self._strike = strike

    def _count(self, name: str) -> None:
        self.calls.append(name)
        if len(self.calls) == self._at + 1:
            self._strike()

    def create(self, name: str, folder: int, mode: int) -> int:
        self._count("create")
        return super().create(name, folder, mode)

    def write(self, handle: int, data: memoryview) -> int:
        if len(self.calls) == self._at:
            super().write(handle, data[: len(data) // 2])
        self._count("write")
        return super().write(handle, data)

    def own(self, handle: int, user: int, group: int) -> None:
        self._count("own")
        super().own(handle, user, group)

    def set_mode(self, handle: int, mode: int) -> None:
        self._count("set_mode")
        super().set_mode(handle, mode)

    def sync(self, handle: int) -> None:
        self._count("sync")

    def rename(self, name: str, new: str, folder: int) -> None:
        self._count("rename")
        super().rename(name, new, folder)

    def remove(self, name: str, folder: int) -> None:
        self._count("remove")
        super().remove(name, folder)

    def make_folder(self, name: str, folder: int, mode: int) -> None:
        self._count("make_folder")
        super().make_folder(name, folder, mode)

    def remove_folder(self, name: str, folder: int) -> None:
        self._count("remove_folder")
        super().remove_folder(name, folder)


def full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_child(work: Callable[[], object]) -> bool:
    """Whether it came to its end; it was killed otherwise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of libraries: the child needs none
        child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0
    return True


def below(root: Path) -> Snapshot:
    """All folders, links, and files with modes and bytes."""
    found: Snapshot = {}
    for path in sorted(root.rglob("*")):
        about = path.lstat()
        name = str(path.relative_to(root))
        if stat.S_ISREG(about.st_mode):
            found[name] = (oct(about.st_mode), path.read_bytes())
        else:
            found[name] = os.readlink(path) if path.is_symlink() else "folder"  # noqa: PTH115
    return found
