"""A quote under way: whole lines of a text that stand in it at one place only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from coder_cli.model.constrain import Mask, Matcher, Vocabulary
from coder_cli.model.guide import Lines, Quote
from coder_cli.model.occurrences import Occurrences
from coder_cli.model.sampling import Logits
from coder_cli.model.steps import Back, Pick, Undrafted, restrict

# Lines that a quote goes on downwards after the model would have ended it. One that is not the only one of
# its kind by then is taken back: what tells it from the others more likely stands above it.
PATIENCE = 3


class Quoting(Undrafted):
    """Follows two grammars: the lines, and the lines with the end, which counts once they are unique."""

    def __init__(self, quote: Quote, vocabulary: Vocabulary) -> None:
        """ValueError where no lines of the spans are unique in the text."""
        self.result: str | None = None
        self.settled = 0
        self._quote = quote
        self._places = Occurrences(quote.lines)
        self._vocabulary = vocabulary
        # Lines can be told from all others only if their whole span can.
        self._spans = [span for span in quote.spans if self._places.unique(*span)]
        if not self._spans:
            raise ValueError("nothing of the text can be quoted: all of it stands there twice")
        self._lines: Matcher | None = self._grammar("")
        self._whole = self._grammar(quote.end)
        self._ids = 0
        self._text = b""
        self._wanted_end: int | None = None  # lines that had come when the model would have ended

    def forced(self) -> Sequence[int]:
        if self._lines is None:
            return self._came(self._whole.forced())
        if self._at_border():
            return ()
        # To the end of the line and no further: there the end is one of two ways, wherever the lines end.
        ids = self._lines.forced()
        for number in ids:
            self._whole.take(number)
        return self._came(ids)

    def choose(self, logits: Logits, pick: Pick) -> Sequence[int] | Back:
        ends, goes_on = self._whole.allowed(), None
        if self._lines is not None:
            goes_on = self._lines.allowed()
            if not self._at_border():
                ends = goes_on
        if goes_on is not None and self._at_border():
            found = self._place()
            if found is None:
                if self._leads_nowhere(logits, ends, goes_on):
                    return self._begin_further_up()
                ends = goes_on
            elif self._count() >= self._quote.longest and (ends & ~goes_on).any():
                ends = ends & ~goes_on
        restrict(logits, ends)
        number = pick(logits)
        self._whole.take(number)
        self._follow(number)
        return self._came([number])

    def _grammar(self, end: str) -> Matcher:
        quote = self._quote
        if quote.starts is None:
            return self._vocabulary.quote(quote.lines, self._spans, end)
        starts = [
            start for start in quote.starts if any(first <= start <= last for first, last in self._spans)
        ]
        return self._vocabulary.quote_from(quote.lines, self._spans, starts, quote.longest, end)

    def _follow(self, number: int) -> None:
        if self._lines is not None and not self._lines.take(number):
            self._lines = None  # the end has begun

    def _came(self, ids: Sequence[int]) -> Sequence[int]:
        self._ids += len(ids)
        self._text += b"".join(map(self._vocabulary.bytes_of, ids))
        if self._whole.done:
            self.result = self._text.decode("utf-8", "replace").removesuffix(self._quote.end)
            self.settled = self._ids
        return ids

    def _at_border(self) -> bool:
        return not self._text or self._text.endswith(b"\n")

    def _count(self) -> int:
        return self._text.count(b"\n")

    def _quoted(self) -> list[str]:
        return self._text.decode("utf-8", "replace").split("\n")[:-1]

    def _place(self) -> Lines | None:
        """Where the lines stand, if at one place only."""
        places = self._places.of(self._quoted()) if self._text else []
        return places[0] if len(places) == 1 else None

    def _leads_nowhere(self, logits: Logits, ends: Mask, goes_on: Mask) -> bool:
        """Downwards there is nothing more, or the model would long have ended."""
        if not self._text:
            return False
        if not goes_on.any():
            return True
        if self._wanted_end is None and not goes_on[np.where(ends, logits, -np.inf).argmax()]:
            self._wanted_end = self._count()
        return self._wanted_end is not None and self._count() - self._wanted_end >= PATIENCE

    def _begin_further_up(self) -> Back:
        """Only those may come now that end as the quote did, each as long as it takes to be unique."""
        lines = self._quoted()
        if self._wanted_end is not None:
            lines = lines[: self._wanted_end]
        options = dict.fromkeys(self._grown(lines))
        texts = ["".join(f"{line}\n" for line in self._places.lines(*option)) for option in options]
        self._lines = None
        self._whole = self._vocabulary.one_of([text + self._quote.end for text in texts])
        self._ids, self._text = 0, b""
        return Back(0)

    def _grown(self, lines: list[str]) -> Iterator[Lines]:
        for first, last in self._places.of(lines):
            for top, bottom in self._spans:
                if top <= first and last <= bottom:
                    yield self._places.grown(first, last, top, bottom)
