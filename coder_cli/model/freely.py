"""Free text under way, up to the line that ends it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coder_cli.model.constrain import Vocabulary
from coder_cli.model.guide import Until
from coder_cli.model.sampling import Logits
from coder_cli.model.steps import Back, Pick, restrict

GUESS = 8  # ids that are run ahead
SECOND_THOUGHTS = 4  # times that a text that is not accepted is taken back; then it stands


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A choice that was made, and what would have come else."""

    margin: float  # logits between the two
    place: int  # ids of this step before it
    other: int


class Freely:
    """Any ordinary ids. The end is seen in the text, or written where the model would end its answer."""

    def __init__(self, until: Until, vocabulary: Vocabulary) -> None:
        self.result: str | None = None
        self._until = until
        mark = re.escape(until.end.removesuffix("\n").encode())
        self._mark = re.compile(
            rb"^[ \t]*%b" % mark if until.alone else rb"(?:^[ \t]*)?%b" % mark, re.MULTILINE
        )
        self._vocabulary = vocabulary
        self._or_end = vocabulary.ending(vocabulary.ordinary)
        self._like = vocabulary.ids(until.like)
        self._ids: list[int] = []
        self._due: Sequence[int] = ()  # what comes next in any case
        self._text = b""
        self._doubts: list[_Doubt] = []
        self._second_thoughts = 0

    @property
    def settled(self) -> int:
        return 0 if self.result is None else len(self._ids)

    def forced(self) -> Sequence[int]:
        ids, self._due = self._due, ()
        if ids:
            self._came(ids)
            self._look_for_end()
        return ids

    def draft(self) -> Sequence[int]:
        """How the text that it is like goes on behind the last few ids."""
        if not self._like:
            return ()
        if not self._ids:
            return self._like[:GUESS]
        for size in (3, 2):
            last = self._ids[-size:]
            ends = range(len(self._like) - 1, size - 1, -1)
            if at := next((end for end in ends if self._like[end - size : end] == last), None):
                return self._like[at : at + GUESS]
        return ()

    def choose(self, logits: Logits, pick: Pick) -> Sequence[int] | Back:
        lines = self._text.count(b"\n")
        if lines > self._until.longest or (lines == self._until.longest and self._at_border()):
            return self._end()
        restrict(logits, self._vocabulary.ordinary if not self._text else self._or_end)
        if self._second_thoughts < SECOND_THOUGHTS:
            self._doubts.append(_doubt(logits, len(self._ids)))
        number = pick(logits)
        if number in self._vocabulary.stop_ids:
            return self._end()
        self._came([number])
        return self._look_for_end() or (number,)

    def _end(self) -> Sequence[int] | Back:
        """Write the end that did not come."""
        ids = self._vocabulary.ids(("" if self._at_border() else "\n") + self._until.end)
        self._came(ids)
        return self._look_for_end() or ids

    def _look_for_end(self) -> Back | None:
        end = self._mark.search(self._text)
        if end is None:
            return None
        text = self._text[: end.start()].decode("utf-8", "replace")
        text += "" if not text or text.endswith("\n") else "\n"
        if self._second_thoughts < SECOND_THOUGHTS and self._doubts and not self._until.accept(text):
            return self._think_again()
        if end.end() == len(self._text):
            self._due = self._vocabulary.ids("\n")
        else:
            self.result = text
        return None

    def _think_again(self) -> Back:
        """From where the model was least sure, with what it would have said else."""
        self._second_thoughts += 1
        doubt = min(self._doubts, key=lambda each: each.margin)
        self._due = (doubt.other,)
        self._doubts = [each for each in self._doubts if each.place < doubt.place]
        return self._back_to(doubt.place)

    def _back_to(self, kept: int) -> Back:
        ids, self._ids, self._text = self._ids[:kept], [], b""
        self._came(ids)
        return Back(kept)

    def _came(self, ids: Sequence[int]) -> None:
        self._ids += ids
        self._text += b"".join(map(self._vocabulary.bytes_of, ids))

    def _at_border(self) -> bool:
        return not self._text or self._text.endswith(b"\n")


def _doubt(logits: Logits, place: int) -> _Doubt:
    """What would come if the best did not. `logits` stay as they are."""
    best = int(logits.argmax())
    value, logits[best] = logits[best], -np.inf
    other = int(logits.argmax())
    margin = float(value - logits[other])
    logits[best] = value
    return _Doubt(margin, place, other)
