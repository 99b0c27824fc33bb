"""What a name refers to in any language, by the rules that most of them share.

A name is looked for in the scopes around it, then through the file's imports, then in the files it needs.
What an object is, is not known: `a.b` means something only where `a` is a type, a namespace, an import or the
object itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from retrieval.bound_names import LAST_NAME, by_default, calls_module, has_default, names_bound, names_in
from retrieval.graph import DependencyGraph
from retrieval.languages.ecmascript.exports import DEFAULT, WHOLE
from retrieval.scopes import SPACES, TYPES, FileScopes, Place, family
from retrieval.symbol_index import SymbolIndex
from retrieval.types import Import, Reference, Symbol, SymbolKind

# Members are called without `this` there, in the type and in what inherits from it.
OPEN_TYPES = frozenset({"java", "kotlin", "csharp", "cpp", "ruby"})
# A file sees what the files it needs define, without naming each.
OPEN_FILES = frozenset({"c", "cpp", "java", "kotlin", "csharp", "go", "ruby"})
SELF = frozenset({"this", "self", "Self", "$this", "static", "@", "@@"})
VALUES = frozenset({SymbolKind.CONSTANT, SymbolKind.VARIABLE})
PARENT = frozenset({"super", "parent", "base", "super()"})
MOST_STEPS = 8  # from one re-export or base to the next


class PlainNames:
    def __init__(
        self, scopes: Callable[[str], FileScopes], graph: DependencyGraph, index: SymbolIndex
    ) -> None:
        self.scopes = scopes
        self.graph = graph
        self.index = index
        self._led_to: dict[str, dict[int, list[str]]] = {}
        self._inherits: dict[Place, list[Place]] = {}
        self._depth = 0

    def meanings(self, path: str, number: int) -> tuple[Place, ...]:
        """Of a reference: empty where unknown; more than one where the rules leave it open."""
        scopes = self.scopes(path)
        if path not in self.graph:
            return ()
        reference = scopes.parsed.references[number]
        if reference.qualifier:
            found = self._qualified(path, scopes, reference)
        else:
            found = self._bare(path, scopes, reference.name, reference.scope)
        return tuple(
            dict.fromkeys(self.index.defined(each, self._symbol(each), self.graph) for each in found)
        )

    def imported(self, path: str, statement: Import, name: str) -> Iterator[tuple[str, int | None]]:
        """What a name written in an import statement is: symbols, or where it names none the file."""
        if path not in self.graph:
            return
        targets = self._targets(path, statement)
        found = [
            place
            for each in names_in(statement, name, self.scopes(path).parsed.language)
            for target in targets
            for place in self._exported(target, each, MOST_STEPS)
        ]
        if found:
            yield from ((place.path, place.symbol) for place in dict.fromkeys(found))
        else:
            yield from ((target, None) for target in targets)

    # Names alone

    def _bare(self, path: str, scopes: FileScopes, name: str, scope: int | None) -> list[Place]:
        open_types = scopes.parsed.language in OPEN_TYPES
        for around in scopes.outwards(scope):
            if around is None:
                found = self._of_file(path, name)
            elif scopes.parsed.symbols[around].kind not in TYPES:
                found = _places(path, scopes, scopes.members(around, name))
                owner = scopes.parsed.symbols[around].owner
                if not found and owner and open_types:
                    found = self._of_owner(path, scopes, owner, name)
            elif open_types or around == scope:
                found = self._of_type(Place(path, around), name)
            else:
                found = []
            if found:
                return found
        return self._through_imports(path, scopes, name) or self._of_needed(path, scopes, name)

    def _of_file(self, path: str, name: str) -> list[Place]:
        """What a file defines outside of its types."""
        scopes = self.scopes(path)
        found = list(scopes.members(None, name))
        found += [index for space in scopes.spaces for index in scopes.members(space, name)]
        return _places(path, scopes, [each for each in found if not scopes.parsed.symbols[each].owner])

    def _of_needed(self, path: str, scopes: FileScopes, name: str) -> list[Place]:
        if scopes.parsed.language not in OPEN_FILES:
            return []
        return [
            place
            for needed in self.graph.dependencies_of(path)
            if self._same_family(needed, scopes)
            for place in self._of_file(needed, name)
            if not self._symbol(place).private
        ]

    def _same_family(self, path: str, scopes: FileScopes) -> bool:
        return family(self.scopes(path).parsed.language) == family(scopes.parsed.language)

    # Imports

    def _through_imports(self, path: str, scopes: FileScopes, name: str) -> list[Place]:
        found: list[Place] = []
        for imported in scopes.parsed.imports:
            for original in names_bound(imported, name, scopes.parsed.language):
                for target in self._targets(path, imported):
                    found += self._exported(target, original, MOST_STEPS)
        return found

    def _targets(self, path: str, imported: Import) -> Sequence[str]:
        """The files of the repository that an import leads to."""
        if path not in self._led_to:
            lines: defaultdict[int, list[str]] = defaultdict(list)
            for target in self.graph.dependencies_of(path):
                for dependency in self.graph.why(path, target):
                    lines[dependency.line].append(target)
            self._led_to[path] = lines
        led = self._led_to[path]
        span = range(imported.start_line, min(imported.end_line, imported.start_line + 1000) + 1)
        return list(dict.fromkeys(target for line in span for target in led.get(line, ())))

    def _exported(self, path: str, name: str, steps: int) -> list[Place]:
        """What a file gives under a name: its own, or what it passes on from others."""
        scopes = self.scopes(path)
        if path not in self.graph:
            return []
        renamed = [each.name for each in scopes.parsed.exports if each.alias == name]
        found = [place for each in renamed for place in self._given(path, scopes, each, steps)]
        found = found or self._given(path, scopes, name, steps) or self._of_whole(path, scopes, name)
        if not found and name == DEFAULT:
            return self._exported(path, WHOLE, steps)  # what a module of CommonJS is to an `import`
        return found

    def _given(self, path: str, scopes: FileScopes, name: str, steps: int) -> list[Place]:
        found = self._of_file(path, name)
        if found or not steps:
            return found
        for imported in scopes.parsed.imports:
            for original in names_bound(imported, name, scopes.parsed.language):
                for target in self._targets(path, imported):
                    if target != path:
                        found += self._exported(target, original, steps - 1)
            if found:
                break
        return found

    def _of_whole(self, path: str, scopes: FileScopes, name: str) -> list[Place]:
        """A method of what a module of CommonJS is: `module.exports = { load() {} }`."""
        wholes = {WHOLE, *(each.name for each in scopes.parsed.exports if each.alias == WHOLE)}
        if name in wholes or family(scopes.parsed.language) != "ecmascript":
            return []
        holders = [place for each in sorted(wholes) for place in self._of_file(path, each)]
        return [place for each in holders for place in self._own(each, name)]

    # Names behind a dot

    def _qualified(self, path: str, scopes: FileScopes, reference: Reference) -> list[Place]:
        written = reference.qualifier.removesuffix(".").removesuffix("::")
        if written in SELF or written in PARENT:
            for place in self._types_around(path, scopes, reference.scope):
                found = self._of_type(place, reference.name, beyond=written in PARENT)
                if found:
                    return found
            return []
        last = LAST_NAME.fullmatch(written)
        if last is None:
            return []
        found = []
        for holder in self._bare(path, scopes, last[1], reference.scope):
            kind = self._symbol(holder).kind
            if kind in SPACES or kind in TYPES:
                found += self._of_type(holder, reference.name)
            elif kind in VALUES:  # const table = { find() {} }
                found += self._own(holder, reference.name)
        return found or self._of_modules(path, scopes, last[1], reference.name)

    def _of_modules(self, path: str, scopes: FileScopes, module: str, name: str) -> list[Place]:
        """`util.load` where an import leads to files and calls them `util`."""
        found: list[Place] = []
        for imported in scopes.parsed.imports:
            if calls_module(imported, module, scopes.parsed.language):
                for target in self._targets(path, imported):
                    default = by_default(imported, module) and has_default(self.scopes(target).parsed)
                    given = f"{DEFAULT}.{name}" if default else name
                    found += [
                        each
                        for each in self._exported(target, given, MOST_STEPS)
                        if not self._symbol(each).private
                    ]
        return found

    # Types

    def _types_around(self, path: str, scopes: FileScopes, scope: int | None) -> Iterator[Place]:
        for index, symbol in scopes.around(scope):
            if symbol.kind in TYPES:
                yield Place(path, index)
            elif symbol.owner:
                yield from self._bare(path, scopes, symbol.owner.rpartition("::")[2], symbol.parent)

    def _of_owner(self, path: str, scopes: FileScopes, owner: str, name: str) -> list[Place]:
        found = []
        for place in self._bare(path, scopes, owner.rpartition("::")[2], None):
            if self._symbol(place).kind in TYPES:
                found += self._of_type(place, name)
        return found

    def _of_type(self, of: Place, name: str, beyond: bool = False) -> list[Place]:
        """A member of a type or namespace, or what it inherits; with `beyond` what it inherits only."""
        seen = {of}
        wave = [of]
        for step in range(MOST_STEPS):
            found = [] if beyond and not step else [each for place in wave for each in self._own(place, name)]
            if found:
                return found
            wave = [base for place in wave for base in self._bases(place) if base not in seen]
            seen.update(wave)
        return []

    def _own(self, of: Place, name: str) -> Iterable[Place]:
        scopes = self.scopes(of.path)
        own = _places(of.path, scopes, scopes.members(of.symbol, name))
        return own or self.index.owned(name, self._symbol(of).name, of.path, self.graph)

    def _bases(self, of: Place) -> list[Place]:
        """Each type's are looked for once: types within types that inherit would take exponential time."""
        if of not in self._inherits:
            self._inherits[of] = []  # what a type that inherits from itself finds
            self._depth += 1
            if self._depth <= MOST_STEPS:
                self._inherits[of] = list(self._find_bases(of))
            self._depth -= 1
        return self._inherits[of]

    def _find_bases(self, of: Place) -> Iterator[Place]:
        scopes = self.scopes(of.path)
        if self._symbol(of).kind in SPACES:
            return
        for number in scopes.bases(of.symbol):
            base = scopes.parsed.references[number]
            for place in self._bare(of.path, scopes, base.name, scopes.parsed.symbols[of.symbol].parent):
                if self._symbol(place).kind in TYPES:
                    yield place

    def _symbol(self, place: Place) -> Symbol:
        return self.scopes(place.path).parsed.symbols[place.symbol]


def _places(path: str, scopes: FileScopes, found: Sequence[int]) -> list[Place]:
    """The definitions without those that only announce them, if there are others."""
    defined = [index for index in found if not scopes.parsed.symbols[index].forward]
    return [Place(path, index) for index in defined or found]
