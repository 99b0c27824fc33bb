"""Kotlin's top-level functions and properties -> files; types are those of jvm.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.languages.base import Project
from retrieval.languages.jvm import FileScope, Types, type_dependencies
from retrieval.languages.namespaces import TYPES, types_around
from retrieval.types import Dependency, Import, ParsedFile, Reference, ReferenceKind, SymbolKind

USES = (ReferenceKind.CALL, ReferenceKind.NAME)
VALUES = frozenset((SymbolKind.FUNCTION, SymbolKind.VARIABLE, SymbolKind.CONSTANT))


@dataclass(frozen=True, slots=True)
class Value:
    """A top-level function or property; `owner` is the type it extends."""

    path: str
    owner: str


class KotlinResolver:
    """A Kotlin file's dependencies: imports, types, and what it uses of its packages without an import."""

    def __init__(self, project: Project) -> None:
        self.types = Types(project)
        self.values: dict[str, list[Value]] = {}  # by full name
        self.value_names: set[str] = set()
        for path in project.written_in("kotlin"):
            parsed = project.parsed(path)
            if parsed is not None:
                self._add(path, parsed)

    def _add(self, path: str, parsed: ParsedFile) -> None:
        for symbol in parsed.symbols:
            if symbol.parent is None and symbol.kind in VALUES and not symbol.private:
                full_name = f"{parsed.namespace}.{symbol.name}" if parsed.namespace else symbol.name
                self.values.setdefault(full_name, []).append(Value(path, symbol.owner))
                self.value_names.add(symbol.name)

    def __call__(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        file = self.types.file(path, parsed)
        mentioned = {reference.name for reference in parsed.references}
        mentioned.update(found.module.rpartition(".")[2] for found in parsed.imports)
        for found in parsed.imports:
            yield from self._imported(file, found, mentioned)
        yield from type_dependencies(file, parsed, calls=True)
        yield from self._used(file, parsed, mentioned)

    def _imported(self, file: FileScope, found: Import, mentioned: set[str]) -> Iterator[Dependency]:
        line, module = found.start_line, found.module
        declared, rest = self.types.named(module, file.path)
        if declared is not None and (not rest or not found.names):
            yield Dependency(file.path, declared.path, line, module)
        if not found.names:
            for value in self._choose(module, file.path, mentioned):
                yield Dependency(file.path, value.path, line, module)

    def _choose(
        self, full_name: str, path: str, mentioned: set[str], *, qualified: bool | None = None
    ) -> list[Value]:
        """Of functions of one name, those of the nearest source root that fit how it is called.

        Which of several extensions is meant only types could tell: those whose receiver the file mentions
        come first.
        """
        found = self.values.get(full_name, [])
        if qualified is not None:
            found = [one for one in found if one.owner or not qualified]
        if len({one.path for one in found}) < 2:
            return found
        if any(one.path == path for one in found):
            return []
        nearest = min(self.types.nearness(one.path, path) for one in found)
        found = [one for one in found if self.types.nearness(one.path, path) == nearest]
        return [one for one in found if one.owner in mentioned] or found

    def _used(self, file: FileScope, parsed: ParsedFile, mentioned: set[str]) -> Iterator[Dependency]:
        seen = set()
        own = {symbol.name for symbol in parsed.symbols if symbol.parent is None and symbol.kind in VALUES}
        packages = [parsed.namespace, *file.on_demand]
        for reference in parsed.references:
            name = reference.name
            if (
                name not in self.value_names
                or reference.kind not in USES
                or name in own
                or name in file.single
            ):
                continue
            key = name, bool(reference.qualifier), self._type_around(file, reference)
            if key in seen:
                continue
            seen.add(key)
            if not self._is_value(file, reference):
                continue
            for package in packages:
                full_name = f"{package}.{name}" if package else name
                chosen = self._choose(full_name, file.path, mentioned, qualified=key[1])
                for value in chosen:
                    yield Dependency(file.path, value.path, reference.line, name)
                if chosen:
                    break

    def _type_around(self, file: FileScope, reference: Reference) -> int | None:
        around = types_around(file.symbols, reference.scope)
        return next((index for index in around if file.symbols[index].kind in TYPES), None)

    def _is_value(self, file: FileScope, reference: Reference) -> bool:
        """Whether no member of a type around hides it, and no type or package stands before it."""
        if reference.qualifier:
            first = reference.qualifier.partition(".")[0]
            return first not in ("this", "super") or self._type_around(file, reference) is None
        return not any(
            reference.name in self.types.members(declared)
            for index in types_around(file.symbols, reference.scope)
            if file.symbols[index].kind in TYPES
            for own in [file.own(index)]
            for declared in (own, *self.types.ancestors(own))
        )
