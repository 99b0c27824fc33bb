"""The parameters of a function as its signature is written, and whether a call fits them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coder_cli.review.checks.calls import Call, pieces
from retrieval.types import Symbol

_BEHIND_NAME = {
    # `const f = async (`, `f: function (`, and generics.
    "javascript": re.compile(
        r"\s*[?!]?\s*(?:(?::[^=\n]+)?[=:]\s*(?:async\b\s*)?(?:function\b\s*\*?\s*\w*\s*)?)?(?:<[^()]*>\s*)?(?=\()"
    ),
    "go": re.compile(r"\s*(?:\[[^()]*\])?\s*(?=\()"),
}
_BEHIND_NAME["typescript"] = _BEHIND_NAME["tsx"] = _BEHIND_NAME["javascript"]
_GENERICS = re.compile(r"\s*(?:<[^()]*>)?\s*[?!]?(?=\()")
_WORD = re.compile(r"[^\W\d]\w*")
_STATIC = re.compile(r"@staticmethod\b")
_RUST_SELF = re.compile(r"\s*(?:&\s*(?:'\w+\s+)?)?(?:mut\s+)?self\b")
_DEFAULT = re.compile(r"(?<![=!<>:])=(?![=>])")


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str  # "" where none is written
    required: bool = True
    many: bool = False  # takes any number: `*args`, `...rest`
    keywords: bool = False  # takes any name: `**options`
    by_position: bool = True
    by_name: bool = False


Parameters = tuple[Parameter, ...]


def parameters_of(code: str, offset: int, language: str, symbol: Symbol, above: str) -> Parameters | None:
    """Of the function whose name ends at `offset` of a blanked text; None where they cannot be read.

    `above` is what stands over the name: decorators, attributes. Of a method its object is left out.
    """
    behind = _BEHIND_NAME.get(language, _GENERICS).match(code, offset)
    read = pieces(code, behind.end()) if behind else None
    if read is None:
        return None
    written = [piece.strip() for piece in read[0]]
    if language == "python":
        return _python(written, is_method=symbol.parent is not None and not _STATIC.search(above))
    if language in ("javascript", "typescript", "tsx"):
        return tuple(_ecmascript(piece) for piece in written if not re.match(r"this\s*:", piece))
    if language == "go":
        return tuple(
            Parameter(_first_word(piece), many="..." in piece, required="..." not in piece)
            for piece in written
        )
    if language == "rust":
        return tuple(Parameter(_first_word(piece)) for piece in written if not _RUST_SELF.match(piece))
    if language == "ruby":
        return tuple(_ruby(piece) for piece in written if not piece.startswith("&"))
    if language == "php":
        return tuple(_php(piece) for piece in written)
    if language == "kotlin":
        return tuple(_kotlin(piece) for piece in written)
    if language in ("c", "cpp") and written == ["void"]:
        return ()
    if language in ("c", "cpp", "java", "csharp"):
        return tuple(_typed(piece, language) for piece in written)
    return None


def _python(written: Sequence[str], is_method: bool) -> Parameters:
    found: list[Parameter] = []
    only_names = False
    for number, piece in enumerate(written):
        if piece == "/":
            found = [Parameter(each.name, each.required) for each in found]
        elif piece.startswith("**"):
            found.append(Parameter(_first_word(piece), False, keywords=True, by_position=False))
        elif piece.startswith("*"):
            only_names = True
            if len(piece) > 1:
                found.append(Parameter(_first_word(piece), False, many=True))
        elif not (number == 0 and is_method):
            required = _DEFAULT.search(piece) is None
            found.append(Parameter(_first_word(piece), required, by_position=not only_names, by_name=True))
    return tuple(found)


def _ecmascript(piece: str) -> Parameter:
    if piece.startswith("..."):
        return Parameter(_first_word(piece), False, many=True)
    piece = re.sub(
        r"^(?:@\w+(?:\([^)]*\))?\s+)?(?:(?:public|private|protected|readonly|override)\s+)*", "", piece
    )
    optional = _DEFAULT.search(_without_braces(piece)) is not None or re.match(r"\w+\s*\?", piece) is not None
    return Parameter("" if piece[:1] in "{[" else _first_word(piece), not optional)


def _ruby(piece: str) -> Parameter:
    if piece.startswith("**"):
        return Parameter(_first_word(piece), False, keywords=True, by_position=False)
    if piece.startswith("*") or piece == "...":
        return Parameter(_first_word(piece), False, many=True)
    keyword = re.match(r"(\w+):\s*(.*)", piece, re.DOTALL)
    if keyword:
        return Parameter(keyword[1], not keyword[2], by_position=False, by_name=True)
    return Parameter(_first_word(piece), "=" not in piece)


def _php(piece: str) -> Parameter:
    name = re.search(r"\$(\w+)", piece)
    many = "..." in piece
    return Parameter(name[1] if name else "", not many and "=" not in piece, many=many, by_name=not many)


def _kotlin(piece: str) -> Parameter:
    many = re.search(r"\bvararg\b", piece) is not None
    name = re.search(r"(\w+|`[^`]+`)\s*:", piece)
    required = not many and _DEFAULT.search(piece) is None
    return Parameter(name[1] if name else "", required, many=many, by_name=True)


def _typed(piece: str, language: str) -> Parameter:
    """Type and name: of Java, C#, C and C++."""
    many = "..." in piece or (language == "csharp" and re.match(r"params\b", piece) is not None)
    before, _, default = piece.partition("=")
    words = _WORD.findall(before)
    optional = bool(default) or many
    return Parameter(words[-1] if words else "", not optional, many=many, by_name=language == "csharp")


