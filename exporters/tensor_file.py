"""`model.onnx.data`: tensors one after the other on aligned offsets, hashed while they are written.

ONNX Runtime maps external data straight into memory when a tensor starts on a page, so tensors of a page or
more do; smaller ones start on a cache line.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from onnx import TensorProto, helper

PAGE = 4096
CACHE_LINE = 64


@dataclass(frozen=True, slots=True)
class Stored:
    """One tensor of the file: its name in the graph, and what it will be before any byte is there."""

    name: str
    dtype: str  # numpy name
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """In bytes."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


def aligned(offset: int, length: int) -> int:
    """The first place at or after `offset` where a tensor of `length` bytes may start."""
    step = PAGE if length >= PAGE else CACHE_LINE
    return -(-offset // step) * step


class TensorFile:
    """Append-only. `sha256` is that of the file so far; leaving the `with` block syncs it to the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self.size = 0  # bytes

    def append(self, name: str, array: np.ndarray[Any, Any]) -> TensorProto:
        """Write one tensor; the returned initializer points at it."""
        return self.stream(Stored(name, str(array.dtype), array.shape), [array])

    def stream(self, tensor: Stored, chunks: Iterable[np.ndarray[Any, Any]]) -> TensorProto:
        """The same for a tensor that comes in chunks along its first axis."""
        start = aligned(self.size, tensor.size)
        self._write(bytes(start - self.size))
        for chunk in chunks:
            if chunk.dtype != tensor.dtype or chunk.shape[1:] != tensor.shape[1:]:
                raise ValueError(f"{tensor.name}: {chunk.dtype}{chunk.shape} is no part of {tensor}")
            self._write(np.ascontiguousarray(chunk).reshape(-1).view(np.uint8).data)
        if self.size != start + tensor.size:
            raise ValueError(f"{tensor.name}: {self.size - start} bytes written instead of {tensor.size}")
        initializer = TensorProto(
            name=tensor.name,
            dims=tensor.shape,
            data_type=helper.np_dtype_to_tensor_dtype(np.dtype(tensor.dtype)),
            data_location=TensorProto.EXTERNAL,
        )
        for key, value in (("location", self._path.name), ("offset", start), ("length", tensor.size)):
            initializer.external_data.add(key=key, value=str(value))
        return initializer

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def _write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def __enter__(self) -> TensorFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())
        finally:
            self._file.close()
