"""Small checkpoints in both formats, well-formed or damaged by hand."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize
from numpy.typing import NDArray

from exporters.errors import SourceError
from exporters.sources import DecoderConfig, check, expected_shapes, open_source

Floats = NDArray[np.float32]
DTYPES = {"F32": np.float32, "F16": np.float16, "BF16": ml_dtypes.bfloat16}

LLAMA_JSON: dict[str, Any] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "vocab_size": 40,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-6,
    "rope_theta": 100000,
    "rope_scaling": {"type": "linear", "factor": 4.0},
    "hidden_act": "silu",
    "bos_token_id": 1,
    "eos_token_id": 2,
    "tie_word_embeddings": False,
}
LLAMA = DecoderConfig("llama", 2, 64, 96, 8, 2, 8, 40, 100000.0, 4.0, 1e-6, 128, tied=False, qkv_bias=False)
QWEN2_JSON = {
    **LLAMA_JSON,
    "model_type": "qwen2",
    "architectures": ["Qwen2ForCausalLM"],
    "rope_scaling": None,
}
QWEN2 = DecoderConfig("qwen2", 2, 64, 96, 8, 2, 8, 40, 100000.0, 1.0, 1e-6, 128, tied=False, qkv_bias=True)

_GGUF_NAMES = {
    "model.embed_tokens.": "token_embd.",
    "model.norm.": "output_norm.",
    "lm_head.": "output.",
    "model.layers.": "blk.",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def refusal(path: Path) -> SourceError:
    """What opening and checking says."""
    with pytest.raises(SourceError) as caught:
        check(open_source(path))
    assert caught.value.message.endswith("."), caught.value.message
    return caught.value


def random_tensors(config: DecoderConfig, seed: int = 0) -> dict[str, Floats]:
    """Values that every 16-bit format holds exactly."""
    random = np.random.default_rng(seed)
    return {
        name: random.integers(-127, 128, shape).astype(np.float32) / np.float32(64)
        for name, shape in expected_shapes(config).items()
    }


def write_safetensors(path: Path, tensors: Mapping[str, Floats], storage: str = "F32") -> None:
    entries, parts, at = {}, [], 0
    for name, tensor in tensors.items():
        raw = tensor.astype(DTYPES[storage]).tobytes()
        entries[name] = {"dtype": storage, "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        at += len(raw)
        parts.append(raw)
    write_raw_safetensors(path, {"__metadata__": {"format": "pt"}, **entries}, b"".join(parts))


def write_raw_safetensors(path: Path, header: object, data: bytes = b"") -> None:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_folder(
    folder: Path, config: Mapping[str, Any], tensors: Mapping[str, Floats], storage: str = "F32"
) -> Path:
    """config.json and one model.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    write_safetensors(folder / "model.safetensors", tensors, storage)
    return folder


def write_sharded(folder: Path, config: Mapping[str, Any], tensors: Mapping[str, Floats]) -> Path:
    """config.json, two shards and their index."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    names = list(tensors)
    places: dict[str, str] = {}
    for number, part in enumerate((names[::2], names[1::2]), start=1):
        file = f"model-{number:05}-of-00002.safetensors"
        write_safetensors(folder / file, {name: tensors[name] for name in part}, "BF16")
        places |= dict.fromkeys(part, file)
    write_index(folder, places)
    return folder


def write_index(folder: Path, places: Mapping[str, Any]) -> None:
    text = json.dumps({"metadata": {}, "weight_map": places})
    (folder / "model.safetensors.index.json").write_text(text, encoding="utf-8")


def permuted(tensor: Floats, heads: int) -> Floats:
    """As llama.cpp's convert_hf_to_gguf.py writes q and k of the llama architecture."""
    shape = tensor.shape
    return tensor.reshape(heads, 2, shape[0] // heads // 2, *shape[1:]).swapaxes(1, 2).reshape(shape)


def gguf_name(name: str) -> str:
    for long, short in _GGUF_NAMES.items():
        name = name.replace(long, short)
    return name


def write_gguf(
    path: Path,
    config: DecoderConfig,
    tensors: Mapping[str, Floats],
    storage: str = "F32",
    fields: Mapping[str, Any] | None = None,
) -> Path:
    """By the gguf package's own writer; vectors stay float32. `fields` add to the metadata or replace it."""
    writer = GGUFWriter(path, config.architecture)
    at = f"{config.architecture}."
    metadata: dict[str, Any] = {
        at + "block_count": config.layers,
        at + "context_length": config.context_length,
        at + "embedding_length": config.hidden,
        at + "feed_forward_length": config.ffn,
        at + "attention.head_count": config.heads,
        at + "attention.head_count_kv": config.kv_heads,
        at + "rope.freq_base": config.rope_theta,
        at + "attention.layer_norm_rms_epsilon": config.rms_eps,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
    }
    if config.rope_linear_factor != 1:
        metadata |= {
            at + "rope.scaling.type": "linear",
            at + "rope.scaling.factor": config.rope_linear_factor,
        }
    for key, value in {**metadata, **(fields or {})}.items():
        _add(writer, key, value)
    for name, tensor in tensors.items():
        _add_tensor(writer, config, name, tensor, storage)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add(writer: GGUFWriter, key: str, value: object) -> None:
    if isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    elif isinstance(value, str):
        writer.add_string(key, value)
    elif value is not None:  # None: leave the key out
        writer.add_array(key, value)


def _add_tensor(writer: GGUFWriter, config: DecoderConfig, name: str, tensor: Floats, storage: str) -> None:
    if config.architecture == "llama" and (".q_proj." in name or ".k_proj." in name):
        tensor = permuted(tensor, config.heads if ".q_proj." in name else config.kv_heads)
    kind = GGMLQuantizationType[storage if tensor.ndim == 2 else "F32"]
    writer.add_tensor(gguf_name(name), quantize(np.ascontiguousarray(tensor), kind), raw_dtype=kind)
