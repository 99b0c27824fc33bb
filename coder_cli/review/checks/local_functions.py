"""Local functions that are gone while their file still calls them: no other file can know of them."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coder_cli.review.checks.ground import FilePair, Ground
from retrieval.types import ParsedFile, ReferenceKind

_ECMASCRIPT = re.compile(
    r"\s+(?:(?:const|let|var)\s+(?P<kept>[A-Za-z_$][\w$]*)\s*(?::[^=]*)?=(?!=)"
    r"|(?:async\s+)?function\b\s*\*?\s*(?P<named>[A-Za-z_$][\w$]*)\s*[(<])"
)
_LOCAL = {
    "python": re.compile(r"\s+(?:async\s+)?def\s+(?P<named>\w+)\s*\("),
    "javascript": _ECMASCRIPT,
    "typescript": _ECMASCRIPT,
    "tsx": _ECMASCRIPT,
}
# Before a name: what makes it one that is bound here, or a member of something.
_NO_CALL = re.compile(
    r"(?:\.|\b(?:function|def|class|import|as|async|get|set|static|new|const|let|var)\s*\*?\s*)$"
)
_GLOBALS = frozenset(
    [
        "alert",
        "clearImmediate",
        "clearInterval",
        "clearTimeout",
        "confirm",
        "define",
        "describe",
        "eval",
        "expect",
        "fetch",
        "it",
        "jest",
        "parseFloat",
        "parseInt",
        "prompt",
        "queueMicrotask",
        "require",
        "requestAnimationFrame",
        "setImmediate",
        "setInterval",
        "setTimeout",
        "structuredClone",
        "test",
        "vi",
    ]
)


@dataclass(frozen=True, slots=True)
class LocalFunction:
    pair: FilePair
    name: str
    line: int  # before the change
    calls: Sequence[int]  # lines after it


def still_called(ground: Ground) -> Iterator[LocalFunction]:
    for pair in ground.pairs:
        local = _LOCAL.get(pair.language)
        after = ground.after.parsed(pair.path)
        before = ground.before.parsed(pair.old_path)
        if (
            local is None
            or pair.old is None
            or pair.new is None
            or not before
            or not after
            or not after.complete
        ):
            continue
        outside = {each.name for each in before.symbols if each.parent is None}
        seen: set[str] = set()
        for number in sorted(pair.deleted_numbers):
            found = local.match(pair.old.code_line(number))
            name = next((each for each in found.groupdict().values() if each), "") if found else ""
            if not name or name in outside or name in seen:
                continue
            seen.add(name)
            calls = _calls(pair, after, name)
            if calls and not _is_given_otherwise(ground, pair, after, name):
                yield LocalFunction(pair, name, number, calls)


def _calls(pair: FilePair, after: ParsedFile, name: str) -> Sequence[int]:
    """Lines that call it, where nothing binds the name and all the file does with it is to call it."""
    code = pair.new.code if pair.new else ""
    for found in re.finditer(rf"(?<![\w$]){re.escape(name)}(?![\w$])", code):
        before = code[max(0, found.start() - 40) : found.start()].rstrip(" \t")
        if before.endswith(".") and not before.endswith("..."):
            continue  # a member that has the same name
        if _NO_CALL.search(code[max(0, found.start() - 40) : found.start()]) or not _is_called(
            code, found.end()
        ):
            return ()
    return [
        each.line
        for each in after.references
        if each.name == name and each.kind is ReferenceKind.CALL and not each.qualifier
    ]


def _is_called(code: str, offset: int) -> bool:
    """Whether brackets follow, and no body behind them: `name(a) {` is a method."""
    if not code.startswith("(", offset):
        return False
    depth = 0
    for at in range(offset, min(len(code), offset + 20_000)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0:
            return re.match(r"\s*(?:\{|=>)", code[at + 1 : at + 80]) is None
    return False


def _is_given_otherwise(ground: Ground, pair: FilePair, after: ParsedFile, name: str) -> bool:
    """By the language, an import, or a script that shares its names with all others."""
    if name in _GLOBALS or (pair.language == "python" and hasattr(builtins, name)):
        return True
    if any(each.name == name for each in after.symbols):
        return True
    if pair.language == "python":
        return any(each.name == "*" for statement in after.imports for each in statement.names)
    for path in ground.after.naming({name}):
        parsed = ground.after.parsed(path)
        if parsed and any(each.name == name and each.parent is None for each in parsed.symbols):
            return True
    return False
