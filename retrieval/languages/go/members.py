"""Whose member a name behind a dot is: `Options{}.input.Close`, led from type to type by declarations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from retrieval.types import ParsedFile, Reference, ReferenceKind, Symbol, SymbolKind

MOST_CALLS = 3  # of functions whose results variables hold
MOST_TYPES = 50  # of one declaration, and looked through for a member that an embedded one has
TYPES = frozenset({SymbolKind.STRUCT, SymbolKind.INTERFACE, SymbolKind.TYPE})
SIGNED = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD})


class TypeName(NamedTuple):
    """A type as a file names it."""

    path: str
    qualifier: str
    name: str


@dataclass(slots=True)
class Declared:
    """A field, method, function, variable: the files that declare it, and the types it mentions.

    The type of its value is among those, the likeliest first: of functions the last, because results stand
    behind parameters, of variables the first, because it stands before the value.
    """

    paths: list[str] = field(default_factory=list)
    types: list[TypeName] = field(default_factory=list)


@dataclass(slots=True)
class Members:
    """What the files of one package declare, by name."""

    values: dict[str, Declared] = field(default_factory=dict)  # functions, variables, constants
    members: dict[tuple[str, str], Declared] = field(default_factory=dict)  # (type, name)
    bases: dict[str, list[TypeName]] = field(default_factory=dict)  # type -> embedded ones, or the aliased

    def add(self, path: str, parsed: ParsedFile) -> None:
        named = _types_named(parsed)
        for number, symbol in enumerate(parsed.symbols):
            types = [
                TypeName(path, each.qualifier, each.name)
                for each in named.get(number, ())
                if not _of_receiver(each, symbol)
            ]
            if symbol.kind is not SymbolKind.VARIABLE:
                types.reverse()
            del types[MOST_TYPES:]
            if symbol.kind in TYPES:
                self.bases.setdefault(symbol.name, []).extend(types)
                continue
            owner = symbol.owner
            if symbol.parent is not None:
                owner = parsed.symbols[symbol.parent].name
            declared = (
                self.members.setdefault((owner, symbol.name), Declared())
                if owner
                else self.values.setdefault(symbol.name, Declared())
            )
            if path not in declared.paths:
                declared.paths.append(path)
            declared.types += types


def _types_named(parsed: ParsedFile) -> dict[int, list[Reference]]:
    """The types in each declaration; of a function in its signature, of a variable what is called, too."""
    found: dict[int, list[Reference]] = {}
    for reference in parsed.references:
        if reference.scope is None or reference.kind is ReferenceKind.NAME:
            continue
        symbol = parsed.symbols[reference.scope]
        if symbol.kind in SIGNED and reference.line > symbol.signature_end:
            continue
        if reference.kind is not ReferenceKind.CALL or symbol.kind is SymbolKind.VARIABLE:
            found.setdefault(reference.scope, []).append(reference)
    return found


def _of_receiver(reference: Reference, symbol: Symbol) -> bool:
    """Whether a method names its receiver here, which stands before its own name."""
    return bool(symbol.owner) and (reference.line, reference.column) < (symbol.line, symbol.column)


class Type(NamedTuple):
    package: Members
    name: str


class Names(NamedTuple):
    """What names mean in a file: its own package, and the imported ones by what they are called there."""

    own: Members
    imported: dict[str, Members]


class Search:
    """Follows paths of names from type to type. `names` tells what those of a file mean."""

    def __init__(self, names: Callable[[str], Names]) -> None:
        self._names = names

    def member(self, path: str, qualifier: str, name: str) -> tuple[str, Declared] | None:
        """`Type.name` and what declares it, for `qualifier.name` in a file."""
        first, *rest = qualifier.replace("{}", "").replace("()", "").split(".")
        names = self._names(path)
        package = names.own
        if first in names.imported and rest:
            package = names.imported[first]
            first, *rest = rest
        kinds: list[Type] = [Type(package, first)]
        if first in package.values:
            kinds = self._types(package.values[first])
        for part in rest:
            found = self._of_any(kinds, part)
            if found is None:
                return None
            kinds = self._types(found[1])
        return self._of_any(kinds, name)

    def _types(self, declared: Declared, steps: int = MOST_CALLS) -> list[Type]:
        """The types it mentions, up to one that is not of the repository."""
        found: list[Type] = []
        for path, qualifier, name in declared.types:
            names = self._names(path)
            package = names.imported.get(qualifier) if qualifier else names.own
            if package is None:
                break
            if name not in package.values:
                found.append(Type(package, name))
            elif steps:  # var shared = NewPool()
                found += self._types(package.values[name], steps - 1)
        return found

    def _of_any(self, kinds: Sequence[Type], name: str) -> tuple[str, Declared] | None:
        for kind in kinds:
            found = self._of(kind, name)
            if found is not None:
                return found
        return None

    def _of(self, kind: Type, name: str) -> tuple[str, Declared] | None:
        """Of the type itself, or of those it embeds."""
        waiting = [kind]
        for each in waiting:  # grows while it is walked
            declared = each.package.members.get((each.name, name))
            if declared is not None:
                return f"{each.name}.{name}", declared
            if len(waiting) < MOST_TYPES:
                waiting += self._types(Declared(types=each.package.bases.get(each.name, [])))
        return None
