"""Which files a Rust file needs: its modules, what it uses, and the paths in its code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.languages.base import Project
from retrieval.languages.rust.modules import Module, Modules
from retrieval.types import Dependency, Import, ParsedFile, Reference, ReferenceKind

_MOST_HOPS = 8  # from one `use` to the next; more is a cycle
_STANDARD = frozenset({"std", "core", "alloc", "proc_macro", "test"})  # crates that need no dependency
_FILES = ("mod", "include!", "include_str!", "include_bytes!")


class Paths:
    """Prepared once for a project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._modules = Modules(project)

    def dependencies(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        for imported in parsed.imports:
            for name, target in self._imported(path, parsed, imported):
                yield Dependency(path, target, imported.start_line, name)
        yield from self._referred(path, parsed)

    # -- declarations

    def _imported(self, path: str, parsed: ParsedFile, imported: Import) -> Iterator[tuple[str, str]]:
        modules = list(self._modules.of(path, parsed, imported.scope))
        kind, _, written = imported.module.partition(" ")
        if kind in _FILES:
            found = (self._modules.file(module, imported, path) for module in modules)
            target = next((file for file in found if file is not None), None)
            if target is not None:
                yield imported.module, target
        elif kind == "extern":
            for module in modules[:1]:
                library = self._library(module, written.removeprefix("crate "))
                if library is not None:
                    yield imported.module, library.file
        elif kind not in ("folder", "macros"):
            for name in _paths(imported):
                target = self._first(modules, name, used=True)
                if target is not None:
                    yield name, target

    def _first(self, modules: Sequence[Module], path: str, *, used: bool = False) -> str | None:
        """In the first of the crates that knows the path."""
        for module in modules:
            found = self._follow(module, path.split("::"), used=used)
            if found is not None:
                return found[0].file
        return None

    # -- code

    def _referred(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        """Paths with `::` in expressions, types and macros, each once; macros of the crate by name."""
        names = {(found.line, found.column): found.name for found in parsed.references}
        # Where `::` goes on: only a whole path counts, not the modules that it passes.
        ends = {(found.line, found.column - 2) for found in parsed.references if _is_path(found, names)}
        seen: set[tuple[int | None, str]] = set()
        declared = {symbol.name for symbol in parsed.symbols}
        for found in parsed.references:
            if (found.line, found.column + len(found.name)) in ends:
                continue
            written = f"{found.qualifier}::{found.name}" if found.qualifier else found.name
            if (found.scope, written) in seen or not (
                _is_path(found, names) if found.qualifier else found.kind is ReferenceKind.CALL
            ):
                continue
            seen.add((found.scope, written))
            modules = list(self._modules.of(path, parsed, found.scope))
            if found.qualifier:
                # A name alone may be a module's; what is called or a type is in one.
                item = found.kind is not ReferenceKind.NAME
                target = self._first(modules, found.qualifier if item else written)
            elif found.name not in declared:
                target = self._macro(modules, found.name)
            else:
                target = None
            if target is not None:
                yield Dependency(path, target, found.line, written)

    def _macro(self, modules: Sequence[Module], name: str) -> str | None:
        """A macro_rules! in scope, or of a crate that is #[macro_use]; an import of the name comes first."""
        for module in modules:
            if self._import_of(module, name) is not None:
                continue
            target = module.macro(name) or self._macro_of_crates(module, name)
            if target is not None:
                return target
        return None

    def _macro_of_crates(self, module: Module, name: str) -> str | None:
        for imported in module.root.imports:
            if imported.everywhere and imported.module.startswith("extern crate "):
                library = self._library(module, imported.module.removeprefix("extern crate "))
                folder = library.package.folder if library is not None else None
                files = self._modules.macros.get((folder, name), ()) if folder is not None else ()
                if len(files) == 1:
                    return next(iter(files))
        return None

    # -- paths

    def _follow(
        self, module: Module, path: Sequence[str], *, used: bool = False, hops: int = 0
    ) -> tuple[Module, int] | None:
        """The last module on a path and how many of its words are left; None where the first is unknown."""
        words = [word.removeprefix("r#") for word in path]
        first = self._begin(module, words, used=used, hops=hops)
        if first is None:
            return None
        here, index = first
        while index < len(words):
            following = self._step(here, words[index], hops)
            if following is None:
                break
            here, index = following, index + 1
        return here, len(words) - index

    def _begin(
        self, module: Module, words: Sequence[str], *, used: bool, hops: int
    ) -> tuple[Module, int] | None:
        """The module that the first words name, and how many they are."""
        if not words[0]:  # `::name`
            if module.package.edition == 2015:
                return module.root, 1
            library = self._library(module, words[1]) if len(words) > 1 else None
            return None if library is None else (library, 2)
        if words[0] in ("crate", "$crate"):
            return module.root, 1
        if words[0] in ("self", "super"):
            here, index = module, 0
            while index < len(words) and words[index] in ("self", "super"):
                if words[index] == "super":
                    if here.parent is None:
                        return None
                    here = here.parent
                index += 1
            return here, index
        if used and module.package.edition == 2015:
            module = module.root
        return self._named(module, words, hops)

    def _named(self, module: Module, words: Sequence[str], hops: int) -> tuple[Module, int] | None:
        """A module here, what an import calls so here, a crate."""
        child = module.children.get(words[0])
        if child is not None:
            return child, 1
        imported = self._import_of(module, words[0])
        if imported is not None and hops < _MOST_HOPS:
            found = (
                self._follow(module, imported, used=True, hops=hops + 1) if imported != words[:1] else None
            )
            if found is not None:
                # What is left of the import's path is an item: the rest of this path is inside of it.
                return found[0], 1 if not found[1] else len(words)
        library = self._library(module, words[0])
        if library is not None:
            return library, 1
        # What `use name::*` brings as well would be ambiguous.
        globbed = None if words[0] in _STANDARD else self._globbed(module, words[0], hops)
        return None if globbed is None else (globbed, 1)

    def _step(self, module: Module, word: str, hops: int) -> Module | None:
        """A module in another, declared there or exported again."""
        child = module.children.get(word)
        if child is not None:
            return child
        imported = self._import_of(module, word)
        if imported is not None:
            if hops >= _MOST_HOPS:
                return None
            found = self._follow(module, imported, used=True, hops=hops + 1)
            return found[0] if found is not None and not found[1] else None
        return self._globbed(module, word, hops)

    def _globbed(self, module: Module, word: str, hops: int) -> Module | None:
        """A module that `use name::*` brings."""
        if hops >= _MOST_HOPS:
            return None
        for imported in module.imports:
            if not any(name.name == "*" for name in imported.names):
                continue
            found = self._follow(module, imported.module.split("::"), used=True, hops=hops + 4)
            if found is not None and not found[1] and found[0] is not module:
                child = found[0].children.get(word) or self._step(found[0], word, hops + 4)
                if child is not None:
                    return child
        return None

    @staticmethod
    def _import_of(module: Module, word: str) -> list[str] | None:
        """The path that a `use` of the module calls `word`."""
        for imported in module.imports:
            for name in imported.names:
                if (name.alias or name.name) == word and name.name != "*":
                    return [*imported.module.split("::"), name.name]
            if not imported.names:
                path = imported.module.removeprefix("extern crate ").split("::")
                if (imported.alias or path[-1]) == word:
                    return path
        return None

    def _library(self, module: Module, name: str) -> Module | None:
        """A crate that the package depends on, or its own library."""
        package = module.package
        root = package.dependencies.get(name)
        if root is None and name == package.library_name and module.root.file != package.library:
            root = package.library
        return None if root is None else self._modules.libraries.get(root)


def _paths(imported: Import) -> Iterator[str]:
    for name in imported.names:
        yield imported.module if name.name == "*" else f"{imported.module}::{name.name}"
    if not imported.names:
        yield imported.module


def _is_path(found: Reference, names: dict[tuple[int, int], str]) -> bool:
    """Whether `::` stands before the name: a field's value is further left by one character."""
    if not found.qualifier:
        return False
    if "::" in found.qualifier or found.qualifier in ("crate", "super"):
        return True
    return names.get((found.line, found.column - len(found.qualifier) - 2)) == found.qualifier
