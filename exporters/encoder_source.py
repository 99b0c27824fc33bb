"""A sentence-transformers folder: the transformer's configuration and tensors, its pooling, its prefixes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporters.errors import SourceError
from exporters.hf_config import Json, read_json
from exporters.sidecars import read_optional

Floats = NDArray[np.float32]

TENSORS_NAME = "model.safetensors"
_MODULES = "modules.json"
_LONGEST_HEADER = 100_000_000  # as the safetensors library
_DTYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8"}
# What a prompt is called by different models; E5 calls them query and passage.
_QUERY_PROMPTS = ("query", "search_query", "web_search_query")
_TEXT_PROMPTS = ("document", "passage", "search_document", "corpus")


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of transformer differs from BERT: BERT's names -> its own; those of tensors are parts."""

    first_position: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    tensors: Mapping[str, str] = field(default_factory=dict)


_ROBERTA = _Kind(2)  # positions are counted from the padding id + 1
_KINDS = {
    "bert": _Kind(),
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "distilbert": _Kind(
        settings={
            "num_hidden_layers": "n_layers",
            "hidden_size": "dim",
            "intermediate_size": "hidden_dim",
            "num_attention_heads": "n_heads",
            "hidden_act": "activation",
        },
        tensors={
            "encoder.layer": "transformer.layer",
            "attention.self.query": "attention.q_lin",
            "attention.self.key": "attention.k_lin",
            "attention.self.value": "attention.v_lin",
            "attention.output.dense": "attention.out_lin",
            "attention.output.LayerNorm": "sa_layer_norm",
            "intermediate.dense": "ffn.lin1",
            "output.dense": "ffn.lin2",
            "output.LayerNorm": "output_layer_norm",
        },
    ),
    "mpnet": _Kind(
        2,
        tensors={
            "attention.self.query": "attention.attn.q",
            "attention.self.key": "attention.attn.k",
            "attention.self.value": "attention.attn.v",
            "attention.output.dense": "attention.attn.o",
            "attention.output.LayerNorm": "attention.LayerNorm",
        },
    ),
}


class Pooling(Enum):
    """How the vectors of a text's tokens become one."""

    MEAN = "mean"
    FIRST = "first"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a BERT-like transformer."""

    layers: int
    hidden: int
    ffn: int
    heads: int
    vocab: int
    positions: int
    epsilon: float
    position_offset: int
    activation: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How the model wants its texts."""

    pooling: Pooling
    normalised: bool
    longest: int  # tokens; what follows is cut
    query_prefix: str
    text_prefix: str


class EncoderSource:
    """A checkpoint's folder, its tensors mapped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        config = read_json(folder / "config.json")
        self._kind = _kind(config)
        self.shape = _shape(config, self._kind)
        self.reading = _reading(folder, self.shape)
        self._tensors = _tensors(folder / TENSORS_NAME)
        self._prefix = _prefix(self._tensors)

    def tensor(self, name: str) -> Floats:
        """One of the transformer's tensors, as floats. `name` is what BERT calls it."""
        found = self._tensors.get(self._own(name))
        if found is None:
            raise SourceError(f"{self.folder.name} holds no tensor {self._own(name)}.")
        if found.dtype == np.dtype("<u2"):  # bfloat16 is the upper half of a float
            return (found.astype(np.uint32) << 16).view(np.float32)
        return found.astype(np.float32)

    def has(self, name: str) -> bool:
        return self._own(name) in self._tensors

    def _own(self, name: str) -> str:
        for part, own in self._kind.tensors.items():
            name = name.replace(part, own)
        return f"{self._prefix}{name}"

    def tokenizer_json(self) -> str:
        path = self.folder / "tokenizer.json"
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def is_encoder(folder: Path) -> bool:
    """Whether a folder is laid out as sentence-transformers writes them."""
    return (folder / _MODULES).is_file()


def _kind(config: Json) -> _Kind:
    kind = str(config.get("model_type"))
    if kind not in _KINDS:
        raise SourceError(
            f"An encoder of the kind {kind} has no graph here; those of {', '.join(_KINDS)} do."
        )
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise SourceError("The encoder's positions are relative; only absolute ones have a graph here.")
    return _KINDS[kind]


