"""From a use of a name to its definition, and from a definition to its uses.

An edge is exact where scopes, imports and classes leave one definition. Else it is by name: what is named so
nearest by, in the file, in what it needs, anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from retrieval.go_names import GoNames
from retrieval.graph import DependencyGraph
from retrieval.languages.base import Project
from retrieval.languages.python.modules import Module, Modules
from retrieval.plain_names import OPEN_TYPES, PlainNames
from retrieval.python_meanings import Meanings
from retrieval.python_names import PythonNames
from retrieval.scopes import FileScopes, Place, family
from retrieval.symbol_index import SymbolIndex
from retrieval.types import ParsedFile, Reference

MOST_SCOPES = 2_000  # files whose look-ups are kept
MOST_DEFINITIONS = 4_000  # uses whose definitions are kept: of one name, many symbols are asked for in turn
NAME = re.compile(r"[^\W\d]\w*")
DOTTED_BEFORE = re.compile(r"[\w.]*\.$")
MOST_BY_NAME = 8  # a name that more symbols have, equally near, says nothing


@dataclass(frozen=True, slots=True)
class Definition:
    path: str
    symbol: int | None  # its index; None is the file itself, as a module
    exact: bool  # or by name


@dataclass(frozen=True, slots=True)
class Usage:
    path: str
    reference: Reference
    exact: bool  # or by name


class SymbolGraph:
    """The uses and definitions of a repository. Everything is computed when it is asked for."""

    def __init__(self, project: Project, graph: DependencyGraph) -> None:
        self.project = project
        self.graph = graph
        self._scopes = lru_cache(maxsize=MOST_SCOPES)(self._scopes_of)
        self._definitions = lru_cache(maxsize=MOST_DEFINITIONS)(self._definitions_of)

    def definition(self, path: str, line: int, column: int) -> Definition | None:
        """Of the name at this place, or that ends there. A definition's own name is defined by itself."""
        scopes = self._scopes(path)
        number = scopes.reference_at(line, column)
        if number is not None:
            return next(iter(self.definitions(path, number)), None)
        symbol = scopes.symbol_at(line, column)
        if symbol is not None:
            return Definition(path, symbol, exact=True)
        return next(iter(self._imported(path, line, column)), None)

    def _imported(self, path: str, line: int, column: int) -> Sequence[Definition]:
        """What a name in an import statement is: a symbol of another file, or a file."""
        parsed = self._scopes(path).parsed
        imported = next((one for one in parsed.imports if one.start_line <= line <= one.end_line), None)
        lines = (self.project.text(path) or "").split("\n") if imported is not None else []
        written = lines[line - 1] if line <= len(lines) else ""
        word = next((one for one in NAME.finditer(written) if one.start() <= column <= one.end()), None)
        if imported is None or word is None:
            return ()
        if parsed.language == "python":
            before = DOTTED_BEFORE.search(written, 0, word.start())
            found, elsewhere = _places(
                self._python.imported(path, imported, word[0], before[0] if before else "")
            )
        else:
            found, elsewhere = list(self._plain.imported(path, imported, word[0])), False
        return [Definition(where, symbol, exact=len(found) == 1 and not elsewhere) for where, symbol in found]

    def definitions(self, path: str, number: int) -> Sequence[Definition]:
        """All that a reference, given by its number in its file, may mean. Exact ones stand alone."""
        return self._definitions(path, number)

    def _definitions_of(self, path: str, number: int) -> Sequence[Definition]:
        reference = self._scopes(path).parsed.references[number]
        if self._scopes(path).parsed.language == "python":
            found, elsewhere = _places(self._python.meanings(path, number))
        else:
            places, elsewhere = self._meanings(path, number)
            found = [(each.path, each.symbol) for each in places]
        if found or elsewhere:
            return [
                Definition(where, symbol, exact=len(found) == 1 and not elsewhere) for where, symbol in found
            ]
        return [Definition(each.path, each.symbol, exact=False) for each in self._by_name(path, reference)]

    def _meanings(self, path: str, number: int) -> tuple[Sequence[Place], bool]:
        parsed = self._scopes(path).parsed
        reference = parsed.references[number]
        if parsed.language == "go" and reference.qualifier:
            places, elsewhere = self._go.meanings(path, number)
            if places or elsewhere:
                return places, elsewhere
        return self._plain.meanings(path, number), False

    def usages(self, path: str, symbol: int) -> Sequence[Usage]:
        """Where a symbol is used, or may be: by path and place. Imports of it are no uses."""
        scopes = self._scopes(path)
        same = set(scopes.redefined(symbol))
        names = self._index.known_as(scopes.parsed.symbols[symbol].name, path, self.graph)
        users = sorted({user for name in names for user in self._index.users(name)})
        return [usage for user in users for usage in self._usages_in(user, names, path, same)]

    def _usages_in(self, user: str, names: Sequence[str], path: str, symbols: set[int]) -> Iterator[Usage]:
        scopes = self._scopes(user)
        for number in sorted(number for name in names for number in scopes.uses.get(name, ())):
            for found in self.definitions(user, number):
                if found.path == path and found.symbol in symbols:
                    yield Usage(user, scopes.parsed.references[number], found.exact)
                    break

    def _scopes_of(self, path: str) -> FileScopes:
        return FileScopes(self.project.parsed(path) or ParsedFile(""))

    @cached_property
    def _index(self) -> SymbolIndex:
        return SymbolIndex(self._parses())

    def _parses(self) -> Iterator[tuple[str, ParsedFile]]:
        for path in self.graph.paths:
            parsed = self.project.parsed(path)
            if parsed is not None:
                yield path, parsed

    @cached_property
    def _python(self) -> PythonNames:
        return PythonNames(Modules(self.project), self._scopes)

    @cached_property
    def _go(self) -> GoNames:
        return GoNames(self.project, self._scopes)

    @cached_property
    def _plain(self) -> PlainNames:
        return PlainNames(self._scopes, self.graph, self._index)

    def _by_name(self, path: str, reference: Reference) -> Sequence[Place]:
        """Symbols of this name in the file itself; else in those it needs; else in any."""
        language = self._scopes(path).parsed.language
        found = [
            each
            for each in self._index.named(reference.name)
            if family(each.language) == family(language)
            and (not each.private or each.place.path == path)
            and not each.local
            and (reference.qualifier or not each.member or language in OPEN_TYPES)
        ]
        needed = set(self.graph.dependencies_of(path)) if path in self.graph else set()
        for circle in ({path}, needed, None):
            near = [each for each in found if circle is None or each.place.path in circle]
            if near:
                defined = [each.place for each in near if not each.forward]
                defined = defined or [each.place for each in near]
                return defined if len(defined) <= MOST_BY_NAME else ()
        return ()


def _places(meanings: Meanings) -> tuple[list[tuple[str, int | None]], bool]:
    """Files with a symbol, or None for all of a file; and whether anything is known to be elsewhere."""
    found: list[tuple[str, int | None]] = []
    elsewhere = False
    for meaning in meanings:
        if isinstance(meaning, Place):
            found.append((meaning.path, meaning.symbol))
        elif isinstance(meaning, Module) and meaning.file is not None:
            found.append((meaning.file, None))
        else:
            elsewhere = True
    return found, elsewhere
