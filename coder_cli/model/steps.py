"""Steps of a guide under way: texts, choices, patterns. Each says which ids come next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from coder_cli.model.constrain import Mask, Matcher, Vocabulary
from coder_cli.model.sampling import Logits

Pick = Callable[[Logits], int]  # one id from logits [vocab], which it may overwrite


@dataclass(frozen=True, slots=True)
class Back:
    """Of this step's ids only the first `kept` stay."""

    kept: int


class Walk(Protocol):
    """One step under way. Ids that it gives out count as come."""

    @property
    def result(self) -> str | None:
        """Its text once it is over; until then None."""
        ...

    @property
    def settled(self) -> int:
        """How many of its ids, from the first on, will not be taken back."""
        ...

    def forced(self) -> Sequence[int]:
        """Ids that come without a choice; none where there is one."""
        ...

    def draft(self) -> Sequence[int]:
        """A guess at the next ids, if there is a good one."""
        ...

    def choose(self, logits: Logits, pick: Pick) -> Sequence[int] | Back:
        """What comes next. `logits` [vocab] are overwritten."""
        ...


class Undrafted:
    """No guess is better than chance."""

    def draft(self) -> Sequence[int]:
        return ()


class Exactly(Undrafted):
    """A text that is known."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.result: str | None = None if text else ""
        self.settled = 0
        self._text = text
        self._ids = vocabulary.ids(text)

    def forced(self) -> Sequence[int]:
        self.result, self.settled = self._text, len(self._ids)
        return self._ids

    def choose(self, logits: Logits, pick: Pick) -> Sequence[int] | Back:
        raise RuntimeError("a known text leaves no choice")


class Matching(Undrafted):
    """Whatever a grammar allows, until it allows no more."""

    def __init__(
        self, matcher: Matcher, vocabulary: Vocabulary, *, may_stop: Callable[[bytes], bool]
    ) -> None:
        """`may_stop(text)`: whether the step is over where the model would rather write something else."""
        self.result: str | None = None
        self.settled = 0
        self._matcher = matcher
        self._vocabulary = vocabulary
        self._may_stop = may_stop
        self._text = b""

    def forced(self) -> Sequence[int]:
        # Where the model may stop, the ids that go on are no must.
        ids = [] if self._may_stop(self._text) else self._matcher.forced()
        self._came(ids)
        return ids

    def choose(self, logits: Logits, pick: Pick) -> Sequence[int] | Back:
        allowed = self._matcher.allowed()
        if self._may_stop(self._text) and not allowed[logits.argmax()]:
            self.result = self._text.decode("utf-8", "replace")
            return ()
        restrict(logits, allowed)
        number = pick(logits)
        self._matcher.take(number)
        self._came([number])
        return (number,)

    def _came(self, ids: Sequence[int]) -> None:
        self._text += b"".join(map(self._vocabulary.bytes_of, ids))
        self.settled += len(ids)
        if self._matcher.done:
            self.result = self._text.decode("utf-8", "replace")


class Deciding(Undrafted):
    """One of a few texts, chosen by the program from what the model makes of each."""

    def __init__(
        self, options: Sequence[str], decide: Callable[[Mapping[str, float]], str], vocabulary: Vocabulary
    ) -> None:
        self.result: str | None = None
        self.settled = 0
        self._decide = decide
        self._ids = {option: vocabulary.ids(option) for option in options}
        if len({ids[0] for ids in self._ids.values()}) < len(self._ids):
            raise ValueError(f"options begin with the same token: {options}")

    def forced(self) -> Sequence[int]:
        return ()

    def choose(self, logits: Logits, pick: Pick) -> Sequence[int] | Back:
        shifted = logits.astype(np.float64) - logits.max()
        shifted -= np.log(np.exp(shifted).sum())
        chosen = self._decide({option: float(shifted[ids[0]]) for option, ids in self._ids.items()})
        self.result, self.settled = chosen, len(self._ids[chosen])
        return self._ids[chosen]


def restrict(logits: Logits, allowed: Mask) -> None:
    """Only these ids may come. Where they are none, the grammar and its guide are at odds."""
    if not allowed.any():
        raise RuntimeError("a step of a guide allows no id")
    np.putmask(logits, ~allowed, -np.inf)
