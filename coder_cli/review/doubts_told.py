"""A doubt in words: what stands there, what is likelier, and when the difference shows."""

from __future__ import annotations

from coder_cli.review.doubts import Doubt
from coder_cli.review.parts import Part
from coder_cli.review.rivals import Kind
from coder_cli.review.types import Category, Finding, Severity, Source
from retrieval.hunks import lines_of

_TURNED_ROUND = "The condition is the other way round: what is meant for one case is done in the other."
_SCENARIOS = {
    Kind.OPERATOR: "Where both sides are equal it goes the other way: one step too many, or one too few.",
    Kind.BOOLEAN: "Where only one of the two conditions holds it is decided the other way.",
    Kind.CONDITION: _TURNED_ROUND,
    Kind.NUMBER: "It is off by one: the first or the last is missed, or one is taken that is not there.",
    Kind.VALUE: "What is switched on should be off, or the other way round.",
    Kind.AWAIT: "Nobody waits for the call: its result is used before it is there, and its errors are lost.",
    Kind.GUARD: "It is used without a look whether it is there: where it is not, this fails.",
    Kind.RETURNED: "The caller gets another value than the one that was made for it.",
    Kind.SWAP: "The two arguments have changed places: each is taken for the other.",
}
_CATEGORIES = {
    Kind.AWAIT: Category.CONCURRENCY,
    Kind.GUARD: Category.ERRORS,
}
_SAME_OR_NOT = frozenset(("==", "!=", "===", "!=="))
_LONGEST = 40  # characters of code in a title


def finding(part: Part, text: str, doubt: Doubt) -> Finding:
    """At the lines that the rival would change; `text` is the file's."""
    rival = doubt.rival
    here = text[rival.start : rival.end]
    scenario = _SCENARIOS[rival.kind]
    if here in _SAME_OR_NOT:
        scenario = _TURNED_ROUND
    first, last = doubt.lines[0], doubt.lines[-1]
    instead = " ".join(row.strip() for row in doubt.instead)
    return Finding(
        path=part.path,
        start_line=first,
        end_line=last,
        severity=Severity.WARNING,
        category=_CATEGORIES.get(rival.kind, Category.LOGIC),
        title=_title(rival.kind, here, rival.text),
        scenario=scenario,
        suggestion=f"Look whether it should be: {instead}",
        quote="\n".join(lines_of(text)[first - 1 : last]),
        source=Source.MODEL,
        certain=False,
    )


def _title(kind: Kind, here: str, there: str) -> str:
    here, there = _short(here), _short(there)
    if kind is Kind.SWAP:
        return f"The arguments `{here}` are likelier as `{there}`"
    if not here:
        return f"`{there}` is likely missing"
    if not there:
        return f"`{here}` is likely too much"
    return f"`{here}` where `{there}` is likelier"


def _short(code: str) -> str:
    told = " ".join(code.split())
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
