"""The modules of Rust crates: which file each `mod` means, and where a file's code belongs."""

from __future__ import annotations

import posixpath
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from retrieval.languages.base import Project
from retrieval.languages.rust_crates import Package, packages
from retrieval.types import Import, ParsedFile, SymbolKind

_MOST_MODULES = 4  # of one file: a file may be a module of several crates, as tests/common/mod.rs is


@dataclass(eq=False, slots=True)
class Module:
    file: str
    package: Package
    parent: Module | None = None
    folder: str = ""  # where the files of its modules are
    beside: str = ""  # where a #[path] starts
    children: dict[str, Module] = field(default_factory=dict)
    imports: list[Import] = field(default_factory=list)

    @property
    def root(self) -> Module:
        module = self
        while module.parent is not None:
            module = module.parent
        return module


class Modules:
    """Every crate of a project, from its roots down; files that no crate reaches are crates of their own."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by_file: dict[str, list[dict[int | None, Module]]] = defaultdict(list)
        self.libraries: dict[str, Module] = {}  # by root file
        self._packages = packages(project)
        self.macros: dict[tuple[str, str], set[str]] = defaultdict(set)  # (package, name) -> files
        for package in self._packages.values():
            for root in package.roots:
                module = self._crate(root, package)
                if root == package.library:
                    self.libraries[root] = module
        for path in sorted(project.written_in("rust"), key=_depth):
            if path not in self._by_file:
                self._crate(path, self._package_of(path))

    def of(self, path: str, parsed: ParsedFile, scope: int | None) -> Iterator[Module]:
        """The module around a symbol of a file, in each crate that has the file."""
        while scope is not None and not _is_inline(parsed, scope):
            scope = parsed.symbols[scope].parent
        for modules in self._by_file.get(path, ()):
            module = modules.get(scope)
            if module is not None:
                yield module

    def _package_of(self, path: str) -> Package:
        folder = posixpath.dirname(path)
        while folder not in self._packages and folder:
            folder = posixpath.dirname(folder)
        known = self._packages.get(folder)
        return Package(posixpath.dirname(path), edition=2021) if known is None else known

    def _crate(self, root: str, package: Package) -> Module:
        folder = posixpath.dirname(root)
        first = Module(root, package, None, folder, folder)
        queue = deque([first])
        seen = {root}
        while queue:
            for module in self._read(queue.popleft()):
                if module.file not in seen:
                    seen.add(module.file)
                    queue.append(module)
        return first

    def _read(self, module: Module, path: str = "") -> Iterator[Module]:
        """Enter a file's own modules and imports into its module; the modules of other files come back."""
        path = path or module.file
        parsed = self._project.parsed(path)
        known = self._by_file[path]
        if parsed is None or len(known) >= _MOST_MODULES:
            return
        modules: dict[int | None, Module] = {None: module}
        known.append(modules)
        for index, symbol in enumerate(parsed.symbols):
            if symbol.kind is SymbolKind.MACRO:
                self.macros[module.package.folder, symbol.name].add(path)
            elif _is_inline(parsed, index):
                outer = modules[_around(parsed, symbol.parent)]
                inner = Module(
                    path, module.package, outer, posixpath.join(outer.folder, symbol.name), outer.beside
                )
                inner.beside = inner.folder
                outer.children.setdefault(symbol.name, inner)
                modules[index] = inner
        for imported in parsed.imports:
            around = modules[_around(parsed, imported.scope)]
            kind, _, written = imported.module.partition(" ")
            if kind == "folder":
                around.folder = around.beside = posixpath.normpath(
                    posixpath.join((around.parent or around).beside, written.strip('"'))
                )
            elif kind == "mod":
                file = self.file(around, imported)
                if file is not None:
                    yield self._declare(around, imported, file)
            elif kind == "include!":
                file = self.file(around, imported)
                if file is not None and file != path:
                    yield from self._read(around, file)
            else:
                around.imports.append(imported)

    @staticmethod
    def _declare(around: Module, imported: Import, file: str) -> Module:
        name = imported.alias or imported.module.partition(" ")[2]
        stem, folder = posixpath.basename(file), posixpath.dirname(file)
        owns = bool(imported.alias) or stem == "mod.rs"  # a file named by #[path] stands for a mod.rs
        inside = folder if owns else posixpath.join(folder, stem.removesuffix(".rs"))
        child = Module(file, around.package, around, inside, folder)
        return around.children.setdefault(name, child)

    def file(self, around: Module, imported: Import) -> str | None:
        """What `mod name;`, `#[path = "..."] mod name;` or `include!("...")` in a module means."""
        kind, _, written = imported.module.partition(" ")
        if written.startswith('"'):
            base = posixpath.dirname(around.file) if kind != "mod" else around.beside
            return self._first([posixpath.join(base, written.strip('"').replace("\\", "/"))])
        return self._first([f"{around.folder}/{written}.rs", f"{around.folder}/{written}/mod.rs"])

    def _first(self, candidates: Sequence[str]) -> str | None:
        for candidate in candidates:
            path = posixpath.normpath(
                candidate.lstrip("/") if not candidate.startswith("/") else candidate[1:]
            )
            if path in self._project:
                return path
        return None


def _depth(path: str) -> tuple[int, bool, str]:
    """What stands for a folder or a crate comes before what it may declare."""
    return path.count("/"), posixpath.basename(path) not in ("lib.rs", "main.rs", "mod.rs"), path


def _is_inline(parsed: ParsedFile, index: int) -> bool:
    symbol = parsed.symbols[index]
    return symbol.kind is SymbolKind.MODULE and not symbol.forward


def _around(parsed: ParsedFile, scope: int | None) -> int | None:
    while scope is not None and not _is_inline(parsed, scope):
        scope = parsed.symbols[scope].parent
    return scope
