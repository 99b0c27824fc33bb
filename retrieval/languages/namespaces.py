"""The types a repository declares, by namespace and name: where Java, Kotlin and C# look a name up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from retrieval.languages.base import Project
from retrieval.types import ParsedFile, ReferenceKind, Symbol, SymbolKind

TYPES = frozenset(
    (SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.TYPE)
)
# What nobody writes, but somebody may send: work for each of them would grow with the square.
MOST_NESTED = 40
MOST_ANCESTORS = 200
# Kotlin's source sets by the platform they are compiled for: none sees those of another platform.
PLATFORMS = tuple(
    re.compile(pattern)
    for pattern in (
        r"jvm|android(?:Unit|Instrumented|Host|Device)?",
        r"js|web|wasm(?:Js|Wasi)?",
        r"(?:native|apple|ios|macos|tvos|watchos|linux|mingw|androidNative)"
        r"(?:Device|Simulator)?(?:X64|X86|Arm64|Arm32|Arm32Hfp)?",
    )
)
COMMON = "common"
TEST_FOLDERS = frozenset(("test", "tests", "androidTest", "testFixtures", "integrationTest"))
PLAIN = frozenset(("main", "test", "androidTest", "testFixtures"))  # of projects for the JVM and nothing else


@dataclass(frozen=True, slots=True)
class Declared:
    """A type, or one part of it, in a file. `index` is None for a class that only the compiler makes."""

    full_name: str
    path: str
    index: int | None
    private: bool = False  # as in Symbol
    arity: int = 0


class Namespaces:
    """Declared types by full name; a nested type's full name goes through those it is nested in.

    A project may forget parses that nobody has asked for in a while: what is looked up often is kept here.
    """

    def __init__(self, project: Project, languages: Iterable[str]) -> None:
        self.project = project
        self.types: dict[str, list[Declared]] = {}
        self.simple_names: set[str] = set()
        self.namespaces: set[str] = set()  # with those they are nested in
        self._members: dict[tuple[str, int | None], frozenset[str]] = {}
        self._roots: dict[str, tuple[tuple[str, ...], str]] = {}  # and their source set
        for path in project.written_in(*languages):
            parsed = project.parsed(path)
            if parsed is not None:
                self.add_file(path, parsed)

    def add_file(self, path: str, parsed: ParsedFile) -> None:
        self.add_namespace(parsed.namespace)
        root = source_root(path, parsed.namespace)
        self._roots[path] = root, _source_set(root)
        for index, full_name in full_names(parsed):
            if parsed.symbols[index].kind is SymbolKind.NAMESPACE:
                self.add_namespace(full_name)
            else:
                symbol = parsed.symbols[index]
                self.add(Declared(full_name, path, index, symbol.private, symbol.arity))
        members: dict[int, set[str]] = {}
        for symbol in parsed.symbols:
            if symbol.parent is not None and symbol.kind not in TYPES:
                members.setdefault(symbol.parent, set()).add(symbol.name)
        self._members.update(((path, index), frozenset(names)) for index, names in members.items())

    def add(self, declared: Declared) -> None:
        self.types.setdefault(declared.full_name, []).append(declared)
        self.simple_names.add(declared.full_name.rpartition(".")[2])

    def add_namespace(self, name: str) -> None:
        while name and name not in self.namespaces:
            self.namespaces.add(name)
            name = name.rpartition(".")[0]

    def own_members(self, declared: Declared) -> frozenset[str]:
        """The names of all in a type, or a part of one, that is no type."""
        return self._members.get((declared.path, declared.index), frozenset())

    def nearest(self, full_name: str, path: str) -> Declared | None:
        """Of several declarations, that of the same source root, module, or the most folders in common."""
        found = self.types.get(full_name)
        if found is None:
            return None
        found = [
            one
            for one in found
            if (not one.private or one.path == path) and self.same_platform(one.path, path)
        ]
        return (
            min(found, key=lambda one: self.distance(one, path))
            if len(found) > 1
            else next(iter(found), None)
        )

    def distance(self, declared: Declared, path: str) -> tuple[tuple[int, int, bool], bool, str]:
        return self.nearness(declared.path, path), declared.path != path, declared.path

    def same_platform(self, there: str, here: str) -> bool:
        """What is common to all platforms sees nothing of one, and a platform nothing of another."""
        ours, theirs = (_platform(self._roots[path][1]) for path in (here, there))
        if self._roots[here][1] == COMMON:
            return theirs is None
        return ours == theirs or None in (ours, theirs)

    def nearness(self, there: str, here: str) -> tuple[int, int, bool]:
        """The same for all files of a source root; the smallest is the nearest."""
        (root, ours), (other, theirs) = self._roots[here], self._roots[there]
        common = 0
        for folder, another in zip(root, other, strict=False):
            if folder != another:
                break
            common += 1
        return -common, _between_source_sets(ours, theirs), not TEST_FOLDERS.isdisjoint(other)


def _between_source_sets(ours: str, theirs: str) -> int:
    """0 from jvmTest to jvmMain, 1 to commonMain, 2 to linuxMain; 0 where folders have no such names."""
    if ours == theirs:
        return 0
    return 1 if theirs in (COMMON, "") else 2


@cache
def _platform(source_set: str) -> int | None:
    """None for what several platforms may share."""
    return next((number for number, names in enumerate(PLATFORMS) if names.fullmatch(source_set)), None)


def _source_set(root: tuple[str, ...]) -> str:
    for folder in reversed(root):
        for end in ("Main", "Test"):
            if folder.endswith(end):
                return folder.removesuffix(end)
    return "jvm" if PLAIN.intersection(root) else ""


def full_names(parsed: ParsedFile) -> Iterable[tuple[int, str]]:
    """The types and namespaces of a file that can be named from outside a function, with their full names."""
    names: dict[int, str] = {}
    for index, symbol in enumerate(parsed.symbols):
        if symbol.kind not in TYPES and symbol.kind is not SymbolKind.NAMESPACE:
            continue
        outer = parsed.namespace if symbol.parent is None else names.get(symbol.parent)
        if outer is None or outer.count(".") > MOST_NESTED:
            continue  # inside a function, or deeper than anybody looks
        names[index] = f"{outer}.{symbol.name}" if outer else symbol.name
        yield index, names[index]


def source_root(path: str, namespace: str) -> tuple[str, ...]:
    """The folder that a package's folders stand in; the file's own where they do not follow the package."""
    folders = tuple(path.split("/")[:-1])
    parts = tuple(namespace.split(".")) if namespace else ()
    return folders[: -len(parts)] if parts and folders[-len(parts) :] == parts else folders


def full_name(namespace: str, symbols: tuple[Symbol, ...], index: int) -> str:
    names = [symbols[around].name for around in types_around(symbols, index)]
    return ".".join(([namespace] if namespace else []) + names[::-1])


def types_around(symbols: tuple[Symbol, ...], scope: int | None) -> tuple[int, ...]:
    """The symbols around a place, innermost first."""
    around: list[int] = []
    while scope is not None and len(around) < MOST_NESTED:
        around.append(scope)
        scope = symbols[scope].parent
    return tuple(around)


def bases(parsed: ParsedFile) -> dict[int, list[tuple[str, str]]]:
    """What each type of a file extends and implements, as written: qualifier and name."""
    found: dict[int, list[tuple[str, str]]] = {}
    for reference in parsed.references:
        if reference.kind is ReferenceKind.BASE and reference.scope is not None:
            found.setdefault(reference.scope, []).append((reference.qualifier, reference.name))
    return found
