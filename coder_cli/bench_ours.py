"""Our side of `coder bench`: the engine behind the line protocol of bench_peers. Run with `python -m`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from coder_cli.bench_peers import Enough, Turn, serve
from coder_cli.model.types import Completion, Prompt, Sampling

PREFIX_BYTES = 1 << 40  # whatever a round's prompts take


class Ours:
    """A Contestant: this project's engine on a device."""

    def __init__(self, device: str) -> None:
        self._device = device

    def prepare(self) -> None:
        from coder_cli.model import engine, runtime

        self._open = engine.Engine.open
        self._runtime = runtime.onnx_runtime()  # imports ONNX Runtime, which only runtime.py may

    def load(self, path: str, threads: int, context: int, prefixes: str | None = None) -> dict[str, Any]:
        notices: list[str] = []
        self._engine = self._open(
            Path(path),
            device=self._device,
            context_tokens=context,
            threads=threads,
            notice=notices.append,
            prefixes=Path(prefixes) if prefixes else None,
            prefix_bytes=PREFIX_BYTES,
        )
        return {"version": f"onnxruntime {self._runtime.__version__}", "notices": notices}

    def encode(self, text: str) -> list[int]:
        return self._engine.encode((text,))

    def forget(self) -> None:
        self._engine.cache.roll_back(0)

    def turn(self, ids: list[int], new_tokens: int, enough: Enough | None) -> Turn:
        prompt = Prompt((), max_new_tokens=new_tokens, ignore_stop_ids=enough is None)
        began = time.perf_counter()
        first: float | None = None
        said = ""
        done: Completion  # comes last, always
        for piece in self._engine.generate_ids(ids, prompt, Sampling()):
            if isinstance(piece, Completion):
                done = piece
                continue
            first = first or time.perf_counter()
            said += piece
            if enough is not None and said.count(enough.text) >= enough.count:
                self._engine.cancel()
        return Turn(
            prompt_tokens=done.prompt_tokens,
            cached_tokens=done.cached_tokens,
            new_tokens=done.new_tokens,
            first_token_seconds=(first or time.perf_counter()) - began,
            prefill_seconds=done.prefill_seconds,
            decode_seconds=done.decode_seconds,
            text=done.text,
        )


if __name__ == "__main__":
    serve(Ours(sys.argv[1]))
