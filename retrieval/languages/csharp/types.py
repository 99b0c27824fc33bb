"""C# names -> types, by the rules of the language: what is around, then namespaces outwards, then usings."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.languages.base import Project
from retrieval.languages.csharp.levels import Level
from retrieval.languages.csharp.projects import CSharpProjects
from retrieval.languages.namespaces import (
    MOST_ANCESTORS,
    TYPES,
    Declared,
    Namespaces,
    bases,
    full_name,
    types_around,
)
from retrieval.types import Import, ParsedFile, SymbolKind

# A base type is looked up through the base types of what surrounds it, and so on.
DEEPEST_LOOKUP = 40


class CSharpTypes(Namespaces):
    """The types of the repository's C# files. One type may be declared in several files: its parts."""

    def __init__(self, project: Project) -> None:
        super().__init__(project, ("csharp",))
        self.projects = CSharpProjects(project)
        self._global: dict[str | None, list[Import]] = {}
        self.by_simple_name: dict[str, list[str]] = {}
        for name in self.types:
            self.by_simple_name.setdefault(name.rpartition(".")[2], []).append(name)
        self._everywhere: dict[str | None, Level] = {}
        self._files: dict[str, CSharpFile] = {}
        self._bases: dict[Declared, tuple[str, ...]] = {}
        self._depth = 0
        for path in project.written_in("csharp"):
            parsed = project.parsed(path)
            for found in parsed.imports if parsed is not None else ():
                if found.everywhere:
                    self._global.setdefault(self.projects.folder_of(path), []).append(found)

    def add_file(self, path: str, parsed: ParsedFile) -> None:
        """Methods are members by name, and by name and number of type parameters."""
        super().add_file(path, parsed)
        generic: dict[int, set[str]] = {}
        for symbol in parsed.symbols:
            if symbol.kind is SymbolKind.METHOD and symbol.parent is not None:
                generic.setdefault(symbol.parent, set()).add(with_arity(symbol.name, symbol.arity))
        for index, names in generic.items():
            self._members[path, index] |= names

    def file(self, path: str, parsed: ParsedFile) -> CSharpFile:
        if path not in self._files:
            self._files[path] = CSharpFile(self, path, parsed)
        return self._files[path]

    def known_file(self, path: str) -> CSharpFile | None:
        if path not in self._files:
            parsed = self.project.parsed(path)
            if parsed is None:
                return None
            self._files[path] = CSharpFile(self, path, parsed)
        return self._files[path]

    def everywhere(self, path: str) -> Level:
        """What holds for every file of a project."""
        folder = self.projects.folder_of(path)
        if folder not in self._everywhere:
            usings = [*self._global.get(folder, ()), *self.projects.usings(folder)]
            self._everywhere[folder] = self.level("", usings)
        return self._everywhere[folder]

    def level(self, namespace: str, usings: Iterable[Import], file_namespace: str = "") -> Level:
        opened: set[str] = set()
        aliases: dict[str, str | None] = {}
        for using in usings:
            target = self.seen_from(namespace, using.module)
            if target is None and not namespace:
                # Whether it stands before or behind `namespace A.B;` is not told: it may see what is in A.
                target = self.seen_from(file_namespace, using.module)
            if using.alias:
                aliases[using.alias] = target
            elif target is not None:
                opened.add(target)
        return Level(namespace, frozenset(opened), aliases)

    def seen_from(self, around: str, module: str) -> str | None:
        """What a using names: seen from the namespace it stands in, and those around that."""
        while True:
            found = f"{around}.{module}" if around else module
            if found in self.namespaces or found in self.types:
                return found
            if not around:
                return None
            around = around.rpartition(".")[0]

    def parts(self, full_name: str, path: str, arity: int | None = None) -> list[Declared]:
        """The declarations of a type that a file means: all those of one project, the nearest it can see."""
        found = [
            declared
            for declared in self.types.get(full_name, ())
            if (arity is None or declared.arity == arity) and (not declared.private or declared.path == path)
        ]
        if len(found) < 2:
            return found
        here = self.projects.folder_of(path)
        folders = {declared.path: self.projects.folder_of(declared.path) for declared in found}

        def rank(declared: Declared) -> tuple[int, tuple[object, ...]]:
            return self.projects.sees(here, folders[declared.path]), self.distance(declared, path)

        nearest = folders[min(found, key=rank).path]
        return [declared for declared in found if folders[declared.path] == nearest]

    def member(self, full_name: str, name: str, path: str) -> str | None:
        """The full name of a member type, the type's own or an inherited one."""
        if name in self.simple_names:
            for owner in (full_name, *self.ancestors(full_name, path)):
                if f"{owner}.{name}" in self.types:
                    return f"{owner}.{name}"
        return None

    def members(self, full_name: str, path: str) -> frozenset[str]:
        """The names of all that is no type, in all parts and in what they inherit."""
        owners = (full_name, *self.ancestors(full_name, path))
        return frozenset().union(
            *(self.own_members(part) for owner in owners for part in self.parts(owner, path))
        )

    def ancestors(self, full_name: str, path: str) -> list[str]:
        """What a type extends and implements, directly and beyond, nearest first, without itself."""
        found: dict[str, None] = {}
        waiting = list(self._direct(full_name, path))
        for base in waiting:  # grows while it is read
            if base not in found and base != full_name and len(found) < MOST_ANCESTORS:
                found[base] = None
                waiting.extend(self._direct(base, path))
        return list(found)

    def _direct(self, full_name: str, path: str) -> Iterable[str]:
        for part in self.parts(full_name, path):
            yield from self._direct_bases(part)

    def _direct_bases(self, part: Declared) -> tuple[str, ...]:
        if part in self._bases:
            return self._bases[part]
        if part.index is None or self._depth >= DEEPEST_LOOKUP:
            return ()
        file = self.known_file(part.path)
        if file is None:
            return ()
        self._bases[part] = ()  # a type that inherits from itself ends here
        self._depth += 1
        try:
            around = file.symbols[part.index].parent
            written = file.bases.get(part.index, ())
            resolved = (file.resolve(qualifier, name, None, around) for qualifier, name in written)
            self._bases[part] = tuple(base for base in resolved if base is not None)
        finally:
            self._depth -= 1
        return self._bases[part]


