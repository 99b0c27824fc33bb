"""What a class of tests has from others: a test that is gone from it may still be run."""

from __future__ import annotations

import re

from coder_cli.review.checks.ground import Ground
from coder_cli.review.checks.users import bases
from retrieval.scopes import TYPES
from retrieval.types import ParsedFile

_MOST_STEPS = 4  # from a class to one that it inherits from


def inherited_by(ground: Ground, path: str, owner: str) -> frozenset[str]:
    """The names of all methods of the classes that a class of this file is made of, after the change."""
    parsed = ground.after.parsed(path)
    wanted = _bases(parsed, owner) if parsed is not None else set()
    seen: set[str] = set()
    names: set[str] = set()
    for _ in range(_MOST_STEPS):
        fresh, wanted = wanted - seen, set()
        if not fresh:
            break
        seen |= fresh
        found = [ground.after.parsed(each) for each in ground.after.naming(fresh)]
        for kind in fresh:
            for other in filter(None, found):
                names |= _members(other, kind)
                wanted |= _bases(other, kind)
    return frozenset(names)


def _members(parsed: ParsedFile, owner: str) -> set[str]:
    return {
        symbol.name
        for symbol in parsed.symbols
        if symbol.parent is not None and parsed.symbols[symbol.parent].name == owner
    }


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
    return {re.split(r"[.:\\]+", aliases.get(name, name))[-1] for name in found} - {""}
