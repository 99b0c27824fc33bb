"""Runs of ids behind what is cached: all of a prompt's, or one."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np

from coder_cli.model.kv_cache import KvCache
from coder_cli.model.session import Interrupted, Logits, Session
from coder_cli.model.types import PrefillProgress, unheard


def prefill(
    session: Session,
    cache: KvCache,
    ids: Sequence[int],
    cancel: threading.Event,
    progress: PrefillProgress = unheard,
    runs: Sequence[int] | None = None,
) -> Logits | None:
    """Run those of `ids` that are not cached; logits [1, vocab] of the last, or None when cancelled.

    `ids` begin with what is cached. Runs end where `runs` say, or at multiples of the session's chunk: the
    state of a prefix then does not depend on what came after it when it was made.
    """
    logits = None
    progress(len(cache.tokens), len(ids))
    for end in _ends(len(cache.tokens), len(ids), session.chunk) if runs is None else accumulate(runs):
        if cancel.is_set():
            return None
        try:
            logits = run(session, cache, ids[len(cache.tokens) : end], wanted=1)
        except Interrupted:
            return None
        progress(end, len(ids))
    return logits


def _ends(start: int, stop: int, chunk: int) -> Iterator[int]:
    """Where the runs from `start` to `stop` end."""
    yield from range(start // chunk * chunk + chunk, stop, chunk)
    if start < stop:
        yield stop


def run(session: Session, cache: KvCache, ids: Sequence[int], wanted: int) -> Logits:
    """One run behind what is cached. The cache names the ids only once the run is done."""
    past = len(cache.tokens)
    cache.reserve(past + len(ids))
    logits = session.run(np.array(ids, np.int64), past, wanted)
    cache.append(ids)
    return logits
