"""What a name behind a dot refers to in Go: a member, found through what made the value that has it."""

from __future__ import annotations

from collections.abc import Callable

from retrieval.languages.base import Project
from retrieval.languages.go.members import Search
from retrieval.languages.go.packages import Packages
from retrieval.scopes import FileScopes, Place


class GoNames:
    def __init__(self, project: Project, scopes: Callable[[str], FileScopes]) -> None:
        self._packages = Packages(project)
        self._scopes = scopes
        self._search = Search(lambda path: self._packages.around(path).names())

    def meanings(self, path: str, number: int) -> tuple[list[Place], bool]:
        """The places that declare it, and whether it is known to be another repository's."""
        scopes = self._scopes(path)
        reference = scopes.parsed.references[number]
        first = _first_name(reference.qualifier)
        package = self._packages.around(path).called.get(reference.qualifier)
        if package is not None and scopes.root_of(number) is not None:
            files = package.declaring(reference.name, tests=path.endswith("_test.go"))
            return [place for each in files for place in self._declared(each, "", reference.name)], False
        if package is not None or not self._is_known(path, first):
            return [], False
        found = self._search.member(path, reference.qualifier, reference.name)
        if found is None:
            return [], first in self._foreign(path)
        owner = found[0].rpartition(".")[0]
        return [
            place for each in found[1].paths for place in self._declared(each, owner, reference.name)
        ], False

    def _is_known(self, path: str, name: str) -> bool:
        """Not so of a local that nothing is known of: it is no reference."""
        references = self._scopes(path).parsed.references
        return any(not references[number].qualifier for number in self._scopes(path).uses.get(name, ()))

    def _foreign(self, path: str) -> set[str]:
        """The packages that a file imports from elsewhere, as it calls them."""
        around = self._packages.around(path)
        imports = self._scopes(path).parsed.imports
        called = {each.alias or each.module.rpartition("/")[2] for each in imports}
        return called - around.called.keys()

    def _declared(self, path: str, owner: str, name: str) -> list[Place]:
        symbols = self._scopes(path).parsed.symbols
        return [
            Place(path, index)
            for index, symbol in enumerate(symbols)
            if symbol.name == name
            and owner == (symbol.owner if symbol.parent is None else symbols[symbol.parent].name)
        ]


def _first_name(qualifier: str) -> str:
    return qualifier.partition(".")[0].removesuffix("()").removesuffix("{}")
