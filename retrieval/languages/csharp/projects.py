"""The C# projects of a repository: which files belong together, and what they see of one another."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from retrieval.languages.base import Project
from retrieval.types import Import, ImportedName

_REFERENCE = re.compile(r"<ProjectReference\s[^<>]*?Include\s*=\s*\"([^\"]+)\"")
_USING = re.compile(r"<Using\s([^<>]*)>")
_ATTRIBUTE = re.compile(r"(Include|Alias|Static)\s*=\s*\"([^\"]*)\"")
_ITEMS = re.compile(r"<ItemGroup([^<>]*)>((?:(?!</?ItemGroup\b).)*)</ItemGroup>", re.S)
_EQUALS = re.compile(r"'\$\((\w+)\)'\s*==\s*'([^']*)'")
_PROPERTY = re.compile(r"<(\w+)>([^<>]*)</\1>")
_IMPORT = re.compile(r"<Import\s[^<>]*?Project\s*=\s*\"([^\"]+)\"")
_SHARED = ("Directory.Build.props", "Directory.Build.targets")
# What `ImplicitUsings` stands for: a repository may declare types of its own in them, for older frameworks.
_IMPLIED = tuple(
    Import(module, 1, 1, (ImportedName("*"),), everywhere=True)
    for module in (
        "System",
        "System.Collections.Generic",
        "System.IO",
        "System.Linq",
        "System.Net.Http",
        "System.Threading",
        "System.Threading.Tasks",
    )
)


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
        return self._above(path.rpartition("/")[0])

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
        """`<Using Include="..."/>` of a project, of the shared files above it, and of what those import."""
        paths = list(self.files.get(folder, ())) if folder is not None else []
        at = folder or ""
        while True:
            paths += [path for name in _SHARED if (path := posixpath.join(at, name)) in self.project]
            if not at:
                break
            at = posixpath.dirname(at)
        for path in paths:  # grows while it is read
            paths += [found for found in self._imported(path) if found not in paths]
        texts = [self.project.text(path) or "" for path in paths]
        properties = {
            (name, value.strip().lower()) for text in texts for name, value in _PROPERTY.findall(text)
        }
        implied = _IMPLIED if {("ImplicitUsings", "enable"), ("ImplicitUsings", "true")} & properties else ()
        return [*(found for text in texts for found in _written(text, properties)), *implied]

    def _imported(self, path: str) -> list[str]:
        """The files of the repository in `<Import Project="..."/>`, whatever variables stand before them."""
        found = []
        for written in _IMPORT.findall(self.project.text(path) or ""):
            relative = written.rpartition(")")[2].replace("\\", "/").lstrip("/")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
            if target in self.project:
                found.append(target)
        return found


def _written(text: str, properties: set[tuple[str, str]]) -> Iterator[Import]:
    for condition, items in _ITEMS.findall(text):
        wanted = _EQUALS.search(condition)
        if wanted is not None and (wanted[1], wanted[2].lower()) not in properties:
            continue
        for written in _USING.findall(items):
            attributes = dict(_ATTRIBUTE.findall(written))
            module, alias = attributes.get("Include", ""), attributes.get("Alias", "")
            if module:
                names = () if alias else (ImportedName("*"),)
                yield Import(module, 1, 1, names, alias, everywhere=True)
