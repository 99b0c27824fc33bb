"""What could stand at a place of the code in place of what does, where one is easily taken for the other.

It is found by tokens, not by grammar: a blanked text, whose strings and comments are gone, is what is read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from coder_cli.review.checks.calls import pieces


class Kind(Enum):
    """What is another in a rival."""

    OPERATOR = "operator"  # a comparison
    BOOLEAN = "boolean"  # and, or
    CONDITION = "condition"  # a negation
    NUMBER = "number"  # one more or less
    VALUE = "value"  # true, false
    AWAIT = "await"
    GUARD = "guard"  # a name is looked at before it is used
    RETURNED = "returned"  # another name
    SWAP = "swap"  # of neighbouring arguments


@dataclass(frozen=True, slots=True)
class Rival:
    """`text` in place of what stands from `start` to `end` in the file."""

    kind: Kind
    start: int
    end: int
    text: str


_Found = Iterator[tuple[Kind, int, int, str]]  # places in a row

_COMPARISONS = {
    "<=": ("<", ">="),
    ">=": (">", "<="),
    "<": ("<=", ">"),
    ">": (">=", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "===": ("!==",),
    "!==": ("===",),
}
_COMPARISON = re.compile(r"===|!==|<=(?!>)|>=|==|!=|(?<![<\-=>])>(?![>=])|(?<!<)<(?![<\-=>])")
_VALUES = {"true": "false", "false": "true", "True": "False", "False": "True"}
_WITH_TYPES = frozenset(("java", "kotlin", "typescript", "tsx", "rust", "cpp", "csharp", "go", "c"))
_WITH_WORDS = frozenset(("python", "ruby", "php"))  # `and` and `or`
_BRACKETED = frozenset(("c", "cpp", "java", "kotlin", "javascript", "typescript", "tsx", "php", "csharp"))
_OPTIONAL_CHAINS = frozenset(("javascript", "typescript", "tsx", "kotlin", "csharp"))
_AWAITING = frozenset(("python", "javascript", "typescript", "tsx"))
_IF = re.compile(r"\s*\}?\s*(?:else\s+)?(?:if|elif|while|unless)\b\s*")
_CHECKED = re.compile(
    r"\s*\}?\s*(?:else\s+|el)?(?:if|while|&&|\|\||and\b|or\b)\s*\(?\s*(?:not\s+)?"
    r"(?P<name>[A-Za-z_$][\w$]*(?:(?:\.|->)[A-Za-z_$][\w$]*)*)(?=\.|->)"
)
_RETURNED = re.compile(r"\s*return\s+(?P<name>[A-Za-z_$][\w$]*)\s*;?\s*$")
_NAME = re.compile(r"(?<![\w$])[A-Za-z_$][\w$]+")
_NO_NAMES = frozenset(
    re.findall(
        r"\w+",
        "None True False null nil true false undefined this self new not await yield lambda function async"
        " return if else for while in is and or def class let const var fn func throw raise",
    )
)
_LONGEST = 400  # characters of a row; what is longer was not written by hand
_SIMPLE = re.compile(r"\s*[\w.$&*>\-]+\s*")
_KEYWORD_ARGUMENT = re.compile(r"\s*(?:\w+\s*[=:](?!=|:)|\*|\.\.\.)")


def names_in(code: str) -> frozenset[str]:
    return frozenset(_NAME.findall(code)) - _NO_NAMES


def rivals(
    text: str, code: str, start: int, end: int, language: str, names: Collection[str]
) -> Iterator[Rival]:
    """Of the row from `start` to `end` of a text, whose blanked form `code` is. Any row may be given.

    `names`: what may be returned there. What changes arguments may reach into the next row.
    """
    row = code[start:end]
    if not row.strip() or len(row) > _LONGEST:
        return
    for look in (_comparisons, _booleans, _conditions, _guards, _numbers, _values, _awaits):
        for kind, first, last, put in look(row, language):
            yield Rival(kind, start + first, start + last, put)
    if (found := _RETURNED.match(row)) and found["name"] not in _NO_NAMES:
        first, last = found.span("name")
        for name in sorted(set(names) - {found["name"]}):
            yield Rival(Kind.RETURNED, start + first, start + last, name)
    yield from _swaps(text, code, start, end)


def _comparisons(row: str, language: str) -> _Found:
    for found in _COMPARISON.finditer(row):
        first, last = found.span()
        if found[0] in "<>" and not _compares(row[:first], row[last:], language):
            continue
        for other in _COMPARISONS[found[0]]:
            yield Kind.OPERATOR, first, last, other
            if row[first - 1 : first] != " ":
                yield Kind.OPERATOR, first, last, f" {other} "


def _compares(before: str, after: str, language: str) -> bool:
    """Whether an angle is no bracket around types, no arrow and no name of a header."""
    if re.search(r"#\s*include", before) or before.endswith("=") or after.startswith(">"):
        return False
    if language not in _WITH_TYPES:
        return True
    if not (re.search(r"[\w)\]]\s*$", before) and re.match(r"\s*[\w(\-]", after)):
        return False
    spaced = before.endswith(" ") and after.startswith(" ")
    return spaced or re.search(r"for\s*\(|while|if|\?", before) is not None


def _booleans(row: str, language: str) -> _Found:
    for found in re.finditer(r"&&|\|\|", row):
        yield Kind.BOOLEAN, *found.span(), "||" if found[0] == "&&" else "&&"
    if language in _WITH_WORDS:
        for found in re.finditer(r"(?<=\s)(?:and|or)(?=\s)", row):
            yield Kind.BOOLEAN, *found.span(), "or" if found[0] == "and" else "and"


def _conditions(row: str, language: str) -> _Found:
    if language in _WITH_WORDS:
        for found in re.finditer(r"\bis not\b", row):
            yield Kind.CONDITION, *found.span(), "is"
        for found in re.finditer(r"\bis (?!not\b)", row):
            yield Kind.CONDITION, *found.span(), "is not "
        for found in re.finditer(r"(?<=\S )not in\b", row):
            yield Kind.CONDITION, *found.span(), "in"
        if re.match(r"\s*(?:if|elif|while)\b", row):
            for found in re.finditer(r"(?<=[\w)\]\"] )in (?=\w)", row):
                yield Kind.CONDITION, *found.span(), "not in "
        for found in re.finditer(r"(?<!\bis )\bnot (?!in\b)", row):
            yield Kind.CONDITION, *found.span(), ""
    for found in re.finditer(r"!(?=[\w(])", row):
        yield Kind.CONDITION, *found.span(), ""
    if head := _IF.match(row):
        at = _condition_at(row, head.end(), language)
        if at is not None:
            yield Kind.CONDITION, at, at, "not " if language == "python" else "!"


def _condition_at(row: str, at: int, language: str) -> int | None:
    """Where a negation could stand; None where one does, or something else than a value."""
    rest = row[at:]
    if language in _BRACKETED:
        begins = re.match(r"\(\s*(?!(?:let|const|var|typeof)\b)[A-Za-z_$]", rest)
        return at + 1 if begins else None
    if language in ("go", "rust"):
        at += rest.rfind("; ") + 2 if "; " in rest else 0
        return at if re.match(r"(?!let\b)[A-Za-z_]", row[at:]) else None
    if language == "python":
        return at if re.match(r"(?!not\b)[A-Za-z_]", rest) else None
    return None


def _guards(row: str, language: str) -> _Found:
    if found := _CHECKED.match(row):
        name, at = found["name"], found.end("name")
        if language == "python":
            yield Kind.GUARD, at, at, f" and {name}"
            yield Kind.GUARD, at, at, f" is not None and {name}"
        elif language in _BRACKETED or language == "go":
            none = {"go": "nil", "c": "NULL", "cpp": "NULL"}.get(language, "null")
            yield Kind.GUARD, at, at, f" && {name}"
            yield Kind.GUARD, at, at, f" != {none} && {name}"
    if language in _OPTIONAL_CHAINS:
        for dot in re.finditer(r"(?<=[\w)\]])\.(?=[A-Za-z_])", row):
            yield Kind.GUARD, *dot.span(), "?."


def _numbers(row: str, language: str) -> _Found:
    for found in re.finditer(r"(?<![\w.])\d(?![\w.])", row):
        before = row[: found.start()]
        if re.search(r"[=:]\s*$", before) and not re.search(r"[\[(]", before):
            continue  # a first value, of which there are many
        for number in (int(found[0]) - 1, int(found[0]) + 1):
            if number >= 0:
                yield Kind.NUMBER, *found.span(), str(number)
    for found in re.finditer(r" ([+\-]) \d(?![\w.])", row):
        yield Kind.NUMBER, *found.span(), ""
        yield Kind.NUMBER, *found.span(1), "-" if found[1] == "+" else "+"
    for found in re.finditer(r"[^\W\d](?=[)\]])|\](?=[)\]])", row):
        if re.search(r"[\[(][^\[\](),]*$", row[: found.end()]):
            for other in (" + 1", " - 1"):
                yield Kind.NUMBER, found.end(), found.end(), other


def _values(row: str, language: str) -> _Found:
    for found in re.finditer(r"\b(?:true|false|True|False)\b", row):
        yield Kind.VALUE, *found.span(), _VALUES[found[0]]


def _awaits(row: str, language: str) -> _Found:
    if language not in _AWAITING:
        return
    for found in re.finditer(r"(?:=|\breturn|\()\s*(?!await\b)(?=[A-Za-z_$][\w.$]*\()", row):
        if not row[found.end() :].startswith(("new ", "function", "async", "await")):
            yield Kind.AWAIT, found.end(), found.end(), "await "


def _swaps(text: str, code: str, start: int, end: int) -> Iterator[Rival]:
    """Of arguments that begin in the row: within it, or with plain names over it and the next one."""
    above = max(0, start - _LONGEST)
    near = code[above : end + _LONGEST]
    for name in re.finditer(r"[\w>](?=\()", near[: end - above]):
        read = pieces(near, name.end())
        spans = []
        at = above + name.end() + 1
        for piece in read[0] if read is not None else ():
            spans.append((at, at + len(piece)))
            at += len(piece) + 1
        for one, other in pairwise(spans):
            found = _swap(text, one, other)
            if found is not None and start <= found.start < end:
                yield found


def _swap(text: str, one: tuple[int, int], other: tuple[int, int]) -> Rival | None:
    left, right = text[slice(*one)], text[slice(*other)]
    if not left.strip() or not right.strip() or left.strip() == right.strip():
        return None
    if _KEYWORD_ARGUMENT.match(left) or _KEYWORD_ARGUMENT.match(right):
        return None
    first = one[0] + len(left) - len(left.lstrip())
    last = other[0] + len(right.rstrip())
    between = text[one[0] + len(left.rstrip()) : other[0] + len(right) - len(right.lstrip())]
    if "\n" in text[first:last] and not (
        between.count("\n") == 1 and _SIMPLE.fullmatch(left) and _SIMPLE.fullmatch(right)
    ):
        return None
    return Rival(Kind.SWAP, first, last, f"{right.strip()}{between}{left.strip()}")
