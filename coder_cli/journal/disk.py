"""The calls that change a disk. All that the journal writes goes through here, call by call."""

from __future__ import annotations

import os
from contextlib import suppress


class Disk:
    """Names are relative to the open folder `folder`. A test ends the process before any one of the calls."""

    def create(self, name: str, folder: int, mode: int) -> int:
        """A file that was not there, open for writing."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(name, flags, mode, dir_fd=folder)

    def write(self, handle: int, data: memoryview) -> int:
        """How many of the bytes were written."""
        return os.write(handle, data)

    def own(self, handle: int, user: int, group: int) -> None:
        os.fchown(handle, user, group)

    def set_mode(self, handle: int, mode: int) -> None:
        os.fchmod(handle, mode)

    def sync(self, handle: int) -> None:
        """Wait until the disk has a file, or a folder's names."""
        os.fsync(handle)

    def rename(self, name: str, new: str, folder: int) -> None:
        os.rename(name, new, src_dir_fd=folder, dst_dir_fd=folder)

    def remove(self, name: str, folder: int) -> None:
        os.unlink(name, dir_fd=folder)

    def make_folder(self, name: str, folder: int, mode: int) -> None:
        os.mkdir(name, mode, dir_fd=folder)

    def remove_folder(self, name: str, folder: int) -> None:
        os.rmdir(name, dir_fd=folder)


def write_all(disk: Disk, handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[disk.write(handle, left) :]


def write_new(disk: Disk, name: str, folder: int, data: bytes) -> None:
    """A file that only its owner may read, on the disk when it returns."""
    handle = disk.create(name, folder, 0o600)
    try:
        write_all(disk, handle, data)
        disk.sync(handle)
    finally:
        os.close(handle)


def remove_if_there(disk: Disk, name: str, folder: int) -> None:
    with suppress(FileNotFoundError):
        disk.remove(name, folder)
