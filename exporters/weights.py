"""The weights of a graph, read, quantised and streamed to disk a few megabytes at a time.

Rows of a matrix are independent of each other, so a matrix goes through in pieces of rows, several at once on
threads (numpy drops the interpreter lock); nothing larger than a piece is ever held as floats.
"""

from __future__ import annotations

import itertools
import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from onnx import TensorProto

from exporters.decoder import Decoder, Weight
from exporters.quantize import Quantised, balance, quantise
from exporters.tensor_file import PAGE, Stored, TensorFile
from exporters.types import Progress, Report

if TYPE_CHECKING:
    from exporters.sources import Source

PIECE = 4 << 20  # elements, 16 MB as floats: a quantiser's temporaries stay near the caches
MOST_THREADS = 8
AHEAD = 2  # finished pieces a thread may lie ahead of the disk

Array = np.ndarray[Any, Any]
Result = TypeVar("Result")


def stored(weight: Weight, dtype: str) -> list[Stored]:
    """What a weight becomes: itself, or data and scales and perhaps zero points."""
    if weight.bits is None:
        return [Stored(weight.name, dtype, weight.shape)]
    rows, inputs = weight.shape
    bits, block = weight.bits.bits, weight.bits.block
    blocks = -(-inputs // block)
    data = (rows, inputs * bits // 8) if weight.gathered else (rows, blocks, block * bits // 8)
    tensors = [
        Stored(f"{weight.name}.data", "uint8", data),
        Stored(f"{weight.name}.scales", dtype, (rows, blocks)),
    ]
    if not weight.bits.symmetric:
        tensors.append(Stored(f"{weight.name}.zeros", "uint8", (rows, -(-blocks * bits // 8))))
    return tensors


def file_size(decoder: Decoder, dtype: str) -> int:
    """Bytes of the whole file, padding included to within a page a tensor."""
    tensors = [tensor for weight in decoder.weights for tensor in stored(weight, dtype)]
    tables = sum(table.nbytes for table in decoder.tables.values())
    return tables + sum(tensor.size + PAGE for tensor in tensors)


def summary(decoder: Decoder, dtype: str, method: str) -> dict[str, object]:
    """What was stored how, for people: elements by width, and bytes an element all told."""
    elements: dict[str, int] = {}
    size = 0
    for weight in decoder.weights:
        kind = f"{weight.bits.bits} bits, blocks of {weight.bits.block}" if weight.bits else "float"
        elements[kind] = elements.get(kind, 0) + math.prod(weight.shape)
        size += sum(tensor.size for tensor in stored(weight, dtype))
    return {"method": method, "elements": elements, "bytes": size}


def stream(
    decoder: Decoder,
    source: Source,
    dtype: str,
    file: TensorFile,
    report: Report,
    stage: str,
) -> list[TensorProto]:
    """Write every weight in the graph's order; returns the initializers that point at them."""
    total = file_size(decoder, dtype)
    initializers = [file.append(name, table) for name, table in decoder.tables.items()]
    threads = min(MOST_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        jobs = _jobs(decoder.weights, source, dtype)
        done = _in_order(pool, jobs, threads * (1 + AHEAD))
        for weight in decoder.weights:
            pieces = itertools.islice(done, sum(1 for _ in _pieces(weight, source)))
            initializers += _write(weight, pieces, dtype, file)
            report(Progress(stage, min(file.size, total), total))
    report(Progress(stage, total, total))
    return initializers


def _pieces(weight: Weight, source: Source) -> Iterator[tuple[str, int, int]]:
    """(tensor of the checkpoint, first row, row after the last)."""
    step = max(1, PIECE // math.prod(weight.shape[1:]))
    for part in weight.parts:
        rows = source.shape(part)[0]
        yield from ((part, start, min(start + step, rows)) for start in range(0, rows, step))


def _jobs(weights: Iterable[Weight], source: Source, dtype: str) -> Iterator[Callable[[], Array | Quantised]]:
    for weight in weights:
        yield from (partial(_piece, source, weight, dtype, *piece) for piece in _pieces(weight, source))


def _piece(source: Source, weight: Weight, dtype: str, part: str, start: int, stop: int) -> Array | Quantised:
    values, bits = source.read_rows(part, start, stop), weight.bits
    if weight.balanced_by:
        factor = balance(source.read(weight.balanced_by))
        values = values / factor[start:stop] if values.ndim == 1 else values * factor
    if bits is None:
        return values.astype(dtype, copy=False)
    return quantise(values, bits.bits, bits.block, bits.symmetric)


def _in_order(pool: ThreadPoolExecutor, jobs: Iterator[Callable[[], Result]], most: int) -> Iterator[Result]:
    """Results in the order of the jobs, never more than `most` in flight or waiting."""
    waiting: deque[Future[Result]] = deque()
    for job in jobs:
        if len(waiting) == most:
            yield waiting.popleft().result()
        waiting.append(pool.submit(job))
    while waiting:
        yield waiting.popleft().result()


def _write(
    weight: Weight, pieces: Iterable[Array | Quantised], dtype: str, file: TensorFile
) -> list[TensorProto]:
    tensors = stored(weight, dtype)
    scales: list[Array] = []
    zeros: list[Array] = []

    def data() -> Iterator[Array]:
        for piece in pieces:
            if not isinstance(piece, Quantised):
                yield piece
                continue
            scales.append(piece.scales.astype(dtype))
            if piece.zero_points is not None:
                zeros.append(piece.zero_points)
            # A looked-up row has no padding: GatherBlockQuantized wants exactly its inputs.
            rows = piece.data.reshape(len(piece.data), -1)
            yield rows[:, : tensors[0].shape[1]] if weight.gathered else piece.data

    written = [
        file.stream(tensor, chunks) for tensor, chunks in zip(tensors, (data(), scales, zeros), strict=False)
    ]
    if weight.shared_as is not None:
        written += _shared(weight, written)
    return written


def _shared(weight: Weight, written: list[TensorProto]) -> list[TensorProto]:
    """The same bytes under the output layer's names and in its shapes."""
    again = []
    shapes = stored(Weight(weight.shared_as or "", weight.parts, weight.shape, weight.bits), "float32")
    for tensor, wanted in zip(written, shapes, strict=True):
        copy = TensorProto()
        copy.CopyFrom(tensor)
        copy.name = wanted.name
        del copy.dims[:]
        copy.dims.extend(wanted.shape)
        again.append(copy)
    return again
