"""A C# file's dependencies: types it names, extension methods it calls, other parts of its own types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.languages.base import Project
from retrieval.languages.csharp.types import CSharpFile, CSharpTypes, with_arity
from retrieval.languages.namespaces import TYPES, Declared, full_name
from retrieval.types import Dependency, ParsedFile, Reference, ReferenceKind, SymbolKind

# A type in more parts than this is a drawer: what is needed of it are the parts whose members are named.
MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension method: the namespace its class is in, and the type it extends."""

    path: str
    namespace: str
    owner: str


class CSharpResolver:
    """A use of a type needs every file that declares a part of it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.types = CSharpTypes(project)
        self.extensions: dict[str, list[Extension]] = {}  # by method name
        self.plain_methods: dict[str, set[str]] = {}  # by method name: the simple names of their types
        for path in project.written_in("csharp"):
            parsed = project.parsed(path)
            for symbol in parsed.symbols if parsed is not None else ():
                if symbol.kind is SymbolKind.METHOD and parsed is not None:
                    if symbol.parent is None:
                        continue
                    if not symbol.owner:
                        holder = parsed.symbols[symbol.parent].name
                        self.plain_methods.setdefault(symbol.name, set()).add(holder)
                    else:
                        holder = full_name(parsed.namespace, parsed.symbols, symbol.parent)
                        extension = Extension(path, holder.rpartition(".")[0], symbol.owner)
                        self.extensions.setdefault(symbol.name, []).append(extension)

    def __call__(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        file = self.types.file(path, parsed)
        names = {reference.name for reference in parsed.references}
        names.update(with_arity(reference.name, reference.arity) for reference in parsed.references)
        for found in parsed.imports:
            target = file.using_type(found)
            for part in self._parts(target, file, None, names) if target is not None else ():
                yield Dependency(path, part, found.start_line, found.module)
        yield from self._named(file, parsed, names)
        yield from self._extended(file, parsed, names)
        yield from self._other_parts(file, parsed)

    def _parts(
        self, full_name: str, file: CSharpFile, arity: int | None, names: set[str], *, around: bool = False
    ) -> list[str]:
        """`around`: the type is only named for one that is nested in it."""
        parts = self.types.parts(full_name, file.path, arity)
        if len(parts) > MOST_PARTS:
            simple_name = full_name.rpartition(".")[2]
            used = self._used_parts(parts, names - {simple_name, with_arity(simple_name, 0)})
            parts = used or ([] if around else self._first_part(parts, simple_name))
        return [part.path for part in parts if part.path != file.path]

    def _first_part(self, parts: list[Declared], name: str) -> list[Declared]:
        """Of a type of which no member is named: the part with its constructor."""
        return next(([part] for part in parts if name in self.types.own_members(part)), parts[:1])

    def _used_parts(self, parts: list[Declared], names: set[str]) -> list[Declared]:
        """Those that declare a member the file names; with as many type arguments, where there is one."""
        members = {part: self.types.own_members(part) for part in parts}
        exact = {name for part in parts for name in members[part] if "`" in name and name in names}
        loose = names - {name.partition("`")[0] for name in exact}
        return [part for part in parts if not members[part].isdisjoint(exact | loose)]

    def _named(self, file: CSharpFile, parsed: ParsedFile, names: set[str]) -> Iterator[Dependency]:
        seen = set()
        simple_names = self.types.simple_names
        qualifiers = {reference.qualifier for reference in parsed.references}
        aliases = {alias for level in file.levels(None) for alias in level.aliases}
        aliases.update(found.alias for found in file.imports if found.alias)
        for reference in parsed.references:
            name, kind = reference.name, reference.kind
            if kind is ReferenceKind.CALL:
                continue
            if name not in simple_names and name not in aliases and f"{name}Attribute" not in simple_names:
                continue
            scope = file.home(reference.scope)
            if kind is ReferenceKind.BASE and scope is not None and file.symbols[scope].kind in TYPES:
                scope = file.home(file.symbols[scope].parent)
            key = reference.qualifier, name, reference.arity, scope, kind is ReferenceKind.NAME
            if key in seen:
                continue
            seen.add(key)
            target = self._type(file, reference, scope)
            if target is None:
                continue
            around = _written(reference) in qualifiers
            for part in self._parts(target[0], file, target[1], names, around=around):
                yield Dependency(file.path, part, reference.line, _written(reference))

    def _type(
        self, file: CSharpFile, reference: Reference, scope: int | None
    ) -> tuple[str, int | None] | None:
        """The type's full name and arity."""
        qualifier, name, arity = reference.qualifier, reference.name, reference.arity
        first = (qualifier or name).partition(".")[0]
        if reference.kind is ReferenceKind.NAME and self._is_member(file, first, scope):
            return None
        found = file.resolve(qualifier, name, arity, scope)
        if found is not None:
            return found, arity if self.types.parts(found, file.path, arity) else None
        if reference.kind is ReferenceKind.TYPE:
            attribute = file.resolve(qualifier, f"{name}Attribute", arity, scope)
            return None if attribute is None else (attribute, arity)
        return None

    def _is_member(self, file: CSharpFile, name: str, scope: int | None) -> bool:
        """Whether a property or the like of a type around hides every type of that name."""
        symbols = file.symbols
        while scope is not None:
            if symbols[scope].kind in TYPES and name in self.types.members(file.full_name(scope), file.path):
                return True
            scope = symbols[scope].parent
        return False

    def _extended(self, file: CSharpFile, parsed: ParsedFile, names: set[str]) -> Iterator[Dependency]:
        seen = set()
        for reference in parsed.references:
            if reference.kind is not ReferenceKind.CALL or not reference.qualifier:
                continue
            if reference.name not in self.extensions or reference.name in seen:
                continue
            seen.add(reference.name)
            found = self._extension(file, reference, names)
            if found is not None and found != file.path:
                yield Dependency(file.path, found, reference.line, reference.name)

    def _extension(self, file: CSharpFile, reference: Reference, names: set[str]) -> str | None:
        """The only file that can be meant: types, which would tell more, are not known here."""
        visible = file.visible_namespaces(reference.scope)
        here = self.types.projects.folder_of(file.path)
        found = [
            method
            for method in self.extensions[reference.name]
            if method.namespace in visible
            and self.types.projects.sees(here, self.types.projects.folder_of(method.path)) < 2
        ]
        plain = self.plain_methods.get(reference.name, set())
        found = [method for method in found if method.owner not in plain and not plain & names]
        if plain or len({method.path for method in found}) > 1:
            found = [method for method in found if method.owner in names]
        paths = {method.path for method in found}
        return paths.pop() if len(paths) == 1 else None

    def _other_parts(self, file: CSharpFile, parsed: ParsedFile) -> Iterator[Dependency]:
        """A part of a type needs the parts whose members it names."""
        symbols = file.symbols
        others: dict[int, list[Declared]] = {}
        for index, symbol in enumerate(symbols):
            if symbol.kind in TYPES and symbol.kind is not SymbolKind.TYPE:
                parts = self.types.parts(file.full_name(index), file.path, symbol.arity)
                if any(part.path == file.path for part in parts):
                    others[index] = [part for part in parts if part.path != file.path]
        if not any(others.values()):
            return
        for reference in parsed.references:
            if reference.qualifier not in ("", "this"):
                continue
            scope = file.home(reference.scope)
            while scope is not None:
                own = Declared(file.full_name(scope), file.path, scope)
                if reference.name in self.types.own_members(own):
                    break
                for part in others.get(scope, ()):
                    if reference.name in self.types.own_members(part):
                        yield Dependency(file.path, part.path, reference.line, reference.name)
                scope = symbols[scope].parent


def _written(reference: Reference) -> str:
    return f"{reference.qualifier}.{reference.name}" if reference.qualifier else reference.name
