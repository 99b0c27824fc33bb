"""Reading source files and writing answers, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from coder_cli.errors import RepositoryError, UsageError
from coder_cli.stdin import normal


def read_source(path: Path) -> str:
    """A text file with `\\n` line ends. RepositoryError where it cannot be read or is not UTF-8 text."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise RepositoryError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise RepositoryError(f"{path} is not UTF-8 text (byte {error.start}).") from error
    if "\0" in text:
        raise RepositoryError(f"{path} is a binary file.")
    return normal(text)


def check_free(path: Path, force: bool) -> None:
    """Refuse before the work is done, not after."""
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(
            f"{path} cannot be written: " + ("it is" if path.is_dir() else "there is no such") + " folder."
        )
    if path.exists() and not force:
        raise UsageError(f"{path} exists.", "Give --force to replace it.")


def insert(path: Path, line: int, column: int | None, text: str, expected: str) -> None:
    """Put a text before a column of a line, or at its end; line ends and byte order mark stay as they are.

    `expected` is the file's text as it was read, with `\\n` line ends. RepositoryError where it is another
    one by now: nothing is written then.
    """
    raw = path.read_bytes().decode("utf-8")
    if normal(raw) != expected:
        raise RepositoryError(f"{path} has changed since it was read: nothing is written.")
    mark = raw[: raw.startswith("\ufeff")]
    lines = raw[len(mark) :].split("\n")
    at_end = len(lines[line - 1].removesuffix("\r")) if column is None else column - 1
    offset = len(mark) + sum(len(each) + 1 for each in lines[: line - 1]) + at_end
    ending = "\r\n" if raw.count("\r\n") * 2 > raw.count("\n") else "\n"
    _replace(path, (raw[:offset] + text.replace("\n", ending) + raw[offset:]).encode("utf-8"))


def write_whole(path: Path, text: str) -> None:
    """Through a temporary file beside it; a link stays a link, an existing mode stays."""
    _replace(path, text.encode("utf-8", errors="replace"))


def _replace(path: Path, data: bytes) -> None:
    path = path.resolve()
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=".coder-", delete=False) as new:
        temporary = Path(new.name)
        try:
            new.write(data)
            new.flush()
            os.fsync(new.fileno())
            temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _umask() -> int:
    """Python has no way to read it but to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
