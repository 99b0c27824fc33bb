"""Macros that are no C to the grammar, blanked: every position in the text stays where it is."""

from __future__ import annotations

import re
from collections.abc import Callable

# No pattern here goes back over what it has matched: the text may be anybody's.
_EXPORTED = re.compile(
    rb"\b(?:class|struct|union)\s++([A-Z][A-Z0-9_]++(?:[ \t]*+\([^()\n]*+\))?+)"
    rb"(?=\s++\w++\s*+(?:final\s*+)?+[:{])"
)
_TYPED = re.compile(rb"^[ \t]*+([A-Z][A-Z0-9_]++[ \t]*+\()[\w \t*]++(\))(?=[ \t]*+\w++\s*+\()", re.MULTILINE)
_ALONE = re.compile(rb"^([A-Z][A-Z0-9_]{3,}+(?:[ \t]*+\([^()\n]*+\))?+)[ \t]*+$", re.MULTILINE)
_LEADING = re.compile(
    rb"^(?:(?:static|extern|inline|virtual|explicit|friend)[ \t]++)*+"
    rb"([A-Z][A-Z0-9]*+_[A-Z0-9_]++(?:[ \t]*+\([^()\n]*+\))?+)(?=[ \t]++([A-Za-z_][^()\n;={}\"]*+)\()",
    re.MULTILINE,
)
_TRAILING = re.compile(
    # Not any number of them: each one's end would be tried as a beginning, and read all that follows.
    rb"\)\s*+(?:const\s++)?+((?:[A-Z][A-Z0-9_]{3,}+[ \t]*+(?:\([^()\n;{}]*+\))?+\s*+){1,8}+)(?=[;{])",
    re.MULTILINE,
)
_STATEMENT = re.compile(rb"(?:if|while|for|else|switch|return|do|case)\b|\W|\Z")
_INSTANTIATED = re.compile(rb"^(extern\s++template\b[^;{}]*+;)", re.MULTILINE)
_MODULE = re.compile(
    rb"^((?:export[ \t]++)?+(?:import|module)\b[^;\n{}()=]*+;|export(?=[ \t]++[\w{]))", re.MULTILINE
)


def without_exports(source: bytes) -> bytes:
    """`class API Name {`: the grammar takes the macro for the name, and says nothing."""
    return _MODULE.sub(_blank, _EXPORTED.sub(_blank, source))


def _without_typed(source: bytes) -> bytes:
    """`API(type) name(...)`: its type stays."""
    return _TYPED.sub(_blank, source)


def _without_leading(source: bytes) -> bytes:
    """`API int name(...)`; `SIZE name(...)` stays, for it may be a type."""

    def blank(match: re.Match[bytes]) -> bytes:
        return _blank(match) if len(re.findall(rb"\w++", match[2])) > 1 else match[0]

    return _LEADING.sub(blank, source)


def _without_trailing(source: bytes) -> bytes:
    """`int name(int a) ATTRIBUTE(1);`, but not the statement `if (a) FAIL(1);`."""

    def blank(match: re.Match[bytes]) -> bytes:
        line = source.rfind(b"\n", 0, match.start()) + 1
        return match[0] if _STATEMENT.match(source, line) else _blank(match)

    return _TRAILING.sub(blank, source)


def _without_lines(source: bytes) -> bytes:
    """`BEGIN_DECLS`: at the line's start, alone, and where a declaration may begin."""

    def blank(match: re.Match[bytes]) -> bytes:
        before = source[max(0, match.start() - 200) : match.start()].rstrip()
        after = source[match.end() : match.end() + 200].lstrip()[:1]
        begins = not before or before[-1:] in b";}/>{" or b"#" in before.rpartition(b"\n")[2]
        return _blank(match) if begins and after not in (b"{", b";", b"(", b",", b"=") else match[0]

    return _ALONE.sub(blank, source)


def _without_instantiations(source: bytes) -> bytes:
    """`extern template class Name<int>;`."""
    return _INSTANTIATED.sub(_blank, source)


BLANKERS: tuple[Callable[[bytes], bytes], ...] = (
    _without_trailing,  # before what hides where a line begins
    _without_typed,
    _without_leading,
    _without_lines,
    _without_instantiations,
)


def _blank(match: re.Match[bytes]) -> bytes:
    """Spaces for what the first group holds, and for a second one unless it is looked at only."""
    text = bytearray(match[0])
    for group in range(1, (match.lastindex or 0) + 1):
        start, end = (at - match.start() for at in match.span(group))
        for at in range(start, min(end, len(text))):
            if text[at] not in b"\r\n":
                text[at] = 0x20
    return bytes(text)
