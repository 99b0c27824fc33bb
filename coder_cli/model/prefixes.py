"""The past of a session, joined to what is kept of it on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from coder_cli.model.kv_cache import KvCache
from coder_cli.model.kv_store import BLOCK, KvStore, identity, key_after, keys
from coder_cli.model.session import Session
from exporters.manifest import Manifest


class Prefixes:
    """Reads a prompt's first blocks from disk into the session's buffers, and writes those it made there."""

    def __init__(self, session: Session, cache: KvCache, store: KvStore, start: bytes) -> None:
        self._session = session
        self._cache = cache
        self._store = store
        self._start = start

    def restore(self, ids: Sequence[int]) -> None:
        """Lengthen the cache, which holds the beginning of `ids`, as far as the disk does.

        Only blocks that were made by one run are looked for, as this prompt's own runs would make them: an
        answer is the same, to the bit, whatever is on the disk.
        """
        cache = self._cache
        at = len(cache.tokens) // BLOCK * BLOCK
        made = list(keys(self._start, cache.tokens[:at], cache.runs))
        if len(made) * BLOCK < at:
            return
        key = made[-1] if made else self._start
        for start in range(at, len(ids) - BLOCK + 1, BLOCK):
            own = ids[start : start + BLOCK]
            key = key_after(key, own, [BLOCK])
            if (state := self._store.load(key)) is None:
                return
            cache.roll_back(start)
            cache.reserve(start + BLOCK)
            self._session.restore(start, state)
            cache.append(own)

    def save(self, length: int, stop: Callable[[], bool] = lambda: False) -> None:
        """Keep what is cached of a prompt of `length` tokens. Ctrl-C ends it, and is spent by that."""
        cache, session = self._cache, self._session
        try:
            blocks = list(keys(self._start, cache.tokens[:length], cache.runs))
            self._store.keep(blocks, lambda number: session.past(number * BLOCK, BLOCK), stop)
        except KeyboardInterrupt:
            return


def open_prefixes(
    session: Session, cache: KvCache, manifest: Manifest, folder: Path | None, limit: int
) -> Prefixes | None:
    """None without a folder, and for a session whose past cannot be taken out and put back."""
    start = identity(manifest, session.numerics)
    if folder is None or start is None or not session.movable or session.chunk != BLOCK:
        return None
    shape = (2 * manifest.layers, manifest.kv_heads, BLOCK, manifest.head_dim)
    return Prefixes(session, cache, KvStore(folder, limit, shape, np.dtype(manifest.kv_dtype)), start)
