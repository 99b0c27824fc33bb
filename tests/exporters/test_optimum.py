"""Architectures without a graph of ours, traced, against transformers on the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coder_cli.model.engine import Engine
from coder_cli.model.types import Completion, Prompt, Sampling
from exporters import manifest as manifests
from exporters.errors import ExporterError, SourceError
from exporters.manifest import Layout
from exporters.optimum import export_with_optimum
from exporters.targets import TARGETS
from exporters.verify import verify
from tests.exporters.hf_checkpoints import BOS, EOS, VOCAB, save

pytestmark = [pytest.mark.hf, pytest.mark.filterwarnings("ignore")]  # the libraries warn about themselves

_LLAMA_LIKE = {
    "hidden_size": 128,
    "intermediate_size": 512,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 512,
}
_GPT2_LIKE = {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 512}
CONFIGS: dict[str, dict[str, Any]] = {
    "gpt_neox": {**_LLAMA_LIKE, "rotary_pct": 0.5},
    "phi": _LLAMA_LIKE,
    "starcoder2": {**_LLAMA_LIKE, "num_key_value_heads": 2, "sliding_window": None},
    "mistral": {**_LLAMA_LIKE, "num_key_value_heads": 1, "sliding_window": None},
    "gpt2": _GPT2_LIKE,
    "codegen": {**_GPT2_LIKE, "rotary_dim": 8},
    "gpt_bigcode": _GPT2_LIKE,
}


def _checkpoint(architecture: str, folder: Path) -> Any:  # noqa: ANN401
    import transformers

    config = transformers.AutoConfig.for_model(
        architecture, vocab_size=VOCAB, bos_token_id=BOS, eos_token_id=EOS, **CONFIGS[architecture]
    )
    return save(config, folder)


def _export(source: Path, out: Path, target: str = "cpu-fp32") -> manifests.Manifest:
    return export_with_optimum(source, out, TARGETS[target], name="tiny", origin=str(source))


@pytest.mark.parametrize("architecture", CONFIGS)
def test_a_traced_graph_agrees_with_transformers(architecture: str, tmp_path: Path) -> None:
    _checkpoint(architecture, tmp_path / "source")
    manifest = _export(tmp_path / "source", tmp_path / "out")
    assert manifest.layout is Layout.OPTIMUM
    assert manifest.architecture == architecture
    result = verify(tmp_path / "out", tmp_path / "source")
    assert result.passed, result.summary()
    assert set(result.greedy_identical.values()) == {result.greedy_tokens}


@pytest.mark.parametrize("architecture", ["gpt_neox", "gpt2", "starcoder2", "phi"])
def test_the_runtime_answers_as_transformers_does(architecture: str, tmp_path: Path) -> None:
    import torch

    model = _checkpoint(architecture, tmp_path / "source")
    _export(tmp_path / "source", tmp_path / "out")
    engine = Engine.open(tmp_path / "out", device="cpu", notice=lambda _: None)
    prompts = ("def add(first, second):\n", "def add(first, second):\n    return", "class Reader:\n")
    for text in prompts:  # the second shares a prefix with the first, the third forgets nearly all of it
        prompt = Prompt((text,), max_new_tokens=24, ignore_stop_ids=True)
        *_, completion = engine.generate(prompt, Sampling())
        ids = torch.tensor([engine.encode((text,))])
        wanted = model.generate(ids, max_new_tokens=24, do_sample=False, pad_token_id=EOS)
        assert isinstance(completion, Completion)
        assert completion.text == engine.decode(wanted[0, ids.shape[1] :].tolist())
        assert completion.new_tokens == 24


@pytest.mark.parametrize("architecture", ["gpt_neox", "gpt2", "starcoder2"])
def test_eight_bits_hardly_change_a_traced_graph(architecture: str, tmp_path: Path) -> None:
    _checkpoint(architecture, tmp_path / "source")
    _export(tmp_path / "source", tmp_path / "out", "cpu-int8")
    result = verify(tmp_path / "out", tmp_path / "source")
    assert result.top1_agreement > 0.9, result.summary()


def test_fewer_bits_take_less_room(tmp_path: Path) -> None:
    _checkpoint("gpt_neox", tmp_path / "source")
    sizes = []
    for target in ("cpu-fp32", "cpu-int8", "cpu-int4"):
        _export(tmp_path / "source", tmp_path / target, target)
        sizes.append((tmp_path / target / "model.onnx.data").stat().st_size)
    assert sizes[1] < sizes[0] / 2.5
    assert sizes[2] < sizes[1] / 1.3  # embedding and output layer stay in eight bits
    assert verify(tmp_path / "cpu-int4", tmp_path / "source").kl_divergence < 5


def test_the_manifest_names_every_file_and_what_the_checkpoint_says(tmp_path: Path) -> None:
    _checkpoint("gpt_neox", tmp_path / "source")
    (tmp_path / "source" / "LICENSE").write_text("Do as you like.")
    written = _export(tmp_path / "source", tmp_path / "out", "cpu-int4")
    manifest = manifests.read(tmp_path / "out")
    assert manifest == written
    assert {path.name for path in (tmp_path / "out").iterdir()} - {"coder.json"} == set(manifest.files)
    assert set(manifest.files) == {"model.onnx", "model.onnx.data", "tokenizer.json", "LICENSE"}
    assert (manifest.layers, manifest.kv_heads, manifest.head_dim) == (2, 4, 32)
    assert (manifest.bos_id, manifest.stop_ids) == (None, (EOS,))
    assert manifest.context_length == 512


def test_exporting_again_replaces_the_model_and_leaves_nothing_else(tmp_path: Path) -> None:
    _checkpoint("gpt_neox", tmp_path / "source")
    for target in ("cpu-int4", "cpu-int8"):
        _export(tmp_path / "source", tmp_path / "out", target)
    assert manifests.read(tmp_path / "out").target == "cpu-int8"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    _checkpoint("gpt_neox", tmp_path / "source")
    weights = tmp_path / "source" / "model.safetensors"
    weights.rename(weights.with_name("pytorch_model.bin"))
    with pytest.raises(SourceError, match="pickled"):
        _export(tmp_path / "source", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source"]


def test_code_of_a_checkpoint_is_never_run(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    ran = tmp_path / "ran"
    (source / "config.json").write_text(
        '{"model_type": "mine", "architectures": ["Mine"], "auto_map": {"AutoConfig": "mine.MineConfig",'
        ' "AutoModelForCausalLM": "mine.Mine"}}'
    )
    (source / "mine.py").write_text(f"open({str(ran)!r}, 'w').close()\n")
    (source / "model.safetensors").write_bytes(b"")
    with pytest.raises(SourceError, match="its own code"):
        _export(source, tmp_path / "out")
    assert not ran.exists()
    assert not (tmp_path / "out").exists()


def test_a_half_float_target_is_refused_with_the_one_that_works(tmp_path: Path) -> None:
    with pytest.raises(ExporterError, match="float32") as caught:
        _export(tmp_path, tmp_path / "out", "cuda-fp16")
    assert "cuda-int4" in (caught.value.help_line or "")
