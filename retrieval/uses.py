"""What one file uses of another, by name: the part of a dependency that is worth its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from retrieval.languages.ecmascript.exports import DEFAULT, WHOLE
from retrieval.signatures import CONTAINERS
from retrieval.skeleton import Wanted, innermost
from retrieval.types import Dependency, Import, ParsedFile, Reference, ReferenceKind, SymbolKind

_NEAR = 4  # a use near the place in question counts as so many others
_SELF = frozenset({"self", "this", "cls", "super", "super()", "Self", "@", "base", "parent", "static"})
_CONSTRUCTORS = frozenset(
    {"__init__", "__new__", "__post_init__", "constructor", "initialize", "__construct", "new", "init"}
)
# A method of these is meant only where its type is named, or where the parse tells it.
_TYPED_LANGUAGES = frozenset({"go", "c", "cpp"})
# A method with such a name is taken for the one that is called, even where its type is not named.
_TELLING = re.compile(r"\w_\w|[a-z][A-Z]|\w{8}")
_ASIDE = re.compile(
    r"(?:^|[/_.-])(?:tests?|specs?|__tests__|testing|examples?|benchmarks?|docs?"
    r"|vendor|third[_-]party|external|deps|node_modules)(?:[/_.-]|$)"
    r"|Tests?\.\w+$",
    re.IGNORECASE,
)
_VALUES = frozenset({SymbolKind.FIELD, SymbolKind.CONSTANT, SymbolKind.VARIABLE})
_SHORT_TYPE = 30  # lines; a type that is used is shown whole up to here
_SHORT_CALLER = 15  # lines; up to here a function that uses something is shown whole
_AROUND_USE = 3  # lines on either side of a use in a longer one
_MOST_PLACES = 3  # in one file

Lines = tuple[int, int]


def used_symbols(
    user: ParsedFile,
    needed: ParsedFile,
    why: Iterable[Dependency],
    near: Lines | None = None,
    only: bool = False,
) -> dict[int, int]:
    """Symbols of `needed` that `user` names, and how often it does; `why` made the edge between the files.

    A symbol of the file itself counts where it is imported by name, or used and not defined by the user; a
    member where it is used through something. Uses `near` these lines count more, or with `only` alone.
    """
    why = list(why)
    named, everything = _imported(user, needed, {one.line for one in why})
    own = {symbol.name for symbol in user.symbols if symbol.parent is None and not symbol.forward}
    plain, through = _used_names(user, named, own, near, only)
    inherits = {one.name for one in user.references if one.kind is ReferenceKind.BASE}
    known = {one.name for one in user.references} | set(named)
    led_to = {one.name for one in why}
    typed = _typed_names(user) if needed.language == "go" else frozenset()
    weights: dict[int, int] = {}
    for index, symbol in enumerate(needed.symbols):
        weight = 0
        if _is_free(needed, index):
            weight = through[symbol.name]
            if symbol.name in named.values():
                weight += plain[symbol.name] + (not only)
            elif everything:
                weight += plain[symbol.name]
        else:
            if symbol.kind in _VALUES:
                continue  # they stand in the outline of their type
            owner = symbol.owner or needed.symbols[symbol.parent or 0].name
            owner = owner.rpartition("::")[2]
            is_meant = f"{owner}.{symbol.name}" in led_to
            if not is_meant and symbol.name not in typed:
                by_name = needed.language not in _TYPED_LANGUAGES and _TELLING.search(symbol.name)
                is_meant = owner in known or bool(by_name)
            weight = through[symbol.name] if is_meant else 0
            weight += plain[f".{symbol.name}"] if owner in inherits else 0
        if weight and not symbol.name.startswith("__"):
            weights[index] = weight
    return weights


def _typed_names(user: ParsedFile) -> frozenset[str]:
    """Members in Go all of whose uses have a qualifier that tells a type: the graph knows whose they are."""
    plain = {one.name for one in user.references if not one.qualifier}
    told: dict[str, bool] = {}
    for one in user.references:
        if one.qualifier:
            first = one.qualifier.partition(".")[0].removesuffix("()").removesuffix("{}")
            told[one.name] = told.get(one.name, True) and first in plain
    return frozenset(name for name, always in told.items() if always)


def _imported(user: ParsedFile, needed: ParsedFile, lines: Collection[int]) -> tuple[dict[str, str], bool]:
    """Names as used here -> as defined there; and whether other names of the file can be used plainly.

    A line without an import in it (a type of the same package) says that they can.
    """
    making = [one for one in user.imports if any(one.start_line <= line <= one.end_line for line in lines)]
    given = {each.alias: each.name for each in needed.exports}
    given.setdefault(DEFAULT, given.get(WHOLE, DEFAULT))
    named = {
        name.alias or name.name: given.get(name.name, name.name)
        for one in making
        for name in one.names
        if name.name != "*"
    }
    if WHOLE in given:
        named |= {one.alias: given[WHOLE] for one in making if one.alias and not one.names}
    return named, not making or any(map(_is_open, making)) or _has_other_lines(making, lines)


def _is_open(one: Import) -> bool:
    return not one.names or any(name.name == "*" for name in one.names)


def _has_other_lines(making: Collection[Import], lines: Collection[int]) -> bool:
    return any(not any(one.start_line <= line <= one.end_line for one in making) for line in lines)


def _used_names(
    user: ParsedFile, named: dict[str, str], own: Collection[str], near: Lines | None, only: bool
) -> tuple[Counter[str], Counter[str]]:
    """How often names are used plainly (`.name`: of the object itself), and through something else."""
    plain: Counter[str] = Counter()
    through: Counter[str] = Counter()
    for reference in user.references:
        is_near = near is not None and near[0] <= reference.line <= near[1]
        if only and not is_near:
            continue
        weight = _NEAR if is_near else 1
        if reference.qualifier in _SELF:
            plain[f".{reference.name}"] += weight
        elif reference.qualifier:
            through[reference.name] += weight
        elif reference.name in named:
            plain[named[reference.name]] += weight
        elif reference.name not in own:
            plain[reference.name] += weight
    return plain, through


def _is_free(parsed: ParsedFile, index: int) -> bool:
    """Not a member of a type: it stands in the file itself, or in a namespace."""
    symbol = parsed.symbols[index]
    if symbol.owner:
        return False
    parent = None if symbol.parent is None else parsed.symbols[symbol.parent].kind
    return parent in (None, SymbolKind.NAMESPACE, SymbolKind.MODULE)


def bodies_for(user: ParsedFile, needed: ParsedFile, symbols: Collection[int]) -> Wanted:
    """Functions and short types whole, long types in outline with how they are made."""
    bodies: set[int] = set()
    long: set[int] = set()
    made = {one.name for one in user.references if one.kind in (ReferenceKind.CALL, ReferenceKind.BASE)}
    for index in symbols:
        symbol = needed.symbols[index]
        if symbol.kind not in CONTAINERS or symbol.end_line - symbol.start_line < _SHORT_TYPE:
            bodies.add(index)
        else:
            long.add(index)
            bodies |= _constructors(needed, index) if symbol.name in made else set()
    return Wanted(bodies=frozenset(bodies)) | outlines_for(user, needed, long)


def outlines_for(user: ParsedFile, needed: ParsedFile, symbols: Collection[int]) -> Wanted:
    """Signatures: of a type those of all its members, or how it is made where it is just an annotation."""
    more_than_mentioned = {one.name for one in user.references if one.kind is not ReferenceKind.TYPE}
    members = _members(needed)
    outlined: set[int] = set()
    mentioned: set[int] = set()
    for index in symbols:
        symbol = needed.symbols[index]
        if symbol.kind not in CONTAINERS or symbol.name in more_than_mentioned:
            # Methods that stand outside of their type, as in Go and Rust, are no part of its outline.
            outside = (one for one in members.get(index, ()) if needed.symbols[one].parent != index)
            outlined |= {index, *outside}
        else:
            mentioned |= {index, *_constructors(needed, index)}
    return Wanted(outlined=frozenset(outlined), heads=frozenset(mentioned))


def _constructors(parsed: ParsedFile, index: int) -> set[int]:
    names = {*_CONSTRUCTORS, parsed.symbols[index].name}
    return {one for one in _members(parsed).get(index, ()) if parsed.symbols[one].name in names}


def _members(parsed: ParsedFile) -> dict[int, list[int]]:
    by_name = {symbol.name: index for index, symbol in enumerate(parsed.symbols) if symbol.kind in CONTAINERS}
    members: dict[int, list[int]] = {}
    for index, symbol in enumerate(parsed.symbols):
        of = symbol.parent if symbol.parent is not None else by_name.get(symbol.owner)
        if of is not None:
            members.setdefault(of, []).append(index)
    return members


def uses_of(user: ParsedFile, names: Collection[str]) -> list[Reference]:
    """Where a file uses one of these names, calls first, and of these those through something first."""
    found = [one for one in user.references if one.name in names]
    return sorted(found, key=lambda one: (one.kind is not ReferenceKind.CALL, one.line, one.column))


def shown_around(parsed: ParsedFile, uses: Iterable[Reference], line_count: int) -> Wanted:
    """The first few places of use, each of them once: short functions whole, else the lines around it."""
    spans: list[Lines] = []
    for use in uses:
        if len(spans) == _MOST_PLACES:
            break
        if not any(first <= use.line <= last for first, last in spans):
            spans.append(_around(parsed, use.line, line_count))
    return Wanted(spans=tuple(sorted(spans)))


def _around(parsed: ParsedFile, line: int, line_count: int) -> Lines:
    index = innermost(parsed, line)
    if index is None:
        return max(1, line - 1), min(line_count, line + 1)
    symbol = parsed.symbols[index]
    if symbol.end_line - symbol.start_line < _SHORT_CALLER:
        return symbol.start_line, symbol.end_line
    return max(symbol.start_line, line - _AROUND_USE), min(symbol.end_line, line + _AROUND_USE)


def is_aside(path: str) -> bool:
    """Tests, examples, documentation: not what a program is made of."""
    return _ASIDE.search(path) is not None


def on_borders(parsed: ParsedFile | None, first: int, last: int, most: int) -> Lines:
    """Lines widened to whole symbols, as far as these have no more than `most` lines."""
    if parsed is None:
        return first, last
    borders = list(_borders(parsed, first, last, most))
    return min([first, *(start for start, _ in borders)]), max([last, *(end for _, end in borders)])


def _borders(parsed: ParsedFile, first: int, last: int, most: int) -> Iterator[Lines]:
    for symbol in parsed.symbols:
        overlaps = symbol.start_line <= last and symbol.end_line >= first
        if overlaps and symbol.end_line - symbol.start_line < most:
            yield symbol.start_line, symbol.end_line
