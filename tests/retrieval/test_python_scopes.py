"""Python's own compiler is the oracle: it knows which names are local variables, and where each is read.

Every name that it reads from the module or the builtins is a reference, and no local variable is one. The
code read is this project's, and the standard library's oddest modules.
"""

from __future__ import annotations

import builtins
import dis
import email.message
import enum
import functools
import inspect
import re
import typing
import unittest.mock
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from retrieval.languages.python.scopes import BUILTINS
from retrieval.parse import parse
from retrieval.scopes import FUNCTIONS
from retrieval.types import ParsedFile, SourceFile

ROOT = Path(__file__).parents[2]
ODD: tuple[ModuleType, ...] = (email.message, enum, functools, inspect, typing, unittest.mock)
FILES = sorted(
    [
        *(ROOT / "retrieval").rglob("python*.py"),
        *(ROOT / "coder_cli").glob("*.py"),
        *(Path(str(module.__file__)) for module in ODD),
    ]
)
Place = tuple[int, int, str]
READS = {"LOAD_GLOBAL", "LOAD_NAME"}
READS_LOCAL = {"LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE", "LOAD_FAST_CHECK", "LOAD_FAST_AND_CLEAR"}


def code_objects(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from code_objects(constant)


def reads(text: str, operations: set[str]) -> Iterator[Place]:
    """Line, column in characters, and name of what the compiled code reads by these operations."""
    lines = text.split("\n")
    for code in code_objects(compile(text, "file", "exec", dont_inherit=True)):
        for each in dis.get_instructions(code):
            at = each.positions
            if each.opname not in operations or at is None or at.lineno is None or at.col_offset is None:
                continue
            name = str(each.argval)
            column = len(lines[at.lineno - 1].encode()[: at.col_offset].decode())
            # A decorator, a class's own bookkeeping and the like are read at other places than their names.
            end = at.lineno, at.col_offset + len(name.encode())
            if lines[at.lineno - 1].startswith(name, column) and (at.end_lineno, at.end_col_offset) == end:
                yield at.lineno, column, name


def bare_references(parsed: ParsedFile) -> set[Place]:
    return {(each.line, each.column, each.name) for each in parsed.references if not each.qualifier}


def is_of_module(parsed: ParsedFile, text: str, name: str) -> bool:
    """Not one of Python's own, nor what `except` binds for a while."""
    bound = {symbol.name for symbol in parsed.symbols if symbol.parent is None} | kept(parsed)
    return (name not in BUILTINS or name in bound) and not re.search(rf"except[^\n]* as {name}:", text)


def kept(parsed: ParsedFile) -> set[str]:
    """Local names that are references all the same: functions, classes and imports within functions."""
    inner = {
        symbol.name
        for symbol in parsed.symbols
        if symbol.parent is not None and parsed.symbols[symbol.parent].kind in FUNCTIONS
    }
    bound: set[str] = set()
    for imported in parsed.imports:
        bound |= {each.alias or each.name for each in imported.names}
        bound |= {imported.alias or imported.module.partition(".")[0]}
    return inner | bound


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_references_are_what_the_compiler_reads_from_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    parsed = parse(SourceFile(path.name, "python", text, "0" * 40))
    assert parsed is not None
    found = bare_references(parsed)
    outside = {each for each in reads(text, READS) if is_of_module(parsed, text, each[2])}
    assert not outside - found
    local = {each for each in reads(text, READS_LOCAL) if each[2] not in kept(parsed)}
    assert not local & found


def test_the_builtins_are_those_of_this_interpreter() -> None:
    assert {name for name in dir(builtins) if name != "_"} <= BUILTINS
