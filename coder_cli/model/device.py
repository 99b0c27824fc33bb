"""Where a model runs: the device a person names, checked; the number of threads."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass

import psutil

from coder_cli.errors import ModelError, UsageError
from exporters.manifest import Layout, Manifest
from exporters.targets import TARGETS
from exporters.targets import Device as DeviceKind

CUDA_PROVIDER = "CUDAExecutionProvider"
CPU_PROVIDER = "CPUExecutionProvider"


@dataclass(frozen=True, slots=True)
class Device:
    kind: DeviceKind
    index: int = 0

    @property
    def provider(self) -> str:
        return CUDA_PROVIDER if self.kind is DeviceKind.CUDA else CPU_PROVIDER

    def __str__(self) -> str:
        return "cpu" if self.kind is DeviceKind.CPU else f"cuda:{self.index}"


CPU = Device(DeviceKind.CPU)


def choose(name: str, manifest: Manifest, available: Collection[str]) -> Device:
    """The device `name` means ("auto", "cpu", "cuda", "cuda:N") for this model.

    `available`: ONNX Runtime's providers. A device that is named but not there is an error, never a
    silent CPU.
    """
    target = TARGETS.get(manifest.target)
    made_for = target.device if target else DeviceKind.CPU
    if name == "auto":
        has_cuda = CUDA_PROVIDER in available
        return Device(DeviceKind.CUDA) if made_for is DeviceKind.CUDA and has_cuda else CPU
    if name == "cpu":
        return CPU
    match = re.fullmatch(r"cuda(?::(\d+))?", name)
    if match is None:
        raise UsageError(f"There is no device called {name!r}: say auto, cpu, cuda or cuda:N.")
    if CUDA_PROVIDER not in available:
        raise ModelError(
            f"The device {name} is not there: this ONNX Runtime has no CUDA.",
            "pip uninstall onnxruntime && pip install 'coder-cli[gpu]'",
        )
    # GroupQueryAttention has no float32 kernel on CUDA, so a fused CPU model cannot run there.
    if made_for is DeviceKind.CPU and manifest.layout is Layout.FUSED:
        raise ModelError(
            f"{manifest.name} was exported for {manifest.target} and cannot run on {name}.",
            f"coder pull {manifest.name} --target cuda-int4",
        )
    return Device(DeviceKind.CUDA, int(match.group(1) or 0))


def thread_count() -> int:
    """Physical cores this process may use: a second thread on one core slows int4 products down."""
    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        physical = min(physical, len(os.sched_getaffinity(0)))
    return max(1, physical)
