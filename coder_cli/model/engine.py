"""A model folder as a LanguageModel: tokenizer, session and cache behind four calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np

from coder_cli.errors import ModelError, UsageError
from coder_cli.model import memory
from coder_cli.model.device import Device
from coder_cli.model.generate import Request, generate
from coder_cli.model.guide import Guide
from coder_cli.model.kv_cache import KvCache
from coder_cli.model.prefixes import open_prefixes
from coder_cli.model.runs import prefill
from coder_cli.model.sampling import Sampler
from coder_cli.model.scoring import score
from coder_cli.model.session import Session, choose_device, open_session
from coder_cli.model.tokenizer import Tokenizer
from coder_cli.model.types import (
    ChatTemplate,
    Completion,
    Numerics,
    Part,
    PrefillProgress,
    Prompt,
    Sampling,
    Scores,
    unheard,
)
from exporters import manifest as manifests
from exporters.families import FAMILIES, Family
from exporters.manifest import Manifest

if TYPE_CHECKING:
    from coder_cli.model.constrain import Vocabulary
    from coder_cli.model.guided import Steps

# Seconds. A run that was about to start when it was told to end has not heard it.
INTERRUPT_AGAIN = 0.05


class _User(Enum):
    """Who uses session and cache."""

    ANSWER = "answer"
    WARMING = "warming"


class Engine:
    """One model, one cache, one answer at a time."""

    def __init__(
        self,
        manifest: Manifest,
        tokenizer: Tokenizer,
        session: Session,
        context_length: int,
        prefixes: Path | None = None,
        prefix_bytes: int = 0,
    ) -> None:
        self.manifest = manifest
        self.tokenizer = tokenizer
        self.cache = KvCache(context_length, session.resize)
        self._session = session
        self._prefixes = open_prefixes(session, self.cache, manifest, prefixes, prefix_bytes)
        self._cancel = threading.Event()
        self._turn = threading.Condition()
        self._user: _User | None = None
        self._vocabulary: Future[Vocabulary] | None = None
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
        prefixes: Path | None = None,
        prefix_bytes: int = 0,
    ) -> Engine:
        """Load a model folder. `notice` hears of a lowered context; `available`: free memory in bytes.

        State of prompts is kept in the folder `prefixes`, which all models share, up to `prefix_bytes`.

        Raises StoreError or ModelError (files, device, extra), ContextError (does not fit the memory).
        """
        manifest = manifests.read(folder)
        if manifest.family not in FAMILIES:
            raise ModelError(
                f"{manifest.name} is of the unknown family {manifest.family!r}.",
                "Update coder: this model was exported by a newer one.",
            )
        wanted = memory.wanted_context(manifest, context_tokens, notice)
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
            return cls(manifest, tokenizer.result(), session, context, prefixes, prefix_bytes)

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
    def numerics(self) -> Numerics:
        return self._session.numerics

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

    def generate(
        self, prompt: Prompt, sampling: Sampling, progress: PrefillProgress = unheard
    ) -> Iterator[str | Completion]:
        """Pieces of text as they come, then one Completion, last. Close the iterator to stop early."""
        yield from self.generate_ids(self.encode(prompt.parts), prompt, sampling, progress)

    def replay(
        self,
        ids: Sequence[int],
        runs: Sequence[int],
        prompt: Prompt,
        sampling: Sampling,
        progress: PrefillProgress = unheard,
    ) -> Iterator[str | Completion]:
        """`generate_ids`, cold and with exactly these runs: under equal Numerics the same bits."""
        if sum(runs) != len(ids) or min(runs, default=1) < 1:
            raise UsageError(f"Runs of {sum(runs)} tokens do not make a prompt of {len(ids)}.")
        yield from self.generate_ids(ids, prompt, sampling, progress, runs)

    def generate_ids(
        self,
        ids: Sequence[int],
        prompt: Prompt,
        sampling: Sampling,
        progress: PrefillProgress = unheard,
        runs: Sequence[int] | None = None,
    ) -> Iterator[str | Completion]:
        """As `generate`, for a prompt that is ids already; `prompt` gives the stops and the length."""
        if not ids:
            raise UsageError("The prompt is empty.")
        self._take_turn()
        try:
            request = Request(
                ids=ids,
                stop_ids=() if prompt.ignore_stop_ids else self.tokenizer.stop_ids,
                stop_texts=prompt.stop,
                max_new_tokens=prompt.max_new_tokens,
                runs=runs,
                steps=self._steps(prompt.guide) if prompt.guide is not None else None,
            )
            sampler = Sampler(sampling, self._banned, ids)
            yield from generate(
                self._session,
                self.cache,
                sampler,
                self.tokenizer.stream(),
                request,
                self._cancel,
                progress,
                self._restore,
            )
        finally:
            try:  # the answer is out
                if self._prefixes:
                    self._prefixes.save(len(ids))
            finally:
                self._end_turn()

    def score(
        self,
        ids: Sequence[int],
        wanted: Mapping[int, Collection[int]],
        progress: PrefillProgress = unheard,
    ) -> Scores | None:
        """The log-probability of the `wanted` ids at their places, from 1. None when cancelled."""
        self._take_turn()
        try:
            return score(self._session, self.cache, ids, wanted, self._cancel, progress)
        finally:
            self._end_turn()

    def warm(self, parts: Sequence[Part]) -> int:
        """Prefill whole chunks of `parts`; tokens that are ready. `cancel` or an answer ends it.

        Whole ones only: what comes after them then runs as if nothing had been warmed, to the bit. Nothing is
        done while an answer is on.
        """
        ids = self.encode(parts)
        whole = ids[: min(len(ids), self.context_length) // self._session.chunk * self._session.chunk]
        with self._turn:
            if self._user is not None:
                return 0
            self._user = _User.WARMING
            self._cancel.clear()
        try:
            if self.cache.common_prefix(whole) < len(whole):
                self.cache.roll_back(self.cache.common_prefix(whole))
                self._restore(whole)
                prefill(self._session, self.cache, whole, self._cancel)
                if self._prefixes:
                    self._prefixes.save(len(whole), self._cancel.is_set)
            return self.cache.common_prefix(whole)
        finally:
            self._end_turn()

    def _steps(self, guide: Guide) -> Callable[[], Steps]:
        """The vocabulary of grammars is made while the prompt is read."""
        from coder_cli.model.constrain import Vocabulary
        from coder_cli.model.guided import Steps

        if self._vocabulary is None:
            aside = ThreadPoolExecutor(1, "vocabulary")
            self._vocabulary = aside.submit(
                Vocabulary, self.tokenizer, self.manifest.vocab_size, self._banned
            )
            aside.shutdown(wait=False)
        made = self._vocabulary
        return lambda: Steps(guide, made.result())

    def _restore(self, ids: Sequence[int]) -> None:
        if self._prefixes:
            self._prefixes.restore(ids)

    def _take_turn(self) -> None:
        """Become the one whose runs these are. Who merely warms gives way."""
        with self._turn:
            while self._user is _User.WARMING:
                self.cancel()
                self._turn.wait(INTERRUPT_AGAIN)
            if self._user is _User.ANSWER:
                raise RuntimeError(
                    "an Engine gives one answer at a time: close the iterator of the one before"
                )
            self._user = _User.ANSWER
            self._cancel.clear()

    def _end_turn(self) -> None:
        with self._turn:
            self._user = None
            self._turn.notify_all()
