"""Colours of code: the sixteen that every terminal theme makes readable on its own background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from coder_cli.screen.rows import Run, Runs

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

_UNKNOWN = "36"  # code of no known language: as code within a line
# The most specific part of a pygments token that stands here decides.
_STYLES = {
    "Comment": "2",
    "Comment.Preproc": "35",
    "Comment.PreprocFile": "32",
    "Keyword": "35",
    "Keyword.Constant": "33",
    "Keyword.Type": "36",
    "Operator.Word": "35",
    "Literal.String": "32",
    "Literal.Number": "33",
    "Name.Function": "34",
    "Name.Class": "34",
    "Name.Decorator": "36",
    "Name.Builtin": "36",
    "Name.Exception": "36",
    "Name.Tag": "34",
    "Name.Attribute": "36",
    "Generic.Deleted": "31",
    "Generic.Inserted": "32",
    "Generic.Heading": "1",
    "Generic.Subheading": "36",
    "Generic.Prompt": "2",
}
# A comment that is still open is no comment to a grammar that looks for its end.
_COMMENTS = (("/*", "*/"), ("<!--", "-->"), ("(*", "*)"), ("{-", "-}"), ("--[[", "]]"), ("<#", "#>"))
_WINDOW = 300  # lines; the colours of a line depend on no more than so many before it


class Highlighter:
    """Gives each line of a code block the colours it has when it is the last one.

    So a line keeps its colours whatever follows, and the same code has the same colours however it came.
    """

    def __init__(self) -> None:
        self._blocks: dict[int, _Block] = {}

    def forget(self) -> None:
        """The blocks so far will not be asked for again."""
        self._blocks.clear()

    def lines(
        self, number: int, language: str, lines: Sequence[str], *, last_is_complete: bool
    ) -> list[Runs]:
        """Runs of each line of the block of this number. Lines that an earlier call knew cost nothing."""
        block = self._blocks.setdefault(number, _Block(language))
        if block.language != language or block.lines != lines[: len(block.lines)]:
            block = self._blocks[number] = _Block(language)
        complete = len(lines) if last_is_complete else len(lines) - 1
        while len(block.lines) < complete:
            block.lines.append(lines[len(block.lines)])
            block.colored.append(_last_line(language, block.lines))
        unfinished = [_last_line(language, lines)] if complete < len(lines) else []
        return block.colored[:complete] + unfinished


@dataclass(slots=True)
class _Block:
    """The complete lines of a code block, and their colours."""

    language: str
    lines: list[str] = field(default_factory=list)
    colored: list[Runs] = field(default_factory=list)


def _last_line(language: str, lines: Sequence[str]) -> Runs:
    line = lines[-1]
    if not line or (lexer := _lexer(language)) is None:
        return (Run(line, _UNKNOWN),) if line else ()
    # A window that begins at a multiple of its size begins at the same line for as many lines.
    first = max(0, (len(lines) - 1) // _WINDOW - 1) * _WINDOW
    text = "\n".join(lines[first:])
    return tuple(_tail(_tokens(lexer, text), text, len(text) - len(line)))


def _tokens(lexer: Lexer, text: str) -> Iterator[tuple[_TokenType, str]]:
    """The tokens of a text whose last comment may still be open."""
    for opening, closing in _COMMENTS:
        if text.rfind(opening) > text.rfind(closing):
            tokens = list(lexer.get_tokens(text + "\n" + closing))
            # The guess is right where the grammar makes one comment of what is open and the end given to it.
            last = next((each for each in reversed(tokens) if each[1].strip()), None)
            if last is not None and "Comment" in last[0] and last[1].strip().startswith(opening):
                return iter(tokens)
    return iter(lexer.get_tokens(text))


def _tail(tokens: Iterator[tuple[_TokenType, str]], text: str, start: int) -> Iterator[Run]:
    """What the tokens say of the text from `start` on."""
    at = 0
    for kind, value in tokens:
        value = value[: len(text) - at]
        if at + len(value) > start:
            yield Run(value[max(0, start - at) :], _style(kind))
        at += len(value)
    if at < len(text):  # the lexer left something out
        yield Run(text[max(at, start) :])


@cache
def _style(kind: _TokenType) -> str:
    while kind.parent is not None:
        if (name := str(kind).removeprefix("Token.")) in _STYLES:
            return _STYLES[name]
        kind = kind.parent
    return ""


@lru_cache(16)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
