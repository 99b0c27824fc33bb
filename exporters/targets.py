"""One row a target: what the weights become and where they run. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Device(Enum):
    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class Target:
    """`bits` is the width of the decoder's weight matrices; `dtype` that of activations and the KV cache."""

    name: str
    device: Device
    bits: int  # 4, 8: MatMulNBits; 16, 32: plain MatMul
    dtype: str  # numpy name: "float32" or "float16"


TARGETS: dict[str, Target] = {
    row.name: row
    for row in (
        Target("cpu-int4", Device.CPU, bits=4, dtype="float32"),
        Target("cpu-int8", Device.CPU, bits=8, dtype="float32"),
        Target("cpu-fp32", Device.CPU, bits=32, dtype="float32"),
        Target("cuda-int4", Device.CUDA, bits=4, dtype="float16"),
        Target("cuda-fp16", Device.CUDA, bits=16, dtype="float16"),
    )
}

DEFAULT_TARGET = "cpu-int4"
