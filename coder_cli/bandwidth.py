"""The memory-bandwidth limit of decoding: how fast this machine reads, and how much a token makes it read."""

from __future__ import annotations

import threading
import time
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exporters.manifest import GRAPH_NAME, Manifest

if TYPE_CHECKING:
    from onnx import ModelProto, TensorProto

BUFFER_BYTES = 512 << 20  # far beyond any cache
STRIDE = 1 << 20  # elements one numpy call reads: long enough to hide Python, short enough to end together
ATTEMPTS = 8
# What these nodes take from an initializer is a row, or a few, not the whole.
_ROW_READERS = {"Gather", "GatherBlockQuantized", "GroupQueryAttention"}


def read_bandwidth(threads: int) -> float:
    """Bytes a second that `threads` threads together read from memory; the best of several attempts."""
    buffer = np.ones(BUFFER_BYTES // 4, np.float32)
    return max(_attempt(np.array_split(buffer, threads)) for _ in range(ATTEMPTS))


def _attempt(parts: list[np.ndarray[tuple[int], np.dtype[np.float32]]]) -> float:
    gate = threading.Barrier(len(parts) + 1)

    def read(part: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
        gate.wait()
        for start in range(0, part.size, STRIDE):
            part[start : start + STRIDE].max()  # numpy's float maximum is vectorised and lets go of the GIL

    readers = [threading.Thread(target=read, args=(part,)) for part in parts]
    for reader in readers:
        reader.start()
    gate.wait()
    began = time.perf_counter()
    for reader in readers:
        reader.join()
    return sum(part.nbytes for part in parts) / (time.perf_counter() - began)


def weight_bytes_per_token(folder: Path) -> int:
    """Bytes of weights one decoded token reads: every initializer but embeddings and rotary tables.

    A matrix that is both embedding and output layer (tied) is read whole, so it counts.
    """
    import onnx

    graph: ModelProto = onnx.load(str(folder / GRAPH_NAME), load_external_data=False)
    whole = {name for node in graph.graph.node if node.op_type not in _ROW_READERS for name in node.input}
    return sum(_stored_bytes(row) for row in graph.graph.initializer if row.name in whole)


def _stored_bytes(tensor: TensorProto) -> int:
    for entry in tensor.external_data:
        if entry.key == "length":
            return int(entry.value)
    from onnx.helper import tensor_dtype_to_np_dtype

    elements: int = prod(tensor.dims)
    return elements * np.dtype(tensor_dtype_to_np_dtype(tensor.data_type)).itemsize


def cache_bytes_per_position(manifest: Manifest) -> int:
    """Bytes of keys and values one earlier position makes a decoded token read."""
    itemsize = np.dtype(manifest.kv_dtype).itemsize
    return 2 * manifest.layers * manifest.kv_heads * manifest.head_dim * itemsize
