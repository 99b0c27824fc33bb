"""An outline while it is being written: symbols may come in any order and are numbered at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from retrieval.types import Import, ParsedFile, Reference, Symbol


@dataclass(frozen=True, slots=True)
class _Spot:
    line: int
    column: int


class OutlineDraft:
    """Parents and scopes are the numbers that `add` gave; `finish` turns them into final indices."""

    def __init__(self) -> None:
        self._symbols: list[Symbol] = []
        self._references: list[Reference] = []
        self._imports: list[Import] = []

    def add(self, symbol: Symbol) -> int:
        self._symbols.append(symbol)
        return len(self._symbols) - 1

    def refer(self, reference: Reference) -> None:
        self._references.append(reference)

    def need(self, imported: Import) -> None:
        self._imports.append(imported)

    def symbol(self, number: int) -> Symbol:
        return self._symbols[number]

    def names(self) -> Iterable[Symbol]:
        return self._symbols

    def innermost(self, lines: Iterable[int]) -> list[int | None]:
        """The symbol around each of some rising lines that begins last, for what a scanner of lines found."""
        starts = sorted((symbol.start_line, number) for number, symbol in enumerate(self._symbols))
        found: list[int | None] = []
        around: list[int] = []
        at = 0
        for line in lines:
            while at < len(starts) and starts[at][0] <= line:
                around.append(starts[at][1])
                at += 1
            while around and self._symbols[around[-1]].end_line < line:
                around.pop()
            found.append(around[-1] if around else None)
        return found

    def finish(self, language: str, complete: bool, namespace: str = "") -> ParsedFile:
        order = sorted(
            range(len(self._symbols)), key=lambda number: (self._symbols[number].start_line, number)
        )
        final = {number: index for index, number in enumerate(order)}

        def moved(number: int | None) -> int | None:
            return None if number is None else final[number]

        symbols = [self._symbols[number] for number in order]
        return ParsedFile(
            language,
            namespace,
            tuple(
                symbol if symbol.parent is None else replace(symbol, parent=moved(symbol.parent))
                for symbol in symbols
            ),
            tuple(
                reference if reference.scope is None else replace(reference, scope=moved(reference.scope))
                for reference in sorted(self._references, key=_place)
            ),
            tuple(
                imported if imported.scope is None else replace(imported, scope=moved(imported.scope))
                for imported in sorted(self._imports, key=lambda imported: imported.start_line)
            ),
            complete,
        )


def _place(reference: Reference) -> tuple[int, int]:
    return reference.line, reference.column