def _first_word(piece: str) -> str:
    found = _WORD.search(piece)
    return found[0] if found else ""


def _without_braces(piece: str) -> str:
    """What is inside of braces taken out: `{ a = 1 }` is no default, `{ a } = {}` is one."""
    for _ in range(3):
        piece = re.sub(r"\{[^{}]*\}|\[[^\[\]]*\]", "", piece)
    return piece


def misfit(call: Call, parameters: Parameters, language: str) -> str:
    """What is wrong with a call, in words; "" where it fits, or nobody can tell."""
    takes_many = any(each.many for each in parameters)
    positional = [each for each in parameters if each.by_position and not each.many]
    if language == "ruby" and any(not each.by_position for each in parameters):
        takes_many = takes_many or call.positional == len(positional) + 1  # a hash may hold the named ones
    if call.positional > len(positional) and not takes_many and language not in ("php", "javascript"):
        return f"it gives {_count(call.positional)}, and {len(positional)} may come"
    if call.spreads or (language == "go" and call.single_call):
        return ""
    if language == "javascript" and call.positional > len(positional) and not takes_many:
        return f"it gives {_count(call.positional)}, and {len(positional)} are read"
    open_names = any(each.keywords for each in parameters)
    known = {each.name for each in parameters if each.by_name}
    for name in call.names:
        if name not in known and not open_names and language != "ruby":
            return f"it names {name}, which is no parameter"
    given = set(call.names) | {each.name for each in positional[: call.positional]}
    missing = [
        each.name or "one"
        for at, each in enumerate(positional)
        if each.required and at >= call.positional and each.name not in given
    ]
    missing += [
        each.name for each in parameters if each.required and not each.by_position and each.name not in given
    ]
    if missing and not call.spreads_names:
        return f"it does not give {', '.join(missing)}"
    return ""


def swapped(call: Call, old: Parameters, new: Parameters) -> str:
    """Where a call that fits both gives its values to other parameters than before: what these are called."""
    before = [each.name for each in old if each.by_position and not each.many]
    after = [each.name for each in new if each.by_position and not each.many]
    if call.spreads or not all(before) or not all(after):
        return ""
    reached = min(call.positional, len(before), len(after))
    moved = [
        name
        for at, name in enumerate(before[:reached])
        if after[at] != name and name in after and after[at] in before
    ]
    return " and ".join(moved) if len(moved) > 1 else ""


def shifted(call: Call, old: Parameters, new: Parameters) -> tuple[str, str] | None:
    """Where a new parameter was put before one that a call gives by position: the old one and the new one."""
    before = [each.name for each in old if each.by_position and not each.many]
    after = [each.name for each in new if each.by_position and not each.many]
    if call.spreads or not all(before) or not all(after) or len(set(before)) < len(before):
        return None
    if [name for name in after if name in before] != before:
        return None  # something has another name now, and nobody can tell what
    for name, now in zip(before[: call.positional], after, strict=False):
        if now != name:
            return name, now
    return None


def _count(number: int) -> str:
    return f"{number} value" if number == 1 else f"{number} values"
