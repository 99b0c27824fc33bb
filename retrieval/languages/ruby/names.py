"""What Ruby code requires and the constants it names -> the files they are in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.languages.base import Project
from retrieval.languages.ruby.core import CORE, RAILS
from retrieval.languages.ruby.folders import AutoloadRoots, LoadPath, foreign_names
from retrieval.languages.ruby.paths import added_load_path, class_names, underscored
from retrieval.types import Dependency, Import, ParsedFile, ReferenceKind, SymbolKind

_SPACES = frozenset((SymbolKind.MODULE, SymbolKind.CLASS))
_CONSTANTS = frozenset((ReferenceKind.NAME, ReferenceKind.TYPE, ReferenceKind.BASE))
_UNKNOWN = re.compile(r"\$\{[^}]*\}/?")
# What stands in these is loaded by no code outside of them.
_APART = frozenset(("test", "tests", "spec", "specs", "features", "benchmark", "benchmarks", "examples"))


@dataclass(slots=True)
class _Definers:
    """The files that define a constant: those that put something into it, and those that only open it."""

    full: list[str]
    opened: list[str]
    is_class: bool = False


class RubyResolver:
    """A constant leads to the file that fills it: by the convention where there is one, else the only one."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._load_path = LoadPath(project)
        self._roots = AutoloadRoots(project, self._load_path.packages)
        self._foreign = foreign_names(project)
        self._constants: dict[str, _Definers] = {}
        self._known: dict[str, bool] = {}
        self._bases: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        self._mixed_in: dict[str, list[str]] = {}  # file -> modules that it includes outside of all classes
        self._open_to: dict[str, tuple[str, ...]] = {}
        for path in project.written_in("ruby"):
            parsed = project.parsed(path)
            if parsed is not None:
                self._declare(path, parsed)

    def __call__(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        for found in parsed.imports:
            target = self._imported(path, parsed, found)
            if target is not None:
                yield Dependency(path, target, found.start_line, found.module)
        nestings: dict[int | None, tuple[str, ...]] = {}
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for reference in parsed.references:
            if reference.kind not in _CONSTANTS or not reference.name[:1].isupper():
                continue
            if reference.scope not in nestings:
                nestings[reference.scope] = _nesting(parsed, reference.scope)
            nesting = nestings[reference.scope]
            if reference.kind is ReferenceKind.BASE and _is_superclass(
                parsed, reference.scope, reference.line
            ):
                nesting = nesting[1:]  # the class itself is not open yet
            written = _written(reference.qualifier, reference.name)
            if (written, nesting) in seen:
                continue
            seen.add((written, nesting))
            used = self._used(path, written, nesting)
            if used is not None:
                yield Dependency(path, used, reference.line, written)

    def _declare(self, path: str, parsed: ParsedFile) -> None:
        filled = _filled(parsed)
        for index, symbol in enumerate(parsed.symbols):
            if symbol.kind not in _SPACES and symbol.kind is not SymbolKind.CONSTANT:
                continue
            if symbol.parent is not None and parsed.symbols[symbol.parent].kind not in _SPACES:
                continue
            full = "::".join(reversed(_names(parsed, index)))
            definers = self._constants.setdefault(full, _Definers([], []))
            definers.is_class = definers.is_class or symbol.kind is SymbolKind.CLASS
            files = definers.full if index in filled else definers.opened
            if path not in files:
                files.append(path)
        for reference in parsed.references:
            if reference.kind is ReferenceKind.BASE:
                written = _written(reference.qualifier, reference.name)
                nesting = _nesting(parsed, reference.scope)
                if reference.scope is None:
                    self._mixed_in.setdefault(path, []).append(written.removeprefix("::"))
                elif nesting:
                    self._bases.setdefault(nesting[0], []).append((written, nesting[1:]))

    # -- require

    def _imported(self, path: str, parsed: ParsedFile, found: Import) -> str | None:
        """What is required, or the class of an association: `Blog::Post`, or `Post` of `:posts`."""
        if added_load_path(found.module) is not None:
            return None
        target = None if found.module.startswith(":") else self._required(path, found.module)
        if target is not None or not (found.module[0].isupper() or found.module.startswith(":")):
            return target
        nesting = _nesting(parsed, found.scope)
        names = class_names(found.module) if found.module.startswith(":") else [found.module]
        return next((used for name in names if (used := self._used(path, name, nesting))), None)

    def _required(self, path: str, module: str) -> str | None:
        folder = posixpath.dirname(path)
        if module.startswith("./"):
            return self._file(posixpath.join(folder, module))
        if module.startswith("${"):
            module = _UNKNOWN.sub("", module, count=1).lstrip("/")
            return self._behind_unknown(folder, module) or self._load_path.find(path, module)
        if module.startswith(("/", ".")):
            return None
        return self._load_path.find(path, module)

    def _behind_unknown(self, folder: str, module: str) -> str | None:
        """Below the folder where the program was started, or its root: a folder around the file."""
        while True:
            target = self._file(posixpath.join(folder, module))
            if target or not folder:
                return target
            folder = posixpath.dirname(folder)

    def _file(self, path: str) -> str | None:
        path = posixpath.normpath(path)
        return next((each for each in (path, f"{path}.rb") if each in self._project), None)

    # -- constants

    def _used(self, path: str, written: str, nesting: Sequence[str]) -> str | None:
        """The first part of a name is looked for around it, in what a class inherits, then outside."""
        if written.startswith("::"):
            return self._target(path, written.removeprefix("::"))
        first, colons, rest = written.partition("::")
        for space in nesting:
            if self._is_known(f"{space}::{first}"):
                return self._target(path, f"{space}::{first}{colons}{rest}")
        inherited = self._inherited(nesting[0], first) if nesting else None
        if inherited is not None:
            return self._target(path, f"{inherited}::{first}{colons}{rest}")
        for space in self._spaces_open_to(path):
            if self._is_known(f"{space}::{first}"):
                return self._target(path, f"{space}::{first}{colons}{rest}")
        return None if not rest and self._is_foreign(first) else self._target(path, written)

    def _spaces_open_to(self, path: str) -> Sequence[str]:
        """Modules that everything in a file includes: by the file itself, or by one that it requires."""
        known = self._open_to.get(path)
        if known is None:
            parsed = self._project.parsed(path) if self._mixed_in else None
            files = [path]
            for found in parsed.imports if parsed is not None else ():
                if not found.module.startswith(":") and added_load_path(found.module) is None:
                    files.append(self._required(path, found.module) or "")
            known = tuple(space for file in files for space in self._mixed_in.get(file, ()))
            self._open_to[path] = known
        return known

    def _is_foreign(self, name: str) -> bool:
        """Opened here at most, to add something to it: files that name it need it from where it comes."""
        foreign = name in CORE or name in RAILS or name.lower() in self._foreign
        return foreign and not self._roots.find(name)

    def _inherited(self, space: str, name: str) -> str | None:
        """The class or module among the ancestors of a class that has a constant of this name."""
        seen = {space}
        waiting = [space]
        for each in waiting:
            for written, nesting in self._bases.get(each, ()):
                base = self._resolved(written, nesting)
                if base is None or base in seen:
                    continue
                if self._is_known(f"{base}::{name}"):
                    return base
                seen.add(base)
                waiting.append(base)
        return None

    def _resolved(self, written: str, nesting: Sequence[str]) -> str | None:
        """The full name of a class, if it is one of the repository's."""
        absolute = written.removeprefix("::")
        if absolute != written:
            return absolute if self._is_known(absolute) else None
        for space in (*nesting, ""):
            full = f"{space}::{written}" if space else written
            if self._is_known(full):
                return full
        return None

    def _is_known(self, full: str) -> bool:
        known = self._known.get(full)
        if known is None:
            known = full in self._constants or bool(self._roots.find(full)) or self._roots.is_space(full)
            self._known[full] = known
        return known

    def _target(self, path: str, full: str) -> str | None:
        """The file that fills a constant.

        One that nobody declares may be made by the class it is said to be in; in a module it may be another
        package's.
        """
        while not self._is_known(full):
            full = full.rpartition("::")[0]
            if not full or full in CORE:
                return None
            definers = self._constants.get(full)
            if definers is not None and not definers.is_class:
                return None
        return self._defined(path, full)

    def _defined(self, path: str, full: str) -> str | None:
        by_convention = self._roots.find(full)
        definers = self._constants.get(full)
        if path in by_convention or (definers and path in definers.full):
            return None
        if len(by_convention) == 1:
            return by_convention[0]
        if definers is None:
            return None
        files = definers.full or definers.opened
        if not _is_apart(path):
            files = [each for each in files if not _is_apart(each)]
        if len(files) == 1:
            return files[0]
        named = [each for each in files if f"/{each}".endswith(f"/{underscored(full)}.rb")]
        return named[0] if len(named) == 1 else None


def _written(qualifier: str, name: str) -> str:
    if not qualifier:
        return name
    return f"::{name}" if qualifier == "::" else f"{qualifier}::{name}"


def _names(parsed: ParsedFile, index: int | None) -> list[str]:
    """The names of a symbol and of the classes and modules around it, innermost first."""
    names = []
    while index is not None:
        symbol = parsed.symbols[index]
        names.append(symbol.name)
        index = symbol.parent
    return names


def _nesting(parsed: ParsedFile, scope: int | None) -> tuple[str, ...]:
    """The full names of the classes and modules around a place, innermost first.

    `class A::B` opens B alone: the constants of A are not seen in it.
    """
    found = []
    while scope is not None:
        if parsed.symbols[scope].kind in _SPACES:
            found.append("::".join(reversed(_names(parsed, scope))))
        scope = parsed.symbols[scope].parent
    return tuple(found)


def _filled(parsed: ParsedFile) -> set[int]:
    """The definitions that put more into a module than other modules and classes."""
    holds_spaces: set[int] = set()
    filled: set[int] = set()
    for index, symbol in enumerate(parsed.symbols):
        if symbol.kind not in _SPACES:
            filled.add(index)
            if symbol.parent is not None:
                filled.add(symbol.parent)
        elif symbol.parent is not None:
            holds_spaces.add(symbol.parent)
    for reference in parsed.references:
        if reference.kind is ReferenceKind.BASE and reference.scope is not None:
            filled.add(reference.scope)
    return filled | {index for index in range(len(parsed.symbols)) if index not in holds_spaces}


def _is_superclass(parsed: ParsedFile, scope: int | None, line: int) -> bool:
    return scope is not None and parsed.symbols[scope].line == line


def _is_apart(path: str) -> bool:
    return not _APART.isdisjoint(path.split("/")[:-1])
