"""Places in the repository that a person names: `file`, `file:42`, `file:10-50`, `file#symbol`, `@file`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coder_cli.errors import UsageError
from coder_cli.places import find_place
from coder_cli.workspace import Workspace
from retrieval.types import SourceFile, Symbol
from retrieval.window import Seed

_WORD = re.compile(r"(?P<path>[^#]+?)(?::(?P<first>\d+)(?:-(?P<last>\d+)|:\d+)?|#(?P<symbol>.+))?")
_AT = re.compile(r"(?<!\S)@(?P<word>[^\s@]*[^\s@.,;:!?)'\"])")


@dataclass(frozen=True, slots=True)
class Named:
    """A file of the repository, or lines of it, both ends included."""

    path: str
    start_line: int | None = None
    end_line: int | None = None
    symbol: str = ""

    @property
    def seed(self) -> Seed:
        return Seed(self.path, "you named it", self.start_line, self.end_line, named=self.start_line is None)

    def __str__(self) -> str:
        if self.start_line is None:
            return self.path
        same = self.end_line == self.start_line
        return f"{self.path}:{self.start_line}" + ("" if same else f"-{self.end_line}")


def find(workspace: Workspace, word: str) -> Named:
    """What a word names; a file that nothing else would read is read from now on. UsageError if none is."""
    found = _WORD.fullmatch(word)
    if found is None:
        raise UsageError(f"{word!r} names no place.", "file, file:42, file:10-50 or file#symbol")
    path = _file(workspace, word if Path(word).is_file() else found["path"])
    if Path(word).is_file() or not (found["first"] or found["symbol"]):
        return Named(path)
    if found["symbol"]:
        return _symbol(workspace, path, found["symbol"])
    first, last = int(found["first"]), int(found["last"] or found["first"])
    file = workspace.read(path)
    lines = len(file.text.splitlines()) if isinstance(file, SourceFile) else 0
    if not 1 <= first <= last <= lines:
        raise UsageError(f"{path} has no lines {first} to {last}: it has {lines}.")
    return Named(path, first, last)


def mentioned(workspace: Workspace, text: str) -> tuple[str, tuple[Named, ...]]:
    """The text without the @ before what names a file, and what is named. Other words with @ stay."""
    found: list[Named] = []

    def plain(word: re.Match[str]) -> str:
        try:
            named = find(workspace, word["word"])
        except UsageError:
            return word[0]
        found.append(named)
        return str(named)

    return _AT.sub(plain, text), tuple(found)


def _file(workspace: Workspace, word: str) -> str:
    """As seen from the current folder, else from the root; else the one file whose path ends so."""
    for base in (Path.cwd(), workspace.root):
        if (base / word).is_file():
            return workspace.name(base / word).path
    place = find_place(workspace.project.paths, workspace.root, word, workspace.project.skipped)
    if not place.is_file:
        raise UsageError(f"{word} is a folder.", "Name a file in it.")
    return place.path


def _symbol(workspace: Workspace, path: str, name: str) -> Named:
    parsed = workspace.parsed(path)
    symbols: Sequence[Symbol] = parsed.symbols if parsed else ()
    wanted = name.replace("::", ".").replace("#", ".")
    matching = [
        (index, symbol)
        for index, symbol in enumerate(symbols)
        if parsed and f".{parsed.qualified_name(index)}".endswith(f".{wanted}") and not symbol.forward
    ]
    if not matching:
        import difflib

        near = difflib.get_close_matches(wanted, [symbol.name for symbol in symbols], n=3)
        raise UsageError(f"{path} defines no {name}.", f"Near to it: {', '.join(near)}" if near else None)
    index, symbol = matching[0]
    full = parsed.qualified_name(index) if parsed else name
    return Named(path, symbol.start_line, symbol.end_line, full)
