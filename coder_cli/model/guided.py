"""A guided answer: the steps of a guide, one after the other, on a session's logits."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

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

    Ids that leave no choice are run together with those before them.
    """
    ids = list(prompt)  # the cache holds a beginning of it; what is missing is run when it is needed
    given = len(prompt)
    while steps.under_way and len(ids) - len(prompt) < limit and not cancel.is_set():
        forced = steps.forced()
        if not forced and steps.under_way:
            if len(cache.tokens) < len(ids):
                try:
                    logits = run(session, cache, ids[len(cache.tokens) :], wanted=1)
                except Interrupted:
                    return
            came = steps.choose(logits[-1], sampler.pick)
            if isinstance(came, Back):
                del ids[len(prompt) + came.kept :]
                cache.roll_back(len(ids) - 1)  # the last of them runs again: without a run no logits
            else:
                forced = came
        ids += forced
        settled = len(prompt) + min(steps.settled, limit)
        yield from ids[given:settled]
        given = max(given, min(settled, len(ids)))


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
