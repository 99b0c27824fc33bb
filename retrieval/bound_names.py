"""Which names an import binds in its file, and as what these are known where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from retrieval.languages.ecmascript.exports import DEFAULT, WHOLE
from retrieval.scopes import family
from retrieval.types import Import, ParsedFile

LAST_NAME = re.compile(r"(?:.*?(?:\.|::|->|\\))?\s*([^\W\d]\w*)")


def names_bound(imported: Import, name: str, language: str) -> Iterator[str]:
    """As what an import brings a name from elsewhere."""
    for each in imported.names:
        if each.name == "*":
            if name != DEFAULT:  # which `export *` leaves out
                yield name
        elif (each.alias or each.name) == name:
            yield each.name
    if imported.names:
        return
    called = LAST_NAME.fullmatch(imported.module)
    if family(language) == "ecmascript":
        if imported.alias == name:
            yield WHOLE
    elif imported.alias == name and called is not None:
        yield called[1]
    elif called is not None and called[1] == name and not imported.alias:
        yield name


def names_in(imported: Import, word: str, language: str) -> set[str]:
    """What a word of an import statement is called where it comes from; empty where it is a file."""
    names = {each.name for each in imported.names if word in (each.name, each.alias)}
    if names or imported.names:
        return names
    called = LAST_NAME.fullmatch(imported.module)
    if family(language) == "ecmascript":
        return {WHOLE} if word == imported.alias else set()
    return {called[1] if called else word} if word in (imported.alias, called[1] if called else "") else set()


def calls_module(imported: Import, name: str, language: str) -> bool:
    """Whether a name stands for the files that an import leads to, and what is behind its dot for theirs."""
    if family(language) == "ecmascript":
        return name == imported.alias or by_default(imported, name)
    called = imported.alias or LAST_NAME.sub(r"\1", imported.module.rpartition("/")[2])
    return called == name or any((each.alias or each.name) == name for each in imported.names)


def by_default(imported: Import, name: str) -> bool:
    """Whether it is what ECMAScript imports by default: of CommonJS all that a module exports."""
    return any(each.name == DEFAULT and each.alias == name for each in imported.names)


def has_default(parsed: ParsedFile) -> bool:
    """Whether a module exports one value by default."""
    return (
        any(each.alias == DEFAULT for each in parsed.exports)
        or any(symbol.name == DEFAULT and symbol.parent is None for symbol in parsed.symbols)
        or any(DEFAULT in (each.alias or each.name,) for one in parsed.imports for each in one.names)
    )
