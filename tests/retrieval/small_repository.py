"""Repositories made by hand or by chance, without git, grammars and disk: what build_context needs of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from retrieval.graph import DependencyGraph
from retrieval.types import (
    Dependency,
    Import,
    ParsedFile,
    Reference,
    ReferenceKind,
    Skip,
    Skipped,
    SourceFile,
    Symbol,
    SymbolKind,
)


@dataclass
class SmallRepository:
    texts: Mapping[str, str]
    parses: Mapping[str, ParsedFile] = field(default_factory=dict)
    dependencies: Iterable[Dependency] = ()
    skipped: Mapping[str, Skipped] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.graph = DependencyGraph([*self.texts, *self.skipped], self.dependencies)

    def read(self, path: str) -> SourceFile | Skipped:
        if path in self.texts:
            return SourceFile(path, "python", self.texts[path], "")
        return self.skipped.get(path, Skipped(path, Skip.GONE))

    def parsed(self, path: str) -> ParsedFile | None:
        return self.parses.get(path)


def of_functions(files: Mapping[str, Mapping[str, Iterable[str]]]) -> SmallRepository:
    """Python files by path: functions by name, and what each calls, as `module.function` or `function`.

    Every call of another module makes an import and a dependency.
    """
    home = {
        f"{path.removesuffix('.py').rpartition('/')[2]}.{name}": path
        for path, functions in files.items()
        for name in functions
    }
    texts, parses, dependencies = {}, {}, []
    for path, functions in files.items():
        calls = [call for called in functions.values() for call in called]
        modules = sorted({call.partition(".")[0] for call in calls if "." in call})
        lines = [f"import {module}" for module in modules]
        imports = tuple(Import(module, number, number) for number, module in enumerate(modules, start=1))
        symbols: list[Symbol] = []
        references: list[Reference] = []
        for name, called in functions.items():
            start = len(lines) + 1
            lines += [f"def {name}(argument):", f'    """Does {name}."""']
            for call in called:
                lines.append(f"    {call}(argument)")
                qualifier, _, function = call.rpartition(".")
                references.append(
                    Reference(function, len(lines), 4, ReferenceKind.CALL, qualifier, len(symbols))
                )
            lines += ["    return argument", ""]
            symbols.append(
                Symbol(name, SymbolKind.FUNCTION, start, 4, start, len(lines) - 1, start, doc=f"Does {name}.")
            )
        dependencies += [
            Dependency(path, home[call], modules.index(call.partition(".")[0]) + 1, call)
            for call in calls
            if call in home and home[call] != path
        ]
        texts[path] = "\n".join(lines)
        parses[path] = ParsedFile(
            "python", symbols=tuple(symbols), references=tuple(references), imports=imports
        )
    return SmallRepository(texts, parses, dependencies)
