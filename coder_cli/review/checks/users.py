"""Who uses what has one of a few names: a graph of symbols that holds no more than that needs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from coder_cli.review.checks.ground import Ground
from retrieval.definitions import Definition, SymbolGraph, Usage
from retrieval.project import RepositoryProject
from retrieval.types import ParsedFile, Reference, ReferenceKind, Symbol, SymbolKind

# Where no compiler tells what a call of a method means.
_DYNAMIC = frozenset({"python", "javascript", "ruby", "php"})
# `"check.h"`, `<absl/log/check.h>`; those of the language have no folder, those of the system this one.
_OF_A_PROJECT = re.compile(r"#\s*include\s*(?:\"|<(?!sys/)[^>]*/)")
_CARGO = re.compile(r"(?:^|/)(?:(?:lib|main|build)\.rs$|(?:bin|tests?|examples|benches)/)")
_SHORTEST_BY_NAME = 8  # letters: objects of any library have methods with short names
# What objects of the language itself, or of every library, have.
_OF_ALL = {
    "python": frozenset(
        name for each in (str, bytes, dict, set, list, date, datetime, Path, Exception) for name in dir(each)
    ),
    "php": frozenset(
        {"getMessage", "getPrevious", "getTraceAsString", "getIterator", "offsetGet", "offsetSet"}
    ),
    "javascript": frozenset(
        {"toString", "hasOwnProperty", "addEventListener", "removeEventListener", "setAttribute"}
    ),
    "ruby": frozenset(
        {"respond_to?", "instance_of?", "each_with_index", "method_missing", "inspect", "to_s", "hash", "dup"}
    ),
}
_OF_RUBY = frozenset(
    {
        "Object",
        "Kernel",
        "Module",
        "Class",
        "String",
        "Symbol",
        "Array",
        "Hash",
        "Integer",
        "Float",
        "Time",
        "Proc",
    }
    | {
        "BasicObject",
        "Comparable",
        "Enumerable",
        "Exception",
        "StandardError",
        "IO",
        "File",
        "Range",
        "Struct",
    }
)
_OF_C = frozenset({"uint", "ushort", "ulong"})  # of <sys/types.h>, on most systems
# Of `kotlin` and `kotlin.collections`, which every file has.
_OF_KOTLIN = re.compile(
    r"(?:array|list|map|set|sequence|mutable(?:List|Map|Set)|hash(?:Map|Set)|linked(?:Map|Set)|sorted(?:Map|Set)"
    r"|max|min)Of|(?:empty|build|to)(?:List|Map|Set|Sequence|String)|also|apply|assert|check(?:NotNull)?|error"
    r"|filter|find|first|flatMap|fold|forEach|generateSequence|is(?:Not)?Empty|joinToString|last|lazy|let|map|max|min|minus"
    r"|plus|print(?:ln)?|reduce|repeat|require(?:NotNull)?|run(?:Catching)?|single|sum|take(?:If|Unless)|to|use|with"
    r"|zip"
)
_FUNCTIONS = {SymbolKind.FUNCTION, SymbolKind.METHOD}


class Users:
    """All of a repository is looked through once, by the bytes of its parses; the rest is never unpacked."""

    def __init__(self, project: RepositoryProject, names: Collection[str]) -> None:
        self.project = project
        self.paths: Sequence[str] = project.naming(names)
        graph = project.graph()
        known = [path for path in self.paths if path in graph]
        # What passes a name on without naming it (`export *`, a header) is needed, but Python's modules are
        # found by themselves.
        through = [path for path in known if project.language(path) != "python"]
        kept = {*known, *(graph.closure(through) if through else ())}
        self.symbols = SymbolGraph(project, graph.within(kept))

    def usages(self, path: str, symbol: int) -> Sequence[Usage]:
        return self.symbols.usages(path, symbol) if path in self.symbols.graph else ()

    def definitions_at(self, path: str, line: int, column: int, name: str) -> Sequence[Definition] | None:
        """Of the reference at a place; None where there is none."""
        parsed = self.project.parsed(path)
        if parsed is None or path not in self.symbols.graph:
            return None
        for number, reference in enumerate(parsed.references):
            if reference.line == line and reference.column == column and reference.name == name:
                return self.symbols.definitions(path, number)
        return None

    def is_announced(self, definition: Definition) -> bool:
        """Whether it is a prototype or the like, and what it announces is not known."""
        parsed = self.project.parsed(definition.path)
        return (
            parsed is not None and definition.symbol is not None and parsed.symbols[definition.symbol].forward
        )

    def symbol(self, path: str, index: int) -> Symbol:
        parsed = self.project.parsed(path)
        if parsed is None:
            raise KeyError(path)
        return parsed.symbols[index]

    def named(self, name: str, *, announced: bool = False) -> Iterator[tuple[str, int]]:
        """Every definition of this name that is no local one; those that only announce another if asked."""
        for path in self.paths:
            parsed = self.project.parsed(path)
            for index, symbol in enumerate(parsed.symbols if parsed else ()):
                around = parsed.symbols[symbol.parent] if parsed and symbol.parent is not None else None
                if (
                    symbol.name == name
                    and (announced or not symbol.forward)
                    and not (around and around.kind in _FUNCTIONS)
                ):
                    yield path, index


def bases(parsed: ParsedFile, index: int) -> list[Reference]:
    """What a type extends or implements."""
    symbol = parsed.symbols[index]
    header = range(symbol.line, symbol.signature_end + 1)
    return [each for each in parsed.references if each.kind is ReferenceKind.BASE and each.line in header]


def may_be_known_by_name(name: str, language: str, users: Users) -> bool:
    """Whether a call of this name can hardly mean anything but the one definition that has it."""
    if language not in _DYNAMIC or len(name) < _SHORTEST_BY_NAME or name in _OF_ALL[language]:
        return False
    return len(list(users.named(name))) == 1


def is_of_the_language(name: str, language: str, *, member: bool) -> bool:
    """Whether the language gives it anyway: a class that was only added to, a method of every object, a
    function that was only another one of its name."""
    if language in ("c", "cpp"):
        return name in _OF_C
    if language == "kotlin":
        return not member and _OF_KOTLIN.fullmatch(name) is not None
    return language == "ruby" and name in (_OF_ALL["ruby"] if member else _OF_RUBY)


def includes_others(ground: Ground, user: str) -> bool:
    """Whether its includes lead to a header of another project since: that may give anything."""
    path = ground.by_old_path[user].path if user in ground.by_old_path else user
    parsed = ground.after.parsed(path)
    if parsed is None or path not in ground.by_path:
        return False
    graph = ground.after.graph()
    found = (
        {each.line for to in graph.dependencies_of(path) for each in graph.why(path, to)}
        if path in graph
        else set()
    )
    lines = ground.new_lines(path)
    return lines is not None and any(
        ground.was_touched(path, each.start_line, each.end_line)
        and each.start_line not in found
        and _OF_A_PROJECT.search(lines.line(each.start_line))
        for each in parsed.imports
    )


def is_of_a_macro(ground: Ground, usage: Usage) -> bool:
    """`@flatten` within a macro of Rust names a branch of the macro."""
    lines = ground.old_lines(usage.path)
    at = usage.reference.column - 1
    return (
        lines is not None
        and lines.language == "rust"
        and lines.line(usage.reference.line)[at : at + 1] == "@"
    )


def is_compiled(project: RepositoryProject, path: str) -> bool:
    """Rust reads a file where another one says `mod`, where Cargo looks for it, or is told of a program."""
    if project.language(path) != "rust" or _CARGO.search(path):
        return True
    parsed = project.parsed(path)
    if parsed is not None and any(each.name == "main" for each in parsed.symbols):
        return True
    return path in project.graph() and bool(project.graph().dependents_of(path))


def requires_it(ground: Ground, user: str, name: str) -> bool:
    """In Ruby, whether its file loads a library of that name, whose module others may add to."""
    text = ground.after.text(user) if user.endswith(".rb") else None
    return text is not None and bool(
        re.search(rf"^\s*require\s*\(?[\"']{re.escape(name.lower())}\b", text, re.MULTILINE)
    )
