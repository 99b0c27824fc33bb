"""A guided answer: the steps of a guide, one after the other, on a session's logits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from coder_cli.model.constrain import Vocabulary
from coder_cli.model.freely import Freely
from coder_cli.model.guide import Choice, Guide, Json, Pattern, Quote, Step, Text, Until
from coder_cli.model.kv_cache import KvCache
from coder_cli.model.quoting import Quoting
from coder_cli.model.runs import run
from coder_cli.model.sampling import Sampler
from coder_cli.model.session import Interrupted, Logits, Session
from coder_cli.model.steps import Back, Deciding, Exactly, Matching, Pick, Walk


def decode_guided(
    session: Session,
    cache: KvCache,
    sampler: Sampler,
    prompt: Sequence[int],
    logits: Logits,
    limit: int,
    steps: Steps,
    cancel: threading.Event,
) -> Iterator[int]:
    """As `generate.decode`, along a guide: at most `limit` ids, each given out once it will stay.

    Ids that leave no choice are run together with those before them, and so are those that are guessed.
    """
    text = _Text(session, cache, list(prompt), logits)
    given = len(prompt)
    while steps.under_way and len(text.ids) - len(prompt) < limit and not cancel.is_set():
        forced = steps.forced()
        if forced:
            text.append(forced)
        elif steps.under_way:
            try:
                row = text.logits(steps.draft)
            except Interrupted:
                return
            came = steps.choose(row, sampler.pick)
            if isinstance(came, Back):
                text.take_back(len(prompt) + came.kept)
            else:
                text.append(came)
        settled = min(len(prompt) + min(steps.settled, limit), len(text.ids))
        yield from text.ids[given:settled]
        given = max(given, settled)


class _Text:
    """Prompt and answer, and the logits behind them.

    The cache may run ahead: a guess at what comes next is run along (inference with reference, arXiv
    2304.04487), and its logits count as far as the guess was right.
    """

    def __init__(self, session: Session, cache: KvCache, ids: list[int], logits: Logits) -> None:
        """`logits` [1, vocab] are those behind `ids`, all of which the cache holds."""
        self.ids = ids
        self._session = session
        self._cache = cache
        self._rows = logits
        self._first = len(ids)  # how many ids stand before the place that the first row is of

    def logits(self, draft: Callable[[], Sequence[int]]) -> Logits:
        """Those [vocab] behind the last id. Raises Interrupted."""
        if len(self.ids) - self._first not in range(len(self._rows)):
            # Without a run there are no logits, so the last id is among those that run.
            self._cache.roll_back(min(len(self._cache.tokens), len(self.ids) - 1))
            missing = self.ids[len(self._cache.tokens) :]
            guess = list(draft())[: self._cache.context_length - len(self.ids)]
            self._rows = run(self._session, self._cache, [*missing, *guess], wanted=1 + len(guess))
            self._first = len(self.ids)
        row: Logits = self._rows[len(self.ids) - self._first]
        return row

    def append(self, ids: Sequence[int]) -> None:
        at = len(self.ids)
        self.ids += ids
        held = self._cache.tokens
        right = next((n for n in range(at, len(self.ids)) if n >= len(held) or held[n] != self.ids[n]), None)
        if right is not None:
            self._keep(right)

    def take_back(self, length: int) -> None:
        del self.ids[length:]
        self._keep(length)

    def _keep(self, length: int) -> None:
        """Only so many ids of the cache are those of the text."""
        if length < len(self._cache.tokens):
            self._cache.cut(length)
        self._rows = self._rows[: max(0, length - self._first + 1)]


class Steps:
    """Where a guide is. Counts ids from where the answer begins."""

    def __init__(self, guide: Guide, vocabulary: Vocabulary) -> None:
        self.under_way = True
        self._vocabulary = vocabulary
        self._guide = guide()
        self._before = 0  # ids of the steps that are over
        self._ids = 0  # of the one that is not
        self._walk = self._begun(next(self._guide))
        self._go_on()

    @property
    def settled(self) -> int:
        return self._before + (self._walk.settled if self.under_way else 0)

    def forced(self) -> Sequence[int]:
        return self._came(self._walk.forced())

    def draft(self) -> Sequence[int]:
        return self._walk.draft()

    def choose(self, logits: Logits, pick: Pick) -> Sequence[int] | Back:
        came = self._walk.choose(logits, pick)
        if isinstance(came, Back):
            self._ids = came.kept
            return Back(self._before + came.kept)
        return self._came(came)

    def _came(self, ids: Sequence[int]) -> Sequence[int]:
        self._ids += len(ids)
        self._go_on()
        return ids

    def _go_on(self) -> None:
        """To the next step, as often as one is over."""
        while (text := self._walk.result) is not None:
            self._before, self._ids = self._before + self._ids, 0
            try:
                self._walk = self._begun(self._guide.send(text))
            except StopIteration:
                self.under_way = False
                return

    def _begun(self, step: Step) -> Walk:
        vocabulary = self._vocabulary
        match step:
            case Text(text):
                return Exactly(text, vocabulary)
            case Choice(options, decide=decide) if decide is not None:
                return Deciding(options, decide, vocabulary)
            case Choice(options, may_end):
                matcher = vocabulary.one_of(options)
                return Matching(matcher, vocabulary, may_stop=lambda text: may_end and not text)
            case Pattern(regex):
                matcher = vocabulary.pattern(regex)
                return Matching(matcher, vocabulary, may_stop=lambda _: matcher.complete)
            case Json(schema):
                return Matching(vocabulary.json(schema), vocabulary, may_stop=lambda _: False)
            case Quote():
                return Quoting(step, vocabulary)
            case Until():
                return Freely(step, vocabulary)
