"""One side of `coder bench` in a process of its own: the line protocol, and llama.cpp as the peer.

Standard library only, and nothing of this project: `--peer-python` runs this file by its path under another
Python (3.11 or later) that has llama-cpp-python and no `coder`. Only LlamaCpp imports llama_cpp and numpy.

Protocol: one JSON object a line on stdin, one a line back. `{"do": NAME, ...}` is answered by
`{"done": {...}}` or `{"error": MESSAGE, "help": LINE or null}`. End of stdin ends the process.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

BUILD_LLAMA = "CMAKE_ARGS=-DGGML_NATIVE=ON pip install --no-binary llama-cpp-python llama-cpp-python"
BATCH = 512  # tokens a llama_decode call takes, llama.cpp's own default for the physical batch
FLASH_ATTENTION = {"auto": -1, "off": 0, "on": 1}  # llama_flash_attn_type
WARM_UP_NEW_TOKENS = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt answered. Seconds are wall clock; the first token counts as prefill."""

    prompt_tokens: int
    cached_tokens: int  # of the prompt, how many were not computed again
    new_tokens: int
    first_token_seconds: float
    prefill_seconds: float
    decode_seconds: float  # for the new_tokens - 1 after the first
    text: str


@dataclass(frozen=True, slots=True)
class Enough:
    """When to stop early: a string seen `count` times in the answer."""

    text: str
    count: int


class Contestant(Protocol):
    """A model that can be timed. Every method may raise; the message is for the reader."""

    def prepare(self) -> None:
        """Import what loading needs, so that load times are the model's alone."""
        ...

    def load(self, path: str, threads: int, context: int) -> dict[str, Any]:
        """Open the model at `path` for `context` tokens; facts about it, for the report."""
        ...

    def encode(self, text: str) -> list[int]: ...

    def turn(self, ids: list[int], new_tokens: int, enough: Enough | None) -> Turn:
        """Answer greedily, using again what the last turn left in the cache.

        `enough` None: exactly `new_tokens`, stop ids ignored.
        """
        ...

    def forget(self) -> None:
        """Empty the cache."""
        ...


class BenchError(Exception):
    """A sentence for the reader, and the command that helps."""

    def __init__(self, message: str, help_line: str | None = None) -> None:
        super().__init__(message)
        self.help_line = help_line


def peak_resident_bytes() -> int:
    """The most memory this process has held. VmHWM, since ru_maxrss starts at the parent's on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def serve(contestant: Contestant) -> None:
    """Answer commands until stdin ends."""
    # The pipe is kept for the protocol alone: whatever a native library prints goes to stderr.
    channel = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            reply: dict[str, Any] = {"done": _answer(contestant, command.pop("do"), command)}
        except Exception as error:  # the parent shows it
            help_line = getattr(error, "help_line", None)
            message = str(error) if help_line or str(error) else repr(error)
            reply = {"error": message, "help": help_line}
        os.write(channel, json.dumps(reply).encode() + b"\n")


def _answer(contestant: Contestant, name: str, command: dict[str, Any]) -> dict[str, Any]:
    if name == "load":
        contestant.prepare()
        began = time.perf_counter()
        facts = contestant.load(**command)
        return {"load_seconds": time.perf_counter() - began, "facts": facts}
    if name == "encode":
        return {"ids": contestant.encode(command["text"])}
    if name == "measure":
        return _measure(contestant, **command)
    if name == "again":
        contestant.turn(contestant.encode(command["next_request"]), WARM_UP_NEW_TOKENS, None)
        contestant.forget()
        return asdict(contestant.turn(command["ids"], 1, None))
    if name == "generate":
        contestant.forget()
        enough = Enough(**command["enough"])
        return asdict(contestant.turn(command["ids"], command["new_tokens"], enough))
    raise BenchError(f"no such command: {name}")


def _measure(
    contestant: Contestant, *, text: str, ids: list[int], new_tokens: int, next_request: str
) -> dict[str, Any]:
    """A prompt from an empty cache, then the turn after it. `ids` are the text's, equal for every side."""
    contestant.turn(contestant.encode(next_request), WARM_UP_NEW_TOKENS, None)
    contestant.forget()
    first = contestant.turn(ids, new_tokens, None)
    peak = peak_resident_bytes()
    second = contestant.turn(contestant.encode(text + first.text + next_request), 1, None)
    return {
        "same_tokens": contestant.encode(text) == ids,
        "first": asdict(first),
        "second": asdict(second),
        "peak_resident_bytes": peak,
    }


