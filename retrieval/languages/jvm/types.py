"""Names of Java and Kotlin code -> the files that declare them, in the order of the language's own rules.

Both languages share packages, types and inheritance, so that either finds what the other declares.
"""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.languages.base import Project
from retrieval.languages.namespaces import (
    MOST_ANCESTORS,
    TYPES,
    Declared,
    Namespaces,
    bases,
    full_name,
    types_around,
)
from retrieval.types import Dependency, Import, ParsedFile, ReferenceKind, SymbolKind

Kept = dict[tuple[str, int | None], frozenset[str]]  # names, by path and index of their type
LANGUAGES = ("java", "kotlin")
# A base type is looked up through the base types of what surrounds it, and so on.
DEEPEST_LOOKUP = 40


class Types(Namespaces):
    """The types of the repository's Java and Kotlin files, with what they inherit."""

    def __init__(self, project: Project) -> None:
        self._methods: Kept = {}
        self._fields: Kept = {}
        super().__init__(project, LANGUAGES)
        self._files: dict[str, FileScope] = {}
        self._bases: dict[Declared, tuple[Declared, ...]] = {}
        self._depth = 0
        for path in project.written_in("kotlin"):
            parsed = project.parsed(path)
            if parsed is not None:
                self._add_file_class(path, parsed)

    def add_file(self, path: str, parsed: ParsedFile) -> None:
        super().add_file(path, parsed)
        methods: dict[int, set[str]] = {}
        fields: dict[int, set[str]] = {}
        for symbol in parsed.symbols:
            if symbol.parent is not None and symbol.kind not in TYPES:
                kept = methods if symbol.kind is SymbolKind.METHOD else fields
                kept.setdefault(symbol.parent, set()).add(symbol.name)
        self._methods.update(((path, index), frozenset(names)) for index, names in methods.items())
        self._fields.update(((path, index), frozenset(names)) for index, names in fields.items())

    def _add_file_class(self, path: str, parsed: ParsedFile) -> None:
        """`UtilKt`, or what @JvmName says: where Java finds the top-level functions of Util.kt."""
        if any(symbol.parent is None and symbol.kind not in TYPES for symbol in parsed.symbols):
            stem = path.rpartition("/")[2].partition(".")[0]
            renamed = [symbol.name for symbol in parsed.symbols if symbol.kind is SymbolKind.MODULE]
            name = renamed[0] if renamed else f"{stem[:1].upper()}{stem[1:]}Kt"
            self.add(Declared(f"{parsed.namespace}.{name}" if parsed.namespace else name, path, None))

    def file(self, path: str, parsed: ParsedFile) -> FileScope:
        if path not in self._files:
            self._files[path] = FileScope(self, path, parsed)
        return self._files[path]

    def known_file(self, path: str) -> FileScope | None:
        if path not in self._files:
            parsed = self.project.parsed(path)
            if parsed is None:
                return None
            self._files[path] = FileScope(self, path, parsed)
        return self._files[path]

    def named(self, dotted: str, path: str) -> tuple[Declared | None, str]:
        """The innermost type that a full name leads to, and what is left of the name behind it."""
        parts = dotted.split(".")
        for count in range(1, len(parts) + 1):
            found = self.nearest(".".join(parts[:count]), path)
            if found is not None:
                return self.walk(found, parts[count:])
        return None, dotted

    def walk(self, declared: Declared, parts: list[str]) -> tuple[Declared, str]:
        """Through member types, as far as they are types."""
        for count, part in enumerate(parts):
            member = self.member(declared, part)
            if member is None:
                return declared, ".".join(parts[count:])
            declared = member
        return declared, ""

    def member(self, declared: Declared, name: str) -> Declared | None:
        """A member type, the type's own or an inherited one."""
        if name not in self.simple_names:
            return None
        own = self.nearest(f"{declared.full_name}.{name}", declared.path)
        if own is not None:
            return own
        for base in self.ancestors(declared):
            inherited = self.nearest(f"{base.full_name}.{name}", base.path)
            if inherited is not None:
                return inherited
        return None

    def methods(self, declared: Declared) -> frozenset[str]:
        """The names of a type's own methods, its unnamed companion's included."""
        return self._of_kind(self._methods, declared)

    def fields(self, declared: Declared) -> frozenset[str]:
        return self._of_kind(self._fields, declared)

    def _of_kind(self, kept: Kept, declared: Declared) -> frozenset[str]:
        companion = self.nearest(f"{declared.full_name}.Companion", declared.path)
        names = kept.get((declared.path, declared.index), frozenset())
        return (
            names if companion is None else names | kept.get((companion.path, companion.index), frozenset())
        )

    def ancestors(self, declared: Declared) -> list[Declared]:
        """What a type extends and implements, directly and beyond, nearest first, without itself."""
        found: dict[Declared, None] = {}
        waiting = list(self.direct_bases(declared))
        for base in waiting:  # grows while it is read
            if base not in found and base != declared and len(found) < MOST_ANCESTORS:
                found[base] = None
                waiting.extend(self.direct_bases(base))
        return list(found)

    def direct_bases(self, declared: Declared) -> tuple[Declared, ...]:
        known = self._bases.get(declared)
        if known is not None:
            return known
        if declared.index is None or self._depth >= DEEPEST_LOOKUP:
            return ()
        file = self.known_file(declared.path)
        if file is None:
            return ()
        self._bases[declared] = ()  # a type that inherits from itself ends here
        self._depth += 1
        try:
            around = file.symbols[declared.index].parent
            written = file.bases.get(declared.index, ())
            resolved = (file.resolve(qualifier, name, around) for qualifier, name in written)
            self._bases[declared] = tuple(base for base in resolved if base is not None)
        finally:
            self._depth -= 1
        return self._bases[declared]


