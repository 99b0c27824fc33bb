"""A model that answers along the guide of its prompt."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from coder_cli.model.guide import Choice, Step, Text
from coder_cli.model.types import Completion, PrefillProgress, Prompt, Sampling, unheard
from tests.fakes import ScriptedModel

Reply = Callable[[Step], str]


@dataclass
class GuidedModel(ScriptedModel):
    """`reply` says what comes for a step.

    Of a choice that the program decides, options but the first get `odds` as their log-probability.
    """

    reply: Reply = field(default=lambda step: "")
    odds: Callable[[Prompt], float] = field(default=lambda prompt: 1.0)
    steps: list[Step] = field(default_factory=list)

    def generate(
        self, prompt: Prompt, sampling: Sampling, progress: PrefillProgress = unheard
    ) -> Iterator[str | Completion]:
        assert prompt.guide is not None
        said = ""
        guide = prompt.guide()
        try:
            step = next(guide)
            while True:
                self.steps.append(step)
                text = self._text(step, prompt)
                said += text
                step = guide.send(text)
        except StopIteration:
            pass
        for piece in super().generate(prompt, sampling, progress):
            yield dataclasses.replace(piece, text=said) if isinstance(piece, Completion) else piece

    def _text(self, step: Step, prompt: Prompt) -> str:
        if isinstance(step, Text):
            return step.text
        if isinstance(step, Choice) and step.decide is not None:
            first, *others = step.options
            return step.decide({first: 0.0} | dict.fromkeys(others, self.odds(prompt)))
        return self.reply(step)
