"""Kotlin's top-level functions and properties -> files; types are those of types.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from retrieval.languages.base import Project
from retrieval.languages.jvm.kotlin_standard import BASIC_TYPES, STANDARD
from retrieval.languages.jvm.types import FileScope, Types, type_dependencies
from retrieval.languages.namespaces import TYPES, Declared, types_around
from retrieval.types import Dependency, Import, ParsedFile, Reference, ReferenceKind, SymbolKind

CAST = re.compile(r"\bas\??\s(?:\w+\.)*(\w+)(?:<.*>)?\)$")
USES = (ReferenceKind.CALL, ReferenceKind.NAME)
VALUES = frozenset((SymbolKind.FUNCTION, SymbolKind.VARIABLE, SymbolKind.CONSTANT))


@dataclass(frozen=True, slots=True)
class Value:
    """A top-level function or property; `owner` is the type it extends."""

    path: str
    owner: str
    function: bool


class KotlinResolver:
    """A Kotlin file's dependencies: imports, types, and what it uses of its packages without an import."""

    def __init__(self, project: Project) -> None:
        self.types = Types(project)
        self.values: dict[str, list[Value]] = {}  # by full name
        self.value_names: set[str] = set()
        self.by_simple_name: dict[str, list[Declared]] = {}
        self.aliases: dict[str, set[str]] = {}  # `typealias`: simple names of what they stand for
        self._methods: dict[Declared, frozenset[str]] = {}  # inherited ones included
        self._fields: dict[Declared, frozenset[str]] = {}
        for full_name, declared in self.types.types.items():
            self.by_simple_name.setdefault(full_name.rpartition(".")[2], []).extend(declared)
        for path in project.written_in("kotlin"):
            parsed = project.parsed(path)
            if parsed is not None:
                self._add(path, parsed)

    def _add(self, path: str, parsed: ParsedFile) -> None:
        for symbol in parsed.symbols:
            if symbol.parent is None and symbol.kind in VALUES and not symbol.private:
                full_name = f"{parsed.namespace}.{symbol.name}" if parsed.namespace else symbol.name
                self.values.setdefault(full_name, []).append(
                    Value(path, symbol.owner, symbol.kind is SymbolKind.FUNCTION)
                )
                self.value_names.add(symbol.name)
        aliases = {index for index, symbol in enumerate(parsed.symbols) if symbol.kind is SymbolKind.TYPE}
        for reference in parsed.references if aliases else ():
            if reference.scope is not None and reference.scope in aliases:
                self.aliases.setdefault(parsed.symbols[reference.scope].name, set()).add(reference.name)

    def __call__(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        file = self.types.file(path, parsed)
        mentioned = {reference.name for reference in parsed.references}
        mentioned.update(symbol.name for symbol in parsed.symbols if symbol.kind in TYPES)
        mentioned.update(found.module.rpartition(".")[2] for found in parsed.imports)
        waiting = [name for name in mentioned if name in self.aliases]
        for name in waiting:  # grows while it is read
            waiting += [other for other in self.aliases[name] - mentioned if other in self.aliases]
            mentioned |= self.aliases[name]
        for found in parsed.imports:
            yield from self._imported(file, parsed, found, mentioned)
        yield from type_dependencies(file, parsed, calls=True)
        yield from self._used(file, parsed, mentioned)

    def _imported(
        self, file: FileScope, parsed: ParsedFile, found: Import, mentioned: set[str]
    ) -> Iterator[Dependency]:
        line, module = found.start_line, found.module
        declared, rest = self.types.named(module, file.path)
        if declared is not None and (not rest or not found.names):
            yield Dependency(file.path, declared.path, line, module)
        if not found.names:
            chosen = self._choose(module, file.path, mentioned)
            if len({value.path for value in chosen}) > 1:
                name = found.alias or module.rpartition(".")[2]
                chosen = self._as_used(file, chosen, [one for one in parsed.references if one.name == name])
            for value in chosen:
                yield Dependency(file.path, value.path, line, module)

    def _as_used(self, file: FileScope, found: list[Value], uses: list[Reference]) -> list[Value]:
        """Of imported functions of one name, those a file calls: without a dot, those of what is around."""
        chosen: dict[Value, None] = {}
        for use in uses:
            fitting = [one for one in found if one.owner or not use.qualifier] or found
            if not use.qualifier or use.qualifier == "this":
                for receivers in self._receivers_upwards(file, use.scope):
                    if own := [one for one in fitting if one.owner in receivers]:
                        fitting = own
                        break
                else:
                    if any(one.owner for one in fitting):
                        continue  # another import's, or of what a lambda is around
            chosen.update(dict.fromkeys(fitting))
        return list(chosen) or found

    def _receivers_upwards(self, file: FileScope, scope: int | None) -> Iterator[set[str]]:
        """The types whose members need no dot, each with what it inherits from behind it."""
        for name in _receivers(file, scope):
            yield {name}
            yield self.aliases.get(name, set())
            declared = file.simple(name, scope)
            if declared is not None:
                yield {base.full_name.rpartition(".")[2] for base in self.types.ancestors(declared)}

    def _choose(
        self,
        full_name: str,
        path: str,
        mentioned: set[str],
        *,
        qualified: bool | None = None,
        called: bool = True,
    ) -> list[Value]:
        """Of functions of one name, those of the nearest source root that fit how it is called.

        Which of several extensions is meant only types could tell: those whose receiver the file mentions
        come first.
        """
        found = self.values.get(full_name, [])
        found = [one for one in found if self.types.same_platform(one.path, path)]
        if qualified is not None:
            found = [one for one in found if one.owner or not qualified]
        if not called:
            found = [one for one in found if not one.function]
        if len({one.path for one in found}) < 2:
            return found
        if any(one.path == path for one in found):
            return []
        nearest = min(self.types.nearness(one.path, path) for one in found)
        found = [one for one in found if self.types.nearness(one.path, path) == nearest]
        return [one for one in found if one.owner in mentioned] or found

    def _used(self, file: FileScope, parsed: ParsedFile, mentioned: set[str]) -> Iterator[Dependency]:
        """Functions and properties of the packages in sight, which need no import of their own.

        What stands before a dot may have a member of that name. Only types could tell: where a type that the
        file mentions has one, it is taken to be meant.
        """
        own = {symbol.name for symbol in parsed.symbols if symbol.parent is None and symbol.kind in VALUES}
        known = mentioned.union(symbol.name for symbol in parsed.symbols)
        seen = set()
        for reference in parsed.references:
            name, qualifier = reference.name, reference.qualifier
            called = reference.kind is ReferenceKind.CALL
            key = name, qualifier, reference.scope, called
            if name not in self.value_names or reference.kind not in USES or key in seen:
                continue
            seen.add(key)
            if qualifier in self.types.namespaces:
                chosen = self._choose(f"{qualifier}.{name}", file.path, mentioned, called=called)
            elif name in own or name in file.single or self._is_member(file, reference, known):
                continue
            else:
                chosen = self._in_sight(file, reference, mentioned)
            for value in chosen:
                yield Dependency(file.path, value.path, reference.line, name)

    def _is_member(self, file: FileScope, reference: Reference, known: set[str]) -> bool:
        """A call behind a dot means a method, a name a field; without a dot a field may be called, too."""
        called = reference.kind is ReferenceKind.CALL
        qualified = reference.qualifier not in ("", "this")
        owners = known if qualified else {*_receivers(file, reference.scope)}
        if qualified and (cast := CAST.search(reference.qualifier)) is not None:
            owners = {cast[1]}  # the type is told
        if called and reference.name in self._members_of(
            file.path, owners, self._methods, self.types.methods
        ):
            return True
        return not (called and qualified) and reference.name in self._members_of(
            file.path, owners, self._fields, self.types.fields
        )

    def _in_sight(self, file: FileScope, reference: Reference, mentioned: set[str]) -> list[Value]:
        qualified = bool(reference.qualifier)
        for package in (file.namespace, *file.on_demand):
            full_name = f"{package}.{reference.name}" if package else reference.name
            chosen = self._choose(
                full_name,
                file.path,
                mentioned,
                qualified=qualified,
                called=reference.kind is ReferenceKind.CALL,
            )
            if reference.name in STANDARD:
                # Kotlin's own of that name is in sight too, but behind the file's package.
                own = package == file.namespace and not qualified
                receivers = mentioned if qualified else {*_receivers(file, reference.scope)}
                chosen = [
                    one
                    for one in chosen
                    if (one.owner in receivers and _is_own_type(file, one.owner)) or (own and not one.owner)
                ]
            if chosen:
                return chosen
        return []

    def _members_of(
        self,
        path: str,
        simple_names: Iterable[str],
        kept: dict[Declared, frozenset[str]],
        own: Callable[[Declared], frozenset[str]],
    ) -> frozenset[str]:
        """What the types of these names have as methods or as fields in sight, inherited ones included."""
        found: set[str] = set()
        for name in simple_names:
            for declared in self.by_simple_name.get(name, ()):
                if not self.types.same_platform(declared.path, path):
                    continue
                if declared not in kept:
                    kept[declared] = own(declared).union(*map(own, self.types.ancestors(declared)))
                found |= kept[declared]
        return frozenset(found)


def _is_own_type(file: FileScope, name: str) -> bool:
    """Whether a receiver is no type of Kotlin's own: a repository may have another `Result`."""
    return name not in BASIC_TYPES or file.simple(name, None) is not None


def _receivers(file: FileScope, scope: int | None) -> Iterator[str]:
    """The simple names of the types whose members need no dot: those around, and those that are extended."""
    for index in types_around(file.symbols, scope):
        symbol = file.symbols[index]
        if symbol.kind in TYPES:
            yield symbol.name
        elif symbol.owner:
            yield symbol.owner
