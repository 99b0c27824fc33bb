"""A folder with an encoder: its files, and encoder.json, which says what they are and what they came from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exporters.staging import staged, write_synced

MANIFEST = "encoder.json"
FORMAT = 1  # as retrieval/search/encoders.py reads it


@dataclass(frozen=True, slots=True)
class EncoderManifest:
    """What retrieval needs is in `kind`, `dimensions` and `settings`; the rest is for people."""

    name: str
    kind: str  # "static", "onnx"
    dimensions: int
    settings: dict[str, Any]
    source: str
    licence: str | None
    files: dict[str, str] = field(default_factory=dict)  # name -> sha256
    quality: dict[str, Any] = field(default_factory=dict)  # measured when it was made
    training: dict[str, Any] = field(default_factory=dict)


def write(out: Path, manifest: EncoderManifest, files: dict[str, bytes]) -> EncoderManifest:
    """The whole folder or nothing; an encoder that is there already is replaced."""
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    whole = EncoderManifest(
        manifest.name,
        manifest.kind,
        manifest.dimensions,
        manifest.settings,
        manifest.source,
        manifest.licence,
        hashes,
        manifest.quality,
        manifest.training,
    )
    told = {
        "format": FORMAT,
        "name": whole.name,
        "kind": whole.kind,
        "dimensions": whole.dimensions,
        "settings": whole.settings,
        "files": whole.files,
        "source": whole.source,
        "licence": whole.licence,
        "quality": whole.quality,
        "training": whole.training,
    }
    with staged(out, MANIFEST) as folder:
        for name, data in files.items():
            write_synced(folder / name, data)
        text = json.dumps(told, indent=1, ensure_ascii=False)
        write_synced(folder / MANIFEST, f"{text}\n".encode())
    return whole
