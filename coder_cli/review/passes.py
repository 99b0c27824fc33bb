"""What a model finds in a part: what it expects instead while it reads, and what it says when asked.

Whatever is found is put to it once more. The models of a few billion parameters that this program is made
for say the same of code with a fault and without when asked, so they are not unless `Strictness` says so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field

from coder_cli.briefing import excerpts
from coder_cli.errors import ContextError
from coder_cli.model import types
from coder_cli.model.guide import Choice, Guide, Json, Quote, Step, Text
from coder_cli.model.types import Finish, LanguageModel, PrefillProgress, unheard
from coder_cli.review.asking import Asker, Strictness, Weighed, cost_of, weighing
from coder_cli.review.display import Display, displayed
from coder_cli.review.doubts import Reader
from coder_cli.review.doubts_told import finding
from coder_cli.review.parts import Cost, Part, places
from coder_cli.review.surroundings import Ground, surroundings
from coder_cli.review.types import Category, Finding, Severity, Source
from retrieval.hunks import RowKind

ROWS_SHARE = 0.45  # of the budget, at most, for the rows of a part
_DISPLAY_SHARE = 0.7  # of the budget, at most, for them with their symbols
MOST_FINDINGS = 3  # a part
ANSWER_TOKENS = 220 * MOST_FINDINGS
_NONE, _FAULT = "No fault.", "Fault:\n"
_YES, _NO = "Yes", "No"
_END = "-----\n"
_LONGEST_QUOTE = 6  # lines
_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 8, "maxLength": 90},
        "scenario": {"type": "string", "minLength": 8, "maxLength": 240},
        "category": {"enum": [one.value for one in Category]},
        "severity": {"enum": [one.label for one in Severity]},
        "suggestion": {"type": "string", "maxLength": 240},
    },
    "required": ["title", "scenario", "category", "severity", "suggestion"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a part. `suspicion` is None where it was not asked."""

    part: Part
    found: tuple[Weighed, ...]
    suspicion: float | None = None
    cost: Cost = field(default_factory=Cost)
    is_whole: bool = True  # False: it was cut short, by the window or by the person


