"""Definitions that are gone while something still uses them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from coder_cli.review.checks import deleted_files, local_functions
from coder_cli.review.checks.bound_names import is_assigned, is_bound, is_stopgap, is_unread
from coder_cli.review.checks.deleted_files import User, now
from coder_cli.review.checks.ground import FilePair, Ground
from coder_cli.review.checks.local_functions import LocalFunction
from coder_cli.review.checks.missed_symbols import Gone, finding_of, joint_finding, told
from coder_cli.review.checks.paths import is_shown
from coder_cli.review.checks.users import (
    Users,
    bases,
    includes_others,
    is_compiled,
    is_of_a_macro,
    is_of_the_language,
    may_be_known_by_name,
    requires_it,
)
from coder_cli.review.types import Finding
from retrieval.definitions import Definition, Usage
from retrieval.scopes import FUNCTIONS, SPACES, TYPES
from retrieval.types import Import, ParsedFile, Reference, ReferenceKind, Symbol

_MOST_GONE = 300
_MOST_ALONE = 4  # definitions of one file; more are one finding
_LOOSE = frozenset({"python", "javascript", "ruby", "php"})  # nothing is compiled
_INCLUDING = frozenset({"c", "cpp"})
_TYPED = frozenset({"csharp", "java", "kotlin"})
_APART = frozenset({"c", "go", "rust"})  # a member is never meant without its owner
_EXPORTING = frozenset({"javascript", "typescript", "tsx"})
_ITSELF = ("self", "cls", "this", "$this")
_DYNAMIC = re.compile(
    r"\b__getattr__\b|\bglobals\(\)|\bsetattr\(|\bvars\(|method_missing|define_method|__call\b|__get\b"
)


def find(ground: Ground) -> Iterator[Finding]:
    for local in local_functions.still_called(ground):
        yield _local_finding(local)
    files = deleted_files.still_imported(ground)
    gone = [each for pair in ground.pairs if pair.path not in files for each in _gone(ground, pair)]
    names = _mentioned(ground, {each.symbol.name for each in gone})
    gone = [each for each in gone if each.symbol.name in names][:_MOST_GONE]
    if not gone:
        return
    before, after = Users(ground.before, names), Users(ground.after, names)
    seen: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    found: defaultdict[str, list[tuple[Gone, Sequence[User]]]] = defaultdict(list)
    for each in gone:
        users = sorted(set(_users(ground, before, after, each)), key=lambda user: (user.path, user.line))
        users = [
            user
            for user in users
            if (user.path, user.line) not in seen[each.symbol.name]
            and (user.path == each.pair.path or is_compiled(ground.after, user.path))
            and not requires_it(ground, user.path, each.symbol.name)
            and not (is_shown(each.pair.path) and is_shown(user.path))
        ]
        seen[each.symbol.name].update((user.path, user.line) for user in users)
        if users:
            found[each.pair.path].append((each, users))
    for missed in found.values():
        if len(missed) > _MOST_ALONE:
            yield joint_finding(missed)
        else:
            yield from (finding_of(each, users) for each, users in missed)


def _mentioned(ground: Ground, names: set[str]) -> set[str]:
    """Those that something still says: mostly none, and then no graph has to be made."""
    found: set[str] = set()
    for path in ground.after.naming(names):
        parsed = ground.after.parsed(path)
        if parsed is not None:
            found |= names.intersection(each.name for each in parsed.references)
            found |= names.intersection(each.name for one in parsed.imports for each in one.names)
    return found


# Symbols


def _gone(ground: Ground, pair: FilePair) -> Iterator[Gone]:
    before, after = ground.before.parsed(pair.old_path), ground.after.parsed(pair.path)
    if pair.old is None or before is None or (pair.new is not None and after is None):
        return
    kept = set(_defined(after)) if after and pair.new else set()
    lost: set[int] = set()
    for index, symbol in enumerate(before.symbols):
        name = before.qualified_name(index)
        if name in kept or symbol.line not in pair.deleted_numbers:
            continue
        lost.add(index)
        around = before.symbols[symbol.parent] if symbol.parent is not None else None
        if symbol.parent in lost or (around is not None and around.kind in FUNCTIONS):
            continue  # it went with its type; a local one is nobody else's
        if not symbol.forward and not _is_given(pair, after, symbol, around):
            yield Gone(pair, index, symbol, name)


def _is_given(pair: FilePair, after: ParsedFile | None, symbol: Symbol, around: Symbol | None) -> bool:
    """Whether something else has, or may have, its name now; `around`: what it stood in."""
    member = around is not None and around.kind in TYPES | SPACES
    return (
        is_bound(pair, after, symbol)
        or is_unread(pair, after, symbol)
        or is_stopgap(pair, symbol)
        or (around is not None and is_assigned(pair, around))
        or is_of_the_language(symbol.name, pair.language, member=member)
    )


def _defined(parsed: ParsedFile) -> Iterator[str]:
    """What is only announced (a prototype) is defined elsewhere, or nowhere."""
    for index, symbol in enumerate(parsed.symbols):
        if not symbol.forward:
            yield parsed.qualified_name(index)


def _users(ground: Ground, before: Users, after: Users, gone: Gone) -> Iterator[User]:
    dynamic = gone.pair.new is not None and _DYNAMIC.search(gone.pair.new.text) is not None
    closed = not dynamic and _is_closed(ground, gone)
    for usage in before.usages(gone.pair.old_path, gone.index):
        reference = usage.reference
        if _says_a_type(gone, reference) or is_of_a_macro(ground, usage):
            continue
        if gone.pair.language in _INCLUDING and includes_others(ground, usage.path):
            continue
        path, line = now(ground, usage.path, reference.line)
        if line is None:
            continue
        if _is_imported_anew(ground, after, gone, path):
            continue
        found = after.definitions_at(path, line, reference.column, reference.name)
        if found is None or not _is_lost(after, gone, found, usage.exact):
            continue
        if usage.exact or (not _is_own(gone, usage) and _is_known_by_name(before, after, gone)):
            yield User(path, line, usage.exact and closed)
    for path in after.paths:
        yield from _importing(ground, before, after, gone, path)


def _is_own(gone: Gone, usage: Usage) -> bool:
    """Within what is gone, as in `def size(self): return self.list.size()`: others have the name, too."""
    symbol = gone.symbol
    return usage.path == gone.pair.old_path and symbol.start_line <= usage.reference.line <= symbol.end_line


def _says_a_type(gone: Gone, reference: Reference) -> bool:
    """Of a property that has the name of a type (`Type Type`): where a type stands, it is the type."""
    return (
        gone.pair.language in _TYPED
        and reference.kind is ReferenceKind.TYPE
        and gone.symbol.kind not in TYPES
    )


def _is_lost(after: Users, gone: Gone, found: Sequence[Definition], exact: bool) -> bool:
    """Whether what a use means now is nothing, or only something of the same name somewhere."""
    found = [each for each in found if not after.is_announced(each)]
    if any(each.exact for each in found):
        return False
    python = gone.pair.language == "python"
    if _was_moved(after, gone):
        return False
    return not found or (exact and python and len(found) == 1 and found[0].path != gone.pair.path)


def _was_moved(after: Users, gone: Gone) -> bool:
    """In a language with a compiler, which has seen to all that uses it."""
    found = after.named(gone.symbol.name)
    if gone.pair.language in _APART:  # a field gives no function
        found = (each for each in found if _is_free(after.symbol(*each)) is _is_free(gone.symbol))
    return gone.pair.language not in _LOOSE and next(found, None) is not None


def _is_free(symbol: Symbol) -> bool:
    """Whether it belongs to no type."""
    return symbol.parent is None and not symbol.owner


def _is_known_by_name(before: Users, after: Users, gone: Gone) -> bool:
    """A name that only this symbol had, and that nothing has now."""
    name, language = gone.symbol.name, gone.pair.language
    if list(after.named(name)):
        return False
    if _calls_another(before, gone):
        return False
    # A module of JavaScript shows what it exports; only members are reached through any object.
    if language in _EXPORTING and _is_free(gone.symbol):
        return False
    # All functions of a C program share one room, but for those that a file keeps to itself.
    shared = language == "c" and gone.symbol.kind in FUNCTIONS and len(list(before.named(name))) == 1
    return shared or may_be_known_by_name(name, language, before)


def _calls_another(before: Users, gone: Gone) -> bool:
    """Whether what is gone asks something else of its own name, as in `return self.loop.close()`."""
    parsed, symbol = before.project.parsed(gone.pair.old_path), gone.symbol
    inside = range(symbol.start_line, symbol.end_line + 1)
    return parsed is not None and any(
        each.name == symbol.name and each.line in inside and each.qualifier not in ("", *_ITSELF)
        for each in parsed.references
    )


def _is_closed(ground: Ground, gone: Gone) -> bool:
    """Of a member: whether its type inherits from nothing that may have it, too."""
    parsed = ground.after.parsed(gone.pair.path)
    parent = gone.symbol.parent
    before = ground.before.parsed(gone.pair.old_path)
    if parent is None or before is None or before.symbols[parent].kind not in TYPES:
        return gone.symbol.owner == ""
    name = before.qualified_name(parent)
    if parsed is None:
        return True
    types = [at for at in range(len(parsed.symbols)) if parsed.qualified_name(at) == name]
    return not types or all(each.name == "object" for each in bases(parsed, types[0]))


# Imports of symbols


def _importing(ground: Ground, before: Users, after: Users, gone: Gone, path: str) -> Iterator[User]:
    """Statements that name it, as they stood before."""
    parsed = ground.after.parsed(path)
    lines = ground.new_lines(path)
    if parsed is None or lines is None:
        return
    for statement in parsed.imports:
        if statement.conditional or not any(each.name == gone.symbol.name for each in statement.names):
            continue
        place = _written(statement, gone.symbol.name, lines.lines)
        if place is None:
            continue
        line, column = place
        old_line = ground.old_line(path, line)
        if old_line is None:
            continue
        was = _imported(before, ground.old_path(path), old_line, column)
        if was is None or (was.path, was.symbol) != (gone.pair.old_path, gone.index) or not was.exact:
            continue
        now = _imported(after, path, line, column)
        misses = (
            now is not None and now.symbol is None and now.path == gone.pair.path
        )  # the file has it no more
        if misses or ((now is None or not now.exact) and not _was_moved(after, gone)):
            yield User(path, line, True)


def _is_imported_anew(ground: Ground, after: Users, gone: Gone, path: str) -> bool:
    """Whether a statement that came gives the file this name from elsewhere: from a library, say."""
    parsed, lines = ground.after.parsed(path), ground.new_lines(path)
    if parsed is None or lines is None or path not in ground.by_path:
        return False
    name = gone.symbol.name
    for statement in parsed.imports:
        if not ground.was_touched(path, statement.start_line, statement.end_line):
            continue
        if name not in {statement.alias, *(each.alias or each.name for each in statement.names)}:
            continue
        place = _written(statement, name, lines.lines)
        found = _imported(after, path, *place) if place is not None else None
        if found is None or found.path != gone.pair.path:
            return True
    return False


def _imported(users: Users, path: str, line: int, column: int) -> Definition | None:
    return users.symbols.definition(path, line, column) if path in users.symbols.graph else None


def _written(statement: Import, name: str, lines: Sequence[str]) -> tuple[int, int] | None:
    for line in range(statement.start_line, min(statement.end_line, len(lines)) + 1):
        text = lines[line - 1]
        start = (
            text.find("import") + 6
            if line == statement.start_line and "import" in text and text.lstrip().startswith("from")
            else 0
        )
        found = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])").search(text, start)
        if found:
            return line, found.start()
    return None


def _local_finding(gone: LocalFunction) -> Finding:
    users = [User(gone.pair.path, each, True) for each in gone.calls]
    deleted = gone.pair.deleted_text(gone.line, gone.line)
    return told(gone.pair, gone.name, gone.line, users, deleted)
