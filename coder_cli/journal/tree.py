"""The files of a repository, as the journal reads and changes them: never through a link, never in .git."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from coder_cli.errors import CoderError, RepositoryError
from coder_cli.journal.disk import Disk, remove_if_there, write_all
from coder_cli.journal.types import Version

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not hold us up
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITABLE = 0o222


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it is now."""

    data: bytes
    mode: int

    @property
    def version(self) -> Version:
        return Version(digest_of(self.data), self.mode)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Tree:
    """`root` is a real path. Each folder on a path is opened from the one above, and none is a link."""

    def __init__(self, root: Path, disk: Disk, forbidden: Path) -> None:
        """`forbidden` is a folder that no edit may reach, where it lies in the repository: the journal's."""
        self.root = root
        self._disk = disk
        self._forbidden = Path(os.path.realpath(forbidden))

    def located(self, path: str) -> str:
        """The path with links to folders of the repository resolved. CoderError where no edit may go."""
        parts = path.split("/")
        if "\0" in path or any(part in ("", ".", "..") for part in parts):
            raise CoderError(f"{path!r} is no path of a file below {self.root}.")
        folder = Path(os.path.realpath(self.root.joinpath(*parts[:-1])))
        if not folder.is_relative_to(self.root):
            raise CoderError(f"{path} leads out of {self.root}: a folder on the way is a symbolic link.")
        real = folder.relative_to(self.root) / parts[-1]
        if any(_is_git(part) for part in (*parts, *real.parts)):
            raise CoderError(f"{path} lies in .git, where no edit goes.")
        if (self.root / real).is_relative_to(self._forbidden):
            raise CoderError(f"{path} lies in the journal of edits, where no edit goes.")
        return real.as_posix()

    def read(self, path: str) -> Content | None:
        """None where there is no file. CoderError for what is no regular file, or may not be read."""
        try:
            with self._above(path) as (folder, name):
                handle = os.open(name, _READ, dir_fd=folder)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise CoderError(f"{path} is a symbolic link, and edits write to files only.") from error
            raise RepositoryError(f"{path} cannot be read: {error.strerror}.") from error
        try:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise CoderError(f"{path} is no regular file.")
            with open(handle, "rb", closefd=False) as stream:
                return Content(stream.read(), stat.S_IMODE(about.st_mode))
        finally:
            os.close(handle)

    def check_writable(self, path: str, content: Content) -> None:
        """Renaming replaces a protected file as well, so protection has to be asked for."""
        if not content.mode & _WRITABLE:
            raise CoderError(f"{path} is write-protected: nothing is changed.", f"chmod u+w {path}")

    def missing_folders(self, path: str) -> list[str]:
        """Those that a file needs, the outer before the inner."""
        parts = path.split("/")[:-1]
        folders = ["/".join(parts[: number + 1]) for number in range(len(parts))]
        return [folder for folder in folders if not os.path.lexists(self.root / folder)]

    def make_folder(self, path: str) -> None:
        with self._above(path) as (folder, name):
            with suppress(FileExistsError):
                self._disk.make_folder(name, folder, 0o777)
            self._disk.sync(folder)

    def remove_folder(self, path: str) -> None:
        """If it is empty; what someone has put there stays."""
        try:
            with self._above(path) as (folder, name):
                self._disk.remove_folder(name, folder)
                self._disk.sync(folder)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise

    def stage(self, path: str, temporary: str, data: bytes, mode: int | None) -> None:
        """Write a file beside the one that it will become."""
        with self._above(path) as (folder, name):
            handle = self._disk.create(temporary, folder, 0o666 if mode is None else 0o600)
            try:
                write_all(self._disk, handle, data)
                if mode is not None:
                    owned = self._keep_owner(name, folder, handle)
                    self._disk.set_mode(handle, mode if owned else mode & 0o777)
                self._disk.sync(handle)
            finally:
                os.close(handle)

    def put(self, path: str, temporary: str) -> None:
        """What was staged becomes the file."""
        with self._above(path) as (folder, name):
            self._disk.rename(temporary, name, folder)

    def remove(self, path: str) -> None:
        with self._above(path) as (folder, name):
            self._disk.remove(name, folder)

    def discard(self, path: str, temporary: str) -> None:
        """What was staged, if it is there."""
        with suppress(FileNotFoundError, NotADirectoryError), self._above(path) as (folder, _):
            remove_if_there(self._disk, temporary, folder)

    def sync_above(self, path: str) -> None:
        """Wait until the disk has the names of the file's folder, if that is there still."""
        with suppress(FileNotFoundError, NotADirectoryError), self._above(path) as (folder, _):
            self._disk.sync(folder)

    def _keep_owner(self, name: str, folder: int, handle: int) -> bool:
        """False where the file beside belongs to others, and may not be given to them."""
        try:
            old = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return True
        new = os.fstat(handle)
        if (old.st_uid, old.st_gid) == (new.st_uid, new.st_gid):
            return True
        try:
            self._disk.own(handle, old.st_uid, old.st_gid)
        except PermissionError:
            return False
        return True

    @contextmanager
    def _above(self, path: str) -> Iterator[tuple[int, str]]:
        """The open folder of a file, and the file's name in it."""
        *parts, name = path.split("/")
        folder = os.open(self.root, _FOLDER)
        try:
            for part in parts:
                inner = os.open(part, _FOLDER, dir_fd=folder)
                os.close(folder)
                folder = inner
            yield folder, name
        except OSError as error:
            error.filename, error.filename2 = path, None  # the system knows it by a part of it
            raise
        finally:
            os.close(folder)


def _is_git(part: str) -> bool:
    """Also as file systems spell it that know no case, or leave out what stands at the end of a name."""
    return part.casefold().rstrip(". ") in (".git", "git~1")
