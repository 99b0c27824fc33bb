"""A model folder as a LanguageModel: tokenizer, session and cache behind four calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np

from coder_cli.errors import ModelError, UsageError
from coder_cli.model import memory
from coder_cli.model.device import Device
from coder_cli.model.generate import Request, generate
from coder_cli.model.kv_cache import KvCache
from coder_cli.model.sampling import Sampler
from coder_cli.model.session import Session, choose_device, open_session
from coder_cli.model.tokenizer import Tokenizer
from coder_cli.model.types import ChatTemplate, Completion, Part, Prompt, Sampling
from exporters import manifest as manifests
from exporters.families import FAMILIES, Family
from exporters.manifest import Manifest


class Engine:
    """One model, one cache, one answer at a time."""

    def __init__(
        self, manifest: Manifest, tokenizer: Tokenizer, session: Session, context_length: int
    ) -> None:
        self.manifest = manifest
        self.tokenizer = tokenizer
        self.cache = KvCache(context_length, session.resize)
        self._session = session
        self._cancel = threading.Event()
        self._busy = threading.Lock()
        limit = range(tokenizer.vocab_limit, manifest.vocab_size)
        self._banned = np.array(sorted({*tokenizer.banned_ids, *limit}), np.int64)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        device: str = "auto",
        context_tokens: int | None = None,
        threads: int | None = None,
        notice: Callable[[str], None],
        available: int | None = None,
    ) -> Engine:
        """Load a model folder. `notice` hears of a lowered context; `available`: free memory in bytes.

        Raises StoreError or ModelError (files, device, extra), ContextError (does not fit the memory).
        """
        manifest = manifests.read(folder)
        if manifest.family not in FAMILIES:
            raise ModelError(
                f"{manifest.name} is of the unknown family {manifest.family!r}.",
                "Update coder: this model was exported by a newer one.",
            )
        wanted = _wanted_context(manifest, context_tokens, notice)
        chosen = choose_device(device, manifest)
        free = memory.free_bytes(chosen) if available is None else available
        context = memory.fitting_context(manifest, memory.weights_bytes(folder), wanted, free, notice)
        # The tokenizer reads 7 MB of JSON while the weights are packed. It keeps the GIL for all of it, so it
        # must not start before the runtime has let go of it.
        loading = Event()

        def read_tokenizer() -> Tokenizer:
            loading.wait()
            return Tokenizer.open(folder, manifest)

        with ThreadPoolExecutor(1) as pool:
            tokenizer = pool.submit(read_tokenizer)
            try:
                session = open_session(
                    folder,
                    manifest,
                    chosen,
                    named=device != "auto",
                    threads=threads,
                    notice=notice,
                    loading=loading.set,
                )
            finally:
                loading.set()
            return cls(manifest, tokenizer.result(), session, context)

    @property
    def family(self) -> Family:
        return FAMILIES[self.manifest.family]

    @property
    def context_length(self) -> int:
        """Tokens of prompt and answer together: the model's window, or less where memory is short."""
        return self.cache.context_length

    @property
    def device(self) -> Device:
        return self._session.device

    @property
    def chat_template(self) -> ChatTemplate | None:
        return self.tokenizer.chat_template

    def encode(self, parts: Sequence[Part]) -> list[int]:
        return self.tokenizer.encode(parts)

    def count_tokens(self, text: str) -> int:
        return self.tokenizer.count(text)

    def decode(self, ids: Iterable[int]) -> str:
        return self.tokenizer.decode(ids)

    def cancel(self) -> None:
        """End the running answer at once, in the middle of a prefill too. From any thread."""
        self._cancel.set()
        self._session.interrupt()

    def generate(self, prompt: Prompt, sampling: Sampling) -> Iterator[str | Completion]:
        """Pieces of text as they come, then one Completion, last. Close the iterator to stop early."""
        yield from self.generate_ids(self.encode(prompt.parts), prompt, sampling)

    def generate_ids(
        self, ids: Sequence[int], prompt: Prompt, sampling: Sampling
    ) -> Iterator[str | Completion]:
        """As `generate`, for a prompt that is ids already; `prompt` gives the stops and the length."""
        if not ids:
            raise UsageError("The prompt is empty.")
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("an Engine gives one answer at a time: close the iterator of the one before")
        try:
            self._cancel.clear()
            request = Request(
                ids=ids,
                stop_ids=() if prompt.ignore_stop_ids else self.tokenizer.stop_ids,
                stop_texts=prompt.stop,
                max_new_tokens=prompt.max_new_tokens,
            )
            sampler = Sampler(sampling, self._banned, ids)
            yield from generate(
                self._session, self.cache, sampler, self.tokenizer.stream(), request, self._cancel
            )
        finally:
            self._busy.release()


def _wanted_context(manifest: Manifest, context_tokens: int | None, notice: Callable[[str], None]) -> int:
    if context_tokens is None or context_tokens == manifest.context_length:
        return manifest.context_length
    if context_tokens < 1:
        raise UsageError(f"A context of {context_tokens} tokens is none.")
    if context_tokens > manifest.context_length:
        notice(f"{manifest.name} has a context of {manifest.context_length} tokens, not {context_tokens}.")
    return min(context_tokens, manifest.context_length)
