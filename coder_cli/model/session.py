"""Two graph layouts behind one Protocol: ids and a past in, logits out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from coder_cli.errors import ModelError
from coder_cli.model import device as devices
from coder_cli.model.device import Device
from coder_cli.model.kv_store import BLOCK, State
from coder_cli.model.runtime import explained, load, onnx_runtime
from coder_cli.model.types import Numerics
from exporters.manifest import Layout, Manifest
from exporters.targets import Device as DeviceKind

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, OrtValue, RunOptions

Ids = NDArray[np.int64]
Logits = NDArray[np.float32]
Result = TypeVar("Result")


class Interrupted(Exception):  # nothing went wrong
    """The run was broken off. What stood in the past still does."""


class Session(Protocol):
    """A loaded graph and its key/value memory. Positions are counted from 0; the batch is always 1."""

    device: Device
    numerics: Numerics
    chunk: int
    """Most tokens one run should take: larger ones cost memory and gain no speed."""
    movable: bool
    """Whether parts of the past can be taken out and put back."""

    def resize(self, capacity: int, keep: int) -> None:
        """Key/value memory for `capacity` tokens, with the first `keep` as they were."""
        ...

    def run(self, ids: Ids, past: int, wanted: int) -> Logits:
        """Run `ids` [n] behind the first `past` positions; logits [wanted, vocab] of the last of them.

        The array is overwritten by the next run; the caller may write into it. Raises Interrupted.
        """
        ...

    def interrupt(self) -> None:
        """Break off a run of many tokens, if one is on. From any thread."""
        ...

    def past(self, start: int, count: int) -> State:
        """A copy of the key/value state of `count` positions from `start` on. `movable` sessions only."""
        ...

    def restore(self, start: int, state: State) -> None:
        """Put state from `past` at the positions from `start` on. `movable` sessions only."""
        ...


class Runs:
    """Calls into ONNX Runtime that can be broken off, between two nodes of the graph."""

    def __init__(self, runtime: ModuleType, manifest: Manifest) -> None:
        self._runtime = runtime
        self._manifest = manifest
        self._options: RunOptions = runtime.RunOptions()
        self._aside = ThreadPoolExecutor(1, "prefill")

    def interrupt(self) -> None:
        self._options.terminate = True

    def call(self, run: Callable[[RunOptions | None], Result], tokens: int) -> Result:
        """`run(options)`. Many tokens take seconds: they run aside, so that Ctrl-C is heard meanwhile."""
        options = self._options = self._runtime.RunOptions()
        try:
            if tokens == 1:  # is over in no time, and options cost 0.1 ms a run
                return run(None)
            running = self._aside.submit(run, options)
            try:
                return running.result()
            except KeyboardInterrupt:
                options.terminate = True
                while not running.done():  # its buffers must outlive it, however often Ctrl-C is pressed
                    with contextlib.suppress(KeyboardInterrupt):
                        wait([running])
                raise
        except Exception as error:  # the runtime's errors share no base but Exception
            if options.terminate:
                raise Interrupted from None
            raise explained(error, f"{self._manifest.name} stopped", self._manifest) from error


def choose_device(name: str, manifest: Manifest) -> Device:
    """The device `name` means for this model; see `device.choose`."""
    return devices.choose(name, manifest, onnx_runtime().get_available_providers())


def open_session(
    folder: Path,
    manifest: Manifest,
    device: Device,
    *,
    named: bool,
    threads: int | None,
    notice: Callable[[str], None],
    loading: Callable[[], None] = lambda: None,
) -> Session:
    """Load the graph of a model folder. ModelError where the files will not do, or a `named` device."""
    runtime = onnx_runtime()
    threads = threads or devices.thread_count()
    inference = load(runtime, folder, manifest, device, threads, loading)
    if inference.get_providers()[0] != device.provider:
        what = f"The device {device} is not there: ONNX Runtime could not start CUDA."
        if named:
            raise ModelError(what, "nvidia-smi")
        notice(f"{what} {manifest.name} runs on the CPU, slowly.")
        device = devices.CPU
    layout = FusedSession if manifest.layout is Layout.FUSED else TracedSession
    session = layout(runtime, inference, manifest, device)
    session.numerics = Numerics(f"onnxruntime {runtime.__version__}", str(device), threads)
    return session


class FusedSession:
    """Our own graph: past and present are one buffer of a fixed capacity, bound once."""

    numerics: Numerics

    # 64 to 512 tokens a run are equally fast on a CPU (1.5B int4). Small chunks use less scratch (256: 50 MB,
    # 1024: 300 MB), a cancel is heard sooner, and state on disk comes in blocks of a chunk.
    cpu_chunk = BLOCK
    cuda_chunk = 2048

    def __init__(
        self, runtime: ModuleType, inference: InferenceSession, manifest: Manifest, device: Device
    ) -> None:
        self.device = device
        self.chunk = self.cuda_chunk if device.kind is DeviceKind.CUDA else self.cpu_chunk
        # A GPU computes state faster than it would come from disk through a buffer that is fetched whole.
        self.movable = device.kind is DeviceKind.CPU
        self._runs = Runs(runtime, manifest)
        self.interrupt = self._runs.interrupt
        self._runtime = runtime
        self._inference = inference
        self._manifest = manifest
        self._binding = inference.io_binding()
        self._place = ("cuda" if device.kind is DeviceKind.CUDA else "cpu", device.index)
        self._past: dict[str, OrtValue] = {}  # input name -> [1, kv_heads, capacity, head_dim]
        self._logits: dict[int, Logits] = {}  # rows -> buffer [1, rows, vocab]
        kept = [f"{layer}.{kind}" for layer in range(manifest.layers) for kind in ("key", "value")]
        self._pairs = {f"past_key_values.{name}": f"present.{name}" for name in kept}
        _expect(
            inference,
            manifest,
            inputs={"input_ids", "seqlens_k", "total_sequence_length", "num_logits", *self._pairs},
            outputs={"logits", *self._pairs.values()},
        )

    def resize(self, capacity: int, keep: int) -> None:
        """One buffer at a time, so that at no moment the whole past exists twice."""
        for past, present in self._pairs.items():
            buffer = self._moved(self._past.get(past), capacity, keep)
            self._past[past] = buffer
            self._binding.bind_ortvalue_input(past, buffer)
            self._binding.bind_ortvalue_output(present, buffer)

    def run(self, ids: Ids, past: int, wanted: int) -> Logits:
        total = past + len(ids)
        feed = {
            "input_ids": ids.reshape(1, -1),
            "seqlens_k": np.array([total - 1], np.int32),
            "total_sequence_length": np.array(total, np.int32),
            "num_logits": np.array([wanted], np.int64),
        }
        values = {name: self._runtime.OrtValue.ortvalue_from_numpy(array) for name, array in feed.items()}
        for name, value in values.items():
            self._binding.bind_ortvalue_input(name, value)
        if wanted not in self._logits:
            self._logits = {1: self._buffer(1), wanted: self._buffer(wanted)}
        logits = self._logits[wanted]
        self._binding.bind_ortvalue_output("logits", self._runtime.OrtValue.ortvalue_from_numpy(logits))
        self._runs.call(partial(self._inference.run_with_iobinding, self._binding), len(ids))
        rows: Logits = logits[0]
        return rows

    def past(self, start: int, count: int) -> State:
        return np.concatenate([value.numpy()[:, :, start : start + count] for value in self._past.values()])

    def restore(self, start: int, state: State) -> None:
        for value, part in zip(self._past.values(), state, strict=True):
            value.numpy()[0, :, start : start + part.shape[1]] = part

    def _buffer(self, rows: int) -> Logits:
        return np.empty((1, rows, self._manifest.vocab_size), np.float32)

    def _moved(self, old: OrtValue | None, capacity: int, keep: int) -> OrtValue:
        """A buffer of `capacity` tokens holding the first `keep` of `old`. Unwritten pages cost no memory."""
        shape = (1, self._manifest.kv_heads, capacity, self._manifest.head_dim)
        new = np.empty(shape, np.dtype(self._manifest.kv_dtype))
        if old is not None:
            new[:, :, :keep] = old.numpy()[:, :, :keep]
        return self._runtime.OrtValue.ortvalue_from_numpy(new, *self._place)


class TracedSession:
    """A traced export: each run returns past and new concatenated, and logits of every position given."""

    numerics: Numerics
    movable = False
    chunk = 256  # logits of every position: 152k floats each

    def __init__(
        self, runtime: ModuleType, inference: InferenceSession, manifest: Manifest, device: Device
    ) -> None:
        self.device = device
        self._runs = Runs(runtime, manifest)
        self.interrupt = self._runs.interrupt
        self._inference = inference
        self._inputs = {value.name: value for value in inference.get_inputs()}
        past = sorted(name for name in self._inputs if name.startswith("past_key_values."))
        self._pairs = {name: name.replace("past_key_values.", "present.") for name in past}
        known = {"input_ids", "attention_mask", "position_ids", "use_cache_branch", *past}
        if unknown := self._inputs.keys() - known:
            raise ModelError(
                f"{manifest.name} has inputs coder does not know: {', '.join(sorted(unknown))}.",
                f"coder models rm {manifest.name}",
            )
        if len(past) != 2 * manifest.layers:
            raise ModelError(f"{manifest.name} keeps no past: export it with task text-generation-with-past.")
        _expect(inference, manifest, inputs={"input_ids"}, outputs={"logits", *self._pairs.values()})
        self._empty = np.empty((1, manifest.kv_heads, 0, manifest.head_dim), np.dtype(manifest.kv_dtype))
        self._past = dict.fromkeys(past, self._empty)  # input name -> [1, kv_heads, tokens, head_dim]

    def resize(self, capacity: int, keep: int) -> None:
        """Nothing: the graph itself makes each larger past."""

    def past(self, start: int, count: int) -> State:
        raise NotImplementedError

    def restore(self, start: int, state: State) -> None:
        raise NotImplementedError

    def run(self, ids: Ids, past: int, wanted: int) -> Logits:
        total = past + len(ids)
        feed = {name: array[:, :, :past] for name, array in self._past.items()}
        known = {
            "input_ids": ids.reshape(1, -1),
            "attention_mask": np.ones((1, total), np.int64),
            "position_ids": np.arange(past, total, dtype=np.int64).reshape(1, -1),
            "use_cache_branch": np.array([past > 0]),
        }
        feed |= {name: array for name, array in known.items() if name in self._inputs}
        run = partial(self._inference.run, ["logits", *self._pairs.values()], feed)
        logits, *present = self._runs.call(run, len(ids))
        self._past = dict(zip(self._pairs, present, strict=True))
        return np.array(logits[0, -wanted:], np.float32)


def _expect(inference: InferenceSession, manifest: Manifest, *, inputs: set[str], outputs: set[str]) -> None:
    """The graph is the one its manifest tells of."""
    there = {value.name for value in (*inference.get_inputs(), *inference.get_outputs())}
    if missing := (inputs | outputs) - there:
        raise ModelError(
            f"The graph of {manifest.name} is not what its manifest says: no {sorted(missing)[0]}.",
            f"coder models verify {manifest.name}",
        )
