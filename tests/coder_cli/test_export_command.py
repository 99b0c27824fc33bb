"""`coder export` from the command line to a model that answers."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from coder_cli import cli
from exporters import reference
from exporters import verify as verification
from exporters.errors import ExporterError
from exporters.store import ModelStore
from tests.tiny_model import tiny_checkpoint

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    monkeypatch.setenv("CODER_MODELS_DIR", str(tmp_path / "models"))
    return ModelStore(tmp_path / "models")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return tiny_checkpoint(tmp_path / "My Tiny", "qwen2.5-coder-instruct")


def test_an_export_goes_to_the_store_and_says_how_to_use_it(
    store: ModelStore, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert cli.main(["export", str(checkpoint), "--family", "qwen2.5-coder-instruct"]) == 0
    (model,) = store.list()
    assert (model.name, model.target, model.manifest.source) == ("My-Tiny", "cpu-int4", str(checkpoint))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "coder generate -m My-Tiny PROMPT" in captured.err
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    assert cli.main(["generate", "-m", "My-Tiny", "--max-tokens", "4", "hello"]) == 0


def test_a_name_a_target_and_json(store: ModelStore, checkpoint: Path, capsys: Capture) -> None:
    words = ["export", str(checkpoint), "--target", "cpu-fp32", "--name", "other", "--json"]
    assert cli.main(words) == 0
    (model,) = store.list()
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "exit_code": 0,
        "name": "other",
        "target": "cpu-fp32",
        "family": "plain",
        "folder": str(model.folder),
        "bytes": model.size,
        "parameters": model.manifest.parameters,
    }


def test_an_export_to_a_folder_stays_out_of_the_store(
    store: ModelStore, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(checkpoint.parent)
    assert cli.main(["export", checkpoint.name, "-o", "here"]) == 0
    assert store.list() == []
    assert f"coder generate -m {tmp_path / 'here'} PROMPT" in capsys.readouterr().err
    assert store.resolve(str(tmp_path / "here")).target == "cpu-int4"


@pytest.mark.parametrize(
    ("words", "sentence", "help_line"),
    [
        (["owner/name"], "owner/name is no file or folder here.", "coder pull owner/name"),
        (["."], "holds no checkpoint", None),
        (["empty.gguf"], "empty.gguf", None),
    ],
)
def test_a_source_that_will_not_do_is_a_sentence(
    store: ModelStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    words: list[str],
    sentence: str,
    help_line: str | None,
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("empty.gguf").touch()
    if words == ["."]:
        Path("empty.gguf").unlink()
    assert cli.main(["export", *words]) == 3
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert help_line is None or help_line in captured.err
    assert store.list() == []


def test_verify_without_the_extra_is_told_before_the_work(
    store: ModelStore, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def missing() -> str:
        raise ExporterError("transformers is not installed.", "pip install 'coder-cli[hf]'")

    monkeypatch.setattr(reference, "version", missing)
    assert cli.main(["export", str(checkpoint), "--verify"]) == 3
    assert "transformers is not installed" in capsys.readouterr().err
    assert store.list() == []


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_a_parity_that_fails_is_a_negative_result(
    store: ModelStore,
    checkpoint: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    passed: bool,
    code: int,
) -> None:
    found = verification.Verification(
        "numpy", 10, 9, 0.1, 0.01, 0.9, 0.0, 32, {"code": 32}, 2.0, 2.0, "a bar", passed
    )
    monkeypatch.setattr(reference, "version", lambda: "numpy")
    monkeypatch.setattr(verification, "verify", lambda *_: found)
    assert cli.main(["export", str(checkpoint), "--verify", "--json"]) == code
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == code
    assert told["verification"]["greedy_identical"] == {"code": 32}
