"""The include paths that compile_commands.json names, as folders of the repository.

The file speaks of absolute paths, often of another machine's: the root is what all of its source paths have
before the paths of this repository. Folders outside of it are dropped.
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.languages.base import Project

NAME = "compile_commands.json"
# Where build tools leave it, should it be ignored by git and therefore not listed.
_USUAL = (NAME, f"build/{NAME}", f"out/{NAME}")
_FLAGS = ("-isystem", "-iquote", "-idirafter", "--include-directory=", "-I", "/I")
_DRIVE = re.compile(r"[A-Za-z]:/")


@dataclass(frozen=True, slots=True)
class SearchPath:
    """Folders in the order a compiler looks through them."""

    quoted: tuple[str, ...] = ()  # for "name" only, after the folder of the file itself
    angled: tuple[str, ...] = ()  # for both


def search_paths(project: Project) -> dict[str, SearchPath]:
    """Source file -> its include path."""
    names = [path for path in project.paths if posixpath.basename(path) == NAME]
    entries: list[tuple[str, str, Sequence[str]]] = []
    for name in dict.fromkeys((*names, *_USUAL)):
        entries.extend(_entries(project.text(name) or ""))
    root = _root([file for file, _, _ in entries], project)
    found: dict[str, SearchPath] = {}
    for file, folder, arguments in entries if root is not None else ():
        path = _within(root or "", file)
        if path is not None and path in project:
            found.setdefault(path, _search_path(root or "", folder, arguments))
    return found


def _entries(text: str) -> Iterator[tuple[str, str, Sequence[str]]]:
    """The file, the folder of the command, its arguments."""
    try:
        listed = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return
    for entry in listed if isinstance(listed, list) else ():
        match entry:
            case {"directory": str(folder), "file": str(file)}:
                folder = _slashed(folder)
                yield posixpath.normpath(posixpath.join(folder, _slashed(file))), folder, _arguments(entry)


def _arguments(entry: dict[str, object]) -> Sequence[str]:
    match entry:
        case {"arguments": [*arguments]}:
            return [argument for argument in arguments if isinstance(argument, str)]
        case {"command": str(command)}:
            try:
                return shlex.split(command, posix="\\" not in command or '\\"' in command)
            except ValueError:
                return command.split()
    return ()


def _slashed(path: str) -> str:
    return path.replace("\\", "/")


def _root(files: Sequence[str], project: Project) -> str | None:
    """What most of the files have before the path that they have here."""
    votes: Counter[str] = Counter()
    for file in files:
        parts = file.strip("/").split("/")
        for start in range(len(parts)):
            path = "/".join(parts[start:])
            if path in project:
                votes[file[: len(file) - len(path)]] += 1
                break
    return min(votes, key=lambda root: (-votes[root], root)) if votes else None


def _within(root: str, path: str) -> str | None:
    """A path of the repository, "" for its root; None outside of it."""
    path = posixpath.normpath(path)
    if f"{path}/" == root or path == root:
        return ""
    return path[len(root) :] if path.startswith(root) else None


def _search_path(root: str, folder: str, arguments: Sequence[str]) -> SearchPath:
    found: dict[str, list[str]] = {flag: [] for flag in _FLAGS}
    rest = iter(arguments)
    for argument in rest:
        flag = next((flag for flag in _FLAGS if argument.startswith(flag)), None)
        if flag is None:
            continue
        named = _slashed((argument[len(flag) :] or next(rest, "")).strip("\"'"))
        if not named or (flag == "/I" and "/" in named and argument.startswith("/I") and named[0].islower()):
            continue
        absolute = named if named.startswith("/") or _DRIVE.match(named) else posixpath.join(folder, named)
        inside = _within(root, absolute)
        if inside is not None:
            found[flag].append(inside)
    ordinary = (*found["-I"], *found["/I"], *found["--include-directory="])
    return SearchPath(
        tuple(dict.fromkeys(found["-iquote"])),
        tuple(dict.fromkeys((*ordinary, *found["-isystem"], *found["-idirafter"]))),
    )
