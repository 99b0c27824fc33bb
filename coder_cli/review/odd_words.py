"""Words of the new side that are likely to be others: read once, then put to the model with both lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

from coder_cli.model.types import LanguageModel
from coder_cli.review.asking import Asker, Strictness, Weighed, cost_of, weighing
from coder_cli.review.oddities import Oddity, reading, replaced, watching
from coder_cli.review.parts import Cost, Part
from coder_cli.review.types import Category, Finding, Severity, Source
from retrieval.hunks import lines_of

_FIRST, _SECOND = "A", "B"
_GAP = "<missing line>"
_AROUND = 15  # lines on either side of one that is put to the model again
_MOST_ODDS = 9.0  # that are told as a number


def odd_words(asker: Asker, part: Part, strictness: Strictness) -> tuple[list[Weighed], Cost]:
    model = asker.model
    read = reading(part, lambda words: _tells(model, words))
    if read is None:
        return [], Cost()
    odd: list[Oddity] = []
    room = model.context_length // 2
    if model.count_tokens(read.text[read.begin : read.places[-1].start]) > room:
        return [], Cost()
    prompt = (f"#{part.path}\n{read.text[read.begin : read.first]}",)
    cost = cost_of(asker.answer(prompt, watching(read, odd), room))
    found = []
    for oddity in odd:
        if oddity.odds > strictness.oddity:
            choice, more = _choose(asker, part, read.text, oddity)
            cost += more
            if choice > strictness.choice:
                found.append(Weighed(_finding(part, read.text, oddity), oddity.odds, choice))
    return found, cost


def _tells(model: LanguageModel, words: Sequence[str]) -> bool:
    """Whether each is a token of its own."""
    around = len(model.encode(("",)))
    return all(len(model.encode((word,))) == around + 1 for word in words)


def _choose(asker: Asker, part: Part, text: str, oddity: Oddity) -> tuple[float, Cost]:
    """Asked in both orders, since models like the first of two, or the second."""
    lines = lines_of(text)
    at = oddity.place.line - 1
    code = [*lines[max(0, at - _AROUND) : at], _GAP, *lines[at + 1 : at + 1 + _AROUND]]
    told = {"path": part.path, "code": "\n".join(code), "gap": _GAP}
    here, there = lines[at], replaced(text, oddity)
    cost, odds = Cost(), 0.0
    for first, second, sign in ((here, there, 1), (there, here, -1)):
        got: list[float] = []
        parts = asker.prompt("review_choose", {**told, "first": first, "second": second})
        cost += cost_of(asker.answer(parts, weighing(_FIRST, _SECOND, got), 4))
        odds += sign * got[0] / 2 if got else -math.inf
    return odds, cost


def _finding(part: Part, text: str, oddity: Oddity) -> Finding:
    place = oddity.place
    word, rival = place.word.strip(), oddity.rival.strip()
    times = round(math.exp(min(oddity.odds, _MOST_ODDS)))
    return Finding(
        path=part.path,
        start_line=place.line,
        end_line=place.line,
        severity=Severity.WARNING,
        category=Category.LOGIC,
        title=f"`{word}` where `{rival}` is likelier",
        scenario=f"In code like this the model expects `{rival}` {times} times as much as `{word}`,"
        " and chose it again when both lines were put to it.",
        suggestion=f"Look whether it should be: {replaced(text, oddity).strip()}",
        quote=lines_of(text)[place.line - 1],
        source=Source.MODEL,
        certain=False,
    )
