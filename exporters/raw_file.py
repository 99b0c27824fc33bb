"""Bytes of a file by position: safe from several threads, nothing mapped, nothing kept."""

from __future__ import annotations

import os
import threading
import weakref
from pathlib import Path

from exporters.errors import SourceError

# Few system calls, little memory beside the tensor itself.
SLICE_BYTES = 8 << 20


class RawFile:
    """A file held open for positioned reads."""

    def __init__(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise SourceError(f"{path} cannot be opened: {error.strerror}.") from error
        self.path = path
        self.size = os.fstat(descriptor).st_size
        self._descriptor = descriptor
        self._seek = threading.Lock()
        # Closed with the object at the latest: sources are often opened for a look at their configuration.
        self.close = weakref.finalize(self, os.close, descriptor)

    def read(self, offset: int, count: int) -> bytes:
        """Exactly `count` bytes; SourceError where the file ends before."""
        if offset < 0 or count < 0 or offset + count > self.size:
            raise SourceError(
                f"{self.path.name} is truncated: {offset + count - self.size} bytes are missing."
            )
        parts: list[bytes] = []
        while count:
            part = self._read_some(offset, count)
            if not part:
                raise SourceError(f"{self.path.name} became shorter while it was read.")
            parts.append(part)
            offset += len(part)
            count -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _read_some(self, offset: int, count: int) -> bytes:
        try:
            if hasattr(os, "pread"):
                return os.pread(self._descriptor, count, offset)
            with self._seek:  # Windows has no pread
                os.lseek(self._descriptor, offset, os.SEEK_SET)
                return os.read(self._descriptor, count)
        except OSError as error:
            raise SourceError(f"{self.path} cannot be read: {error.strerror}.") from error
