"""Blocks of weights -> 4 or 8 bits, in the layout ONNX Runtime's MatMulNBits reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporters.targets import Target

Floats = NDArray[np.float32]

METHOD = "round to nearest, gains balanced"
BALANCE = 0.25  # the power of a norm's gain that its matrices take; by perplexity, CONTRIBUTING, Decisions
TILE = 1 << 18  # elements, 1 MB as floats: the temporaries of one tile stay in a core's own cache


@dataclass(frozen=True, slots=True)
class Bits:
    """How one matrix is stored. `block` is the number of inputs that share a scale."""

    bits: int
    block: int
    symmetric: bool


# Chosen by perplexity, bytes and speed together; the table is in CONTRIBUTING, Decisions. A zero point costs
# no speed and helps 4 bits; 8 bits need none.
_FOUR = Bits(4, 128, symmetric=False)
_EIGHT = Bits(8, 128, symmetric=True)
_ATTENTION = ("attn.", "attention.")  # our graph's name for it, and those of traced ones
_EMBEDDING = "model.embed_tokens.weight"


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
    """The precision of one tensor, by its name in the graph; None keeps it in the target's float type.

    Attention is small and sensitive, and an embedding's width costs no speed, since only its looked-up rows
    are read: both have 8 bits where the rest has 4. A tied output layer is stored as the embedding is.
    """
    if target.bits > 8:
        return None
    sensitive = name == _EMBEDDING or any(part in name for part in _ATTENTION)
    return _FOUR if target.bits == 4 and not sensitive else _EIGHT


def balance(gain: Floats) -> Floats:
    """What a norm's gain [K] gives to the columns of the matrices behind it: multiply those, divide the gain.

    The product stays the same, but where the norm's output is large the weights now fill more of their
    block's range and round less. The idea is that of AWQ (Lin et al. 2023, section 3.2), with the gain in
    the place of measured activations. The factors' geometric mean is 1.
    """
    size = np.abs(gain)
    largest = size.max()
    if largest == 0:
        return np.ones_like(gain)
    factor = np.maximum(size, largest * 1e-4) ** BALANCE
    factors: Floats = (factor / np.exp(np.log(factor).mean())).astype(np.float32)
    return factors


def quantise(weight: Floats, bits: int, block_size: int, symmetric: bool) -> Quantised:
    """Round each block of [rows, K] to the nearest of its 2 ** bits levels."""
    rows, inputs = weight.shape
    blocks = -(-inputs // block_size)
    levels = np.empty((rows, blocks, block_size), np.uint8)
    scales = np.empty((rows, blocks), np.float32)
    zeros = np.empty((rows, blocks), np.uint8)
    step = max(1, TILE // (blocks * block_size))
    for start in range(0, rows, step):
        tile = weight[start : start + step]
        if padding := blocks * block_size - inputs:
            tile = np.pad(tile, ((0, 0), (0, padding)))
        at = slice(start, start + len(tile))
        grouped = tile.reshape(len(tile), blocks, block_size)
        levels[at], scales[at], zeros[at] = _rounded(grouped, bits, symmetric)
    packed_zeros = None if symmetric else _pack(zeros, bits)
    return Quantised(bits, block_size, _pack(levels, bits), scales, packed_zeros, inputs)


def _rounded(grouped: Floats, bits: int, symmetric: bool) -> tuple[Floats, Floats, Floats]:
    """[rows, blocks, block] -> levels of the same shape, scales and zero points [rows, blocks]."""
    top, middle = 2**bits - 1, 2 ** (bits - 1)
    if symmetric:
        # The largest value takes level -2^(bits-1), which has no positive twin; its sign goes into the scale.
        largest = np.take_along_axis(grouped, np.abs(grouped).argmax(axis=2, keepdims=True), axis=2)[..., 0]
        scales = (largest / -middle).astype(np.float32)
        zeros = np.full_like(scales, middle)
    else:
        low, high = np.minimum(grouped.min(axis=2), 0), np.maximum(grouped.max(axis=2), 0)
        scales = ((high - low) / top).astype(np.float32)
        zeros = np.rint(-low / np.where(scales == 0, 1, scales)).clip(0, top).astype(np.float32)
    levels = grouped * np.where(scales == 0, 0, 1 / np.where(scales == 0, 1, scales))[..., None]
    levels += zeros[..., None]
    return np.clip(np.rint(levels, out=levels), 0, top, out=levels), scales, zeros


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
