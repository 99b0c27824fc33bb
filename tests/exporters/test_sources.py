"""Both kinds of checkpoints read as the same tensors and the same configuration."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from gguf import GGMLQuantizationType
from gguf.quants import dequantize, quantize

from exporters.errors import SourceError
from exporters.gguf_header import STORAGE_TYPES
from exporters.gguf_source import dequantise
from exporters.sources import DecoderConfig, Source, check, open_source
from tests.exporters.checkpoint_files import (
    LLAMA,
    LLAMA_JSON,
    QWEN2,
    QWEN2_JSON,
    Floats,
    permuted,
    random_tensors,
    write_folder,
    write_gguf,
    write_safetensors,
    write_sharded,
)

CASES = ("F32", "F16", "BF16", "sharded", "gguf F32", "gguf F16", "gguf BF16")
SHAPES = {"llama": (LLAMA, LLAMA_JSON), "qwen2": (QWEN2, QWEN2_JSON)}


def opened(folder: Path, case: str, shape: str, tensors: dict[str, Floats]) -> Source:
    config, described = SHAPES[shape]
    if case.startswith("gguf"):
        return open_source(write_gguf(folder / "model.gguf", config, tensors, case.split()[1]))
    if case == "sharded":
        return open_source(write_sharded(folder, described, tensors))
    return open_source(write_folder(folder, described, tensors, case))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", CASES)
def test_every_tensor_comes_out_as_it_went_in(tmp_path: Path, case: str, shape: str) -> None:
    config = SHAPES[shape][0]
    tensors = random_tensors(config)
    source = opened(tmp_path, case, shape, tensors)
    check(source)
    assert source.config == config
    assert set(source.names()) == set(tensors)
    for name, tensor in tensors.items():
        read = source.read(name)
        assert read.dtype == np.float32
        assert source.shape(name) == tensor.shape
        np.testing.assert_array_equal(read, tensor)
    assert (source.bos_id, source.eos_ids) == (1, (2,))
    source.close()


@pytest.mark.parametrize("case", CASES)
def test_rows_are_a_slice_of_the_whole_wherever_they_are_cut(tmp_path: Path, case: str) -> None:
    tensors = random_tensors(LLAMA)
    source = opened(tmp_path, case, "llama", tensors)
    for name in ("model.layers.1.self_attn.q_proj.weight", "lm_head.weight", "model.norm.weight"):
        for start, stop in ((0, 0), (0, 1), (3, 9), (7, 8), (13, 31), (0, len(tensors[name]))):
            np.testing.assert_array_equal(source.read_rows(name, start, stop), tensors[name][start:stop])
        with pytest.raises(ValueError, match="rows"):
            source.read_rows(name, 0, len(tensors[name]) + 1)


def test_two_threads_may_read_at_once(tmp_path: Path) -> None:
    tensors = random_tensors(LLAMA)
    source = opened(tmp_path, "gguf F16", "llama", tensors)
    names = list(tensors) * 5
    with ThreadPoolExecutor(2) as pool:
        for name, read in zip(names, pool.map(source.read, names), strict=True):
            np.testing.assert_array_equal(read, tensors[name])


def test_tensors_longer_than_one_slice_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.safetensors_source.SLICE_BYTES", 100)
    monkeypatch.setattr("exporters.gguf_source._SLICE_ELEMENTS", 150)
    tensors = random_tensors(LLAMA)
    for case in ("BF16", "gguf F16"):
        (tmp_path / case).mkdir()
        source = opened(tmp_path / case, case, "llama", tensors)
        for name, tensor in tensors.items():
            np.testing.assert_array_equal(source.read(name), tensor)


@pytest.mark.parametrize("storage", [row[0] for row in STORAGE_TYPES.values()])
def test_blocks_are_dequantised_bit_for_bit_as_the_gguf_package_does(storage: str) -> None:
    kind = GGMLQuantizationType[storage]
    _, block, block_bytes = STORAGE_TYPES[kind]
    raw = np.random.default_rng(1).integers(0, 256, (37, 512 // block * block_bytes), dtype=np.uint8)
    out = np.empty((37, 512), np.float32)
    with np.errstate(all="ignore"):  # random scales overflow
        dequantise(raw, storage, out)
        np.testing.assert_array_equal(out.view(np.uint32), dequantize(raw, kind).view(np.uint32))


def test_quantised_rows_come_out_in_hugging_face_order(tmp_path: Path) -> None:
    config = LLAMA
    tensors = random_tensors(config)
    source = opened(tmp_path, "gguf Q8_0", "llama", tensors)
    for name, heads in (("q", config.heads), ("k", config.kv_heads), ("v", None), ("o", None)):
        whole = f"model.layers.0.self_attn.{name}_proj.weight"
        stored = permuted(tensors[whole], heads) if heads else tensors[whole]
        q8 = GGMLQuantizationType.Q8_0
        rounded = dequantize(quantize(stored, q8), q8)
        read = source.read(whole)
        assert source.storage(whole) == "Q8_0"
        np.testing.assert_array_equal(permuted(read, heads) if heads else read, rounded)


def test_the_permutation_matters_here(tmp_path: Path) -> None:
    """Were it forgotten on both sides, the tests above would still pass; llama.cpp's order is another."""
    tensor = random_tensors(LLAMA)["model.layers.0.self_attn.q_proj.weight"]
    assert not np.array_equal(permuted(tensor, LLAMA.heads), tensor)


