"""A model folder appears whole or not at all: built beside its place, synced, then renamed into it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporters.errors import ExporterError
from exporters.manifest import MANIFEST_NAME

# Names no store ever lists: they begin with a dot and are no target's.
PARTIAL = ".partial-"
REPLACED = ".replaced-"


@contextmanager
def staged(out: Path, mark: str = MANIFEST_NAME) -> Iterator[Path]:
    """An empty folder that becomes `out` when the block ends without an error.

    A model that is already there - `mark` is the file to know one by - stays usable until then. ExporterError
    where `out` holds other files, or another export to it is running.
    """
    from filelock import FileLock, Timeout

    _check_replaceable(out, mark)
    made = [folder for folder in (out.parent, *out.parent.parents) if not folder.exists()]
    folder = out.parent / f"{PARTIAL}{out.name}"
    lock_file = out.parent / f"{PARTIAL}{out.name}.lock"
    with _written(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(lock_file, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise ExporterError(f"Another export to {out} is running.", "Wait for it, or stop it.") from None
    try:
        with _written(out):
            _tidy(folder, out)
            folder.mkdir()
            yield folder
            _sync_folder(folder)
            _swap(folder, out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock_file.unlink(missing_ok=True)
        lock.release()
        with contextlib.suppress(OSError):  # folders that were made for nothing
            for empty in made:
                empty.rmdir()


def write_synced(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk has it."""
    path.write_bytes(data)
    sync(path)


def sync(path: Path) -> None:
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def check_space(out: Path, needed: int) -> None:
    """ExporterError unless the disk around `out` has `needed` bytes free."""
    place = next(folder for folder in (out.parent, *out.parent.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        raise ExporterError(
            f"The export needs {needed / 1e9:.2f} GB at {place} and only {free / 1e9:.2f} GB are free there.",
            "Free some space, or name another place with -o DIR.",
        )


@contextmanager
def _written(out: Path) -> Iterator[None]:
    """A full disk or a read-only folder, as a sentence."""
    try:
        yield
    except OSError as error:
        raise ExporterError(f"{out} cannot be written: {error.strerror or error}.") from error


def _check_replaceable(out: Path, mark: str) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise ExporterError(f"{out} is there already and is not a folder.", "Name another place with -o DIR.")
    if out.is_dir() and any(out.iterdir()) and not (out / mark).is_file():
        raise ExporterError(
            f"{out} holds other files than an exported model, so it is not replaced.",
            "Name another place with -o DIR.",
        )


def _tidy(folder: Path, out: Path) -> None:
    """After a crash: an unfinished export goes, a model caught halfway through its replacement comes back."""
    if folder.exists():
        shutil.rmtree(folder)
    replaced = out.parent / f"{REPLACED}{out.name}"
    if replaced.exists() and not out.exists():
        replaced.rename(out)
    elif replaced.exists():
        shutil.rmtree(replaced)


def _swap(folder: Path, out: Path) -> None:
    replaced = out.parent / f"{REPLACED}{out.name}"
    if out.exists():
        out.rename(replaced)
    try:
        folder.rename(out)
    except BaseException:
        if replaced.exists():
            replaced.rename(out)
        raise
    _sync_folder(out.parent)
    shutil.rmtree(replaced, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    """The names in a folder are data too; Windows offers no handle to sync."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
