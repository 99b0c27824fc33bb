"""Directives that mislead the grammar, blanked: every position in the text stays where it is.

`#ifdef A` `if (a) {` `#else` `if (b) {` `#endif` opens one block for the compiler, but two for the grammar,
which loses the rest of the file: of such a group the first branch stays, without the directives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from retrieval.languages.c_family.preprocessor import OPENING, TOKENS

_BRACES = re.compile(TOKENS.pattern + rb"|(?P<brace>[(){}])", TOKENS.flags)
_NEXT = frozenset({b"elif", b"elifdef", b"elifndef", b"else"})
_COMMENT = re.compile(
    rb"""(?P<comment>/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z))|"(?:[^"\\\n]|\\.|\\\n)*+"?|'(?:[^'\\\n]|\\.|\\\n)*+'?""",
    re.DOTALL,
)
_LINE_END = re.compile(rb"[^\r\n](?=\r?\n)")
_BLANKED = re.compile(rb"[^\r\n]")
Span = tuple[int, int]


class _Balance:
    """How many of a pair a text leaves open, and how many of an outer one it closes."""

    __slots__ = ("lowest", "open")

    def __init__(self) -> None:
        self.open = self.lowest = 0

    def add(self, opened: int, lowest: int) -> None:
        self.lowest = min(self.lowest, self.open + lowest)
        self.open += opened


@dataclass(slots=True)
class _Branch:
    start: int
    never: bool  # `#if 0`
    end: int = 0
    braces: _Balance = field(default_factory=_Balance)
    parentheses: _Balance = field(default_factory=_Balance)

    def add(self, brace: bytes) -> None:
        balance = self.braces if brace in b"{}" else self.parentheses
        balance.add(1, 0) if brace in b"{(" else balance.add(-1, -1)

    def is_balanced(self) -> bool:
        return not any((each.open, each.lowest) != (0, 0) for each in (self.braces, self.parentheses))


@dataclass(slots=True)
class _Group:
    directives: list[Span]
    branches: list[_Branch]


def without_comments(source: bytes) -> bytes:
    """Of macros: to the grammar, the value of a macro ends where a comment begins."""

    def of_directive(token: re.Match[bytes]) -> bytes:
        return token[0] if token["word"] != b"define" else _COMMENT.sub(blank, token[0])

    def blank(found: re.Match[bytes]) -> bytes:
        if found["comment"] is None:
            return found[0]
        return _LINE_END.sub(b"\\\\", _BLANKED.sub(b" ", found[0]))  # the value goes on behind its lines

    return TOKENS.sub(of_directive, source)


def with_first_branches(source: bytes) -> bytes:
    """Only of groups of which a branch does not balance its braces or parentheses."""
    blanks: list[Span] = []
    groups: list[_Group] = []
    for token in _BRACES.finditer(source):
        word = token["word"]
        if token["brace"] is not None and groups:
            groups[-1].branches[-1].add(token["brace"])
        elif word in OPENING:
            groups.append(_Group([token.span()], [_branch(token)]))
        elif word in _NEXT and groups:
            groups[-1].branches[-1].end = token.start()
            groups[-1].directives.append(token.span())
            groups[-1].branches.append(_branch(token))
        elif word == b"endif" and groups:
            group = groups.pop()
            group.branches[-1].end = token.start()
            group.directives.append(token.span())
            if not all(branch.is_balanced() for branch in group.branches):
                blanks += _settled(group, groups)
    return _blanked(source, blanks)


def _branch(directive: re.Match[bytes]) -> _Branch:
    return _Branch(directive.end(), directive["word"] != b"else" and directive["rest"].strip() == b"0")


def _settled(group: _Group, around: Sequence[_Group]) -> list[Span]:
    """What of a group goes; what stays counts as its surroundings' own."""
    kept = next((branch for branch in group.branches if not branch.never), None)
    if kept is not None and around:
        outer = around[-1].branches[-1]
        outer.braces.add(kept.braces.open, kept.braces.lowest)
        outer.parentheses.add(kept.parentheses.open, kept.parentheses.lowest)
    dropped = [(branch.start, branch.end) for branch in group.branches if branch is not kept]
    return [*group.directives, *dropped]


def _blanked(source: bytes, spans: list[Span]) -> bytes:
    """Spaces for what the spans hold; they may overlap."""
    parts: list[bytes] = []
    at = 0
    for start, end in sorted(spans):
        start = max(start, at)
        if end > start:
            parts += [source[at:start], _BLANKED.sub(b" ", source[start:end])]
            at = end
    return b"".join([*parts, source[at:]])
