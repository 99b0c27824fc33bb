"""`coder export --encoder OWNER/NAME`, from a Hub on loopback to a search with its vectors.

HF_ENDPOINT is read when the library is imported, so every export runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exporters import encoder
from retrieval.search.encoders import open_encoder
from tests.exporters.hub_server import COMMIT, Hub, Repository, serving
from tests.tiny_encoder import expected, tiny_encoder

RUN = "import sys; from coder_cli import cli; sys.exit(cli.main(sys.argv[1:]))"
PROMPTS = {"query": "find: ", "passage": "the "}
LARGE = frozenset({"model.safetensors"})

Export = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def export() -> Export:
    def run(hub: Hub, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", RUN, "export", "--encoder", *words],
            env={**os.environ, "HF_ENDPOINT": hub.address},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def files_of(folder: Path) -> dict[str, bytes]:
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    return found | {
        "pytorch_model.bin": b"a pickle",
        "onnx/model.onnx": b"another's",
        "1_Pooling/a.py": b"code",
    }


@pytest.mark.parametrize(("kind", "pooling"), [("bert", "mean_tokens"), ("roberta", "cls_token")])
def test_a_model_of_the_hub_becomes_an_encoder(
    export: Export, tmp_path: Path, kind: str, pooling: str
) -> None:
    files = files_of(tiny_encoder(tmp_path / "tiny", pooling, PROMPTS, kind))
    out = tmp_path / "out"
    with serving(Hub({"owner/tiny": Repository(files, LARGE, "apache-2.0")})) as hub:
        done = export(hub, "owner/tiny", "-o", str(out), "--json")
        assert done.returncode == 0, done.stderr
        fetched = {
            request.path.rpartition(f"/{COMMIT}/")[2] for request in hub.requests if COMMIT in request.path
        }
    assert fetched == {name for name in files if not name.endswith((".bin", ".onnx", ".py"))}
    manifest: dict[str, Any] = json.loads((out / "encoder.json").read_text(encoding="utf-8"))
    assert manifest["source"] == f"Hub owner/tiny {COMMIT}" and manifest["licence"] == "apache-2.0"
    assert manifest["quality"]["cosine_mean"] >= encoder.LEAST_COSINE
    opened = open_encoder(out)
    found = opened.encode(["open file", "read lines of a folder"])
    for text, vector in zip(("the open file", "the read lines of a folder"), found, strict=True):
        assert float(vector @ expected(text, pooling, kind)) > 0.99
    assert float(opened.encode_query("open file") @ expected("find: open file", pooling, kind)) > 0.99


def test_what_the_hub_refuses_or_lacks_is_told(export: Export, tmp_path: Path) -> None:
    files = files_of(tiny_encoder(tmp_path / "tiny"))
    del files["model.safetensors"]
    with serving(Hub({"owner/pickled": Repository(files)})) as hub:
        done = export(hub, "owner/other")
        assert done.returncode == 3 and "owner/other" in done.stderr
        done = export(hub, "owner/pickled")
        assert done.returncode == 3 and "model.safetensors" in done.stderr


def test_offline_nothing_is_asked(export: Export) -> None:
    with serving(Hub({})) as hub:
        done = export(hub, "owner/tiny", "--offline")
        assert done.returncode == 3 and "--offline" in done.stderr
        assert hub.requests == []
