"""Without the hf extra: a sentence and the command that installs it, before any long work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from exporters import reference
from exporters.errors import ExporterError, SourceError
from exporters.optimum import export_with_optimum
from exporters.targets import TARGETS
from exporters.verify import verify
from tests.tiny_model import tiny_checkpoint, tiny_model


@pytest.fixture(autouse=True)
def _no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "transformers", "optimum"):
        monkeypatch.setitem(sys.modules, name, None)


def test_verify_names_the_extra(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    with pytest.raises(ExporterError, match="hf extra") as caught:
        verify(model, tmp_path / "checkpoint")
    assert "pip install" in (caught.value.help_line or "")
    assert "[hf]" in (caught.value.help_line or "")


def test_a_command_can_ask_before_it_exports() -> None:
    with pytest.raises(ExporterError, match="hf extra"):
        reference.version()


def test_a_missing_source_is_asked_for_before_the_extra(tmp_path: Path) -> None:
    with pytest.raises(ExporterError, match="not kept") as caught:
        verify(tiny_model(tmp_path), None)
    assert "--source" in (caught.value.help_line or "")


def test_optimum_names_the_extra_and_leaves_nothing(tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path / "checkpoint", "plain")
    with pytest.raises(ExporterError, match="hf extra") as caught:
        export_with_optimum(checkpoint, tmp_path / "out", TARGETS["cpu-int4"], name="tiny", origin="tests")
    assert "pip install" in (caught.value.help_line or "")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_optimum_wants_a_folder_of_safetensors(tmp_path: Path) -> None:
    weights = tmp_path / "model.gguf"
    weights.write_bytes(b"GGUF")
    for source, reason in ((weights, "not a folder"), (tmp_path, "config.json")):
        with pytest.raises(SourceError, match=reason):
            export_with_optimum(source, tmp_path / "out", TARGETS["cpu-int4"], name="tiny", origin="tests")
