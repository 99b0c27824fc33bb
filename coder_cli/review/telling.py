"""A finding in a model's words: it is told what is doubted, and says when that fails.

The finding is JSON under a schema in which the quote, the title and what else the program knows are
constants: they come as they are, at no cost. Only the scenario is the model's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

from coder_cli import frame, prompts
from coder_cli.briefing import excerpts
from coder_cli.model import types
from coder_cli.model.guide import Guide, Json, Step
from coder_cli.model.types import Completion, LanguageModel, PrefillProgress, Prompt, Sampling
from coder_cli.review.display import displayed
from coder_cli.review.parts import Cost, Part
from coder_cli.review.surroundings import Ground, surroundings
from coder_cli.review.types import Finding

ANSWER_TOKENS = 400
_DISPLAY_SHARE = 0.6  # of the budget, at most, for the change in its symbols
_SHORTEST, _LONGEST = 20, 300  # characters of a scenario
_SENTENCES = re.compile(r".*[.!?](?=\s|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Teller:
    """`budget`: tokens of a change with what surrounds it."""

    model: LanguageModel
    ground: Ground
    repository: str
    budget: int
    progress: PrefillProgress

    def told(self, part: Part, finding: Finding) -> tuple[Finding, Cost]:
        """As it was where it does not fit the window or the model comes to no whole sentence."""
        said: list[str] = []
        parts = self._prompt(part, finding)
        if len(self.model.encode(parts)) + ANSWER_TOKENS > self.model.context_length:
            return finding, Cost()
        prompt = Prompt(parts, max_new_tokens=ANSWER_TOKENS, guide=_guide(finding, said))
        cost = Cost()
        for piece in self.model.generate(prompt, Sampling(), self.progress):
            if isinstance(piece, Completion):
                cost = Cost(piece.prompt_tokens, piece.new_tokens)
        whole = _SENTENCES.match(" ".join(json.loads(said[0])["scenario"].split())) if said else None
        return (replace(finding, scenario=whole[0]) if whole else finding), cost

    def _prompt(self, part: Part, finding: Finding) -> tuple[types.Part, ...]:
        """With as much around the part as fits: what it uses before who uses it."""
        count = self.model.count_tokens
        change = displayed(part, int(self.budget * _DISPLAY_SHARE), count)
        items = surroundings(self.ground, part, self.budget - count(change), count)
        return self._asked(
            {"path": part.path, "change": change, "context": excerpts(items), "quote": finding.quote}
        )

    def _asked(self, told: Mapping[str, str]) -> tuple[types.Part, ...]:
        model = self.model
        messages = frame.messages("review", model.family, {"repository": self.repository, **told})
        return prompts.conversation(model.family, model.chat_template, messages)


def _guide(finding: Finding, said: list[str]) -> Guide:
    known = {
        "quote": finding.quote,
        "title": finding.title,
        "suggestion": finding.suggestion,
        "severity": finding.severity.label,
        "category": finding.category.value,
    }
    scenario = {"type": "string", "minLength": _SHORTEST, "maxLength": _LONGEST}
    schema: Mapping[str, object] = {
        "type": "object",
        "properties": {**{name: {"const": text} for name, text in known.items()}, "scenario": scenario},
        "required": [*known, "scenario"],
        "additionalProperties": False,
    }

    def guide() -> Generator[Step, str, None]:
        said.append((yield Json(schema)))

    return guide
