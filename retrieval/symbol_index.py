"""Every symbol of a repository by name."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from retrieval.graph import DependencyGraph
from retrieval.languages.ecmascript.exports import DEFAULT, WHOLE
from retrieval.scopes import FUNCTIONS, TYPES, Place
from retrieval.types import ParsedFile, Symbol

_WITHOUT_NAME = frozenset({DEFAULT, WHOLE})


@dataclass(frozen=True, slots=True)
class Known:
    """What the index keeps of a symbol."""

    place: Place
    language: str
    owner: str  # the name of its type, wherever the symbol stands; of its function, if it is a local one
    member: bool  # of a type
    local: bool  # of a function
    forward: bool
    private: bool


class SymbolIndex:
    """Every symbol of a repository by name; where names are used, and under which other names."""

    def __init__(self, files: Iterable[tuple[str, ParsedFile]]) -> None:
        self._symbols: defaultdict[str, list[Known]] = defaultdict(list)
        self._users: defaultdict[str, list[str]] = defaultdict(list)
        self._aliases: defaultdict[str, set[str]] = defaultdict(set)
        # Of ECMAScript: what files call what other modules give without a name, and what is given so.
        self._unnamed: defaultdict[str, set[str]] = defaultdict(set)
        self._given_unnamed = set(_WITHOUT_NAME)
        for path, parsed in files:
            self._add(path, parsed)

    def _add(self, path: str, parsed: ParsedFile) -> None:
        for index, symbol in enumerate(parsed.symbols):
            around = None if symbol.parent is None else parsed.symbols[symbol.parent]
            in_type = around is not None and around.kind in TYPES
            owner = symbol.owner.rpartition("::")[2] or (around.name if around else "")
            self._symbols[symbol.name].append(
                Known(
                    Place(path, index),
                    parsed.language,
                    owner,
                    bool(symbol.owner) or in_type,
                    around is not None and around.kind in FUNCTIONS,
                    symbol.forward,
                    symbol.private,
                )
            )
        for name in {reference.name for reference in parsed.references}:
            self._users[name].append(path)
        for imported in parsed.imports:
            for each in imported.names:
                if each.name in _WITHOUT_NAME:
                    self._unnamed[path].add(each.alias or each.name)
                elif each.alias:
                    self._aliases[each.name].add(each.alias)
            if imported.alias and not imported.names:
                self._unnamed[path].add(imported.alias)
        for each in parsed.exports:
            if each.alias not in _WITHOUT_NAME:
                self._aliases[each.name].add(each.alias)
            else:
                self._given_unnamed.add(each.name)
                self._unnamed[path].add(each.alias)

    def named(self, name: str) -> Sequence[Known]:
        return self._symbols.get(name, ())

    def known_as(self, name: str, path: str, graph: DependencyGraph) -> list[str]:
        """The name of a symbol of a file, and all that imports and exports make of it."""
        found = self._renamed([name])
        if not self._given_unnamed.isdisjoint(found):
            found = self._renamed([*found, *sorted(self._named_by_users(path, graph).difference(found))])
        return found

    def _renamed(self, found: list[str]) -> list[str]:
        for each in found:  # grows while it is walked
            found += sorted(alias for alias in self._aliases.get(each, ()) if alias not in found)
        return found

    def _named_by_users(self, path: str, graph: DependencyGraph) -> set[str]:
        """What the users of a file, and of those that pass it on, call what a module gives without a name."""
        found: set[str] = set()
        waiting = [path]
        seen = {path}
        for each in waiting:  # grows while it is walked
            for user in graph.dependents_of(each) if each in graph else ():
                names = self._unnamed.get(user, set())
                found |= names
                if user not in seen and not names.isdisjoint(_WITHOUT_NAME):
                    seen.add(user)
                    waiting.append(user)
        return found - _WITHOUT_NAME

    def users(self, name: str) -> Sequence[str]:
        """The files with a reference of this name."""
        return self._users.get(name, ())

    def owned(self, name: str, owner: str, path: str, graph: DependencyGraph) -> list[Place]:
        """Members that stand apart from their type: beside it, in its folder, or in files that need it."""
        folder = posixpath.dirname(path)
        found = [
            each
            for each in self.named(name)
            if each.owner == owner
            and each.member
            and (posixpath.dirname(each.place.path) == folder or needs(graph, each.place.path, path))
        ]
        defined = [each.place for each in found if not each.forward]
        return defined or [each.place for each in found]

    def defined(self, place: Place, symbol: Symbol, graph: DependencyGraph) -> Place:
        """For what is only announced in a file: its one definition among the files that need that file."""
        if not symbol.forward:
            return place
        announced = next((each for each in self.named(symbol.name) if each.place == place), None)
        if announced is None:
            return place
        found = [
            each.place
            for each in self.named(symbol.name)
            if not each.forward
            and each.owner == announced.owner
            and (not each.private or each.place.path == place.path)
            and needs(graph, each.place.path, place.path)
        ]
        return found[0] if len(found) == 1 else place


def needs(graph: DependencyGraph, path: str, needed: str) -> bool:
    return path == needed or (path in graph and needed in graph.dependencies_of(path))
