"""A GGUF file: tensors dequantised by rows, under Hugging Face names and in Hugging Face layout."""

from __future__ import annotations

import math
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from exporters import sidecars
from exporters.errors import SourceError
from exporters.gguf_header import GgufTensor, read_header
from exporters.hf_config import ARCHITECTURES, checked, unknown_architecture
from exporters.raw_file import RawFile
from exporters.sources import DecoderConfig, Float32Array

# Elements dequantised at once: the temporaries of 256 K elements stay in the L2 cache. Measured on Q4_K:
# 287 M elements a second and core, against 68 for a whole matrix at once.
_SLICE_ELEMENTS = 1 << 18

_PLAIN_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
_LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_LAYER = re.compile(r"blk\.(\d+)\.(\w+)\.(weight|bias)")


class GgufSource:
    """See `sources.Source`. `licence_folder`: where a licence file may lie beside the model."""

    def __init__(self, path: Path, licence_folder: Path | None = None) -> None:
        self.path = path
        header = read_header(path)
        self.fields = header.fields
        self._tensors = {hf_name(name): tensor for name, tensor in header.tensors.items()}
        self.config = _decoder_config(path, header.fields, self._tensors)
        self.bos_id = self._token_id("bos")
        self.adds_bos = bool(header.fields.get("tokenizer.ggml.add_bos_token", False))
        ids = (self._token_id(kind) for kind in ("eos", "eot", "eom"))
        self.eos_ids = tuple(dict.fromkeys(item for item in ids if item is not None))
        self.chat_template = _text(header.fields, "tokenizer.chat_template")
        self.title = f"{path.stem} {_text(header.fields, 'general.name') or ''}".strip()
        self.licence = _text(header.fields, "general.license")
        self.licence_text = sidecars.licence_text(licence_folder) if licence_folder else None
        self._file = RawFile(path)

    def _token_id(self, kind: str) -> int | None:
        value = self.fields.get(f"tokenizer.ggml.{kind}_token_id")
        return value if isinstance(value, int) else None

    def names(self) -> tuple[str, ...]:
        return tuple(self._tensors)

    def shape(self, name: str) -> tuple[int, ...]:
        return self._tensor(name).shape

    def storage(self, name: str) -> str:
        return self._tensor(name).storage

    def read(self, name: str) -> Float32Array:
        return self.read_rows(name, 0, self._tensor(name).shape[0])

    def read_rows(self, name: str, start: int, stop: int) -> Float32Array:
        tensor = self._tensor(name)
        if not 0 <= start <= stop <= tensor.shape[0]:
            raise ValueError(f"rows {start}..{stop} of {name} with {tensor.shape[0]} rows")
        if not self._is_permuted(name):
            return self._dequantised(tensor, start, stop)
        # Rows move only within their head: read whole heads, put them right, cut.
        head = self.config.head_dim
        first, last = start // head * head, -(-stop // head) * head
        stored = self._dequantised(tensor, first, last)
        return unpermuted(stored, head)[start - first : stop - first]

    def _is_permuted(self, name: str) -> bool:
        """llama.cpp reorders q and k of the llama architecture for its interleaved rotary positions."""
        return self.config.architecture == "llama" and (".q_proj." in name or ".k_proj." in name)

    def _dequantised(self, tensor: GgufTensor, start: int, stop: int) -> Float32Array:
        if len(tensor.shape) == 1:  # a vector is one row of the file
            return self._rows(tensor, 0, 1).reshape(-1)[start:stop]
        inner = math.prod(tensor.shape[1:-1])
        return self._rows(tensor, start * inner, stop * inner).reshape(stop - start, *tensor.shape[1:])

    def _rows(self, tensor: GgufTensor, start: int, stop: int) -> Float32Array:
        out = np.empty((stop - start, tensor.row_elements), np.float32)
        step = max(1, _SLICE_ELEMENTS // tensor.row_elements)
        for row in range(start, stop, step):
            part = out[row - start : row - start + step]
            raw = self._file.read(tensor.offset + row * tensor.row_bytes, len(part) * tensor.row_bytes)
            dequantise(np.frombuffer(raw, np.uint8).reshape(len(part), -1), tensor.storage, part)
        return out

    @cached_property
    def _tokenizer_json(self) -> str:
        from exporters.gguf_tokenizer import tokenizer_json

        return tokenizer_json(self.fields, self.path.name)

    def tokenizer_json(self) -> str:
        return self._tokenizer_json

    def _tensor(self, name: str) -> GgufTensor:
        try:
            return self._tensors[name]
        except KeyError:
            raise SourceError(f"{self.path.name} holds no tensor {name}.") from None

    def close(self) -> None:
        self._file.close()


def hf_name(name: str) -> str:
    """`blk.3.attn_q.weight` -> `model.layers.3.self_attn.q_proj.weight`; unknown names stay as they are."""
    layer = _LAYER.fullmatch(name)
    if layer and layer[2] in _LAYER_NAMES:
        return f"model.layers.{layer[1]}.{_LAYER_NAMES[layer[2]]}.{layer[3]}"
    return _PLAIN_NAMES.get(name, name)


def unpermuted(stored: Float32Array, head_dim: int) -> Float32Array:
    """Rows of q or k (weight or bias) from llama.cpp's order (pairs together) to Hugging Face's (halves)."""
    paired = stored.reshape(-1, head_dim // 2, 2, *stored.shape[1:])
    return paired.swapaxes(1, 2).reshape(stored.shape)


def dequantise(raw: np.ndarray[Any, np.dtype[np.uint8]], storage: str, out: Float32Array) -> None:
    """Rows of raw blocks [rows, bytes] into float32 [rows, elements], in place."""
    if storage == "F32":
        out[...] = raw.view("<f4")
    elif storage == "F16":
        out[...] = raw.view("<f2")
    elif storage == "BF16":  # the upper half of a float32
        np.left_shift(raw.view("<u2"), 16, out=out.view(np.uint32), dtype=np.uint32)
    else:
        from gguf import GGMLQuantizationType
        from gguf.quants import dequantize

        out[...] = dequantize(raw, GGMLQuantizationType[storage])


def _decoder_config(path: Path, fields: dict[str, Any], tensors: dict[str, GgufTensor]) -> DecoderConfig:
    architecture = _text(fields, "general.architecture")
    if architecture not in ARCHITECTURES:
        raise unknown_architecture(path, str(architecture))
    keys = _Fields(path.name, architecture, fields)
    keys.refuse_variants(tensors)
    hidden, heads = keys.count("embedding_length"), keys.count("attention.head_count")
    head_dim = keys.count("attention.key_length", hidden // heads)
    if keys.count("rope.dimension_count", head_dim) != head_dim:
        raise SourceError(f"{path.name} rotates only a part of each head, which the decoder lacks.")
    embedding = tensors.get("model.embed_tokens.weight")
    config = DecoderConfig(
        architecture=architecture,
        layers=keys.count("block_count", most=4096),
        hidden=hidden,
        ffn=keys.count("feed_forward_length"),
        heads=heads,
        kv_heads=keys.count("attention.head_count_kv", heads),
        head_dim=head_dim,
        vocab=embedding.shape[0] if embedding else keys.count("vocab_size", 1),
        rope_theta=keys.positive("rope.freq_base", 10000.0),
        rope_linear_factor=keys.linear_factor(),
        rms_eps=keys.positive("attention.layer_norm_rms_epsilon"),
        context_length=keys.count("context_length"),
        tied="lm_head.weight" not in tensors,
        qkv_bias=architecture == "qwen2" or "model.layers.0.self_attn.q_proj.bias" in tensors,
    )
    return checked(config, path.name)


class _Fields:
    """The metadata of one architecture, typed."""

    def __init__(self, where: str, architecture: str, fields: dict[str, Any]) -> None:
        self._where, self._architecture, self._fields = where, architecture, fields

    def get(self, key: str) -> object:
        return self._fields.get(f"{self._architecture}.{key}")

    def count(self, key: str, default: int | None = None, most: int = 1 << 26) -> int:
        value = default if self.get(key) is None else self.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
            raise self._wrong(key, value)
        return value

    def positive(self, key: str, default: float | None = None) -> float:
        value = default if self.get(key) is None else self.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
            raise self._wrong(key, value)
        return float(f"{value:.7g}")  # a float32 in the file: 1e-6 reads as 9.99999997e-07

    def linear_factor(self) -> float:
        kind = self.get("rope.scaling.type")
        if kind in (None, "none") and self.get("rope.scale_linear") is not None:  # the key of 2023's files
            return self.positive("rope.scale_linear")
        if kind in (None, "none"):
            return 1.0
        if kind != "linear":
            raise SourceError(
                f"{self._where}: rope scaling of the type {kind!r} is not supported, only linear."
            )
        return self.positive("rope.scaling.factor")

    def refuse_variants(self, tensors: dict[str, GgufTensor]) -> None:
        if self.get("expert_count"):
            raise SourceError(f"{self._where} is a mixture of experts, which the decoder lacks.")
        if self.get("attention.sliding_window"):
            raise SourceError(f"{self._where} asks for sliding-window attention, which the decoder lacks.")
        if "rope_freqs.weight" in tensors:
            raise SourceError(
                f"{self._where} scales its rotary positions as Llama 3.1 does, which is not supported."
            )
        if (self._fields.get("split.count") or 1) > 1:
            raise SourceError(
                f"{self._where} is one of several parts.", "llama-gguf-split --merge FIRST_PART WHOLE.gguf"
            )

    def _wrong(self, key: str, value: object) -> SourceError:
        return SourceError(f"{self._where}: {self._architecture}.{key} is {value!r}, not a fitting number.")


def _text(fields: dict[str, Any], key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) else None
