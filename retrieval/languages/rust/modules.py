"""The modules of Rust crates: which file each `mod` means, and where a file's code belongs."""

from __future__ import annotations

import posixpath
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from retrieval.languages.base import Project
from retrieval.languages.rust.crates import Package, packages
from retrieval.types import Import, ParsedFile, ReferenceKind, SymbolKind

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
    macros: dict[str, str] = field(default_factory=dict)  # macro_rules! by name -> the file
    leaks: list[Module] = field(default_factory=list)  # modules in it that are #[macro_use]

    @property
    def root(self) -> Module:
        module = self
        while module.parent is not None:
            module = module.parent
        return module

    def macro(self, name: str) -> str | None:
        """The file whose macro_rules! is in scope here by its plain name: from here or around here."""
        module: Module | None = self
        while module is not None:
            leaking = [module]
            for each in leaking:
                if name in each.macros:
                    return each.macros[name]
                leaking.extend(each.leaks)
            module = module.parent
        return None


class Modules:
    """Every crate of a project, from its roots down, and then the files that no crate declares."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by_file: dict[str, list[dict[int | None, Module]]] = defaultdict(list)
        self._by_folder: dict[str, Module] = {}  # that hold their modules there
        self.libraries: dict[str, Module] = {}  # by root file
        self._packages = packages(project)
        self._templates: dict[tuple[str, str], tuple[dict[int | None, Module], int]] = {}
        self.macros: dict[tuple[str, str], set[str]] = defaultdict(set)  # (package, name) -> files
        for package in self._packages.values():
            for root in package.roots:
                module = self._crate(root, package)
                if root == package.library:
                    self.libraries[root] = module
        for path in sorted(project.written_in("rust"), key=self._rank):
            if path not in self._by_file:
                self._undeclared(path)

    def of(self, path: str, parsed: ParsedFile, scope: int | None) -> Iterator[Module]:
        """The module around a symbol of a file, in each crate that has the file."""
        for modules in self._by_file.get(path, ()):
            yield _holder(modules, parsed, scope)

    def _rank(self, path: str) -> tuple[int, bool, bool, str]:
        """What stands for a folder or a crate, or declares modules, comes before what it may declare."""
        parsed = self._project.parsed(path)
        declares = any(found.module.startswith("mod ") for found in parsed.imports) if parsed else False
        named = posixpath.basename(path) in ("lib.rs", "main.rs", "mod.rs")
        return path.count("/"), not named, not declares, path

    def _package_of(self, path: str) -> Package:
        folder = posixpath.dirname(path)
        while folder not in self._packages and folder:
            folder = posixpath.dirname(folder)
        known = self._packages.get(folder)
        return Package(posixpath.dirname(path), edition=2021) if known is None else known

    def _crate(self, root: str, package: Package) -> Module:
        folder = posixpath.dirname(root)
        return self._grow(Module(root, package, None, folder, folder))

    def _undeclared(self, path: str) -> None:
        """A file that some macro declares is a module of the folder that it is in; else a crate."""
        folder, name = posixpath.split(path.removesuffix("/mod.rs"))
        around = self._by_folder.get(folder)
        if (
            around is None
            or around.package.folder not in self._packages
            or (name := name.removesuffix(".rs")) in around.children
        ):
            self._crate(path, self._package_of(path))
        else:
            self._grow(self._declare(around, Import(f"mod {name}", 1, 1), path))

    def _grow(self, first: Module) -> Module:
        """Everything that a module declares, that its modules declare, and that macros write in them."""
        queue = deque([first])
        seen = {first.file}
        called: list[tuple[Module, str]] = []
        while queue or called:
            if queue:
                module = queue.popleft()
                self._by_folder.setdefault(module.folder, module)
                found = list(self._read(module, called))
            else:
                found = list(self._write(*called.pop()))
            for inner in found:
                if inner.file not in seen:
                    seen.add(inner.file)
                    queue.append(inner)
        return first

    def _read(self, module: Module, called: list[tuple[Module, str]], path: str = "") -> Iterator[Module]:
        """Enter a file's own modules and imports into its module; the modules of other files come back."""
        path = path or module.file
        parsed = self._project.parsed(path)
        known = self._by_file[path]
        if parsed is None or len(known) >= _MOST_MODULES:
            return
        modules: dict[int | None, Module] = {None: module}
        known.append(modules)
        for index, symbol in enumerate(parsed.symbols):
            outer = _holder(modules, parsed, symbol.parent)
            if symbol.kind is SymbolKind.MACRO:
                self.macros[module.package.folder, symbol.name].add(path)
                outer.macros[symbol.name] = path
                if any(imported.scope == index for imported in parsed.imports):
                    modules[index] = Module(path, module.package, outer, outer.folder, outer.beside)
                    self._templates[module.package.folder, symbol.name] = (modules, index)
            elif symbol.kind is SymbolKind.MODULE and not symbol.forward:
                folder = posixpath.join(outer.folder, symbol.name)
                inner = Module(path, module.package, outer, folder, folder)
                outer.children.setdefault(symbol.name, inner)
                modules[index] = inner
        for found in parsed.references:
            if found.kind is ReferenceKind.CALL and not found.qualifier and found.scope in modules:
                called.append((modules[found.scope], found.name))
        for imported in parsed.imports:
            yield from self._enter(_holder(modules, parsed, imported.scope), imported, called, path)

    def _enter(
        self, around: Module, imported: Import, called: list[tuple[Module, str]], path: str
    ) -> Iterator[Module]:
        kind, _, written = imported.module.partition(" ")
        if kind == "folder":
            beside = (around.parent or around).beside
            around.folder = around.beside = posixpath.normpath(posixpath.join(beside, written.strip('"')))
        elif kind == "macros":
            if around.parent is not None:
                around.parent.leaks.append(around)
        elif kind in ("mod", "include!"):
            file = self.file(around, imported, path)
            if file is None:
                around.imports.append(imported)  # where a macro writes it, it may be there
            elif kind == "mod":
                yield self._declare(around, imported, file)
            elif file != path:
                yield from self._read(around, called, file)
        else:
            around.imports.append(imported)

    def _write(self, around: Module, macro: str) -> Iterator[Module]:
        """The items that a call of a macro writes into a module: `crate_root!();`."""
        template = self._templates.pop((around.package.folder, macro), None)
        if template is None:
            return
        modules, index = template
        written, modules[index] = modules[index], around
        for name, child in written.children.items():
            child.parent = around
            around.children.setdefault(name, child)
        for imported in written.imports:
            yield from self._enter(around, imported, [], around.file)

    @staticmethod
    def _declare(around: Module, imported: Import, file: str) -> Module:
        name = imported.alias or imported.module.partition(" ")[2]
        stem, folder = posixpath.basename(file), posixpath.dirname(file)
        owns = bool(imported.alias) or stem == "mod.rs"  # a file named by #[path] stands for a mod.rs
        inside = folder if owns else posixpath.join(folder, stem.removesuffix(".rs"))
        child = around.children.setdefault(name, Module(file, around.package, around, inside, folder))
        if imported.everywhere:
            around.leaks.append(child)
        return child

    def file(self, around: Module, imported: Import, path: str) -> str | None:
        """What `mod name;`, `#[path = "..."] mod name;` or `include!("...")` means in the file `path`."""
        kind, _, written = imported.module.partition(" ")
        if written.startswith('"'):
            named = written.strip('"').replace("\\", "/")
            base = posixpath.dirname(path) if kind != "mod" else around.beside
            if kind != "mod" and named.startswith("$/"):
                base, named = around.package.folder, named[2:]
            return self._first([posixpath.join(base, named)])
        folder = around.folder
        return self._first(posixpath.join(folder, name) for name in (f"{written}.rs", f"{written}/mod.rs"))

    def _first(self, candidates: Iterable[str]) -> str | None:
        return next(
            (path for each in candidates if (path := posixpath.normpath(each)) in self._project), None
        )


def _holder(modules: dict[int | None, Module], parsed: ParsedFile, scope: int | None) -> Module:
    """The module around a symbol."""
    while scope not in modules and scope is not None:
        scope = parsed.symbols[scope].parent
    return modules[scope]
