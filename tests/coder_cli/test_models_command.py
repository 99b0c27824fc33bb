from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from coder_cli import cli, settings
from exporters import manifest as manifests
from exporters.store import ModelStore
from tests.exporters.test_store import GRAPH, install

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    monkeypatch.setenv("CODER_MODELS_DIR", str(tmp_path / "models"))
    return ModelStore(tmp_path / "models")


def test_an_empty_store_hints_at_a_first_model(store: ModelStore, capsys: Capture) -> None:
    for words in (["models"], ["models", "list"], ["models", "verify"]):
        assert cli.main(words) == 0
        captured = capsys.readouterr()
        assert captured.out == "" and "coder pull starter" in captured.err
    assert cli.main(["models", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"exit_code": 0, "models": []}


def test_the_list_names_every_model_and_marks_the_default(store: ModelStore, capsys: Capture) -> None:
    install(store, "qwen2.5-coder-1.5b-instruct")
    install(store, "owner/name", "cpu-int8")
    assert cli.main(["models"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["owner--name", "qwen2.5-coder-1.5b-instruct"]
    assert rows[1][-1] == "default" and rows[0][-1] == "2026-01-02"
    assert rows[1][3:7] == ["plain", "cpu-int4", "128", "tests"]


def test_the_list_as_json_holds_what_a_script_needs(store: ModelStore, capsys: Capture) -> None:
    folder = install(store, "qwen2.5-coder-1.5b-instruct")
    (install(store, "broken") / "coder.json").write_text("{")
    assert cli.main(["models", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (model,) = told["models"]
    assert model.pop("bytes") > len(GRAPH)
    assert model == {
        "name": "qwen2.5-coder-1.5b-instruct",
        "target": "cpu-int4",
        "folder": str(folder),
        "family": "plain",
        "context_length": 128,
        "source": "tests",
        "licence": "mit",
        "created": "2026-01-02T03:04:05+00:00",
        "default": True,
    }
    assert [row["name"] for row in told["damaged"]] == ["broken@cpu-int4"]


def test_show_tells_all_of_one_model(store: ModelStore, capsys: Capture) -> None:
    folder = install(store, "model")
    kept = manifests.read(folder)
    manifests.write(replace(kept, quantisation={"method": "rounding"}, verification={"passed": True}), folder)
    assert cli.main(["models", "show", "model"]) == 0
    shown = capsys.readouterr().out
    for words in (
        str(folder),
        "128 tokens",
        "mit",
        "rounding",
        "verification passed",
        kept.files["model.onnx"],
    ):
        assert words in shown
    assert cli.main(["models", "show", "model", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["manifest"]["layout"] == "fused"
    assert told["manifest"]["quantisation"] == {"method": "rounding"}


def test_show_without_a_name_is_about_the_default(store: ModelStore, capsys: Capture) -> None:
    assert cli.main(["models", "show"]) == 3
    assert "coder pull starter" in capsys.readouterr().err


def test_removal_wants_a_yes(store: ModelStore, capsys: Capture) -> None:
    folder = install(store, "model")
    assert cli.main(["models", "rm", "model"]) == 2
    assert folder.exists()
    assert cli.main(["models", "rm", "model", "-y", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["removed"] == [str(folder)]
    assert store.list() == []
    assert cli.main(["models", "rm", "model", "-y"]) == 3


def test_verify_tells_the_whole_from_the_damaged(store: ModelStore, capsys: Capture) -> None:
    install(store, "whole")
    damaged = install(store, "damaged")
    assert cli.main(["models", "verify"]) == 0
    (damaged / "model.onnx").write_bytes(b"other")
    capsys.readouterr()
    assert cli.main(["models", "verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 1
    assert {row["name"]: row["passed"] for row in told["models"]} == {"whole": True, "damaged": False}
    assert cli.main(["models", "verify", "damaged"]) == 1
    assert "coder pull damaged --target cpu-int4 --force" in capsys.readouterr().err
    assert cli.main(["models", "verify", "whole"]) == 0


def test_a_model_whose_manifest_is_damaged_is_told_in_list_and_verify(
    store: ModelStore, capsys: Capture
) -> None:
    (install(store, "broken") / "coder.json").write_text("{")
    assert cli.main(["models"]) == 0
    assert "coder models rm broken@cpu-int4" in capsys.readouterr().err
    assert cli.main(["models", "verify"]) == 1


def test_deep_verification_without_the_weights_says_how_to_get_them(
    store: ModelStore, capsys: Capture
) -> None:
    install(store, "model")
    assert cli.main(["models", "verify", "model", "--deep"]) == 3
    assert "--keep-source" in capsys.readouterr().err
    assert cli.main(["models", "verify", "--source", "."]) == 2


def test_the_default_is_set_only_to_a_model_that_is_there(store: ModelStore, capsys: Capture) -> None:
    assert cli.main(["models", "default", "model"]) == 3
    install(store, "model")
    assert cli.main(["models", "default", "model"]) == 0
    assert settings.load().model == "model"
    assert cli.main(["models"]) == 0
    assert capsys.readouterr().out.split()[-1] == "default"