class CSharpFile:
    """What a file's namespaces, usings and declarations make of a name."""

    def __init__(self, types: CSharpTypes, path: str, parsed: ParsedFile) -> None:
        self.types = types
        self.path = path
        self.namespace = parsed.namespace
        self.symbols = parsed.symbols
        self.imports = parsed.imports
        self.bases = bases(parsed)
        self._levels: dict[int | None, tuple[Level, ...]] = {}
        self._known: dict[tuple[str, int | None, int | None, bool], str | None] = {}

    def home(self, scope: int | None) -> int | None:
        """The innermost type or namespace around: functions change nothing about what a type's name means."""
        symbols = self.symbols
        while scope is not None and not (
            symbols[scope].kind in TYPES or symbols[scope].kind is SymbolKind.NAMESPACE
        ):
            scope = symbols[scope].parent
        return scope

    def full_name(self, index: int) -> str:
        return full_name(self.namespace, self.symbols, index)

    def resolve(self, qualifier: str, name: str, arity: int | None, scope: int | None) -> str | None:
        """The full name of the type of the repository that `qualifier.name` means, if it means one."""
        scope = self.home(scope)
        if not qualifier:
            return self.simple(name, arity, scope)
        parts = [*qualifier.split("."), name]
        if parts[0] == "global":
            return self._walk("", parts[1:], arity)
        first = self.simple(parts[0], None, scope, namespaces=True)
        return None if first is None else self._walk(first, parts[1:], arity)

    def _walk(self, at: str, parts: list[str], arity: int | None) -> str | None:
        """Through namespaces and member types; every part must be one."""
        for part in parts:
            inside = f"{at}.{part}" if at else part
            if inside in self.types.types or inside in self.types.namespaces:
                at = inside
                continue
            member = self.types.member(at, part, self.path) if at in self.types.types else None
            if member is None:
                return None
            at = member
        return at if self.types.parts(at, self.path, arity) else None

    def simple(
        self, name: str, arity: int | None, scope: int | None, *, namespaces: bool = False
    ) -> str | None:
        key = name, arity, scope, namespaces
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._simple(name, arity, scope, namespaces)
        return self._known[key]

    def _simple(self, name: str, arity: int | None, scope: int | None, namespaces: bool) -> str | None:
        symbols = self.symbols
        for index in types_around(symbols, scope):
            if symbols[index].kind in TYPES:
                member = self.types.member(self.full_name(index), name, self.path)
                if member is not None and self.types.parts(member, self.path, arity):
                    return member
        for level in self.levels(scope):
            found = self._at(level, name, arity, namespaces)
            if found is not None:
                return found
        return None

    def _at(self, level: Level, name: str, arity: int | None, namespaces: bool) -> str | None:
        inside = f"{level.namespace}.{name}" if level.namespace else name
        if self.types.parts(inside, self.path, arity):
            return inside
        if namespaces and inside in self.types.namespaces:
            return inside
        if name in level.aliases:
            return level.aliases[name]
        # Two usings that bring one name are an error where it is used: which comes first does not matter.
        for found in self.types.by_simple_name.get(name, ()) if level.opened else ():
            if found.rpartition(".")[0] in level.opened and self.types.parts(found, self.path, arity):
                return found
        return None

    def using_type(self, using: Import) -> str | None:
        """The type that `using static` or an alias names; None for a namespace."""
        around = next(iter(self.levels(using.scope))).namespace if using.scope is not None else ""
        level = self.types.level(around, [using], self.namespace)
        target = level.aliases.get(using.alias) if using.alias else next(iter(level.opened), None)
        return target if target in self.types.types and target not in self.types.namespaces else None

    def levels(self, scope: int | None) -> tuple[Level, ...]:
        """The namespaces around a place, innermost first; the last is the global one."""
        if scope not in self._levels:
            self._levels[scope] = tuple(self._make_levels(scope))
        return self._levels[scope]

    def _make_levels(self, scope: int | None) -> Iterable[Level]:
        symbols, imports = self.symbols, self.imports
        for index in types_around(symbols, scope):
            if symbols[index].kind is SymbolKind.NAMESPACE:
                # `A.B` is one declaration of two namespaces: its usings hold in the inner one.
                inner, *outer = _with_outer(self.full_name(index), symbols[index].name.count(".") + 1)
                yield self.types.level(inner, (found for found in imports if found.scope == index))
                yield from map(Level, outer)
        if self.namespace:
            yield from map(Level, _with_outer(self.namespace, self.namespace.count(".") + 1))
        own = (found for found in imports if found.scope is None)
        yield self.types.level("", own, self.namespace)
        yield self.types.everywhere(self.path)

    def visible_namespaces(self, scope: int | None) -> set[str]:
        """Those whose extension methods can be called."""
        levels = self.levels(self.home(scope))
        return {level.namespace for level in levels}.union(*(level.opened for level in levels))


def with_arity(name: str, arity: int) -> str:
    return f"{name}`{arity}"


def _with_outer(namespace: str, count: int) -> list[str]:
    """`A.B.C`, `A.B`, ..., so many of them."""
    parts = namespace.split(".")
    return [".".join(parts[: len(parts) - number]) for number in range(count)]
