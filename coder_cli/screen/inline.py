"""What stands within a paragraph: emphasis, code, links; and how much of it more text cannot change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from coder_cli.screen.rows import Run, Runs

if TYPE_CHECKING:
    from markdown_it.token import Token

CYAN = "36"
_DIM = "2"
_STYLES = {"strong_open": "1", "em_open": "3", "link_open": "4"}


def runs_of(tokens: Sequence[Token], style: str = "") -> Runs:
    """The tokens of a line as runs. A link's address is shown, never hidden behind words nor made active."""
    styles = [style] if style else []
    runs: list[Run] = []
    links: list[tuple[str, int]] = []  # address, and the run its words begin with

    def add(text: str, *more: str) -> None:
        runs.append(Run(text.replace("\t", " "), ";".join((*styles, *more))))

    for token in tokens:
        if token.type in _STYLES:
            styles.append(_STYLES[token.type])
            if token.type == "link_open":
                links.append((str(token.attrs.get("href", "")), len(runs)))
        elif token.type == "link_close":
            styles.pop()
            address, first = links.pop()
            if address and address != "".join(run.text for run in runs[first:]):
                add(f" ({address})", _DIM)
        elif token.type in ("strong_close", "em_close"):
            styles.pop()
        elif token.type == "code_inline":
            add(token.content, CYAN)
        elif token.type == "image":
            add(f"{token.content} ({token.attrs.get('src', '')})", _DIM)
        elif token.type == "softbreak":
            add(" ")
        elif token.type == "hardbreak":
            add("\n")
        else:
            add(token.content)
    return tuple(run for run in runs if run.text)


_SPECIAL = re.compile(r"[*_`\[\\!]")
_LINK = re.compile(r"\[[^\[\]`*_\\!\n]*\]\([^()\s<>\\]*\)")
_BRACKETS = re.compile(r"\[[^\[\]`\\]*\](?=[^(])")
_EMPHASIS = re.compile(
    r"(?P<mark>\*{1,3}|_{1,3})(?![\s*_])"
    r"(?P<words>(?:[^*_`\[\]\\!\n]|!(?!\[)|(?<=[^\W_])_(?=[^\W_])|(?<!`)`[^`\n]+`(?!`))+)"
    r"(?<!\s)(?P=mark)(?![*_])(?=(?P<next>.))",
    re.DOTALL,
)


def settled(source: str) -> int:
    """How many characters of a paragraph's Markdown look the same whatever follows. Errs on the low side."""
    # A line that begins with a bar may turn out to be the header of a table, which ends the paragraph.
    bar = re.search(r"^\|", source, re.MULTILINE)
    return _first_open(source[: bar.start()].rstrip("\n") if bar else source)


def closed(source: str) -> str:
    """A paragraph's Markdown as it probably goes on: what is open in it is closed at its end."""
    at = _first_open(source)
    mark = source[at : at + 1]
    if not mark or mark not in "*_`":
        return source
    run = source[at : len(source) - len(source[at:].lstrip(mark))]
    words = source[at + len(run) :].rstrip(mark + " ")
    return source[:at] + run + closed(words) + run if words else source[:at]


def _first_open(source: str) -> int:
    at = 0
    while (special := _SPECIAL.search(source, at)) is not None:
        end = _end_of(source, special.start())
        if end is None:
            return special.start()
        at = end
    return len(source)


def _end_of(source: str, at: int) -> int | None:
    """Where what begins with this mark is over, or where it turns out to be a plain character."""
    mark, after = source[at], source[at + 1 : at + 2]
    if not after:
        return None
    if mark == "\\":
        return at + 2
    if mark == "`":
        return _end_of_code(source, at)
    if mark == "!":
        return at + 1  # a bracket after it is looked at by itself
    if mark == "[":
        if (link := _LINK.match(source, at)) is not None:
            return link.end()
        return at + 1 if _BRACKETS.match(source, at) else None
    return _end_of_emphasis(source, at)


def _end_of_code(source: str, at: int) -> int | None:
    ticks = len(source[at:]) - len(source[at:].lstrip("`"))
    closing = re.compile(rf"(?<!`)`{{{ticks}}}(?=[^`])", re.DOTALL).search(source, at + ticks)
    return closing.end() if closing else None


def _end_of_emphasis(source: str, at: int) -> int | None:
    """By CommonMark's rules of left- and right-flanking runs."""
    mark, before = source[at], source[at - 1] if at else " "
    run = len(source[at:]) - len(source[at:].lstrip(mark))
    after = source[at + run : at + run + 1]
    if not after:
        return None
    if before.isspace() and after.isspace():
        return at + run
    if mark == "_" and before.isalnum() and after.isalnum():
        return at + run  # snake_case
    found = _EMPHASIS.match(source, at)
    if found is None:
        return None
    words, beyond = found["words"], found["next"]
    opens = _stands_apart(before) or (mark == "*" and words[0].isalnum())
    closes = _stands_apart(beyond) or (mark == "*" and words[-1].isalnum())
    return found.end() if opens and closes else None


def _stands_apart(letter: str) -> bool:
    return letter.isspace() or (letter.isascii() and not letter.isalnum())
