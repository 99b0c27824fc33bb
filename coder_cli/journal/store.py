"""The journal of one repository on disk.

    journal.json   the history
    pending.json   the history as it will be, and the step that leads there, which a rename to
                   journal.json ends
    contents/      what files held, compressed, by SHA-256
    lock           held by whoever changes any of it

Every file is written beside, synced and renamed, so each of them is there whole or not at all.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coder_cli.errors import CoderError, RepositoryError
from coder_cli.journal.disk import Disk, remove_if_there, write_new
from coder_cli.journal.tree import digest_of
from coder_cli.journal.types import History, Step

HISTORY, PENDING, CONTENTS = "journal.json", "pending.json", "contents"
_PART = ".part"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FORM = 1  # of the files
PATIENCE = 20.0  # seconds for another process to finish


@dataclass(frozen=True, slots=True)
class _File:
    """What journal.json and pending.json hold."""

    form: int
    history: History
    step: Step | None = None


class Store:
    """A folder, open; `opened` gives one. Its files hold code: nobody but the owner may read them."""

    def __init__(self, folder: Path, handle: int, disk: Disk) -> None:
        self.folder = folder
        self._handle = handle
        self._disk = disk

    def history(self, root: str = "") -> History:
        """As it was after the last step that ended."""
        file = self._read(HISTORY)
        return file.history if file is not None else History(root)

    def pending(self) -> Step | None:
        """The step that has begun, and not ended."""
        file = self._read(PENDING)
        return file.step if file is not None else None

    def begin(self, history: History, step: Step, contents: Iterable[bytes]) -> None:
        """From here on a crash is mended: `history` is what the step leads to, `contents` what it needs."""
        try:
            for data in contents:
                self._keep(data)
            self._sync(CONTENTS)
            self._write(PENDING, _File(_FORM, history, step))
        except OSError as error:
            error.filename, error.filename2 = str(self.folder), None
            raise

    def end(self) -> None:
        """The step is done."""
        self._disk.rename(PENDING, HISTORY, self._handle)
        with suppress(OSError):  # it is done, be it on the disk by now or not
            self._disk.sync(self._handle)

    def abandon(self) -> None:
        """The step never was."""
        remove_if_there(self._disk, PENDING, self._handle)
        with suppress(OSError):
            self._disk.sync(self._handle)

    def replace(self, history: History) -> None:
        self._write(HISTORY, _File(_FORM, history))

    def content(self, digest: str) -> bytes:
        """CoderError where it is damaged or gone."""
        data = self._content(digest)
        if data is None:
            raise RepositoryError(
                f"The journal of edits is damaged: {self.folder / CONTENTS / digest} was changed.",
                f"rm -r {self.folder}",
            )
        return data

    def tidy(self) -> None:
        """Remove contents that no entry needs, and what a crash has left."""
        history, needed = self.history(), set[str]()
        for file in (file for entry in history.entries for file in entry.files):
            needed |= {version.digest for version in (file.before, file.after) if version is not None}
        with suppress(FileNotFoundError), self._inner(CONTENTS) as folder:
            for name in os.listdir(folder):  # noqa: PTH208 - a handle has no path
                if name not in needed:
                    self._disk.remove(name, folder)
        for name in os.listdir(self._handle):  # noqa: PTH208
            if name.endswith(_PART):
                self._disk.remove(name, self._handle)

    def sizes(self) -> dict[str, int]:
        """Bytes on the disk, by digest."""
        with suppress(FileNotFoundError):
            return {file.name: file.stat().st_size for file in os.scandir(self.folder / CONTENTS)}
        return {}

    def _keep(self, data: bytes) -> None:
        digest = digest_of(data)
        if self._content(digest) is not None:
            return
        with suppress(FileExistsError):
            self._disk.make_folder(CONTENTS, self._handle, 0o700)
        with self._inner(CONTENTS) as folder:
            remove_if_there(self._disk, digest + _PART, folder)
            write_new(self._disk, digest + _PART, folder, zlib.compress(data))
            self._disk.rename(digest + _PART, digest, folder)

    def _content(self, digest: str) -> bytes | None:
        try:
            data = zlib.decompress((self.folder / CONTENTS / digest).read_bytes())
        except (FileNotFoundError, zlib.error):
            return None
        return data if digest_of(data) == digest else None

    def _read(self, name: str) -> _File | None:
        import msgspec

        file = self.folder / name
        try:
            # Names of files may be no UTF-8, which json can write and msgspec alone cannot.
            told = json.loads(file.read_bytes())
            form = told["form"]
            if form == _FORM:
                return msgspec.convert(told, _File)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            raise RepositoryError(
                f"The journal of edits cannot be read: {file} is damaged.", f"rm -r {self.folder}"
            ) from error
        raise RepositoryError(f"{file} was written by another version of coder (form {form}).")

    def _write(self, name: str, file: _File) -> None:
        import msgspec

        told: Any = msgspec.to_builtins(file)
        remove_if_there(self._disk, name + _PART, self._handle)
        write_new(self._disk, name + _PART, self._handle, json.dumps(told).encode("ascii"))
        self._disk.rename(name + _PART, name, self._handle)
        self._disk.sync(self._handle)

    def _sync(self, name: str) -> None:
        with suppress(FileNotFoundError), self._inner(name) as folder:
            self._disk.sync(folder)

    @contextmanager
    def _inner(self, name: str) -> Iterator[int]:
        folder = os.open(name, _FOLDER, dir_fd=self._handle)
        try:
            yield folder
        finally:
            os.close(folder)


@contextmanager
def opened(folder: Path, disk: Disk, patience: float | None = None) -> Iterator[Store]:
    """The journal in a folder, for one process at a time. CoderError where another one keeps it too long."""
    from filelock import FileLock, Timeout

    _make(folder, disk)
    lock = FileLock(folder / "lock", timeout=PATIENCE if patience is None else patience, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise CoderError("Another coder is changing files here.", "Wait for it, then try again.") from None
    handle = os.open(folder, _FOLDER)
    try:
        yield Store(folder, handle, disk)
    finally:
        os.close(handle)
        lock.release()


def _make(folder: Path, disk: Disk) -> None:
    """With the folders above it."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        above = os.open(missing.parent, _FOLDER)
        try:
            with suppress(FileExistsError):
                disk.make_folder(missing.name, above, 0o700)
            disk.sync(above)
        finally:
            os.close(above)