class LlamaCpp:
    """llama.cpp through the C bindings of llama-cpp-python.

    The bindings, not its `Llama` class: that one keeps a 300 MB score table and copies logits, which would be
    held against the peer. Logits of the last token only, argmax by numpy, as on our side.
    """

    def __init__(self, flash: str = "auto") -> None:
        self._flash = flash

    def prepare(self) -> None:
        try:
            import llama_cpp
            import numpy
        except ImportError:
            raise BenchError("llama-cpp-python is not installed for this Python.", BUILD_LLAMA) from None
        self._api = llama_cpp
        self._numpy = numpy

    def load(self, path: str, threads: int, context: int) -> dict[str, Any]:
        api = self._api
        # Kept on self: ctypes callbacks die with their last reference.
        self._quiet = api.llama_log_callback(lambda level, text, data: None)
        api.llama_log_set(self._quiet, ctypes.c_void_p(0))
        api.llama_backend_init()
        model = api.llama_model_load_from_file(path.encode(), api.llama_model_default_params())
        if not model:
            raise BenchError(f"llama.cpp cannot load {path}.")
        options = api.llama_context_default_params()
        options.n_ctx = context
        options.n_batch = options.n_ubatch = BATCH
        options.n_threads = options.n_threads_batch = threads
        options.flash_attn_type = FLASH_ATTENTION[self._flash]
        self._context = api.llama_init_from_model(model, options)
        if not self._context:
            raise BenchError(f"llama.cpp cannot make a context of {context} tokens for {path}.")
        self._vocabulary = api.llama_model_get_vocab(model)
        self._vocabulary_size = api.llama_vocab_n_tokens(self._vocabulary)
        self._held: list[int] = []
        return {
            "version": f"llama-cpp-python {api.__version__}",
            "system": api.llama_print_system_info().decode(),
            "flash_attention": self._flash,
            "weight_bytes": api.llama_model_size(model),
        }

    def encode(self, text: str) -> list[int]:
        data = text.encode()
        room = (ctypes.c_int32 * (len(data) + 8))()
        count = self._api.llama_tokenize(self._vocabulary, data, len(data), room, len(room), True, False)
        return list(room[:count])

    def forget(self) -> None:
        self._cut(0)

    def turn(self, ids: list[int], new_tokens: int, enough: Enough | None) -> Turn:
        began = time.perf_counter()
        # The last prompt token is always computed again: its logits are needed.
        shared = min(_common_prefix(self._held, ids), len(ids) - 1)
        self._cut(shared)
        for start in range(shared, len(ids), BATCH):
            self._decode(ids[start : start + BATCH])
        answer = [self._best()]
        first = time.perf_counter()
        said = b""
        while True:
            if enough is not None:
                if self._api.llama_vocab_is_eog(self._vocabulary, answer[-1]):
                    break
                said += self._piece(answer[-1])
                if said.count(enough.text.encode()) >= enough.count:
                    break
            if len(answer) == new_tokens:
                break
            self._decode(answer[-1:])
            answer.append(self._best())
        ended = time.perf_counter()
        if enough is None:
            said = b"".join(self._piece(one) for one in answer)
        return Turn(
            prompt_tokens=len(ids),
            cached_tokens=shared,
            new_tokens=len(answer),
            first_token_seconds=first - began,
            prefill_seconds=first - began,
            decode_seconds=ended - first,
            text=said.decode(errors="replace"),
        )

    def _cut(self, length: int) -> None:
        if length < len(self._held):
            memory = self._api.llama_get_memory(self._context)
            self._api.llama_memory_seq_rm(memory, 0, length, -1)
            self._held = self._held[:length]

    def _decode(self, ids: list[int]) -> None:
        tokens = (ctypes.c_int32 * len(ids))(*ids)
        batch = self._api.llama_batch_get_one(tokens, len(ids))
        if self._api.llama_decode(self._context, batch) != 0:
            raise BenchError(f"llama.cpp could not compute {len(ids)} tokens after {len(self._held)}.")
        self._held.extend(ids)

    def _best(self) -> int:
        pointer = self._api.llama_get_logits_ith(self._context, -1)
        logits = self._numpy.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,))
        return int(logits.argmax())

    def _piece(self, one: int) -> bytes:
        room = ctypes.create_string_buffer(256)
        count = self._api.llama_token_to_piece(self._vocabulary, one, room, len(room), 0, False)
        return room.raw[: max(count, 0)]


def _common_prefix(left: list[int], right: list[int]) -> int:
    return next(
        (index for index, (one, other) in enumerate(zip(left, right, strict=False)) if one != other),
        min(len(left), len(right)),
    )


if __name__ == "__main__":
    serve(LlamaCpp(*sys.argv[1:]))
