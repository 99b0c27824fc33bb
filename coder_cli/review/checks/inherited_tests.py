"""Whether a test that is gone is still run, since its class has it from another."""

from __future__ import annotations

import re

from coder_cli.review.checks.ground import Ground
from coder_cli.review.checks.tests_of import Test
from coder_cli.review.checks.users import bases
from retrieval.scopes import TYPES
from retrieval.types import ParsedFile

_MOST_STEPS = 4  # from a class to one that it inherits from


def is_inherited(ground: Ground, test: Test) -> bool:
    """Whether a class that its class is made of has a method of this name."""
    owner, _, name = test.name.rpartition(".")
    parsed = ground.after.parsed(test.path)
    if not owner or " " in test.name or parsed is None:
        return False
    wanted = _bases(parsed, owner.rpartition(".")[2])
    seen: set[str] = set()
    for _ in range(_MOST_STEPS):
        fresh = wanted - seen
        if not fresh:
            break
        seen |= fresh
        wanted = set()
        for path in ground.after.naming(fresh):
            other = ground.after.parsed(path)
            for kind in fresh if other is not None else ():
                if other is not None and _has(other, kind, name):
                    return True
                wanted |= _bases(other, kind) if other is not None else set()
    return False


def _has(parsed: ParsedFile, owner: str, name: str) -> bool:
    return any(
        symbol.name == name and symbol.parent is not None and parsed.symbols[symbol.parent].name == owner
        for symbol in parsed.symbols
    )


def _bases(parsed: ParsedFile, owner: str) -> set[str]:
    """The names of what a type of this file extends, as they are called where they are defined."""
    found = {
        base.name
        for index, symbol in enumerate(parsed.symbols)
        if symbol.name == owner and symbol.kind in TYPES
        for base in bases(parsed, index)
    }
    aliases = {
        each.alias: each.name for statement in parsed.imports for each in statement.names if each.alias
    } | {statement.alias: statement.module for statement in parsed.imports if statement.alias}
    return {re.split(r"[.:\\\\]+", aliases.get(name, name))[-1] for name in found} - {""}