def test_biases_of_a_llama_gguf_are_put_right_too(tmp_path: Path) -> None:
    config = DecoderConfig("llama", 1, 64, 96, 8, 2, 8, 40, 1e4, 1.0, 1e-6, 128, tied=True, qkv_bias=True)
    tensors = random_tensors(config)
    source = open_source(write_gguf(tmp_path / "m.gguf", config, tensors))
    check(source)
    assert source.config == config
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(source.read(name), tensor)


@pytest.mark.parametrize("case", ["F16", "gguf F16"])
def test_without_an_output_layer_the_embedding_is_tied(tmp_path: Path, case: str) -> None:
    tensors = random_tensors(LLAMA)
    del tensors["lm_head.weight"]
    if case == "F16":
        described = {key: value for key, value in LLAMA_JSON.items() if key != "tie_word_embeddings"}
        source = open_source(write_folder(tmp_path, described, tensors))
    else:
        source = opened(tmp_path, case, "llama", tensors)
    check(source)
    assert source.config.tied


def test_a_tied_checkpoint_may_carry_its_copy_of_the_embedding(tmp_path: Path) -> None:
    tied = {**LLAMA_JSON, "tie_word_embeddings": True}
    source = open_source(write_folder(tmp_path, tied, random_tensors(LLAMA)))
    check(source)
    assert source.config.tied


def test_settings_beside_the_tensors_are_read(tmp_path: Path) -> None:
    write_folder(tmp_path, LLAMA_JSON, random_tensors(LLAMA))
    (tmp_path / "generation_config.json").write_text(json.dumps({"eos_token_id": [5, 2]}))
    settings = {"add_bos_token": True, "chat_template": [{"name": "default", "template": "{{ messages }}"}]}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    (tmp_path / "README.md").write_text("---\nlicense: other\nlicense_name: deepseek\n---\n# A model\n")
    (tmp_path / "LICENSE").write_text("Be kind.")
    (tmp_path / "tokenizer.json").write_text('{"model": {}, "version": "1.0"}')
    source = open_source(tmp_path)
    assert source.eos_ids == (5, 2)
    assert source.adds_bos
    assert source.chat_template == "{{ messages }}"
    assert (source.licence, source.licence_text) == ("deepseek", "Be kind.")
    assert source.tokenizer_json() == '{"model": {}, "version": "1.0"}'
    (tmp_path / "chat_template.jinja").write_text("newer")
    assert open_source(tmp_path).chat_template == "newer"


def test_a_folder_with_one_gguf_is_that_gguf(tmp_path: Path) -> None:
    write_gguf(tmp_path / "a.gguf", QWEN2, random_tensors(QWEN2), fields={"general.license": "apache-2.0"})
    (tmp_path / "LICENSE").write_text("Apache")
    source = open_source(tmp_path)
    assert source.config == QWEN2
    assert (source.licence, source.licence_text) == ("apache-2.0", "Apache")
    write_gguf(tmp_path / "b.gguf", QWEN2, random_tensors(QWEN2))
    with pytest.raises(SourceError, match="2 GGUF files"):
        open_source(tmp_path)


def test_the_hub_caches_links_are_followed_and_no_others(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--deepseek-ai--deepseek-coder-1.3b-base" / "snapshots" / "0123"
    write_folder(snapshot, LLAMA_JSON, random_tensors(LLAMA))
    blobs = snapshot.parent.parent / "blobs"
    blobs.mkdir()
    (snapshot / "model.safetensors").rename(blobs / "abcd")
    (snapshot / "model.safetensors").symlink_to("../../blobs/abcd")
    source = open_source(snapshot)
    check(source)
    assert "deepseek-coder-1.3b-base" in source.title
    (snapshot / "model.safetensors").unlink()
    write_safetensors(tmp_path / "elsewhere", random_tensors(LLAMA))
    (snapshot / "model.safetensors").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="out of its folder"):
        open_source(snapshot)


def test_a_file_of_2023_states_its_scaling_in_the_old_key(tmp_path: Path) -> None:
    fields = {
        "llama.rope.scaling.type": None,
        "llama.rope.scaling.factor": None,
        "llama.rope.scale_linear": 4.0,
    }
    source = open_source(write_gguf(tmp_path / "m.gguf", LLAMA, random_tensors(LLAMA), fields=fields))
    assert source.config.rope_linear_factor == 4.0


def test_the_real_configuration_of_deepseek_coder(shared_data: Path, tmp_path: Path) -> None:
    real = json.loads((shared_data / "deepseek-coder-tokenizer" / "config.json").read_text())
    source = open_source(write_folder(tmp_path, real, {"lm_head.weight": np.zeros((2, 2), np.float32)}))
    from_gguf = open_source(shared_data / "deepseek-coder-tokenizer" / "vocab.gguf").config
    assert source.config == DecoderConfig(
        "llama", 32, 4096, 11008, 32, 32, 128, 32256, 100000.0, 4.0, 1e-6, 16384, tied=False, qkv_bias=False
    )
    assert source.eos_ids == (32021,)
    for key in ("layers", "hidden", "head_dim", "vocab", "rope_theta", "rope_linear_factor", "rms_eps"):
        assert getattr(from_gguf, key) == getattr(source.config, key)
