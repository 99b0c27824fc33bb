"""What goes into a model and what comes out. Options frozen in, results frozen out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from coder_cli.model.guide import Guide
from exporters.families import Family


@dataclass(frozen=True, slots=True)
class Mark:
    """A control token named by its exact text, e.g. `<|fim_prefix|>`.

    Only a Mark ever becomes a control id: the same characters in a plain string are user text and stay text.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Markup:
    """Text a checkpoint's own chat template wrote: control tokens spelled out in it count as control ids."""

    text: str


Part = str | Mark | Markup


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A checkpoint's jinja chat template and the texts of the two tokens it may name."""

    source: str
    bos_token: str
    eos_token: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Text and marks in order. BOS is the tokenizer's business and is never a part."""

    parts: tuple[Part, ...]
    stop: tuple[str, ...] = ()  # stop strings; cut from the text, also across token borders
    max_new_tokens: int = 512
    ignore_stop_ids: bool = False  # benches decode a fixed number of tokens
    guide: Guide | None = None  # what the answer may look like; None: anything


@dataclass(frozen=True, slots=True)
class Sampling:
    """Greedy unless told otherwise."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0  # 0: all
    repetition_penalty: float = 1.0
    seed: int | None = None


class Finish(Enum):
    STOP = "stop"  # a stop id or a stop string
    LENGTH = "length"  # max_new_tokens, or the context is full
    REPETITION = "repetition"  # it went round in circles
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Completion:
    """The whole answer and what it cost. Seconds are wall clock."""

    text: str
    finish: Finish
    prompt_tokens: int
    cached_tokens: int  # of the prompt, how many were already in the KV cache
    new_tokens: int
    prefill_seconds: float
    decode_seconds: float
    runs: tuple[int, ...] = ()
    """Sizes of the runs that made the prompt's key/value state, from its start, those of cached parts too.

    Another split into runs rounds differently, so an answer is repeated bit for bit only with the same.
    """


PrefillProgress = Callable[[int, int], None]  # (tokens of the prompt that are done, of how many)


def unheard(done: int, total: int) -> None:
    """The PrefillProgress of those who do not ask."""


@dataclass(frozen=True, slots=True)
class Numerics:
    """What decides the bits of an answer besides model, prompt, runs and sampling."""

    runtime: str  # with its version
    device: str
    threads: int


Scores = Mapping[int, Mapping[int, float]]  # log-probabilities of ids, by their place in a text


class LanguageModel(Protocol):
    """What the assistant needs of a model; tests script one."""

    @property
    def family(self) -> Family: ...

    @property
    def context_length(self) -> int: ...

    @property
    def chat_template(self) -> ChatTemplate | None:
        """Of the checkpoint; only families without a chat format of their own use it."""
        ...

    def count_tokens(self, text: str) -> int: ...

    def encode(self, parts: Sequence[Part]) -> list[int]: ...

    @property
    def numerics(self) -> Numerics: ...

    def generate(
        self, prompt: Prompt, sampling: Sampling, progress: PrefillProgress = unheard
    ) -> Iterator[str | Completion]:
        """Pieces of text as they come, then one Completion, last. ContextError where it does not fit.

        `progress` hears first how many tokens of the prompt are cached, then of every run of the prefill.
        """
        ...

    def replay(
        self,
        ids: Sequence[int],
        runs: Sequence[int],
        prompt: Prompt,
        sampling: Sampling,
        progress: PrefillProgress = unheard,
    ) -> Iterator[str | Completion]:
        """As `generate`, cold and with exactly these runs: under equal Numerics the same bits.

        `prompt` gives the stops and the length. UsageError where the runs are not those of `ids`.
        """
        ...

    def score(
        self,
        ids: Sequence[int],
        wanted: Mapping[int, Collection[int]],
        progress: PrefillProgress = unheard,
    ) -> Scores | None:
        """For each place in `wanted`, from 1, the log-probability of those ids behind the ids before it.

        One prefill, nothing is generated. None when cancelled.
        """
        ...

    def warm(self, parts: Sequence[Part]) -> int:
        """Prefill what every prompt that begins with `parts` shares; tokens that are ready afterwards.

        For a thread of its own: `cancel` ends it, and so does a `generate`, which keeps what was done.
        """
        ...

    def cancel(self) -> None:
        """Let the running `generate` end at its next token: it still yields its Completion, CANCELLED."""
        ...
