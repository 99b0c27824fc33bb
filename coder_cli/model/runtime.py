"""ONNX Runtime itself: found, set up for this machine, and its errors in words.

Nothing from a model folder is executed: no custom operator library is ever registered, and ONNX Runtime
refuses external data outside the folder.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from coder_cli.errors import CoderError, ContextError, ModelError
from coder_cli.model import device as devices
from coder_cli.model.device import Device
from coder_cli.model.huge_pages import huge_pages
from coder_cli.model.memory import weights_bytes
from exporters.manifest import GRAPH_NAME, Manifest
from exporters.targets import Device as DeviceKind

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CPU_EXTRA = "pip install 'coder-cli[cpu]'"
# log_severity_level: only fatal. What goes wrong comes back as an exception; stderr is the screen's.
QUIET = 4


def onnx_runtime() -> ModuleType:
    """The module, of whichever of its two wheels is installed. ModelError where none is."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # or it reports to its maker, as soon as it is imported
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(f"ONNX Runtime is not installed ({error}).", CPU_EXTRA) from None
    if not hasattr(onnxruntime, "InferenceSession"):  # what is left when one of two wheels was uninstalled
        raise ModelError("ONNX Runtime is damaged.", f"pip uninstall onnxruntime && {CPU_EXTRA}")
    runtime: ModuleType = onnxruntime
    return runtime


def load(
    runtime: ModuleType,
    folder: Path,
    manifest: Manifest,
    device: Device,
    threads: int,
    loading: Callable[[], None],
) -> InferenceSession:
    """The graph of a model folder, on `device` or, where that cannot start, on the CPU.

    `loading` is called when from then on the runtime works, and other Python threads may.
    """
    options = runtime.SessionOptions()
    options.log_severity_level = QUIET
    options.intra_op_num_threads = threads
    # The arena keeps the largest prefill's scratch for ever and makes decoding no faster.
    options.enable_cpu_mem_arena = False
    # Weights are packed for this CPU while loading: in parallel, a 1.5B loads in 0.7 s instead of 1.0 s.
    options.add_session_config_entry("session.prepack.enable_parallel", "1")
    providers: list[str | tuple[str, dict[str, str]]] = [devices.CPU_PROVIDER]
    if device.kind is DeviceKind.CUDA:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it misses; get_providers tells us
            runtime.preload_dlls()
        providers.insert(0, (device.provider, {"device_id": str(device.index)}))
    path = folder / GRAPH_NAME
    packed = weights_bytes(folder) if device.kind is DeviceKind.CPU else 0
    try:
        with huge_pages(packed):
            loading()
            return runtime.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # the runtime's errors share no base but Exception
        raise explained(error, f"{path} cannot be loaded", manifest) from error


def explained(error: Exception, what: str, manifest: Manifest) -> CoderError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, MemoryError) or "memory" in reason.lower() or "bad_alloc" in reason:
        return ContextError(f"{what}: not enough memory ({reason}).", "a smaller --context-tokens")
    return ModelError(f"{what}: {reason}", f"coder models verify {manifest.name}")
