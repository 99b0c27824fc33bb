"""The nouns of a conversation: what was asked, what was shown for it, what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from coder_cli.briefing import ranges
from retrieval.window import Item, Level

Lines = tuple[int, int]  # the first and the last, both included
WINDOWS = 8  # budgets that a window holds at most: decoding slows with all that stands before it


@dataclass(frozen=True, slots=True)
class Bounds:
    """In tokens."""

    budget: int  # of the repository's text that a turn brings along
    answer: int
    window: int  # of all that stands before an answer

    @classmethod
    def of(cls, context_length: int, budget: int, answer: int) -> Bounds:
        answer = min(answer, context_length // 4)
        return cls(budget, answer, min(context_length - answer, WINDOWS * budget))


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a file stands in the window, as it was at `digest`."""

    path: str
    digest: str
    level: str  # of retrieval.window.Level
    spans: tuple[Lines, ...]
    tokens: int

    @classmethod
    def of(cls, item: Item, digest: str) -> Self:
        return cls(item.path, digest, item.level.value, tuple(ranges(item)), item.tokens)

    @classmethod
    def from_record(cls, told: Mapping[str, Any]) -> Self:
        spans = tuple((int(first), int(last)) for first, last in told["spans"])
        return cls(str(told["path"]), str(told["digest"]), str(told["level"]), spans, int(told["tokens"]))

    @property
    def is_whole(self) -> bool:
        return self.level == Level.WHOLE.value

    def holds(self, first: int, last: int) -> bool:
        return any(start <= first and last <= end for start, end in self.spans)

    def __str__(self) -> str:
        if self.is_whole:
            return self.path
        if self.level == Level.SKELETON.value:
            return f"{self.path} (outline)"
        lines = (f"{first}-{last}" if last > first else f"{first}" for first, last in self.spans)
        return f"{self.path}:{','.join(lines)}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer. `context` and `attached` are the texts that came with the question."""

    request: str
    context: str = ""
    attached: str = ""
    shown: tuple[Shown, ...] = ()
    answer: str = ""  # as the model wrote it: the window must begin with the very same text next time
    displayed: str = ""  # as the user saw it, its citations checked
    compacted: bool = False

    @classmethod
    def from_record(cls, told: Mapping[str, Any]) -> Self:
        return cls(**{**told, "shown": tuple(map(Shown.from_record, told["shown"]))})

    def record(self) -> dict[str, Any]:
        return asdict(self)

    def bare(self) -> Exchange:
        """Without what was shown for it."""
        return replace(self, context="", attached="", shown=())
