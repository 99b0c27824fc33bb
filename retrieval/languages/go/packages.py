"""The modules and packages of a Go project, and where an import leads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from retrieval.languages.base import Project
from retrieval.languages.go.members import Members, Names
from retrieval.types import Import, ParsedFile

_MODULE = re.compile(r'^[ \t]*module[ \t]+"?([^\s"]+)"?', re.M)
_REPLACE = re.compile(
    r'^[ \t]*(?:replace[ \t]+)?"?([^\s"]+)"?(?:[ \t]+v\S+)?[ \t]+=>[ \t]+"?(\.{1,2}(?:/[^\s"]*)?)"?[ \t]*$',
    re.M,
)
_COMMENT = re.compile(r"//[^\n]*")
HOST_DEPTH = 3  # of github.com/user/repository, which a repository without go.mod is imported by


@dataclass(slots=True)
class Package:
    """The files of one package in a folder. A test file sees all of them, any other file no tests."""

    files: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    declared: dict[str, list[str]] = field(default_factory=dict)  # name -> files
    tested: dict[str, list[str]] = field(default_factory=dict)  # the same of the tests
    members: Members = field(default_factory=Members)

    def declaring(self, name: str, *, tests: bool) -> list[str]:
        found = self.declared.get(name, [])
        return found + self.tested.get(name, []) if tests else found


@dataclass(frozen=True, slots=True)
class Module:
    folder: str
    path: str
    replaced: dict[str, str]  # module path -> folder of the repository


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a file sees: its own package, those it imports, and by which import."""

    own: Package
    called: dict[str, Package]  # by the name that stands for the package in the file
    imported: list[tuple[Import, Package]]

    def names(self) -> Names:
        return Names(self.own.members, {name: each.members for name, each in self.called.items()})


class Packages:
    """The modules and packages of a project; a folder is looked into when it is asked for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._in_folder: dict[str, list[str]] = {}
        for path in project.written_in("go"):
            self._in_folder.setdefault(path.rpartition("/")[0], []).append(path)
        self._packages: dict[str, dict[str, Package]] = {}
        self._known: dict[tuple[str, str], list[str]] = {}
        self._surroundings: dict[str, Surroundings] = {}

    def around(self, path: str) -> Surroundings:
        known = self._surroundings.get(path)
        if known is None:
            known = self._surroundings[path] = self._look_around(path)
        return known

    def _look_around(self, path: str) -> Surroundings:
        parsed = self._project.parsed(path) or ParsedFile("go")
        folder = path.rpartition("/")[0]
        called: dict[str, Package] = {}
        imported: list[tuple[Import, Package]] = []
        for found in parsed.imports:
            for place in self.folders(folder, found.module):
                name, package = self.imported(place)
                if package is None:
                    continue
                if found.alias != "_" and not found.names:
                    called[found.alias or name] = package
                imported.append((found, package))
                break
        own = self.in_folder(folder).get(parsed.namespace, Package())
        return Surroundings(own, called, imported)

    def in_folder(self, folder: str) -> dict[str, Package]:
        """By package name: a folder holds a package, its external tests, perhaps a `main` that is ignored."""
        known = self._packages.get(folder)
        if known is None:
            known = self._packages[folder] = {}
            for path in self._in_folder.get(folder, ()):
                parsed = self._project.parsed(path)
                if parsed is not None and parsed.namespace:
                    self._add(known.setdefault(parsed.namespace, Package()), path, parsed)
        return known

    def _add(self, package: Package, path: str, parsed: ParsedFile) -> None:
        test = path.endswith("_test.go")
        (package.tests if test else package.files).append(path)
        package.members.add(path, parsed)
        declared = package.tested if test else package.declared
        for symbol in parsed.symbols:
            if symbol.parent is None and not symbol.owner:
                files = declared.setdefault(symbol.name, [])
                if path not in files:
                    files.append(path)

    def imported(self, folder: str) -> tuple[str, Package | None]:
        """The package that an import of the folder means, and its name; seldom the folder's last part."""
        found = [(name, package) for name, package in self.in_folder(folder).items() if package.files]
        found.sort(key=lambda item: (item[0] == "main", -len(item[1].files), item[0]))
        return found[0] if found else ("", None)

    def folders(self, folder: str, path: str) -> list[str]:
        """Where the package may be that is imported as `path` in `folder`, the likeliest first."""
        module = self._around(folder)
        key = (module.folder if module is not None else folder, path)
        if key not in self._known:
            places = dict.fromkeys(self._places(module, folder, path))
            self._known[key] = [place for place in places if place in self._in_folder]
        return self._known[key]

    def _places(self, module: Module | None, folder: str, path: str) -> Iterator[str]:
        if path.startswith(("./", "../")):
            yield from _inside(folder, path)
            return
        if module is not None:
            yield from _under(module.path, module.folder, path)
            yield from self._replaced(module, path)
        for vendor in self._vendors:
            if not vendor or folder == vendor or folder.startswith(f"{vendor}/"):
                yield f"{vendor}/vendor/{path}" if vendor else f"vendor/{path}"
        others = [other for other in self._modules.values() if path.startswith(other.path)]
        for other in sorted(others, key=lambda other: (-len(other.path), other.folder)):
            if "testdata" not in other.folder:
                yield from _under(other.path, other.folder, path)
        for workspace in self._workspaces:
            yield from self._replaced(workspace, path)
        parts = path.split("/")
        if not self._modules and "." in parts[0] and len(parts) > HOST_DEPTH:
            yield "/".join(parts[HOST_DEPTH:])

    def _replaced(self, module: Module, path: str) -> Iterator[str]:
        for old in sorted(module.replaced, key=len, reverse=True):
            yield from _under(old, module.replaced[old], path)

    def _around(self, folder: str) -> Module | None:
        while folder not in self._modules:
            if not folder:
                return None
            folder = folder.rpartition("/")[0]
        return self._modules[folder]

    @cached_property
    def _modules(self) -> dict[str, Module]:
        return {module.folder: module for module in self._read("go.mod") if module.path}

    @cached_property
    def _workspaces(self) -> list[Module]:
        return self._read("go.work")

    @cached_property
    def _vendors(self) -> list[str]:
        """Folders that have a folder `vendor`, the innermost first."""
        found = {path.rpartition("/vendor/")[0] for path in self._in_folder if "/vendor/" in path}
        if any(path.startswith("vendor/") for path in self._in_folder):
            found.add("")
        return sorted(found, key=lambda folder: (-folder.count("/"), folder))

    def _read(self, name: str) -> list[Module]:
        found: list[Module] = []
        for path in self._project.paths:
            folder, _, file = path.rpartition("/")
            if file == name and "vendor" not in folder.split("/"):
                text = _COMMENT.sub("", self._project.text(path) or "")
                module = _MODULE.search(text)
                replaced = {
                    old: place for old, new in _REPLACE.findall(text) for place in _inside(folder, new)
                }
                found.append(Module(folder, module[1] if module else "", replaced))
        return found


def _under(module: str, folder: str, path: str) -> Iterator[str]:
    """The folder of the package `path`, if it is of that module."""
    if path == module:
        yield folder
    elif path.startswith(f"{module}/"):
        rest = path[len(module) + 1 :]
        yield f"{folder}/{rest}" if folder else rest


def _inside(folder: str, path: str) -> Iterator[str]:
    """`path` from `folder`, unless it leads out of the repository."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined != ".." and not joined.startswith("../"):
        yield "" if joined == "." else joined
