"""Free text under way, up to the line that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coder_cli.model.constrain import Vocabulary
from coder_cli.model.guide import Until
from coder_cli.model.sampling import Logits
from coder_cli.model.steps import Back, Pick, restrict

SECOND_THOUGHTS = 3  # times that an unwanted text is taken back; then it stands


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
        self._mark = b"\n" + until.end.removesuffix("\n").encode()
        self._never = tuple(b"\n" + each.encode() for each in until.never)
        self._unlike = None if until.unlike is None else until.unlike.encode()
        self._vocabulary = vocabulary
        self._or_end = vocabulary.ending(vocabulary.ordinary)
        self._ids: list[int] = []
        self._due: Sequence[int] = ()  # what comes next in any case
        self._text = b"\n"  # as if a line stood before it: the end may be the first
        self._doubts: list[_Doubt] = []
        self._second_thoughts = 0
        self._lines_settled = 0  # ids of whole lines

    @property
    def settled(self) -> int:
        if self.result is not None:
            return len(self._ids)
        return 0 if self._is_like() else self._lines_settled

    def forced(self) -> Sequence[int]:
        ids, self._due = self._due, ()
        if ids:
            self._came(ids)
            self._look_for_end()
        return ids

    def choose(self, logits: Logits, pick: Pick) -> Sequence[int] | Back:
        if self._at_border() and self._text.count(b"\n") > self._until.longest:
            return self._end()
        restrict(logits, self._vocabulary.ordinary if len(self._text) == 1 else self._or_end)
        if self._is_like():
            self._doubts.append(_doubt(logits, len(self._ids)))
        number = pick(logits)
        if number in self._vocabulary.stop_ids:
            return self._end()
        self._came([number])
        for never in self._never:
            if (at := self._text.find(never)) >= 0:
                self._due = self._vocabulary.ids(self._until.end)
                return self._back(at + 1)
        return self._look_for_end() or (number,)

    def _end(self) -> Sequence[int] | Back:
        """Write the end that did not come."""
        ids = self._vocabulary.ids(("" if self._at_border() else "\n") + self._until.end)
        self._came(ids)
        return self._look_for_end() or ids

    def _look_for_end(self) -> Back | None:
        at = self._text.find(self._mark)
        if at < 0:
            return None
        text = self._text[1 : at + 1]
        if text == self._unlike and self._doubts and self._second_thoughts < SECOND_THOUGHTS:
            return self._think_again()
        if self._text.endswith(self._mark):
            self._due = self._vocabulary.ids("\n")
        else:
            self.result = text.decode("utf-8", "replace")
        return None

    def _think_again(self) -> Back:
        """From where the model was least sure, with what it would have said else."""
        self._second_thoughts += 1
        doubt = min(self._doubts, key=lambda each: each.margin)
        self._due = (doubt.other,)
        self._doubts = [each for each in self._doubts if each.place < doubt.place]
        return self._back_to(doubt.place)

    def _back(self, size: int) -> Back:
        """To where the text had this many bytes, or before."""
        kept, length = 0, 1
        for number in self._ids:
            length += len(self._vocabulary.bytes_of(number))
            if length > size:
                break
            kept += 1
        return self._back_to(kept)

    def _back_to(self, kept: int) -> Back:
        ids, self._ids, self._text, self._lines_settled = self._ids[:kept], [], b"\n", 0
        for number in ids:
            self._came([number])
        return Back(kept)

    def _came(self, ids: Sequence[int]) -> None:
        self._ids += ids
        self._text += b"".join(map(self._vocabulary.bytes_of, ids))
        if self._at_border():
            self._lines_settled = len(self._ids)

    def _at_border(self) -> bool:
        return self._text.endswith(b"\n")

    def _is_like(self) -> bool:
        """It may still become what it must not be."""
        return self._unlike is not None and (self._unlike + self._mark).startswith(self._text[1:])


def _doubt(logits: Logits, place: int) -> _Doubt:
    """What would come if the best did not. `logits` stay as they are."""
    best = int(logits.argmax())
    value, logits[best] = logits[best], -np.inf
    other = int(logits.argmax())
    margin = float(value - logits[other])
    logits[best] = value
    return _Doubt(margin, place, other)
