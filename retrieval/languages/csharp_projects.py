"""The C# projects of a repository: which files belong together, and what they see of one another."""

from __future__ import annotations

import posixpath
import re

from retrieval.languages.base import Project
from retrieval.types import Import, ImportedName

_REFERENCE = re.compile(r"<ProjectReference\s[^>]*?Include\s*=\s*\"([^\"]+)\"")
_USING = re.compile(r"<Using\s([^>]*?)/?>")
_ATTRIBUTE = re.compile(r"(Include|Alias|Static)\s*=\s*\"([^\"]*)\"")
_SHARED = "Directory.Build.props"


class CSharpProjects:
    """A project is a folder with a .csproj file; a repository without any is one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.files: dict[str, list[str]] = {}
        for path in project.paths:
            if path.endswith(".csproj"):
                self.files.setdefault(posixpath.dirname(path), []).append(path)
        self._of: dict[str, str | None] = {}
        self._reached: dict[str, frozenset[str]] = {}

    def folder_of(self, path: str) -> str | None:
        """The nearest folder above a file that is a project's."""
        return self._above(posixpath.dirname(path))

    def _above(self, folder: str) -> str | None:
        if folder not in self._of:
            found: str | None = None
            if folder in self.files:
                found = folder
            elif folder:
                found = self._above(posixpath.dirname(folder))
            self._of[folder] = found
        return self._of[folder]

    def sees(self, folder: str | None, other: str | None) -> int:
        """0: the same project, 1: referenced, perhaps through others, 2: no reference known."""
        if folder == other:
            return 0
        return 1 if folder is None or other is None or other in self._reach(folder) else 2

    def _reach(self, folder: str) -> frozenset[str]:
        if folder not in self._reached:
            reached: dict[str, None] = {folder: None}
            for at in list(reached):
                self._follow(at, reached)
            self._reached[folder] = frozenset(reached)
        return self._reached[folder]

    def _follow(self, start: str, reached: dict[str, None]) -> None:
        waiting = [start]
        while waiting:
            at = waiting.pop()
            for path in self.files.get(at, ()):
                for written in _REFERENCE.findall(self.project.text(path) or ""):
                    target = posixpath.normpath(posixpath.join(at, written.replace("\\", "/")))
                    folder = posixpath.dirname(target)
                    if folder in self.files and folder not in reached:
                        reached[folder] = None
                        waiting.append(folder)

    def usings(self, folder: str | None) -> list[Import]:
        """`<Using Include="..."/>` of a project and of the shared properties above it."""
        paths = list(self.files.get(folder, ())) if folder is not None else []
        at = folder or ""
        while True:
            paths.append(posixpath.join(at, _SHARED))
            if not at:
                break
            at = posixpath.dirname(at)
        return [found for path in paths for found in self._written(path)]

    def _written(self, path: str) -> list[Import]:
        found = []
        for written in _USING.findall((self.project.text(path) or "") if path in self.project else ""):
            attributes = dict(_ATTRIBUTE.findall(written))
            module, alias = attributes.get("Include", ""), attributes.get("Alias", "")
            if module:
                names = () if alias else (ImportedName("*"),)
                found.append(Import(module, 1, 1, names, alias, everywhere=True))
        return found
