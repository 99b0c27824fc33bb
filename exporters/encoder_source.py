"""A sentence-transformers folder: the transformer's configuration and tensors, its pooling, its prefixes."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
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
_POSITION_OFFSETS = {"bert": 0, "roberta": 2, "xlm-roberta": 2}  # RoBERTa counts from its padding id + 1
_DTYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8"}
# What a prompt is called by different models; E5 calls them query and passage.
_QUERY_PROMPTS = ("query", "search_query", "web_search_query")
_TEXT_PROMPTS = ("document", "passage", "search_document", "corpus")


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
        self.shape = _shape(config)
        self.reading = _reading(folder, self.shape)
        self._tensors = _tensors(folder / TENSORS_NAME)
        self._prefix = _prefix(self._tensors)

    def tensor(self, name: str) -> Floats:
        """One of the transformer's tensors, as floats."""
        found = self._tensors.get(f"{self._prefix}{name}")
        if found is None:
            raise SourceError(f"{self.folder.name} holds no tensor {name}: it is no BERT-like encoder.")
        if found.dtype == np.dtype("<u2"):  # bfloat16 is the upper half of a float
            return (found.astype(np.uint32) << 16).view(np.float32)
        return found.astype(np.float32)

    def tokenizer_json(self) -> str:
        path = self.folder / "tokenizer.json"
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def is_encoder(folder: Path) -> bool:
    """Whether a folder is laid out as sentence-transformers writes them."""
    return (folder / _MODULES).is_file()


def _shape(config: Json) -> Shape:
    kind = str(config.get("model_type"))
    if kind not in _POSITION_OFFSETS:
        known = ", ".join(_POSITION_OFFSETS)
        raise SourceError(f"An encoder of the kind {kind} has no graph here; those of {known} do.")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise SourceError("The encoder's positions are relative; only absolute ones have a graph here.")
    try:
        return Shape(
            layers=int(config["num_hidden_layers"]),
            hidden=int(config["hidden_size"]),
            ffn=int(config["intermediate_size"]),
            heads=int(config["num_attention_heads"]),
            vocab=int(config["vocab_size"]),
            positions=int(config["max_position_embeddings"]) - _POSITION_OFFSETS[kind],
            epsilon=float(config.get("layer_norm_eps", 1e-12)),
            position_offset=_POSITION_OFFSETS[kind],
            activation=str(config.get("hidden_act", "gelu")),
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
        longest=min(int(settings.get("max_seq_length") or shape.positions), shape.positions),
        query_prefix=_prompt(prompts, _QUERY_PROMPTS),
        text_prefix=_prompt(prompts, _TEXT_PROMPTS),
    )


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
    chosen = [name for name, value in config.items() if name.startswith("pooling_mode_") and value is True]
    names = {
        "pooling_mode_mean_tokens": Pooling.MEAN,
        "pooling_mode_cls_token": Pooling.FIRST,
        "pooling_mode_max_tokens": Pooling.MAX,
    }
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
