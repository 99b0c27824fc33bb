"""What is between the brackets of a call or a signature, piece by piece."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPEN, _CLOSE = "([{", ")]}"
_LONGEST = 20_000  # characters between two brackets
# `<` and `>` as brackets: only around what looks like types.
_TYPES = re.compile(r"<[\w\s,.\[\]?&:*'\"|]{0,300}>(?=\s*[({\[.,:)&*?\w>]|\s*$)")
_TYPE_ARGUMENTS = re.compile(r"\s*(?:::)?<[\w\s,.<>\[\]?&:*'|]{0,300}>(?=\s*\()")
_GO_TYPE_ARGUMENTS = re.compile(r"\[[\w\s,.*\[\]]{0,300}\](?=\()")
# What Go has itself gives one value: a conversion, a builtin function.
_GO_ONE_VALUE = re.compile(
    r"\s*(?:string|bool|byte|rune|u?int(?:8|16|32|64)?|float(?:32|64)|len|cap|append|make|new|min|max|\[\]\w+)\s*\("
)
_KEYWORD = {
    "python": re.compile(r"\s*(\w+)\s*=(?!=)"),
    "kotlin": re.compile(r"\s*(\w+)\s*=(?!=)"),
    "csharp": re.compile(r"\s*(\w+)\s*:(?!:)"),
    "php": re.compile(r"\s*(\w+)\s*:(?!:)"),
    "ruby": re.compile(r"\s*(\w+):(?!:)"),
}
_SPREAD = re.compile(r"\s*(\*\*|\.\.\.|\*(?=\w|\[|\())")
_SPREADING = {
    "python": ("*", "**"),
    "ruby": ("*", "**"),
    "javascript": ("...",),
    "typescript": ("...",),
    "tsx": ("...",),
    "php": ("...",),
    "kotlin": ("*",),
}


@dataclass(frozen=True, slots=True)
class Call:
    """What a call gives: so many by position, these by name, and whether more may come."""

    positional: int
    names: tuple[str, ...]
    spreads: bool  # `*args`, `...rest`: any number by position
    spreads_names: bool  # `**options`
    end: int  # the offset behind the closing bracket
    single_call: bool  # its one argument is a call itself: in Go it may give several values


def pieces(code: str, start: int) -> tuple[list[str], int] | None:
    """What commas separate between the bracket at `start` and the one that closes it, and where that ends.

    `code` is a blanked text. None where there is no bracket, or none that closes it.
    """
    if start >= len(code) or code[start] != "(":
        return None
    code = _without_types(code, start)
    depth, found, begun = 0, [], start + 1
    for at in range(start, min(len(code), start + _LONGEST)):
        each = code[at]
        if each in _OPEN:
            depth += 1
        elif each in _CLOSE:
            depth -= 1
            if depth == 0:
                found.append(code[begun:at])
                if not found[-1].strip():
                    found.pop()  # nothing, or what follows a last comma
                return found, at + 1
        elif each == "," and depth == 1:
            found.append(code[begun:at])
            begun = at + 1
    return None


def _without_types(code: str, start: int) -> str:
    """The same with the commas between `<` and `>` blanked out."""
    part = code[start : start + _LONGEST]
    for _ in range(4):  # one within another
        changed = _TYPES.sub(lambda found: re.sub(r"[<>,]", " ", found[0]), part)
        if changed == part:
            break
        part = changed
    return code[:start] + part + code[start + _LONGEST :]


def call_at(text: str, language: str, offset: int) -> Call | None:
    """Of the call whose name ends at `offset` of a blanked text; None where no brackets follow."""
    at = _behind_type_arguments(text, offset, language)
    while at < len(text) and text[at] in " \t":
        at += 1
    read = pieces(text, at)
    if read is None:
        return None
    given, end = read
    keyword, spreading = _KEYWORD.get(language), _SPREADING.get(language, ())
    names, positional, spreads, spreads_names = [], 0, False, False
    for piece in given:
        spread = _SPREAD.match(piece)
        named = keyword.match(piece) if keyword else None
        if spread is not None and spread[1] in spreading:
            spreads_names |= spread[1] == "**"
            spreads |= spread[1] != "**"
        elif language == "go" and piece.rstrip().endswith("..."):
            spreads = True
        elif language == "ruby" and piece.lstrip().startswith("&"):
            continue
        elif named is not None:
            names.append(named[1])
        else:
            positional += 1
    if language == "ruby" and re.match(r"\s*=>", text[end:]):
        return None
    if language == "kotlin" and re.match(r"[ \t]*\{", text[end:]):
        positional += 1  # a lambda behind the brackets
    single = len(given) == 1 and given[0].rstrip().endswith(")") and not _GO_ONE_VALUE.match(given[0])
    return Call(positional, tuple(names), spreads, spreads_names, end, single)


def _behind_type_arguments(text: str, offset: int, language: str) -> int:
    """`f<T>(x)`, `f::<T>(x)`, Go's `f[T](x)`."""
    found = _TYPE_ARGUMENTS.match(text, offset)
    if found is None and language == "go":
        found = _GO_TYPE_ARGUMENTS.match(text, offset)
    return found.end() if found else offset
