"""Scripted stand-ins for our Protocols."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coder_cli.errors import ContextError
from coder_cli.model.guide import Choice, Quote, Step, Text, Until
from coder_cli.model.types import (
    ChatTemplate,
    Completion,
    Finish,
    Mark,
    Markup,
    Numerics,
    Part,
    PrefillProgress,
    Prompt,
    Sampling,
    Scores,
    unheard,
)
from exporters.families import FAMILIES, Family


@dataclass
class ScriptedModel:
    """A LanguageModel that says its lines and remembers what it was asked. A token is one character."""

    pieces: Sequence[str]
    family: Family = FAMILIES["qwen2.5-coder-instruct"]
    context_length: int = 4096
    chat_template: ChatTemplate | None = None
    numerics: Numerics = field(default_factory=lambda: Numerics("scripted 1.0", "cpu", 2))
    finish: Finish = Finish.STOP
    interrupt_after: int | None = None  # pieces, then Ctrl-C
    prompts: list[Prompt] = field(default_factory=list)
    samplings: list[Sampling] = field(default_factory=list)
    replayed: list[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)  # ids, runs
    warmed: list[Sequence[Part]] = field(default_factory=list)
    expects: Callable[[str, str], float] = lambda before, token: -1.0
    """The log-probability of a token behind a text."""
    scored: list[str] = field(default_factory=list)
    said: int = 0  # pieces
    cancelled: bool = False

    def count_tokens(self, text: str) -> int:
        return len(text)

    def encode(self, parts: Sequence[Part]) -> list[int]:
        ids: list[int] = []
        for part in parts:
            ids += (
                [0] if isinstance(part, Mark) else map(ord, part.text if isinstance(part, Markup) else part)
            )
        return ids

    def cancel(self) -> None:
        self.cancelled = True

    def score(
        self,
        ids: Sequence[int],
        wanted: Mapping[int, Collection[int]],
        progress: PrefillProgress = unheard,
    ) -> Scores | None:
        text = "".join(map(chr, ids))
        self.scored.append(text)
        return {
            place: {number: self.expects(text[:place], chr(number)) for number in numbers}
            for place, numbers in wanted.items()
        }

    def warm(self, parts: Sequence[Part]) -> int:
        self.warmed.append(parts)
        return len(self.encode(parts))

    def generate(
        self, prompt: Prompt, sampling: Sampling, progress: PrefillProgress = unheard
    ) -> Iterator[str | Completion]:
        yield from self._say(self.encode(prompt.parts), prompt, sampling, progress)

    def replay(
        self,
        ids: Sequence[int],
        runs: Sequence[int],
        prompt: Prompt,
        sampling: Sampling,
        progress: PrefillProgress = unheard,
    ) -> Iterator[str | Completion]:
        self.replayed.append((tuple(ids), tuple(runs)))
        yield from self._say(ids, prompt, sampling, progress)

    def _say(
        self, ids: Sequence[int], prompt: Prompt, sampling: Sampling, progress: PrefillProgress
    ) -> Iterator[str | Completion]:
        self.prompts.append(prompt)
        self.samplings.append(sampling)
        self.cancelled, self.said = False, 0
        if len(ids) >= self.context_length:
            raise ContextError(f"The prompt has {len(ids)} tokens.")
        progress(0, len(ids))
        progress(len(ids), len(ids))
        for piece in self.pieces:
            if self.said == self.interrupt_after:
                raise KeyboardInterrupt
            self.said += 1
            yield piece
            if self.cancelled:
                break
        completion = Completion(
            "".join(self.pieces[: self.said]), self.finish, len(ids), 0, self.said, 1.0, 2.0, (len(ids),)
        )
        yield dataclasses.replace(completion, finish=Finish.CANCELLED) if self.cancelled else completion


@dataclass
class GuidedModel(ScriptedModel):
    """Follows the guide of its prompt: each of `answers` is said where there is a choice, in order.

    Of a Choice it is the beginning of an option; "" ends where that is allowed. After the last one it ends.
    """

    pieces: Sequence[str] = ()
    answers: list[str] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None

    def _say(
        self, ids: Sequence[int], prompt: Prompt, sampling: Sampling, progress: PrefillProgress
    ) -> Iterator[str | Completion]:
        self.prompts.append(prompt)
        self.samplings.append(sampling)
        assert prompt.guide is not None
        self.before_answer()
        steps = prompt.guide()
        said = list[str]()
        try:
            step = next(steps)
            while True:
                text, shown = self._step(step)
                said.append(shown)
                yield shown
                step = steps.send(text)
        except StopIteration:
            pass
        text = "".join(said)
        yield Completion(text, Finish.STOP, len(ids), 0, len(text), 0.01, 0.01, (len(ids),))

    def _step(self, step: Step) -> tuple[str, str]:
        """What came, and the text with its end."""
        if isinstance(step, Text):
            return step.text, step.text
        answer = self.answers.pop(0) if self.answers else ""
        if isinstance(step, Choice):
            if not answer and step.may_end:
                return "", ""
            found = [option for option in step.options if option.startswith(answer)]
            assert found, f"{answer!r} is none of {step.options}"
            return found[0], found[0]
        if isinstance(step, Quote | Until):
            return answer, answer + step.end
        return answer, answer