class FileScope:
    """What a file's imports and declarations make of a name."""

    def __init__(self, types: Types, path: str, parsed: ParsedFile) -> None:
        self.types = types
        self.path = path
        self.namespace = parsed.namespace
        self.symbols = parsed.symbols
        self.bases = bases(parsed)
        self.single: dict[str, str] = {}  # simple name -> full name
        self.on_demand: list[str] = []  # packages and types
        for found in parsed.imports:
            self._take(found)
        self._known: dict[tuple[str, int | None], Declared | None] = {}
        self._members: dict[int, dict[str, int]] = {}
        for index, symbol in enumerate(parsed.symbols):
            if symbol.kind in TYPES and symbol.parent is not None:
                self._members.setdefault(symbol.parent, {})[symbol.name] = index

    def _take(self, found: Import) -> None:
        if not found.names:
            self.single.setdefault(found.alias or found.module.rpartition(".")[2], found.module)
        for name in found.names:
            if name.name == "*":
                self.on_demand.append(found.module)
            else:
                self.single.setdefault(name.alias or name.name, f"{found.module}.{name.name}")

    def resolve(self, qualifier: str, name: str, scope: int | None) -> Declared | None:
        """The type that `qualifier.name` means in `scope`; None where it means none of the repository."""
        if not qualifier:
            return self.simple(name, scope)
        parts = [*qualifier.split("."), name]
        first = self.simple(parts[0], scope)
        if first is not None:
            member, rest = self.types.walk(first, parts[1:])
            return None if rest else member
        if parts[0] not in self.types.namespaces:
            return None
        found, rest = self.types.named(".".join(parts), self.path)
        return None if rest else found

    def simple(self, name: str, scope: int | None) -> Declared | None:
        key = name, scope
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._simple(name, scope)
        return self._known[key]

    def _simple(self, name: str, scope: int | None) -> Declared | None:
        if name not in self.types.simple_names and name not in self.single:
            return None
        symbols = self.symbols
        for index in types_around(symbols, scope):
            member = self._members.get(index, {}).get(name)
            if member is not None:
                return self.own(member)
            if symbols[index].kind not in TYPES:
                continue
            own = self.own(index)
            if symbols[index].name == name:
                return own
            inherited = self.types.member(own, name)
            if inherited is not None:
                return inherited
        return self._of_file(name)

    def _of_file(self, name: str) -> Declared | None:
        """Single imports hide the package, the package hides imports on demand."""
        if name in self.single:
            found, rest = self.types.named(self.single[name], self.path)
            if not rest:
                return found
            if found is None:
                return None  # a type from outside the repository
        namespace = self.namespace
        same = self.types.nearest(f"{namespace}.{name}" if namespace else name, self.path)
        if same is not None:
            return same
        for module in self.on_demand:
            found, rest = self.types.named(f"{module}.{name}", self.path)
            if found is not None and not rest:
                return found
        return None

    def own(self, index: int) -> Declared:
        """A type of this very file; a local class has no full name that others could use."""
        return Declared(full_name(self.namespace, self.symbols, index), self.path, index)


class JavaResolver:
    """A Java file's dependencies: its imports, and the types it names without them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.types = Types(project)
        self.modules = {
            parsed.symbols[0].name: path
            for path in project.written_in("java")
            if path.endswith("module-info.java")
            and (parsed := project.parsed(path)) is not None
            and parsed.symbols
            and parsed.symbols[0].kind is SymbolKind.MODULE
        }

    def __call__(self, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
        file = self.types.file(path, parsed)
        for found in parsed.imports:
            yield from self._imported(file, found)
        yield from type_dependencies(file, parsed)

    def _imported(self, file: FileScope, found: Import) -> Iterator[Dependency]:
        if file.path.endswith("module-info.java"):
            target = self.modules.get(found.module)
            if target is not None:
                yield Dependency(file.path, target, found.start_line, found.module)
            return
        for name in [name.name for name in found.names] or [""]:
            written = f"{found.module}.{name}" if name else found.module
            declared, _ = self.types.named(found.module if name == "*" else written, file.path)
            if declared is not None:
                yield Dependency(file.path, declared.path, found.start_line, written)


def type_dependencies(file: FileScope, parsed: ParsedFile, *, calls: bool = False) -> Iterator[Dependency]:
    """One for each type that a file names outside its imports; `calls`: where a constructor is called so."""
    seen = set()
    known = file.types.simple_names | file.single.keys()
    for reference in parsed.references:
        if reference.name not in known or (reference.kind is ReferenceKind.CALL and not calls):
            continue
        scope = reference.scope
        if reference.kind is ReferenceKind.BASE and scope is not None and parsed.symbols[scope].kind in TYPES:
            # A type's members are in scope behind its head, not in it.
            scope = parsed.symbols[scope].parent
        key = reference.qualifier, reference.name, scope
        if key in seen:
            continue
        seen.add(key)
        declared = file.resolve(*key)
        if declared is not None and declared.path != file.path:
            written = f"{reference.qualifier}.{reference.name}" if reference.qualifier else reference.name
            yield Dependency(file.path, declared.path, reference.line, written)
