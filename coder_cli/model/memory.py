"""Does a model fit this machine? Asked before loading: the answer is a sentence, not the OOM killer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil

from coder_cli.errors import ContextError, UsageError
from coder_cli.model.device import Device
from exporters.manifest import GRAPH_NAME, Layout, Manifest
from exporters.targets import Device as DeviceKind

GIGABYTE = 1_000_000_000
LEAST_CONTEXT = 512  # tokens; less is no use to anyone
# Packed copies, activations of one prefill chunk, logits and Python. Measured: see CONTRIBUTING, Decisions.
WORKING_SHARE = 0.1  # of the weights
WORKING_BYTES = 300_000_000
CONTEXT_STEP = 256  # a lowered context is a multiple of this


def weights_bytes(folder: Path) -> int:
    """Size of the graph and its external data."""
    return sum(path.stat().st_size for path in folder.glob(GRAPH_NAME + "*"))


def kv_bytes(manifest: Manifest, tokens: int) -> int:
    """Key and value memory of `tokens`. A traced graph holds its past and its present at once."""
    copies = 2 if manifest.layout is Layout.OPTIMUM else 1
    one = manifest.layers * 2 * manifest.kv_heads * manifest.head_dim * np.dtype(manifest.kv_dtype).itemsize
    return one * tokens * copies


def wanted_context(manifest: Manifest, context_tokens: int | None, notice: Callable[[str], None]) -> int:
    """The window of the model, or what was asked for; that it has no more is said aloud."""
    if context_tokens is None or context_tokens == manifest.context_length:
        return manifest.context_length
    if context_tokens < 1:
        raise UsageError(f"A context of {context_tokens} tokens is none.")
    if context_tokens > manifest.context_length:
        notice(f"{manifest.name} has a context of {manifest.context_length} tokens, not {context_tokens}.")
    return min(context_tokens, manifest.context_length)


def fitting_context(
    manifest: Manifest, weights: int, wanted: int, available: int, notice: Callable[[str], None]
) -> int:
    """The context in tokens that fits `available` bytes: `wanted`, or less, said aloud; else ContextError."""
    fixed = weights + int(weights * WORKING_SHARE) + WORKING_BYTES
    if fixed + kv_bytes(manifest, wanted) <= available:
        return wanted
    least = min(LEAST_CONTEXT, wanted)
    fitting = (available - fixed) // kv_bytes(manifest, 1)
    if fitting < least:
        needed = fixed + kv_bytes(manifest, least)
        raise ContextError(
            f"{manifest.name} needs {needed / GIGABYTE:.1f} GB of memory for a context of {least} tokens;"
            f" {available / GIGABYTE:.1f} GB are free.",
            "coder pull qwen2.5-coder-0.5b-instruct",
        )
    context = max(least, fitting // CONTEXT_STEP * CONTEXT_STEP)
    notice(
        f"The context is lowered from {wanted} to {context} tokens, which would need"
        f" {(fixed + kv_bytes(manifest, wanted)) / GIGABYTE:.1f} GB of memory;"
        f" {available / GIGABYTE:.1f} GB are free."
    )
    return context


def free_bytes(device: Device) -> int:
    """Free memory where the model will live."""
    if device.kind is DeviceKind.CPU:
        return available_bytes()
    free = _cuda_free()
    # Of several cards the freest counts: which one CUDA calls 0 is for CUDA_VISIBLE_DEVICES to say, and a
    # card that is full after all is an error of the load, with the same exit code.
    return max(free) if free else sys.maxsize


def _cuda_free() -> list[int]:
    """Free bytes of every card; [] where nvidia-smi cannot say."""
    command = ["nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
        return [int(line) << 20 for line in done.stdout.split()]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def available_bytes(proc: Path = Path("/proc"), kernel: Path = Path("/sys")) -> int:
    """Free memory of this machine, or of the control group (container) where that is less."""
    free = int(psutil.virtual_memory().available)
    return min([free, *_control_group_free(proc, kernel)])


def _control_group_free(proc: Path, kernel: Path) -> list[int]:
    """Limit less usage of this process's control group and of every one above it, versions 1 and 2."""
    try:
        lines = (proc / "self/cgroup").read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return []
    found = []
    for line in lines:
        _, controllers, name = line.split(":", 2)
        if controllers == "":
            root, limit, usage = kernel / "fs/cgroup", "memory.max", "memory.current"
        elif "memory" in controllers.split(","):
            root, limit, usage = kernel / "fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
        else:
            continue
        group = root / name.lstrip("/")
        for folder in (group, *group.parents):
            found += _free_of(folder, limit, usage)
            if folder == root:
                break
    return found


def _free_of(folder: Path, limit: str, usage: str) -> list[int]:
    """[limit - usage + page cache that would give way], or [] where the group is unlimited or unreadable."""
    try:
        most, used = int((folder / limit).read_text()), int((folder / usage).read_text())
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):  # no such group, or "max"
        return []
    cache = int(stat.get("total_inactive_file", stat.get("inactive_file", 0)))
    return [max(0, most - used + cache)]
