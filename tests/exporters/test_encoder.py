"""Encoders from a checkpoint to vectors, held against plain numpy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from coder_cli import cli
from exporters import encoder, encoder_sources
from exporters.encoder_check import Running
from exporters.encoder_graph import encoder as graph
from exporters.encoder_source import EncoderSource, Pooling
from exporters.errors import ExporterError, SourceError
from exporters.types import silent
from retrieval.search.encoders import EncoderError, open_encoder
from tests.tiny_encoder import HIDDEN, KINDS, POSITIONS, expected, tiny_encoder

TEXTS = ["open the file", "parse lines of a folder and close 1 2", "read", "write " * 60, ""]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pooling", ["mean_tokens", "cls_token", "max_tokens"])
def test_the_graph_computes_what_the_paper_says(tmp_path: Path, pooling: str, kind: str) -> None:
    source = EncoderSource(tiny_encoder(tmp_path / "tiny", pooling, kind=kind))
    texts = [*TEXTS[:3], "open lines of " * 9]  # long enough for distances that share a bucket
    with Running(source, 32) as running:
        found = running.encode(texts, silent)
    for text, vector in zip(texts, found, strict=True):
        assert vector == pytest.approx(expected(text, pooling, kind), abs=2e-5)


def test_an_exported_encoder_is_opened_by_search(tmp_path: Path) -> None:
    prompts = {"query": "find: ", "document": "the "}
    folder = tiny_encoder(tmp_path / "tiny", prompts=prompts)
    out = tmp_path / "out"
    made = encoder.export_transformer(folder, out, name="tiny", origin="here")
    assert made.quality["cosine_mean"] >= encoder.LEAST_COSINE
    opened = open_encoder(out)
    assert (opened.name, opened.dimensions) == ("tiny", HIDDEN)
    for text, vector in zip(TEXTS, opened.encode(TEXTS), strict=True):
        wanted = expected(" ".join(f"the {text}".split()[:30]))
        assert float(vector @ wanted) > 0.99
    assert float(opened.encode_query("open file") @ expected("find: open file")) > 0.99
    assert np.linalg.norm(opened.encode(TEXTS), axis=1) == pytest.approx(1, abs=1e-4)
    again = encoder.export_transformer(folder, out, name="tiny", origin="here")
    assert (again.files, open_encoder(out).identity) == (made.files, opened.identity)


@pytest.mark.parametrize("kind", KINDS)
def test_eight_bits_of_every_kind_are_near_the_original(tmp_path: Path, kind: str) -> None:
    folder, out = tiny_encoder(tmp_path / "tiny", kind=kind), tmp_path / "out"
    encoder.export_transformer(folder, out, name="tiny", origin="here")
    told = json.loads((out / "encoder.json").read_text(encoding="utf-8"))["quality"]
    assert 1 >= told["cosine_mean"] >= told["cosine_least"] > 0.98
    assert told["cosine_mean"] >= encoder.LEAST_COSINE
    for text, vector in zip(TEXTS[:3], open_encoder(out).encode(TEXTS[:3]), strict=True):
        assert float(vector @ expected(text, kind=kind)) > 0.99


def test_what_sentence_transformers_writes_since_its_version_6_is_read(tmp_path: Path) -> None:
    folder = tiny_encoder(tmp_path / "tiny")
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode": "cls"}', encoding="utf-8")
    (folder / "sentence_bert_config.json").write_text("{}", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 12}', encoding="utf-8")
    reading = EncoderSource(folder).reading
    assert (reading.pooling, reading.longest) == (Pooling.FIRST, 12)
    (folder / "tokenizer_config.json").write_text('{"model_max_length": 1e30}', encoding="utf-8")
    assert EncoderSource(folder).reading.longest == POSITIONS


def test_another_encoder_has_another_identity(tmp_path: Path) -> None:
    one, two = (
        tiny_encoder(tmp_path / name, pool) for name, pool in (("a", "mean_tokens"), ("b", "cls_token"))
    )
    for folder in (one, two):
        encoder.export_transformer(folder, tmp_path / f"{folder.name}-out", name="tiny", origin="here")
    identities = {open_encoder(tmp_path / f"{name}-out").identity for name in "ab"}
    assert len(identities) == 2


def test_the_command_exports_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tiny_encoder(tmp_path / "tiny"), tmp_path / "made"
    assert cli.main(["export", "--encoder", str(folder), "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["kind"], told["dimensions"], told["folder"]) == (
        "tiny",
        "onnx",
        HIDDEN,
        str(out),
    )
    assert open_encoder(out).encode(["open"]).shape == (1, HIDDEN)


def test_either_a_source_or_an_encoder(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export"]) == 2
    assert cli.main(["export", "x", "--encoder", "static"]) == 2
    assert "--encoder" in capsys.readouterr().err


def test_a_name_that_means_nothing_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ExporterError, match="no encoder I know"),
        encoder_sources.opened("nothing", tmp_path, silent),
    ):
        pass


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("config.json", '{"model_type": "t5"}', "t5"),
        ("config.json", '{"model_type": "bert"}', "does not describe"),
        ("modules.json", '[{"path": "", "type": "a.Transformer"}]', "pooling"),
        (
            "modules.json",
            '[{"path": "", "type": "a.Dense"}, {"path": "1_Pooling", "type": "a.Pooling"}]',
            "Dense",
        ),
        ("modules.json", "{", "understood"),
        ("1_Pooling/config.json", '{"pooling_mode_lasttoken": true}', "lasttoken"),
        ("1_Pooling/config.json", '{"pooling_mode": "lasttoken"}', "lasttoken"),
        ("model.safetensors", "too short", "safetensors"),
    ],
)
def test_what_cannot_be_exported_is_told(tmp_path: Path, file: str, text: str, said: str) -> None:
    folder = tiny_encoder(tmp_path / "tiny")
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        graph(EncoderSource(folder), 8)


def test_a_folder_that_is_no_encoder_is_told(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"no encoder\.json"):
        open_encoder(tmp_path)
    (tmp_path / "encoder.json").write_text("[]", encoding="utf-8")
    with pytest.raises(EncoderError, match="understood"):
        open_encoder(tmp_path)
