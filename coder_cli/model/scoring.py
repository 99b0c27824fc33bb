"""What a model expects at places of a text that stands there already: read once, nothing is generated."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from coder_cli.errors import ContextError
from coder_cli.model.kv_cache import KvCache
from coder_cli.model.runs import prefill, run
from coder_cli.model.session import Interrupted, Logits, Session
from coder_cli.model.types import PrefillProgress, Scores, unheard

_RUN = 64  # tokens whose logits are there at once: 39 MB with a vocabulary of 152k


def score(
    session: Session,
    cache: KvCache,
    ids: Sequence[int],
    wanted: Mapping[int, Collection[int]],
    cancel: threading.Event,
    progress: PrefillProgress = unheard,
) -> Scores | None:
    """For each place in `wanted` the log-probability of those ids, behind the ids before it.

    None when cancelled. Places are counted from 0, and the first has nothing before it.
    """
    if not wanted:
        return {}
    if min(wanted) < 1 or max(wanted) > len(ids):
        raise ValueError(f"places {min(wanted)} to {max(wanted)} of {len(ids)} ids")
    if max(wanted) > cache.context_length:
        raise ContextError(f"A text of {max(wanted)} tokens does not fit {cache.context_length}.")
    first = min(wanted) - 1  # the run of this one tells of the first place
    cache.roll_back(min(cache.common_prefix(ids), first))
    whole = ids[: first // _RUN * _RUN]
    if len(cache.tokens) < len(whole) and prefill(session, cache, whole, cancel, progress) is None:
        return None
    found: dict[int, dict[int, float]] = {}
    while (start := len(cache.tokens)) < max(wanted):
        if cancel.is_set():
            return None
        end = min(max(wanted), start // _RUN * _RUN + _RUN)
        try:
            logits = run(session, cache, ids[start:end], wanted=end - start)
        except Interrupted:
            return None
        for place in range(start + 1, end + 1):
            if place in wanted:
                found[place] = _of(logits[place - start - 1], wanted[place])
        progress(end, max(wanted))
    return found


def _of(logits: Logits, ids: Collection[int]) -> dict[int, float]:
    shifted = logits.astype(np.float64) - logits.max()
    rest = np.log(np.exp(shifted).sum())
    return {number: float(shifted[number] - rest) for number in ids}
