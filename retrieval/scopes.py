"""What a file's names mean within it: its symbols by scope and by name, and the imports that hold where."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from retrieval.types import Import, ParsedFile, Reference, ReferenceKind, Symbol, SymbolKind

TYPES = frozenset(
    {SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.TYPE}
)
FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD})
SPACES = frozenset({SymbolKind.NAMESPACE, SymbolKind.MODULE})
_FAMILIES = {
    "c": "c",
    "cpp": "c",
    "javascript": "ecmascript",
    "typescript": "ecmascript",
    "tsx": "ecmascript",
    "java": "jvm",
    "kotlin": "jvm",
}


def family(language: str) -> str:
    """Languages of one family see each other's names."""
    return _FAMILIES.get(language, language)


@dataclass(frozen=True, slots=True)
class Place:
    """A symbol of a file, by its index there."""

    path: str
    symbol: int


class FileScopes:
    """Look-ups over one ParsedFile. Scopes are indices of symbols; None is the file itself."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed = parsed
        self._members: defaultdict[int | None, defaultdict[str, list[int]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for index, symbol in enumerate(parsed.symbols):
            self._members[symbol.parent][symbol.name].append(index)

    def members(self, scope: int | None, name: str) -> Sequence[int]:
        """The symbols of this name directly in a scope, in the order of the text."""
        return self._members[scope].get(name, ()) if scope in self._members else ()

    def outwards(self, scope: int | None) -> Iterator[int | None]:
        """A scope and those around it, the file last."""
        while scope is not None:
            yield scope
            scope = self.parsed.symbols[scope].parent
        yield None

    def around(self, scope: int | None) -> Iterator[tuple[int, Symbol]]:
        """The symbols that a place is inside of, the innermost first."""
        for index in self.outwards(scope):
            if index is not None:
                yield index, self.parsed.symbols[index]

    @cached_property
    def imports(self) -> dict[int | None, list[Import]]:
        """By the scope they stand in."""
        found: defaultdict[int | None, list[Import]] = defaultdict(list)
        for each in self.parsed.imports:
            found[each.scope].append(each)
        return dict(found)

    @cached_property
    def spaces(self) -> Sequence[int]:
        """Its namespaces and modules, in one another too."""
        return [index for index, symbol in enumerate(self.parsed.symbols) if symbol.kind in SPACES]

    def redefined(self, index: int) -> Sequence[int]:
        """The symbols that share their name and their scope with this one, itself among them."""
        symbol = self.parsed.symbols[index]
        same = self.members(symbol.parent, symbol.name)
        return [each for each in same if self.parsed.symbols[each].owner == symbol.owner]

    @cached_property
    def uses(self) -> dict[str, list[int]]:
        """The references of each name, in the order of the text."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, reference in enumerate(self.parsed.references):
            found[reference.name].append(number)
        return dict(found)

    @cached_property
    def _at(self) -> dict[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for number, reference in enumerate(self.parsed.references):
            found[reference.line].append(number)
        return dict(found)

    def reference_at(self, line: int, column: int) -> int | None:
        """The reference whose name this place is in, or right behind."""
        for number in reversed(self._at.get(line, [])):
            reference = self.parsed.references[number]
            if reference.column <= column <= reference.column + len(reference.name):
                return number
        return None

    def symbol_at(self, line: int, column: int) -> int | None:
        """The symbol that is defined by the name at this place."""
        for index, symbol in enumerate(self.parsed.symbols):
            if symbol.line == line and symbol.column <= column <= symbol.column + len(symbol.name):
                return index
        return None

    def root_of(self, number: int) -> int | None:
        """For `c` in `a.b.c` the reference `a`; None where a local variable or an expression stands there."""
        reference = self.parsed.references[number]
        written = reference.qualifier
        while number > 0 and written:
            number -= 1
            before = self.parsed.references[number]
            if not _joined(before, reference):
                return None
            rest, _, last = written.rpartition(".")
            if before.name != last or before.qualifier != rest:
                return None
            reference, written = before, rest
        return None if written else number

    def bases(self, index: int) -> list[int]:
        """The references in the header of a type to those it extends or implements."""
        symbol = self.parsed.symbols[index]
        first = bisect(self._bases, (symbol.line, symbol.column))
        last = bisect(self._bases, (symbol.signature_end + 1, -1))
        return [number for *_, number in self._bases[first:last]]

    @cached_property
    def _bases(self) -> list[tuple[int, int, int]]:
        """Line, column and number of every reference to a base, in the order of the text."""
        return [
            (each.line, each.column, number)
            for number, each in enumerate(self.parsed.references)
            if each.kind is ReferenceKind.BASE
        ]


def _joined(before: Reference, after: Reference) -> bool:
    """Could only a dot stand between them? On different lines white space does too."""
    if before.line == after.line:
        return after.column - before.column - len(before.name) <= len(" . ")
    return before.line < after.line
