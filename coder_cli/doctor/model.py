"""The model that answers: whether it is whole, where it runs, how much it may read, how fast it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from coder_cli import pace, ui
from coder_cli.doctor.finding import Finding, note, ok, problem
from coder_cli.errors import CoderError
from coder_cli.model import device as devices
from coder_cli.model import memory
from coder_cli.model.device import CUDA_PROVIDER, Device
from coder_cli.settings import Settings
from exporters.errors import StoreError
from exporters.manifest import GRAPH_NAME
from exporters.store import InstalledModel, ModelStore, sha256_of
from exporters.targets import Device as DeviceKind
from exporters.types import Report

ANSWER_TOKENS = 512  # as `coder ask` leaves for an answer; of a small window a quarter
QUICKLY_HASHED = 32_000_000  # bytes; larger files are hashed with --deep only
_NVIDIA = Path("/proc/driver/nvidia/version")
_GPU = "pip uninstall -y onnxruntime && pip install 'coder-cli[gpu]'"
_UNKNOWN = 1 << 60  # bytes of memory that no card has
# How ONNX writes where a tensor stands in its data file: protobuf's key and length, then digits.
_OFFSET = re.compile(rb"\x0a\x06offset\x12.(\d+)", re.DOTALL)
_LENGTH = re.compile(rb"\x0a\x06length\x12.(\d+)", re.DOTALL)


def find(settings: Settings) -> InstalledModel | None:
    """None where it is not installed, or damaged; `installed` says why."""
    try:
        wanted = None if settings.device == "auto" else DeviceKind(settings.device.partition(":")[0])
        return ModelStore(settings.models_dir).resolve(settings.model, device=wanted)
    except (StoreError, OSError, ValueError):
        return None


def installed(settings: Settings, deep: bool, report: Report) -> Iterator[Finding]:
    store = ModelStore(settings.models_dir)
    broken = dict(store.damaged())
    found = find(settings)
    if found is None:
        try:
            found = store.resolve(settings.model)
        except StoreError as missing:
            yield problem("model", missing.message, missing.help_line, model=settings.model)
    if found is not None:
        yield _whole(store, found, deep, report)
    for title, why in broken.items():
        yield problem("model", f"{title} is damaged: {why}", f"coder models rm {title}")


def _whole(store: ModelStore, model: InstalledModel, deep: bool, report: Report) -> Finding:
    damage = list(store.verify(model, report)) if deep else _damage(model)
    title = f"{model.name}@{model.target}"
    facts = {"model": model.name, "target": model.target, "bytes": model.size, "folder": str(model.folder)}
    if damage:
        again = f"coder pull {model.name} --target {model.target} --force"
        return problem("model", f"{title} is damaged: {'; '.join(damage)}", again, **facts)
    checked = "every file hashed" if deep else "files as large as they should be"
    return ok("model", f"{title}, {ui.amount(model.size)}, {checked}", **facts)


def _damage(model: InstalledModel) -> list[str]:
    """Small files are hashed; of the weights the size is known, from where the graph has its last tensor."""
    found = []
    for name, expected in model.manifest.files.items():
        path = model.folder / name
        if Path(name).name != name or not path.is_file():
            found.append(f"{name} is missing")
        elif path.stat().st_size <= QUICKLY_HASHED:
            if sha256_of(path) != expected:
                found.append(f"{name} is not the file that was exported (another sha256)")
        elif name == GRAPH_NAME + ".data" and (size := _data_size(model.folder / GRAPH_NAME)):
            there = path.stat().st_size
            if there < size:
                found.append(f"{name} has {there} bytes, and the graph looks for {size}")
    return found


def _data_size(graph: Path) -> int:
    """Bytes the graph's tensors need of the data file; 0 where that cannot be seen."""
    data = graph.read_bytes() if graph.is_file() and graph.stat().st_size <= QUICKLY_HASHED else b""
    offsets, lengths = _OFFSET.findall(data), _LENGTH.findall(data)
    if len(offsets) != len(lengths):
        return 0
    return max((int(start) + int(size) for start, size in zip(offsets, lengths, strict=True)), default=0)


def device(settings: Settings, model: InstalledModel, providers: tuple[str, ...]) -> Device | Finding:
    """Where it runs; a Finding where it cannot."""
    try:
        return devices.choose(settings.device, model.manifest, providers)
    except CoderError as error:
        return problem("device", error.message, error.help_line)


def runs_on(settings: Settings, chosen: Device, providers: tuple[str, ...]) -> Iterator[Finding]:
    threads = settings.threads or devices.thread_count()
    facts = {"device": str(chosen), "threads": threads}
    if chosen.kind is DeviceKind.CUDA and memory.free_bytes(chosen) > _UNKNOWN:
        yield problem("device", f"{chosen}, but nvidia-smi knows no card.", "nvidia-smi", **facts)
    elif _NVIDIA.exists() and CUDA_PROVIDER not in providers:
        text = f"{chosen}, {_threads(threads)}; there is an NVIDIA card that this ONNX Runtime cannot use"
        yield note("device", text, _GPU, **facts)
    elif CUDA_PROVIDER in providers and chosen.kind is DeviceKind.CPU and settings.device == "auto":
        text = f"{chosen}, {_threads(threads)}; the model was exported for the CPU"
        yield note("device", text, f"coder pull {settings.model} --target cuda-int4", **facts)
    else:
        yield ok("device", f"{chosen}, {_threads(threads)}", **facts)


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def fits(settings: Settings, model: InstalledModel, chosen: Device) -> Iterator[Finding]:
    """The context that the memory allows."""
    manifest = model.manifest
    wanted = min(settings.context_tokens or manifest.context_length, manifest.context_length)
    free = memory.free_bytes(chosen)
    said: list[str] = []
    try:
        context = memory.fitting_context(
            manifest, memory.weights_bytes(model.folder), wanted, free, said.append
        )
    except CoderError as error:
        yield problem("memory", error.message, error.help_line, free_bytes=free)
        return
    facts = {"context_tokens": context, "free_bytes": free}
    if said:
        yield note("memory", said[0], f"coder config set context_tokens {context}", **facts)
    else:
        yield ok("memory", f"{ui.amount(free)} free: a context of {context} tokens fits", **facts)


def reads(settings: Settings, model: InstalledModel, chosen: Device) -> Iterator[Finding]:
    """How fast it reads, as it was measured, and what it is given to read when nobody says."""
    known = pace.remembered(settings, model, str(chosen))
    if known is None:
        yield note("pace", "not measured yet: the first question does that", "coder doctor --deep")
        return
    window = min(settings.context_tokens or model.manifest.context_length, model.manifest.context_length)
    budget = pace.default_budget(known, window, min(ANSWER_TOKENS, window // 4))
    yield ok(
        "pace",
        f"reads {known.tokens_per_second:.0f} tokens a second, so {budget} tokens when nobody says"
        f" (measured {known.measured_at[:10]})",
        tokens_per_second=known.tokens_per_second,
        measured_at=known.measured_at,
        default_budget=budget,
    )


def measure(settings: Settings, notice: Callable[[str], None]) -> None:
    """Load the model and measure it, unless that was done."""
    from coder_cli.assistant import open_model

    found, engine = open_model(settings, notice)
    pace.pace(settings, found, engine, notice)
