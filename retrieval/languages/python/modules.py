"""What a Python import means: names of modules -> files of the repository.

An edge goes to the file that the statement names: `from package import submodule` to the submodule, and not
to the packages above it, which run too. So does grimp count, and so reads a person.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.languages.python.roots import Roots
from retrieval.types import Dependency, Import, ParsedFile

if TYPE_CHECKING:
    from retrieval.languages.base import Project

SOURCES = ("/__init__.py", ".py", ".pyx", "/__init__.pyi", ".pyi")  # the language's order
STUBS_FIRST = ("/__init__.pyi", ".pyi", "/__init__.py", ".py", ".pyx")


@dataclass(frozen=True, slots=True)
class Module:
    """A module: its file (None of a namespace package), and the folders its submodules are in."""

    file: str | None
    folders: tuple[str, ...]


class Modules:
    def __init__(self, project: Project) -> None:
        # A file that is listed, but not read, is still needed.
        self.files = frozenset(path for path in project.paths if path.endswith((".py", ".pyi", ".pyx")))
        self.roots = Roots(project, self.files)
        self._found: dict[tuple[str, str, bool], Module | None] = {}

    def dependencies(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        for imported in parsed.imports:
            for target, name in self.targets(path, imported):
                yield Dependency(path, target, imported.start_line, name)

    def targets(self, path: str, imported: Import) -> Iterator[tuple[str, str]]:
        """The files that an import needs, each with the name it is needed for."""
        module = self.module(path, imported.module)
        if module is None:
            return
        if not imported.names:
            if module.file is not None:
                yield module.file, imported.module
            return
        dot = "" if imported.module.endswith(".") else "."
        for each in imported.names:
            submodule = self.submodule(module, each.name, path.endswith(".pyi"))
            if submodule is not None and submodule.file is not None:
                yield submodule.file, f"{imported.module}{dot}{each.name}"
            elif module.file is not None:
                yield module.file, imported.module

    def module(self, path: str, written: str) -> Module | None:
        """The module that `written` (`a.b`, `..a`) names in a file; None for one of elsewhere."""
        folder = posixpath.dirname(path)
        key = folder, written, path.endswith(".pyi")
        if key not in self._found:
            self._found[key] = self._module(*key)
        return self._found[key]

    def _module(self, folder: str, written: str, stub: bool) -> Module | None:
        name = written.lstrip(".")
        parts = name.split(".") if name else []
        up = len(written) - len(name)
        if up:
            for _ in range(up - 1):
                if not folder:
                    return None
                folder = posixpath.dirname(folder)
            return self._within(self._package(folder, stub), parts, stub)
        own = parts[0] in sys.stdlib_module_names
        namespace: list[str] = []
        for root in self.roots.seen_from(folder):
            if own and not self._shadows_library(root, folder):
                continue
            top = self.submodule(Module(None, (root,)), parts[0], stub)
            if top is None:
                continue
            if top.file is None:
                namespace += top.folders
                continue
            found = self._within(top, parts[1:], stub)
            if found is not None:
                return found
        return (
            self._within(Module(None, tuple(namespace)), parts[1:], stub) if namespace and not own else None
        )

    def _shadows_library(self, root: str, folder: str) -> bool:
        """Is a module in this root found before Python's own of the same name?"""
        inside = root == folder or not root or folder.startswith(f"{root}/")
        return inside and (root != folder or self.roots.runs_as_script(folder))

    def _package(self, folder: str, stub: bool) -> Module:
        for name in ("__init__.pyi", "__init__.py") if stub else ("__init__.py", "__init__.pyi"):
            path = posixpath.join(folder, name)
            if path in self.files:
                return Module(path, (folder,))
        return Module(None, (folder,))

    def _within(self, module: Module | None, parts: list[str], stub: bool) -> Module | None:
        for part in parts:
            if module is None:
                return None
            module = self.submodule(module, part, stub)
        return module

    def submodule(self, module: Module, name: str, stub: bool = False) -> Module | None:
        """A regular package or module in any of the folders; else the namespace package they make up."""
        portions: list[str] = []
        for folder in module.folders:
            base = posixpath.join(folder, name)
            for ending in STUBS_FIRST if stub else SOURCES:
                if base + ending in self.files:
                    return Module(base + ending, (base,) if ending.startswith("/") else ())
            if base in self.roots.folders:
                portions.append(base)
        return Module(None, tuple(portions)) if portions else None
