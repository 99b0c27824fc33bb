"""Scripted stand-ins for our Protocols."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coder_cli.errors import ContextError
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