class Reviewer:
    """`budget`: tokens of a part with what surrounds it."""

    def __init__(
        self,
        model: LanguageModel,
        ground: Ground,
        repository: str,
        budget: int,
        strictness: Strictness,
        progress: PrefillProgress = unheard,
    ) -> None:
        self._model = model
        self._ground = ground
        self._strictness = strictness
        self._asker = Asker(model, repository, progress)
        empty = self._asker.prompt("review", {"context": "", "path": "", "change": ""})
        self._around = len(model.encode(empty))  # tokens of the frame
        room = model.context_length - self._around - min(ANSWER_TOKENS, model.context_length // 3)
        self.budget = min(budget, room)
        if self.budget < 1:
            raise ContextError(f"A review does not fit into {model.context_length} tokens.")

    @property
    def most_rows(self) -> int:
        """Tokens of the rows of a part."""
        return max(1, int(self.budget * ROWS_SHARE))

    def look(self, part: Part) -> Looked:
        if not any(piece.is_telling for piece in part.pieces):
            return Looked(part, ())
        strict = self._strictness
        reader = Reader(self._model, strict.rules, strict.odds, self._asker.progress)
        text = part.file.new.text if part.file.new is not None else ""
        found = [Weighed(finding(part, text, one), one.gap, one.odds) for one in reader.doubts(part)]
        read = Looked(part, tuple(found), None, reader.cost, reader.is_whole)
        return read if strict.suspicion is None else self._ask(read, strict.suspicion)

    def _ask(self, read: Looked, least: float) -> Looked:
        """What is read already, and what it says when asked."""
        part, found, cost = read.part, list(read.found), read.cost
        display = displayed(part, int(self.budget * _DISPLAY_SHARE), self._model.count_tokens)
        if not display.spans:
            return read
        drafts: list[tuple[str, Mapping[str, str]]] = []
        odds: list[float] = []
        guide = _looking(display, least, drafts, odds)
        done = self._asker.answer(self._first_prompt(part, display), guide, ANSWER_TOKENS)
        cost += cost_of(done)
        for (quote, told), suspicion in zip(drafts, odds, strict=False):
            said = _finding(part, display, quote, told)
            if any(one.finding.start_line == said.start_line for one in found):
                continue
            confirmation, more = self._confirm(part, display, said)
            cost += more
            if confirmation > self._strictness.confirmation:
                found.append(Weighed(said, suspicion, confirmation))
        whole = read.is_whole and done.finish is Finish.STOP
        return Looked(part, tuple(found), odds[0] if odds else None, cost, whole)

    def _first_prompt(self, part: Part, display: Display) -> tuple[types.Part, ...]:
        """With as much around the part as fits."""
        count = self._model.count_tokens
        items = surroundings(self._ground, part, self.budget - count(display.text), count)
        told = {"path": part.path, "change": display.text}
        while True:
            parts = self._asker.prompt("review", {**told, "context": excerpts(items)})
            if not items or len(self._model.encode(parts)) <= self._around + self.budget:
                return parts
            items = items[:-1]

    def _confirm(self, part: Part, display: Display, finding: Finding) -> tuple[float, Cost]:
        claim = f"{finding.title.rstrip('.')}. {finding.scenario}"
        told = {"path": part.path, "change": display.text, "quote": finding.quote, "claim": claim}
        odds: list[float] = []
        done = self._asker.answer(self._asker.prompt("review_confirm", told), weighing(_NO, _YES, odds), 4)
        return odds[0] if odds else -math.inf, cost_of(done)


def _looking(
    display: Display, least: float, drafts: list[tuple[str, Mapping[str, str]]], odds: list[float]
) -> Guide:
    def decide(options: Mapping[str, float]) -> str:
        odds.append(options[_FAULT] - options[_NONE])
        return _FAULT if odds[-1] > least else _NONE

    def guide() -> Generator[Step, str, None]:
        for _ in range(MOST_FINDINGS):
            if (yield Choice((_NONE, _FAULT), decide=decide)) == _NONE:
                return
            quote = yield Quote(display.lines, display.spans, end=_END, longest=_LONGEST_QUOTE)
            told = yield Json(_SCHEMA)
            drafts.append((quote, json.loads(told)))
            yield Text("\n")

    return guide


def _finding(part: Part, display: Display, quote: str, told: Mapping[str, str]) -> Finding:
    """At the place that the quote has; it stands in the lines once."""
    first = _place(display.lines, quote.removesuffix("\n").split("\n"))
    count = quote.removesuffix("\n").count("\n") + 1
    numbers = display.numbers[first : first + count]
    return Finding(
        path=part.path,
        start_line=numbers[0],
        end_line=numbers[-1],
        severity=Severity[told["severity"].upper()],
        category=Category(told["category"]),
        title=_words(told["title"]),
        scenario=_words(told["scenario"]),
        suggestion=_words(told["suggestion"]),
        quote=quote.removesuffix("\n"),
        source=Source.MODEL,
        deleted=_deleted_beside(part, numbers),
        certain=False,
    )


def _words(said: str) -> str:
    return " ".join(said.split())


def _place(lines: Sequence[str], quoted: Sequence[str]) -> int:
    for start in range(len(lines) - len(quoted) + 1):
        if list(lines[start : start + len(quoted)]) == list(quoted):
            return start
    raise ValueError("a quote that is not in the text")


def _deleted_beside(part: Part, numbers: Sequence[int]) -> str:
    """Where only surviving lines are quoted: what is gone next to them."""
    quoted = set(numbers)
    rows = [row for piece in part.pieces for row in piece.rows]
    if any(row.kind is RowKind.ADDED and row.new_line in quoted for row in rows):
        return ""
    gone = []
    for piece in part.pieces:
        stood = places(piece.hunk)
        for row in piece.rows:
            if row.old_line is not None and row.new_line is None:
                at = stood[row.old_line]
                if {at, at - 1} & quoted:
                    gone.append(row.text)
    return "\n".join(gone)
