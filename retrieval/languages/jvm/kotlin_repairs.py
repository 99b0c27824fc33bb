"""Kotlin that the grammar stumbles over, in words that it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MODIFIERS = rb"(?:(?:public|private|protected|internal|@[\w.]+)[ \t]+)*"
# Words that say for which platform, and nothing else, and are as long as one that the grammar knows well.
_PLATFORM = re.compile(rb"(?<![\w.])(?:actual|expect)(?=[ \t]+[a-z])")
# Without a body behind it, `annotation class` below another annotation is read as `annotation.class(Name)`.
_KIND = re.compile(
    rb"(?<![\w.])(?:annotation|abstract|data|inner|open|sealed|value)(?=[ \t]+(?:class|interface|object)\b)"
)
# Or, where that is not enough, as what else has a name and nothing behind it.
_ANNOTATION = re.compile(rb"(?<![\w.])annotation[ \t]+class(?=[ \t]+[\w`]+[ \t]*$)", re.M)
_FUN = re.compile(rb"(?<![\w.])fun(?=[ \t]+interface\b)")
# A primary constructor on a line of its own, in a type inside of another one.
_CONSTRUCTOR = re.compile(rb"(?<=[\w>])\n[ \t]*" + _MODIFIERS + rb"constructor(?=[ \t]*\()")
_ONLY_CONSTRUCTOR = len("\nconstructor")
# A list as a default value: `= []`, `= [A::class]`.
_LIST = re.compile(rb"(?<== )\[([^\[\]\n]*)\]")
# `get("/")` below a property is no getter of it.
_GET = re.compile(rb"^([ \t]*)[ \t]get(?=\([^)\s])", re.M)
# An annotation on a line of its own above a getter or setter.
_ACCESSOR = re.compile(rb"^[ \t]+@[\w.]+(?:\([^()\n]*\))?(?=[ \t]*\n[ \t]+(?:get|set)\()", re.M)
_LAST_COMMA = re.compile(rb",(?=\s*\])")
# Words that are modifiers, as names of what is set or called.
_NAME = re.compile(
    rb"^([ \t]+)(?:inline|final|open|override|external|suspend|inner)(?=[ \t]*(?:=[^=]|\())", re.M
)


def repairs(source: bytes) -> Iterator[bytes]:
    """Only for the grammar: of the same length, so that offsets mean the same in both."""
    yield _repaired(source)
    if _ANNOTATION.search(source):
        yield _repaired(_ANNOTATION.sub(lambda found: b"object".rjust(len(found[0])), source))


def _repaired(source: bytes) -> bytes:
    text = _FUN.sub(b"   ", _PLATFORM.sub(b"public", source))
    text = _KIND.sub(lambda found: b" " * len(found[0]), text)
    text = _CONSTRUCTOR.sub(_on_the_line_above, text)
    text = _LIST.sub(lambda found: b"(" + found[1] + b")" if found[1] else b"0 ", text)
    text = _ACCESSOR.sub(lambda found: b" " * len(found[0]), text)
    text = _LAST_COMMA.sub(b" ", text)
    text = _NAME.sub(lambda found: found[1] + b"x" * (len(found[0]) - len(found[1])), text)
    return _GET.sub(rb"\1;get", text)


def _on_the_line_above(found: re.Match[bytes]) -> bytes:
    """The word joins the type's line, and the line end follows it."""
    if len(found[0]) == _ONLY_CONSTRUCTOR:
        return found[0]
    return b" constructor".ljust(len(found[0]) - 1) + b"\n"
