"""Older turns in fewer words, so that a long conversation goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from coder_cli.chat.turns import Exchange

_REQUEST = 400  # characters that are kept of an older request
_ANSWER = 240  # characters that are kept of its answer, besides the places it named
_PLACES = 6
_PLACE = re.compile(r"(?:[\w.+-]+/)*[\w+-]+\.\w+:\d+(?:-\d+)?")
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


def compacted(
    exchanges: Sequence[Exchange], limit: int, count: Callable[[Sequence[Exchange]], int]
) -> list[Exchange]:
    """The turns without what was shown for them, in `limit` tokens by `count`.

    The latest stay as they are as long as they may; the oldest are shortened first, then left out, but the
    first request, the task, is always kept.
    """
    turns = [exchange.bare() for exchange in exchanges]
    for number in range(len(turns)):
        if count(turns) <= limit:
            return turns
        turns[number] = shortened(turns[number])
    while len(turns) > 1 and count(turns) > limit:
        del turns[1]
    return turns


def shortened(exchange: Exchange) -> Exchange:
    """A request's beginning, an answer's first words and the places it named."""
    if exchange.compacted:
        return exchange
    prose = " ".join(_FENCE.sub(" (code) ", exchange.answer).split())
    short = _cut(prose, _ANSWER)
    places = [place for place in dict.fromkeys(_PLACE.findall(exchange.answer)) if place not in short]
    if places:
        short += f" (It named {', '.join(places[:_PLACES])}.)"
    return replace(exchange, request=_cut(exchange.request, _REQUEST), answer=short, compacted=True)


def retold(before: Sequence[Exchange], after: Sequence[Exchange], *, asked: bool) -> str:
    """What became of the turns, in a line. `asked`: the user changed what stands in the window."""
    short = sum(one.compacted for one in after)
    gone = len(before) - len(after)
    told = [f"{short} earlier turns are shortened"] if short else []
    told += [f"{gone} left out"] if gone else []
    why = "The window is built anew" if asked else "The window was full and is built anew"
    return f"{why}: {', '.join(told)}." if told else f"{why}."


def _cut(text: str, length: int) -> str:
    """At a word's end, and seen to be cut."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(None, 1)[0] + " ..."
