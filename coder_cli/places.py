"""The files of a repository that a word of the command line names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from coder_cli.errors import UsageError
from retrieval.types import Skipped

_FEW_ENOUGH = 20_000  # names to compare with one that is not found
_ALIKE = 0.75  # of a name that may have been meant
_SHOWN = 5  # candidates for an ambiguous name


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or a folder with its files. `path` is relative to the repository; "" is all of it."""

    path: str
    files: tuple[str, ...]
    is_file: bool = False

    def __str__(self) -> str:
        return self.path if self.is_file or not self.path else self.path + "/"


def find_place(
    paths: Sequence[str], root: Path, word: str, skipped: Mapping[str, Skipped] = MappingProxyType({})
) -> Place:
    """Relative to the current folder, else to the repository; else the one file whose path ends so.

    `skipped` are files that are not among the paths, and why.
    """
    for base in (Path.cwd(), root):
        path = _relative(base / word, root)
        if path is not None and (place := _place(paths, path)):
            return place
        if path is not None and path in skipped:
            reason = skipped[path]
            detail = f" ({reason.detail})" if reason.detail else ""
            raise UsageError(f"{path} is not read: {reason.reason.value}{detail}.")
    ending = "/" + word.replace(os.sep, "/").strip("/")
    matches = [path for path in paths if ("/" + path).endswith(ending)]
    if len(matches) == 1:
        return Place(matches[0], (matches[0],), is_file=True)
    if matches:
        shown = ", ".join(matches[:_SHOWN]) + (", ..." if len(matches) > _SHOWN else "")
        raise UsageError(f"{word} may be any of {len(matches)} files: {shown}", "Name more of its path.")
    raise UsageError(f"{word} is not among the files of {root}.", _hint(paths, root, word))


def check_words(words: Sequence[str], root: Path, list_paths: Callable[[], Sequence[str]]) -> None:
    """UsageError for words that cannot name a file, before all files are read for nothing."""
    if "" in words:
        raise UsageError("An empty word names no file.")
    absent = [word for word in words if not any(os.path.lexists(base / word) for base in (Path(), root))]
    if absent:
        paths = list_paths()
        for word in absent:
            find_place(paths, root, word)


def _relative(path: Path, root: Path) -> str | None:
    """Normalised by its words alone: a link is a file of its own in a repository."""
    normal = Path(os.path.normpath(Path(os.path.realpath(path.parent)) / path.name))
    if not normal.is_relative_to(root):
        return None
    inner = normal.relative_to(root).as_posix()
    return "" if inner == "." else inner


def _place(paths: Sequence[str], path: str) -> Place | None:
    if not path:
        return Place("", tuple(paths))
    below = tuple(each for each in paths if each.startswith(path + "/"))
    if below:
        return Place(path, below)
    return Place(path, (path,), is_file=True) if path in paths else None


def _hint(paths: Sequence[str], root: Path, word: str) -> str | None:
    import difflib

    if (root / word).exists() or Path(word).exists():
        return "It is ignored by git or .coderignore, or it is a folder without files that are read."
    if len(paths) > _FEW_ENOUGH:
        return None
    names = {path.rpartition("/")[2]: path for path in reversed(paths)}
    near = difflib.get_close_matches(word.rpartition("/")[2], names, n=1, cutoff=_ALIKE)
    return f"Did you mean {names[near[0]]}?" if near else None
