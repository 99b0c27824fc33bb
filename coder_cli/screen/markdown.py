"""Markdown, as models write it, to rows of a terminal.

Whatever follows, the rows of a text stay as they are but for the last one: that is what lets half an answer
be shown for good, and all choices here serve it. There are no headings by underlining, no links by reference,
no HTML and no tables without a bar at the left; and a row keeps its distance by what stands above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from coder_cli.screen.grid import Grid, Side
from coder_cli.screen.highlight import Highlighter
from coder_cli.screen.inline import runs_of
from coder_cli.screen.rows import Blank, Code, Flow, Margin, Row, Rule, Run, Runs

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_BOLD, _DIM = "1", "2"
_HEADINGS = {"h1": "1;4", "h2": "1", "h3": "1"}
_SMALL_HEADING = "1;2"
_TAB = 4
_SIDES: dict[str, Side] = {"text-align:right": "right", "text-align:center": "center"}


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock, table

    def barred_table(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        begin = state.bMarks[line] + state.tShift[line]
        return state.src.startswith("|", begin) and table(state, line, end, silent)

    left_out = ["lheading", "reference", "html_block", "html_inline", "autolink", "entity"]
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(left_out)
    parser.block.ruler.at("table", barred_table, {"alt": ["paragraph"]})
    return parser


@dataclass(frozen=True, slots=True)
class Block:
    """A block that is in no other, and the line it begins at."""

    line: int
    tokens: list[Token] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """What a text consists of. A block that another one follows is over."""
    found: list[Block] = []
    for token in _parser().parse(text):
        if token.level == 0 and token.nesting >= 0:
            found.append(Block(token.map[0] if token.map else 0))
        found[-1].tokens.append(token)
    return found


def inline(text: str) -> Runs:
    """A paragraph's Markdown as runs."""
    (token,) = _parser().parseInline(text)
    return runs_of(token.children or ())


@dataclass(slots=True)
class _Container:
    """A quote or an item of a list: what stands left of its first row, and of the others."""

    first: Run
    rest: Run
    begun: bool = False


class RowMaker:
    """Rows of a text's blocks. `above` is the row before them, `gap` whether a blank line is between."""

    def __init__(self, text: str, highlighter: Highlighter, above: Row | None, gap: bool) -> None:
        self._lines = text.split("\n")
        self._highlighter = highlighter
        self._above, self._gap = above, gap
        self._containers: list[_Container] = []
        self._numbers: list[int | None] = []  # of the next item of each list, None for bullets
        self._fences = 0
        self.rows: list[Row] = []

    def add(self, block: Block) -> None:
        tokens = block.tokens
        at = 0
        while at < len(tokens):
            if tokens[at].type == "table_open":
                end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
                self._table(tokens[at : end + 1])
                at = end
            else:
                self._token(tokens[at], tokens[at - 1].tag if at else "")
            at += 1

    def _token(self, token: Token, parent: str) -> None:
        kind = token.type
        if kind == "inline":
            self._text(token, parent)
        elif kind in ("fence", "code_block"):
            self._code(token)
        elif kind == "hr":
            self._start(token)
            self.rows.append(Rule(_DIM, self._margin()))
        elif kind in ("bullet_list_open", "ordered_list_open"):
            start = int(token.attrs.get("start", 1)) if kind == "ordered_list_open" else None
            self._numbers.append(start)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._numbers.pop()
        elif kind == "list_item_open":
            self._containers.append(self._item(token))
        elif kind == "blockquote_open":
            bar = Run("▌ ", _DIM)
            self._containers.append(_Container(bar, bar))
        elif kind in ("list_item_close", "blockquote_close"):
            if not self._containers[-1].begun:  # an empty one
                self._start(None)
                self.rows.append(Flow((), self._margin()))
            self._containers.pop()

    def _item(self, token: Token) -> _Container:
        number = self._numbers[-1]
        mark = "• " if number is None else f"{number}{token.markup} "
        if number is not None:
            self._numbers[-1] = number + 1
        return _Container(Run(mark, _DIM if number is None else ""), Run(" " * len(mark)))

    def _text(self, token: Token, parent: str) -> None:
        heading = parent if parent in ("h1", "h2", "h3", "h4", "h5", "h6") else ""
        self._start(token, apart=bool(heading))
        style = _HEADINGS.get(heading, _SMALL_HEADING) if heading else ""
        runs = runs_of(token.children or (), style)
        self.rows.append(Flow(runs, self._margin(), "" if heading else token.content))

    def _code(self, token: Token) -> None:
        lines = token.content.expandtabs(_TAB).split("\n")
        complete = lines[-1] == ""
        if complete:
            lines.pop()
        if token.type == "code_block":
            complete = True
        language = token.info.split()[0].lower() if token.info.split() else ""
        colored = self._highlighter.lines(self._fences, language, lines, last_is_complete=complete)
        self._fences += 1
        for number, runs in enumerate(colored):
            if number == 0:
                self._start(token, apart=True)
            self.rows.append(Code(runs, self._margin()))

    def _table(self, tokens: Sequence[Token]) -> None:
        rows: list[list[Runs]] = []
        sides: list[Side] = []
        style = ""
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                style = _BOLD if token.type == "th_open" else ""
                if style:
                    sides.append(_SIDES.get(str(token.attrs.get("style", "")), "left"))
            elif token.type == "inline":
                rows[-1].append(runs_of(token.children or (), style))
        self._start(tokens[0], apart=True)
        self.rows.append(Grid(tuple(map(tuple, rows)), tuple(sides), self._margin()))

    def _start(self, token: Token | None, apart: bool = False) -> None:
        """Keep a distance from what is above where the text does, and around code and tables."""
        above = self.rows[-1] if self.rows else self._above
        line = token.map[0] if token is not None and token.map else -1
        gap = self._gap if line == 0 else line > 0 and not self._lines[line - 1].strip(" \t>")
        if above is not None and (gap or apart or isinstance(above, Code | Grid)):
            rest = tuple(each.rest for each in self._containers if each.begun)
            self.rows.append(Blank(Margin(rest, rest)))

    def _margin(self) -> Margin:
        """Of the row that comes now: the marks of what it is the first row of."""
        first = tuple(each.rest if each.begun else each.first for each in self._containers)
        for each in self._containers:
            each.begun = True
        return Margin(first, tuple(each.rest for each in self._containers))
