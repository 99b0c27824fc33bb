"""Our graph against transformers: the numbers verify.py measures, and that what is wrong shows."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporters import manifest as manifests
from exporters import verify as verifying
from exporters.errors import ExporterError, SourceError
from exporters.export import export
from exporters.targets import TARGETS
from exporters.verify import Verification, verify
from tests.exporters.hf_checkpoints import BOS, EOS, VOCAB, save

pytestmark = [pytest.mark.hf, pytest.mark.filterwarnings("ignore")]  # the libraries warn about themselves

LINEAR = {"type": "linear", "factor": 4.0}
SHAPES: dict[str, dict[str, Any]] = {
    "deepseek-coder": {
        "model_type": "llama",
        "hidden_size": 128,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "rope_theta": 100000.0,
        "rope_scaling": LINEAR,
    },
    "deepseek-coder-33b": {
        "model_type": "llama",
        "hidden_size": 14 * 16,
        "num_attention_heads": 14,  # seven queries to a key, as 56 to 8
        "num_key_value_heads": 2,
        "rope_theta": 100000.0,
        "rope_scaling": {"rope_type": "linear", "factor": 4.0},
    },
    "qwen2": {
        "model_type": "qwen2",
        "hidden_size": 128,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rope_theta": 1e6,
    },
    "qwen2-tied": {
        "model_type": "qwen2",
        "hidden_size": 128,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "rope_theta": 1e6,
        "tie_word_embeddings": True,
    },
    "llama-tied": {
        "model_type": "llama",
        "hidden_size": 128,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rope_theta": 10000.0,
        "tie_word_embeddings": True,
    },
}


def _checkpoint(shape: str, folder: Path) -> Any:  # noqa: ANN401
    import transformers

    config = transformers.AutoConfig.for_model(
        **{
            "vocab_size": VOCAB,
            "intermediate_size": 352,
            "num_hidden_layers": 3,
            "max_position_embeddings": 6144,
            "rms_norm_eps": 1e-6,
            "tie_word_embeddings": False,
            "bos_token_id": BOS,
            "eos_token_id": EOS,
            **SHAPES[shape],
        }
    )
    return save(config, folder)


def _exported(shape: str, folder: Path, target: str = "cpu-fp32") -> tuple[Path, Path]:
    """(checkpoint, model folder)."""
    source, out = folder / "source", folder / "out"
    _checkpoint(shape, source)
    export(source, out, TARGETS[target], name="tiny", origin=str(source))
    return source, out


@pytest.mark.parametrize("shape", SHAPES)
def test_the_float_graph_agrees_with_transformers_past_4096_positions(shape: str, tmp_path: Path) -> None:
    source, out = _exported(shape, tmp_path)
    result = verify(out, source)
    assert result.passed, result.summary()
    assert result.largest_difference <= 1e-3
    assert result.last_position > 4096
    assert set(result.greedy_identical.values()) == {result.greedy_tokens}


@pytest.mark.parametrize("shape", ["deepseek-coder", "qwen2-tied"])
def test_the_layerwise_reference_is_the_whole_model(shape: str, tmp_path: Path) -> None:
    import torch

    from exporters import reference

    source, out = _exported(shape, tmp_path)
    model = _checkpoint(shape, tmp_path / "again")
    ids = list(np.random.default_rng(1).integers(0, 256, 200))
    fed = [reference.Fed([int(i) for i in ids], 150)]
    (ours,) = reference.logits(source, manifests.read(out), fed, lambda _: None)
    with torch.inference_mode():
        whole = model(torch.tensor([fed[0].ids])).logits[0, 150:].numpy()
    assert np.abs(ours - whole).max() < 1e-4


def test_the_numbers_stand_in_the_manifest(tmp_path: Path) -> None:
    source, out = _exported("qwen2", tmp_path)
    before = manifests.read(out)
    result = verify(out, source)
    after = manifests.read(out)
    assert after == dataclasses.replace(before, verification=dataclasses.asdict(result))
    assert after.verification["reference"].startswith("transformers ")
    assert [path.name for path in out.iterdir() if "coder.json" in path.name] == ["coder.json"]


def _measure(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Verification:
    """Short texts only: what is wrong here shows at once."""
    monkeypatch.setattr(verifying, "LONG", 300)
    return verify(out, source)


@pytest.mark.parametrize(
    ("key", "value"), [("rope_scaling", None), ("rope_theta", 10000.0), ("rms_norm_eps", 0.1)]
)
def test_a_setting_the_export_missed_shows(
    key: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = _exported("deepseek-coder", tmp_path)
    config = json.loads((source / "config.json").read_text())
    (source / "config.json").write_text(json.dumps({**config, key: value}))
    result = _measure(source, out, monkeypatch)
    assert not result.passed
    assert result.largest_difference > 0.1


@pytest.mark.parametrize(
    "part", ["self_attn.q_proj.weight", "self_attn.k_proj.bias", "post_attention_layernorm.weight"]
)
def test_one_wrong_tensor_shows(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from safetensors.numpy import load_file, save_file

    source, out = _exported("qwen2", tmp_path)
    tensors = load_file(source / "model.safetensors")
    name = f"model.layers.1.{part}"
    tensors[name] = np.ascontiguousarray(np.roll(tensors[name], 1, axis=0))
    save_file(tensors, source / "model.safetensors", metadata={"format": "pt"})
    result = _measure(source, out, monkeypatch)
    assert not result.passed
    assert result.largest_difference > 0.01


@pytest.mark.parametrize(("target", "least"), [("cpu-int8", 0.7), ("cpu-int4", 0.2)])
def test_fewer_bits_are_measured_too(
    target: str, least: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = _exported("deepseek-coder", tmp_path, target)
    result = _measure(source, out, monkeypatch)
    assert least < result.top1_agreement <= 1
    assert 0 < result.mean_difference < 2.5
    assert result.kl_divergence > 0
    assert result.perplexity != result.reference_perplexity


def test_another_checkpoint_is_no_reference(tmp_path: Path) -> None:
    _, out = _exported("deepseek-coder", tmp_path / "one")
    other, _ = _exported("qwen2", tmp_path / "two")
    with pytest.raises(SourceError, match="not what tiny was made from"):
        verify(out, other)


def test_a_source_that_was_not_kept_is_asked_for(tmp_path: Path) -> None:
    _, out = _exported("qwen2", tmp_path)
    with pytest.raises(ExporterError, match="not kept") as caught:
        verify(out, None)
    assert "--source" in (caught.value.help_line or "")
