"""Blocks of weights -> 4 or 8 bits, in the layout ONNX Runtime's MatMulNBits reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.targets import Target

Floats = NDArray[np.float32]

METHOD = "round to nearest"


@dataclass(frozen=True, slots=True)
class Bits:
    """How one matrix is stored. `block` is the number of inputs that share a scale."""

    bits: int
    block: int
    symmetric: bool = True


@dataclass(frozen=True, slots=True)
class Quantised:
    """A matrix [N, K] as MatMulNBits holds it: K is padded to whole blocks, low bits first."""

    bits: int
    block_size: int
    data: NDArray[np.uint8]  # [N, ceil(K / block), block * bits / 8]
    scales: Floats  # [N, ceil(K / block)]
    zero_points: NDArray[np.uint8] | None  # [N, ceil(blocks * bits / 8)]; None: 2 ** (bits - 1)
    inputs: int  # K, unpadded


def plan(name: str, target: Target) -> Bits | None:
    """The precision of one tensor, by its name in the graph; None keeps it in the target's float type."""
    if target.bits > 8:
        return None
    if name in ("model.embed_tokens.weight", "lm_head.weight"):
        return Bits(8, 128)
    return Bits(target.bits, 128)


def quantise(
    weight: Floats, bits: int, block_size: int, symmetric: bool, importance: Floats | None = None
) -> Quantised:
    """Plain rounding. `importance` [K] weighs each input's error; rounding has no use for it."""
    rows, inputs = weight.shape
    blocks = -(-inputs // block_size)
    padded = np.zeros((rows, blocks * block_size), np.float32)
    padded[:, :inputs] = weight
    grouped = padded.reshape(rows, blocks, block_size)
    top, middle = 2**bits - 1, 2 ** (bits - 1)
    zeros: NDArray[np.uint8] | None = None
    if symmetric:
        # The largest value takes level -2^(bits-1), which has no positive twin; its sign goes into the scale.
        largest = np.take_along_axis(grouped, np.abs(grouped).argmax(axis=2, keepdims=True), axis=2)[..., 0]
        scales = (largest / -middle).astype(np.float32)
        offset: Any = np.float32(middle)
    else:
        low, high = np.minimum(grouped.min(axis=2), 0), np.maximum(grouped.max(axis=2), 0)
        scales = ((high - low) / top).astype(np.float32)
        offset = np.rint(-low / np.where(scales == 0, 1, scales)).clip(0, top)
        zeros = _pack(offset.astype(np.uint8), bits)
        offset = offset[..., None]
    inverse = np.where(scales == 0, 0, 1 / np.where(scales == 0, 1, scales)).astype(np.float32)
    levels = np.rint(grouped * inverse[..., None] + offset).clip(0, top).astype(np.uint8)
    return Quantised(bits, block_size, _pack(levels, bits), scales, zeros, inputs)


def dequantise(quantised: Quantised) -> Floats:
    """[N, K] float32, as MatMulNBits computes it."""
    levels = _unpack(quantised.data, quantised.bits).astype(np.float32)
    rows, blocks = quantised.scales.shape
    if quantised.zero_points is None:
        levels -= 2 ** (quantised.bits - 1)
    else:
        levels -= _unpack(quantised.zero_points, quantised.bits)[:, :blocks, None].astype(np.float32)
    levels *= quantised.scales[..., None]
    return np.ascontiguousarray(levels.reshape(rows, -1)[:, : quantised.inputs])


def _pack(levels: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Along the last axis, low bits first."""
    if bits == 8:
        return levels
    if levels.shape[-1] % 2:
        levels = np.concatenate([levels, np.zeros((*levels.shape[:-1], 1), np.uint8)], axis=-1)
    packed: NDArray[np.uint8] = levels[..., 0::2] | (levels[..., 1::2] << np.uint8(4))
    return packed


def _unpack(packed: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    if bits == 8:
        return packed
    return np.stack([packed & np.uint8(15), packed >> np.uint8(4)], axis=-1).reshape(*packed.shape[:-1], -1)
