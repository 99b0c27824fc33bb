"""`coder bench`: the same prompts to our engine and to a peer, in turns, each round in a fresh process.

A round loads the model, warms it up, reads a prompt of exactly N tokens of code, decodes a fixed number of
tokens greedily and then answers one more turn. Our engine keeps what it read on disk, and one process more
is asked the same again. A process a round makes load time and peak memory honest;
alternating sides make ratios fair on a machine whose speed drifts. Files are read once before, so that no
side is timed against a cold disk.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self, cast

from coder_cli import bench_peers
from coder_cli.errors import ModelError
from exporters.types import Progress, Report

NEXT_REQUEST = "\n# Next request: write the tests for the code above, one for each branch.\n"
# An answer read again as text may split into more tokens; one of broken UTF-8 into three for one.
RESPLIT = 4
READ_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. Tokens."""

    contexts: tuple[int, ...]
    new_tokens: int
    threads: int
    runs: int


@dataclass(frozen=True, slots=True)
class Side:
    """A contestant: the command of its child process and the model it loads."""

    name: str
    command: tuple[str, ...]
    model: Path
    kept_below: Path | None = (
        None  # a folder for what a side keeps of prompts on disk; None: it keeps nothing
    )


def ours(folder: Path, device: str, kept_below: Path | None = None) -> Side:
    return Side("coder", (sys.executable, "-m", "coder_cli.bench_ours", device), folder, kept_below)


def llama_cpp(python: str, gguf: Path, flash: str = "auto") -> Side:
    """llama-cpp-python of another Python or this one. `-P`: this package's folder is not for its imports."""
    return Side("llama.cpp", (python, "-P", str(Path(bench_peers.__file__)), flash), gguf)


@dataclass(frozen=True, slots=True)
class Round:
    """One side's numbers of one round. Seconds, bytes, tokens a second."""

    load_seconds: float
    prefill_speed: float
    decode_speed: float
    first_token_seconds: float
    peak_resident_bytes: int
    second_turn_tokens: int
    second_turn_computed: int  # of them, not found in the cache
    second_turn_seconds: float  # to the first token
    same_tokens: bool  # the side's own tokenizer agrees on the prompt's ids
    facts: dict[str, Any]  # what the side says of itself
    stored_seconds: float | None = None  # to the first token of the same prompt, in a new process
    stored_computed: int | None = None  # of its tokens, not found on disk


class Child:
    """A side's process and its line protocol. ModelError carries what it complains about."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._talk = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the reader's own Python
                side.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._talk
            )
        except OSError as error:
            self._talk.close()
            raise ModelError(f"{side.command[0]} cannot be started: {error.strerror}.") from error
        self._to, self._from = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._talk.close()

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        with contextlib.suppress(BrokenPipeError):  # it is gone; readline finds that out too
            self._to.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            self._to.flush()
        line = self._from.readline()
        if not line:
            raise ModelError(f"The process of {self._side.name} ended: {self._last_words()}")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise ModelError(f"{self._side.name}: {reply['error']}", reply["help"])
        done: dict[str, Any] = reply["done"]
        return done

    def _last_words(self) -> str:
        code = self._process.wait()
        self._talk.seek(0)
        lines = self._talk.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {code}"


def code_prompt(tokens: int, encode: Callable[[str], list[int]]) -> tuple[str, list[int]]:
    """Real code of exactly `tokens` ids: Python's own argparse, from its start, again and again."""
    import argparse

    source = Path(argparse.__file__).read_text(encoding="utf-8")
    characters = tokens * 8  # more than any tokenizer packs into a token of code
    text = (source * (characters // len(source) + 1))[:characters]
    low, high = 0, len(text)
    while low < high:  # the shortest start of at least that many tokens, were every start to split alike
        middle = (low + high) // 2
        if len(encode(text[:middle])) < tokens:
            low = middle + 1
        else:
            high = middle
    for end in range(low, len(text)):
        ids = encode(text[:end])
        if len(ids) == tokens:
            return text[:end], ids
    raise ModelError(f"No text of exactly {tokens} tokens could be made for this model.")


def measure(
    plan: Plan, sides: Sequence[Side], encode: Callable[[str], list[int]], report: Report
) -> dict[int, list[list[Round]]]:
    """Context -> one list a side of `plan.runs` rounds. `encode` is our tokenizer's, with BOS."""
    next_tokens = len(encode(NEXT_REQUEST))
    for side in sides:
        _read_through(side.model)
    total = plan.runs * len(plan.contexts) * len(sides)
    report(Progress("measuring", 0, total, "rounds"))
    rounds: dict[int, list[list[Round]]] = {}
    done = 0
    for context in plan.contexts:
        text, ids = code_prompt(context, encode)
        room = context + RESPLIT * plan.new_tokens + next_tokens
        rounds[context] = [[] for _ in sides]
        for _ in range(plan.runs):
            for side, kept in zip(sides, rounds[context], strict=True):
                kept.append(_round(side, plan, room, text, ids))
                done += 1
                report(Progress("measuring", done, total, "rounds"))
    return rounds


def _round(side: Side, plan: Plan, room: int, text: str, ids: list[int]) -> Round:
    load: dict[str, Any] = {"path": str(side.model), "threads": plan.threads, "context": room}
    again: dict[str, Any] | None = None
    with contextlib.ExitStack() as stack:
        if side.kept_below is not None:
            side.kept_below.mkdir(parents=True, exist_ok=True)
            kept = tempfile.TemporaryDirectory(prefix="bench-", dir=side.kept_below)
            load["prefixes"] = stack.enter_context(kept)
        with Child(side) as child:
            loaded = child.ask("load", **load)
            seen = child.ask(
                "measure", text=text, ids=ids, new_tokens=plan.new_tokens, next_request=NEXT_REQUEST
            )
        if side.kept_below is not None:
            with Child(side) as child:
                child.ask("load", **load)
                again = child.ask("again", ids=ids, next_request=NEXT_REQUEST)
    first, second = seen["first"], seen["second"]
    return Round(
        load_seconds=loaded["load_seconds"],
        prefill_speed=(first["prompt_tokens"] - first["cached_tokens"]) / first["prefill_seconds"],
        decode_speed=(first["new_tokens"] - 1) / first["decode_seconds"],
        first_token_seconds=first["first_token_seconds"],
        peak_resident_bytes=seen["peak_resident_bytes"],
        second_turn_tokens=second["prompt_tokens"],
        second_turn_computed=second["prompt_tokens"] - second["cached_tokens"],
        second_turn_seconds=second["first_token_seconds"],
        same_tokens=seen["same_tokens"],
        facts=loaded["facts"],
        stored_seconds=again["first_token_seconds"] if again else None,
        stored_computed=again["prompt_tokens"] - again["cached_tokens"] if again else None,
    )


def _read_through(model: Path) -> None:
    """Bring a file, or a folder's files, into the page cache."""
    for path in sorted(model.iterdir()) if model.is_dir() else [model]:
        if path.is_file():
            with path.open("rb") as stream:
                while stream.read(READ_BYTES):
                    pass
