"""composer.json: which file a PHP class is to be found in, and which files are always loaded."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.languages.base import Project

_FILE = "composer.json"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Classes whose name begins with `prefix` are below `folder`; "" is the repository's root."""

    prefix: str  # ends in a backslash, or is empty
    folder: str
    psr0: bool


class Composer:
    """The autoload rules of every composer.json of the repository that is not a vendor's."""

    def __init__(self, project: Project) -> None:
        self.mappings: list[Mapping] = []
        self.files: set[str] = set()
        for path in project.paths:
            folders = path.split("/")
            if folders[-1] == _FILE and "vendor" not in folders:
                self._read("/".join(folders[:-1]), project.text(path))
        self.mappings.sort(key=lambda mapping: -len(mapping.prefix))

    def candidates(self, full_name: str) -> Iterator[str]:
        """Where the class is to be found, the longest prefix first, as Composer looks for it."""
        for mapping in self.mappings:
            if not full_name.startswith(mapping.prefix):
                continue
            name = full_name if mapping.psr0 else full_name[len(mapping.prefix) :]
            space, _, last = name.rpartition("\\")
            if mapping.psr0:
                last = last.replace("_", "/")
            inner = f"{space}\\{last}" if space else last
            yield _joined(mapping.folder, inner.replace("\\", "/") + ".php")

    def _read(self, folder: str, text: str | None) -> None:
        try:
            content = json.loads(text or "")
        except (ValueError, RecursionError):
            return
        if not isinstance(content, dict):
            return
        for section in ("autoload", "autoload-dev"):
            rules = content.get(section)
            if isinstance(rules, dict):
                self._add(folder, rules)

    def _add(self, folder: str, rules: dict[str, object]) -> None:
        for kind in ("psr-4", "psr-0"):
            prefixes = rules.get(kind)
            if not isinstance(prefixes, dict):
                continue
            for prefix, folders in prefixes.items():
                for each in _texts(folders):
                    self.mappings.append(Mapping(prefix, _joined(folder, each), kind == "psr-0"))
        self.files |= {_joined(folder, each) for each in _texts(rules.get("files"))}


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _joined(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
    return "" if joined == "." else joined