def _shape(config: Json, kind: _Kind) -> Shape:
    def number(name: str) -> int:
        return int(config[kind.settings.get(name, name)])

    try:
        return Shape(
            layers=number("num_hidden_layers"),
            hidden=number("hidden_size"),
            ffn=number("intermediate_size"),
            heads=number("num_attention_heads"),
            vocab=number("vocab_size"),
            positions=number("max_position_embeddings") - kind.first_position,
            epsilon=float(config.get("layer_norm_eps", 1e-12)),
            position_offset=kind.first_position,
            activation=str(config.get(kind.settings.get("hidden_act", "hidden_act"), "gelu")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(f"config.json does not describe an encoder: {error}") from error


def _reading(folder: Path, shape: Shape) -> Reading:
    paths = [str(module["path"]) for module in _modules(folder)]
    kinds = [str(module["type"]).rpartition(".")[2] for module in _modules(folder)]
    strange = set(kinds) - {"Transformer", "Pooling", "Normalize"}
    if strange or "Pooling" not in kinds:
        listed = ", ".join(sorted(strange)) or "no pooling"
        raise SourceError(f"{folder.name} has a part that coder cannot export: {listed}.")
    settings = read_optional(folder / "sentence_bert_config.json")
    prompts = read_optional(folder / "config_sentence_transformers.json").get("prompts") or {}
    return Reading(
        pooling=_pooling(read_json(folder / paths[kinds.index("Pooling")] / "config.json")),
        normalised="Normalize" in kinds,
        longest=min(_longest(folder, settings) or shape.positions, shape.positions),
        query_prefix=_prompt(prompts, _QUERY_PROMPTS),
        text_prefix=_prompt(prompts, _TEXT_PROMPTS),
    )


def _longest(folder: Path, settings: Json) -> int:
    """Since its version 6 sentence-transformers leaves it to the tokenizer's settings. 0 where none tell."""
    told = settings.get("max_seq_length") or read_optional(folder / "tokenizer_config.json").get(
        "model_max_length"
    )
    return int(told) if isinstance(told, int | float) else 0


def _modules(folder: Path) -> list[Json]:
    path = folder / _MODULES
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [{"path": module["path"], "type": module["type"]} for module in found]
    except FileNotFoundError:
        raise SourceError(f"{folder} is no sentence-transformers model: no {_MODULES} in it.") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SourceError(f"{path} cannot be understood: {error}") from error


def _pooling(config: Json) -> Pooling:
    """One word since version 6 of sentence-transformers, before that a flag for each way."""
    told = config.get("pooling_mode")
    flags = [name for name, value in config.items() if name.startswith("pooling_mode_") and value is True]
    chosen = [told] if isinstance(told, str) else [name.removeprefix("pooling_mode_") for name in flags]
    names = {"mean": Pooling.MEAN, "cls": Pooling.FIRST, "max": Pooling.MAX}
    names |= {"mean_tokens": Pooling.MEAN, "cls_token": Pooling.FIRST, "max_tokens": Pooling.MAX}
    if len(chosen) != 1 or chosen[0] not in names:
        raise SourceError(f"The encoder pools in a way coder cannot export: {', '.join(chosen) or 'none'}.")
    return names[chosen[0]]


def _prompt(prompts: object, names: tuple[str, ...]) -> str:
    if not isinstance(prompts, dict):
        return ""
    return next((str(prompts[name]) for name in names if prompts.get(name)), "")


def _prefix(tensors: dict[str, Any]) -> str:
    """What stands before every name: nothing, or that of the model the encoder is part of."""
    end = "embeddings.word_embeddings.weight"
    return next((name.removesuffix(end) for name in tensors if name.endswith(end)), "")


def _tensors(path: Path) -> dict[str, NDArray[Any]]:
    try:
        data = np.memmap(path, np.uint8, "r")
        (length,) = struct.unpack("<Q", data[:8].tobytes())
        if length > min(_LONGEST_HEADER, data.size - 8):
            raise ValueError("its header is longer than the file")
        header = json.loads(data[8 : 8 + length].tobytes())
        start = 8 + length
        return {name: _mapped(data[start:], row) for name, row in header.items() if name != "__metadata__"}
    except FileNotFoundError:
        raise SourceError(f"{path.parent} has no {TENSORS_NAME}.") from None
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise SourceError(f"{path} cannot be read as safetensors: {error}") from error


def _mapped(data: NDArray[np.uint8], row: dict[str, Any]) -> NDArray[Any]:
    first, last = row["data_offsets"]
    if not 0 <= first <= last <= data.size:
        raise ValueError("a tensor lies past the end of the file")
    return data[first:last].view(_DTYPES[row["dtype"]]).reshape(row["shape"])
