"""A sentence-transformers folder with random weights, and what it computes in plain numpy."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

Floats = NDArray[np.float32]
HIDDEN, FFN, HEADS, LAYERS, POSITIONS = 64, 128, 4, 2, 40
WORDS = [
    "[PAD]",
    "[CLS]",
    "[SEP]",
    "[UNK]",
    "open",
    "close",
    "read",
    "write",
    "file",
    "folder",
    "the",
    "a",
    "of",
]
WORDS += ["parse", "lines", "and", "1", "2", "find", ":"]


KINDS = ("bert", "roberta", "distilbert", "mpnet")
POSITION_OFFSETS = {"roberta": 2, "mpnet": 2}  # they count positions from their padding id + 1
BUCKETS = 32  # of distances between tokens, MPNet's
# What a kind calls the settings and tensors of BERT; parts of their names, in this order.
SETTINGS = {
    "distilbert": {
        "num_hidden_layers": "n_layers",
        "hidden_size": "dim",
        "intermediate_size": "hidden_dim",
        "num_attention_heads": "n_heads",
        "hidden_act": "activation",
    }
}
TENSORS = {
    "distilbert": {
        "encoder.layer.": "transformer.layer.",
        ".attention.self.query": ".attention.q_lin",
        ".attention.self.key": ".attention.k_lin",
        ".attention.self.value": ".attention.v_lin",
        ".attention.output.dense": ".attention.out_lin",
        ".attention.output.LayerNorm": ".sa_layer_norm",
        ".intermediate.dense": ".ffn.lin1",
        ".output.dense": ".ffn.lin2",
        ".output.LayerNorm": ".output_layer_norm",
    },
    "mpnet": {
        ".attention.self.query": ".attention.attn.q",
        ".attention.self.key": ".attention.attn.k",
        ".attention.self.value": ".attention.attn.v",
        ".attention.output.dense": ".attention.attn.o",
        ".attention.output.LayerNorm": ".attention.LayerNorm",
    },
}


def tiny_encoder(
    folder: Path, pooling: str = "mean_tokens", prompts: dict[str, str] | None = None, kind: str = "bert"
) -> Path:
    """The folder, as sentence-transformers writes one."""
    (folder / "1_Pooling").mkdir(parents=True)
    config = {
        "model_type": kind,
        "num_hidden_layers": LAYERS,
        "hidden_size": HIDDEN,
        "intermediate_size": FFN,
        "num_attention_heads": HEADS,
        "vocab_size": len(WORDS),
        "max_position_embeddings": POSITIONS + POSITION_OFFSETS.get(kind, 0),
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
    }
    config = {SETTINGS.get(kind, {}).get(name, name): value for name, value in config.items()}
    types = ("Transformer", "Pooling", "Normalize")
    modules = [
        {"path": "1_Pooling" if at == 1 else "", "type": f"st.models.{kind}"} for at, kind in enumerate(types)
    ]
    small: dict[str, Any] = {
        "config.json": config,
        "modules.json": modules,
        "1_Pooling/config.json": {"word_embedding_dimension": HIDDEN, f"pooling_mode_{pooling}": True},
        "sentence_bert_config.json": {"max_seq_length": 32},
        "config_sentence_transformers.json": {"prompts": prompts or {}},
    }
    for name, data in small.items():
        (folder / name).write_text(json.dumps(data), encoding="utf-8")
    _tokenizer().save(str(folder / "tokenizer.json"))
    prefix = "" if kind == "bert" else f"{kind}."  # as in a checkpoint for filling masks
    named = {f"{prefix}{_own_name(kind, name)}": tensor for name, tensor in tensors(kind).items()}
    _write(folder / "model.safetensors", named)
    return folder


def _own_name(kind: str, name: str) -> str:
    for part, own in TENSORS.get(kind, {}).items():
        name = name.replace(part, own)
    return name


def tensors(kind: str = "bert") -> dict[str, Floats]:
    """By the names of BERT."""
    random = np.random.default_rng(4)

    def matrix(*shape: int) -> Floats:
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": matrix(len(WORDS), HIDDEN),
        "embeddings.position_embeddings.weight": matrix(POSITIONS + POSITION_OFFSETS.get(kind, 0), HIDDEN),
    }
    if kind in ("bert", "roberta"):
        found["embeddings.token_type_embeddings.weight"] = matrix(2, HIDDEN)
    if kind == "mpnet":
        found["encoder.relative_attention_bias.weight"] = 4 * matrix(BUCKETS, HEADS)
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        path = f"encoder.layer.{layer}"
        norms += [f"{path}.attention.output.LayerNorm", f"{path}.output.LayerNorm"]
        sizes = {f"attention.self.{name}": (HIDDEN, HIDDEN) for name in ("query", "key", "value")}
        sizes |= {"attention.output.dense": (HIDDEN, HIDDEN)}
        sizes |= {"intermediate.dense": (FFN, HIDDEN), "output.dense": (HIDDEN, FFN)}
        for name, (outputs, inputs) in sizes.items():
            found[f"{path}.{name}.weight"] = matrix(outputs, inputs)
            found[f"{path}.{name}.bias"] = matrix(outputs)
    for name in norms:
        found[f"{name}.weight"], found[f"{name}.bias"] = 1 + matrix(HIDDEN), matrix(HIDDEN)
    return found


def expected(text: str, pooling: str = "mean_tokens", kind: str = "bert") -> Floats:
    """The vector of one text, of length 1."""
    known = tensors(kind)
    ids = _tokenizer().encode(text).ids[:32]
    values = known["embeddings.word_embeddings.weight"][ids]
    first = POSITION_OFFSETS.get(kind, 0)
    values = values + known["embeddings.position_embeddings.weight"][first : first + len(ids)]
    values = (
        values + known.get("embeddings.token_type_embeddings.weight", np.zeros((1, HIDDEN), np.float32))[0]
    )
    values = _norm(known, "embeddings.LayerNorm", values)
    far = _far(known, len(ids))
    for layer in range(LAYERS):
        path = f"encoder.layer.{layer}"
        query, key, value = (
            _heads(_linear(known, f"{path}.attention.self.{name}", values))
            for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(HIDDEN // HEADS) + far
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (powers / powers.sum(-1, keepdims=True)) @ value
        joined = mixed.transpose(1, 0, 2).reshape(len(ids), HIDDEN)
        values = _norm(
            known,
            f"{path}.attention.output.LayerNorm",
            values + _linear(known, f"{path}.attention.output.dense", joined),
        )
        wide = _linear(known, f"{path}.intermediate.dense", values)
        wide = wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2))) / 2
        values = _norm(
            known, f"{path}.output.LayerNorm", values + _linear(known, f"{path}.output.dense", wide)
        )
    pooled = {"mean_tokens": values.mean(0), "cls_token": values[0], "max_tokens": values.max(0)}[pooling]
    unit: Floats = (pooled / np.linalg.norm(pooled)).astype(np.float32)
    return unit


def _far(known: dict[str, Floats], tokens: int) -> Floats:
    """What attention from a token to another gets for their distance, [heads, tokens, tokens]."""
    added = np.zeros((HEADS, tokens, tokens), np.float32)
    table = known.get("encoder.relative_attention_bias.weight")
    if table is not None:
        for one, other in np.ndindex(tokens, tokens):
            added[:, one, other] = table[_bucket(other - one)]
    return added


def _bucket(distance: int) -> int:
    """As T5's code: half of the buckets for what comes after, half of each for small distances."""
    half = BUCKETS // 2
    after, size = (half if distance > 0 else 0), abs(distance)
    if size < half // 2:
        return after + size
    larger = half // 2 + int(math.log(size / (half // 2)) / math.log(128 / (half // 2)) * (half - half // 2))
    return after + min(larger, half - 1)


def _linear(known: dict[str, Floats], name: str, values: Floats) -> Floats:
    return values @ known[f"{name}.weight"].T + known[f"{name}.bias"]


def _norm(known: dict[str, Floats], name: str, values: Floats) -> Floats:
    centred = values - values.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
    out: Floats = scaled * known[f"{name}.weight"] + known[f"{name}.bias"]
    return out


def _heads(values: Floats) -> Floats:
    return values.reshape(len(values), HEADS, -1).transpose(1, 0, 2)


def _tokenizer() -> Tokenizer:
    made = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))  # noqa: S106
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return made


def _write(path: Path, found: dict[str, Floats]) -> None:
    header: dict[str, Any] = {}
    data = b""
    for name, tensor in found.items():
        raw = tensor.astype("<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": tensor.shape,
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
