"""Texts -> vectors: a table of words, or a transformer. A folder describes itself in encoder.json.

The table (`static`) is shipped: a text is the weighted sum of its words' rows. Other folders are made by
`coder export --encoder`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import RepositoryError
from retrieval.search.words import words

Floats = NDArray[np.float32]

MANIFEST = "encoder.json"
FORMAT = 1
_SHIPPED = "static"  # below data/
# Vectors depend on how text comes apart: its version is what it makes of this.
_PROBE = "parseHTTPHeaders2 snake_case stopped caches Größe x_1 string"


class EncoderError(RepositoryError):
    """An encoder's folder that cannot be used."""


class Encoder(Protocol):
    """`identity` changes whenever the vectors of a text would."""

    @property
    def name(self) -> str: ...
    @property
    def identity(self) -> str: ...
    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """[texts, dimensions]; rows of length 1, or 0 where nothing of a text is known."""
        ...

    def encode_query(self, text: str) -> Floats:
        """[dimensions]: the same for what is looked for, which some models want marked."""
        ...


@dataclass(frozen=True, slots=True)
class Description:
    """What encoder.json says."""

    name: str
    kind: str  # "static", "onnx"
    dimensions: int
    identity: str
    settings: dict[str, Any]


def default_encoder() -> Encoder:
    """The table that is shipped. The same object each time."""
    return _shipped()


@cache
def _shipped() -> Encoder:
    with as_file(files("retrieval.search") / "data" / _SHIPPED) as folder:
        return open_encoder(folder)


def open_encoder(folder: Path) -> Encoder:
    """What `coder export --encoder` wrote. EncoderError where the folder is none, or is damaged."""
    found = describe(folder)
    try:
        if found.kind == "static":
            from retrieval.search.static_encoder import StaticEncoder

            return StaticEncoder(folder, found)
        if found.kind == "onnx":
            from retrieval.search.onnx_encoder import OnnxEncoder

            return OnnxEncoder(folder, found)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(
            f"The encoder in {folder} is damaged: {error}", "Make it again: coder export --encoder NAME"
        ) from error
    raise EncoderError(f"{folder} holds an encoder of an unknown kind, {found.kind}.", "Update coder.")


def describe(folder: Path) -> Description:
    """encoder.json, understood."""
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise EncoderError(
                f"{path} was written by another version of coder.", "coder export --encoder NAME"
            )
        told = f"{data['kind']} {sorted(data['files'].items())} {sorted(data['settings'].items())}"
        if data["kind"] == "static":
            told += f" {words(_PROBE)}"
        return Description(
            name=str(data["name"]),
            kind=str(data["kind"]),
            dimensions=int(data["dimensions"]),
            identity=f"{data['name']}-{hashlib.sha256(told.encode()).hexdigest()[:16]}",
            settings=dict(data["settings"]),
        )
    except FileNotFoundError:
        raise EncoderError(f"{folder} holds no encoder: no {MANIFEST} in it.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EncoderError(f"{path} cannot be understood: {error}") from error


def threads() -> int:
    """Of a transformer: the cores there are, as more only wait."""
    return os.cpu_count() or 1
