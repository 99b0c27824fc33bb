"""Files of patterns that say which paths to leave out: .gitignore's syntax and precedence, under any name."""

from __future__ import annotations

from collections.abc import Iterable

from pathspec import GitIgnoreSpec
from pathspec.pattern import RegexPattern

from retrieval.decoding import decode
from retrieval.working_tree import to_path

_FOLDER_ABOVE = "ps_d"  # pathspec's group for the `/` after a folder's name


class IgnoreRules:
    """Rules of several folders: a deeper one overrides, but nothing below an ignored folder comes back."""

    def __init__(self) -> None:
        self._specs: dict[str, GitIgnoreSpec] = {}
        self._folders: dict[str, bool] = {"": False}

    def __bool__(self) -> bool:
        return bool(self._specs)

    def add(self, folder: str, data: bytes) -> None:
        """The rules of one file, which stands in `folder` ("" is the root)."""
        self._specs[folder] = _spec(_text(data).split("\n"))
        self._folders = {"": False}

    def ignores(self, path: str) -> bool:
        return self.ignores_folder(path.rpartition("/")[0]) or self._decide(path)

    def ignores_folder(self, folder: str) -> bool:
        known = self._folders.get(folder)
        if known is None:
            known = self.ignores_folder(folder.rpartition("/")[0]) or self._decide(folder + "/")
            self._folders[folder] = known
        return known

    def _decide(self, path: str) -> bool:
        """By the deepest file of rules that says anything."""
        folder = path.rstrip("/").rpartition("/")[0]
        while True:
            if spec := self._specs.get(folder):
                said = _last_word(spec, path[len(folder) + 1 :] if folder else path)
                if said is not None:
                    return said
            if not folder:
                return False
            folder = folder.rpartition("/")[0]


def _last_word(spec: GitIgnoreSpec, path: str) -> bool | None:
    """Of the last pattern that is about the path itself. pathspec's own answer counts those about a folder
    above it, too: with `a` and `!b` it would have `b/a` back, which git has not.
    """
    for pattern in reversed(spec.patterns):
        if isinstance(pattern, RegexPattern) and pattern.include is not None and pattern.regex:
            for match in pattern.regex.finditer(path):
                above = match.groupdict().get(_FOLDER_ABOVE)
                if above is None or match.end(_FOLDER_ABOVE) == len(path):
                    return pattern.include
    return None


def _text(data: bytes) -> str:
    """Names in it are bytes, as names of files are; a byte order mark tells of an editor with other ideas."""
    decoded = decode(data)
    if decoded and (decoded.marked or decoded.encoding == "utf-8"):
        return decoded.text
    return to_path(data.replace(b"\r\n", b"\n"))


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    good = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:  # git, too, passes over a pattern that it cannot read
            continue
        good.append(line)
    return GitIgnoreSpec.from_lines(good)
