"""The loop: prefill what is new, then one id at a time, until something stops it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from coder_cli.errors import ContextError
from coder_cli.model.kv_cache import KvCache
from coder_cli.model.runs import prefill, run
from coder_cli.model.sampling import Sampler
from coder_cli.model.session import Interrupted, Logits, Session
from coder_cli.model.types import Completion, Finish, PrefillProgress, unheard

if TYPE_CHECKING:
    from coder_cli.model.guided import Steps


class TextStream(Protocol):
    """Ids to text, holding back what is not yet a whole character."""

    def push(self, number: int) -> str: ...

    def flush(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt as ids, and what ends its answer."""

    ids: Sequence[int]
    stop_ids: Collection[int]
    stop_texts: Sequence[str]
    max_new_tokens: int
    runs: Sequence[int] | None = None
    """Exactly these runs of the prefill, from the first id on; None: what is cached, then aligned runs."""
    steps: Callable[[], Steps] | None = None
    """What the answer may look like; called once the prompt has been read. None: anything."""


class StopText:
    """Cuts text before the stop string that is complete first, also where tokens split it.

    The longest end of the text that could begin a stop string is held back until it is decided.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.found = False

    def push(self, piece: str) -> str:
        """Text that may be shown now."""
        text = self._held + piece
        places = [(at + len(stop), at) for stop in self._stops if (at := text.find(stop)) >= 0]
        if places:
            self.found, self._held = True, ""
            return text[: min(places)[1]]
        held = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def flush(self) -> str:
        """What was held back, when no more is to come."""
        text, self._held = self._held, ""
        return text


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that begins `stop` and is shorter than it."""
    longest = min(len(text), len(stop) - 1)
    return next((length for length in range(longest, 0, -1) if text.endswith(stop[:length])), 0)


def generate(
    session: Session,
    cache: KvCache,
    sampler: Sampler,
    stream: TextStream,
    request: Request,
    cancel: threading.Event,
    progress: PrefillProgress = unheard,
    restore: Callable[[Sequence[int]], None] = lambda _: None,
) -> Iterator[str | Completion]:
    """Pieces of text, then the Completion. However it is left, the cache says truly what the buffers hold.

    `restore(ids)` may lengthen what is cached of these ids.
    """
    room = cache.context_length - len(request.ids)
    if room <= 0:
        raise ContextError(
            f"The prompt has {len(request.ids)} tokens and the context holds {cache.context_length}:"
            " there is no room for an answer. Shorten it, or raise --context-tokens."
        )
    started = time.perf_counter()
    # The last token always runs again: without a run there are no logits.
    cache.roll_back(0 if request.runs else min(cache.common_prefix(request.ids), len(request.ids) - 1))
    if not request.runs:
        restore(request.ids[:-1])
    cached = len(cache.tokens)
    logits = prefill(session, cache, request.ids, cancel, progress, request.runs)
    made = tuple(cache.runs)
    first = time.perf_counter()

    finish = Finish.LENGTH
    stops, pieces, new_tokens = StopText(request.stop_texts), list[str](), 0
    limit = min(room, request.max_new_tokens)
    steps = request.steps() if request.steps is not None and logits is not None else None
    tokens: Iterator[int] = iter(())
    if steps is not None and logits is not None:
        from coder_cli.model.guided import decode_guided  # with its library, only where there is a guide

        tokens = decode_guided(session, cache, sampler, request.ids, logits, limit, steps, cancel)
    elif logits is not None:
        tokens = decode(session, cache, sampler, logits, limit)
    for token in tokens:
        if token in request.stop_ids:
            finish = Finish.STOP
            break
        new_tokens += 1
        if piece := stops.push(stream.push(token)):
            pieces.append(piece)
            yield piece
        if stops.found:
            finish = Finish.STOP
        if stops.found or cancel.is_set():
            break
    if steps is not None and not steps.under_way:
        finish = Finish.STOP
    if cancel.is_set() and finish is not Finish.STOP:
        finish = Finish.CANCELLED
    if not stops.found and (piece := stops.push(stream.flush()) + stops.flush()):
        pieces.append(piece)
        yield piece
    yield Completion(
        text="".join(pieces),
        finish=finish,
        prompt_tokens=len(request.ids),
        cached_tokens=cached,
        new_tokens=new_tokens,
        prefill_seconds=first - started,
        decode_seconds=time.perf_counter() - first,
        runs=made,
    )


def decode(session: Session, cache: KvCache, sampler: Sampler, logits: Logits, limit: int) -> Iterator[int]:
    """At most `limit` ids, the first from `logits`. Each is run only when the next is asked for."""
    for left in range(limit, 0, -1):
        token = sampler.pick(logits[-1])
        yield token
        if left > 1:
            try:
                logits = run(session, cache, [token], wanted=1)
            except Interrupted:
                return
