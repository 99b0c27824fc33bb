"""How a review asks a model: its frames, its guided answers, and what they weigh."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from coder_cli import frame, prompts
from coder_cli.model import types
from coder_cli.model.guide import Choice, Guide, Step
from coder_cli.model.types import Completion, LanguageModel, PrefillProgress, Prompt, Sampling
from coder_cli.review.doubts import RULES, Least
from coder_cli.review.parts import Cost
from coder_cli.review.rivals import Kind
from coder_cli.review.types import Finding


@dataclass(frozen=True, slots=True)
class Strictness:
    """What a model must give before something is told, in log-odds."""

    rules: Mapping[Kind, Least] = field(default_factory=lambda: RULES)  # of what could stand there instead
    odds: float = 0.0  # of that once it is read with what follows
    suspicion: float | None = None  # of a fault in a part, before it is looked for; None: it is not asked
    confirmation: float = 0.0  # of a yes to what it says then


@dataclass(frozen=True, slots=True)
class Weighed:
    """A finding with the log-odds that the model gave to it, at first and when it was asked again."""

    finding: Finding
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Asker:
    model: LanguageModel
    repository: str
    progress: PrefillProgress

    def prompt(self, name: str, told: Mapping[str, str]) -> tuple[types.Part, ...]:
        messages = frame.messages(name, self.model.family, {"repository": self.repository, **told})
        return prompts.conversation(self.model.family, self.model.chat_template, messages)

    def answer(self, parts: tuple[types.Part, ...], guide: Guide, most: int) -> Completion:
        """At most so many tokens, less where the window ends before."""
        room = self.model.context_length - len(self.model.encode(parts)) - 1
        prompt = Prompt(parts, max_new_tokens=max(1, min(most, room)), guide=guide)
        for piece in self.model.generate(prompt, Sampling(), self.progress):
            if isinstance(piece, Completion):
                return piece
        raise RuntimeError("an answer without an end")


def cost_of(done: Completion) -> Cost:
    return Cost(done.prompt_tokens, done.new_tokens)


def weighing(one: str, other: str, odds: list[float]) -> Guide:
    """One word, of two; `odds` gets the log-odds of the other one."""

    def decide(options: Mapping[str, float]) -> str:
        odds.append(options[other] - options[one])
        return other if odds[-1] > 0 else one

    def guide() -> Generator[Step, str, None]:
        yield Choice((one, other), decide=decide)

    return guide
