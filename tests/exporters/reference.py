"""A Llama/Qwen2 forward pass as the papers write it: no cache, no fusion, float64. Independent of ours.

Rotary positions after Su et al. 2021 in the rotate-half layout, linear scaling after Chen et al. 2023,
RMSNorm after Zhang and Sennrich 2019, SwiGLU after Shazeer 2020.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.sources import DecoderConfig

Array = NDArray[np.float64]
Weights = Mapping[str, NDArray[Any]]


def forward(
    config: DecoderConfig, weights: Weights, ids: Sequence[int], positions: Sequence[int] | None = None
) -> Array:
    """Logits [len(ids), vocab]. `positions` stand where the tokens do unless a test moves them."""
    at = np.arange(len(ids)) if positions is None else np.array(positions)
    stream = weights["model.embed_tokens.weight"][list(ids)].astype(np.float64)
    for layer in range(config.layers):
        own = {
            name.removeprefix(f"model.layers.{layer}."): weight.astype(np.float64)
            for name, weight in weights.items()
            if name.startswith(f"model.layers.{layer}.")
        }
        normed = rms_norm(stream, own["input_layernorm.weight"], config.rms_eps)
        stream = stream + attention(config, own, normed, at)
        normed = rms_norm(stream, own["post_attention_layernorm.weight"], config.rms_eps)
        gate = normed @ own["mlp.gate_proj.weight"].T
        up = normed @ own["mlp.up_proj.weight"].T
        stream = stream + (gate / (1 + np.exp(-gate)) * up) @ own["mlp.down_proj.weight"].T
    normed = rms_norm(stream, weights["model.norm.weight"].astype(np.float64), config.rms_eps)
    head = weights["model.embed_tokens.weight" if config.tied else "lm_head.weight"]
    return normed @ head.astype(np.float64).T


def rms_norm(values: Array, gain: Array, epsilon: float) -> Array:
    scaled: Array = values / np.sqrt((values**2).mean(axis=-1, keepdims=True) + epsilon)
    return scaled * gain


def attention(config: DecoderConfig, own: Mapping[str, Array], normed: Array, at: NDArray[np.int64]) -> Array:
    """Every query head reads the key/value head of its group; a token sees itself and what came before."""
    count = len(normed)
    q, k, v = (
        (normed @ own[f"self_attn.{letter}_proj.weight"].T + own.get(f"self_attn.{letter}_proj.bias", 0.0))
        .reshape(count, -1, config.head_dim)
        .transpose(1, 0, 2)
        for letter in "qkv"
    )
    q, k = rotate(config, q, at), rotate(config, k, at)
    group = config.heads // config.kv_heads
    heads = []
    for head in range(config.heads):
        scores = q[head] @ k[head // group].T / np.sqrt(config.head_dim)
        scores[np.triu_indices(count, 1)] = -np.inf
        chances = np.exp(scores - scores.max(axis=-1, keepdims=True))
        heads.append(chances / chances.sum(axis=-1, keepdims=True) @ v[head // group])
    return np.concatenate(heads, axis=-1) @ own["self_attn.o_proj.weight"].T


def rotate(config: DecoderConfig, heads: Array, at: NDArray[np.int64]) -> Array:
    half = config.head_dim // 2
    frequencies = config.rope_theta ** (-np.arange(half) * 2 / config.head_dim)
    angles = (at / config.rope_linear_factor)[:, None] * frequencies
    cos, sin = np.cos(angles), np.sin(angles)
    first, second = heads[..., :half], heads[..., half:]
    return np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)
