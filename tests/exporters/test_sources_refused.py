"""Damaged, foreign and hostile checkpoints end in a sentence, never in a traceback or a model."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporters.errors import SourceError
from exporters.sources import check, open_source
from tests.exporters.checkpoint_files import (
    LLAMA,
    LLAMA_JSON,
    QWEN2,
    QWEN2_JSON,
    random_tensors,
    refusal,
    write_folder,
    write_gguf,
    write_index,
    write_raw_safetensors,
    write_safetensors,
    write_sharded,
)

TENSORS = random_tensors(LLAMA)
EMBEDDING = "model.embed_tokens.weight"


def folder_with(tmp_path: Path, **changes: object) -> Path:
    described = {key: value for key, value in {**LLAMA_JSON, **changes}.items() if value is not ...}
    return write_folder(tmp_path, described, TENSORS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rope_scaling": {"type": "yarn", "factor": 4.0}}, "'yarn'"),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}, "'llama3'"),
        ({"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}}, "'dynamic'"),
        ({"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4, "factor": 2.0}}, "'yarn'"),
        ({"rope_scaling": {"type": "linear"}}, "factor is None"),
        ({"rope_scaling": {"type": "linear", "factor": 0}}, "factor is 0"),
        ({"rope_scaling": "linear"}, "flat table"),
        ({"rope_parameters": {"full_attention": {"rope_type": "default"}}}, "flat table"),
        ({"use_sliding_window": True}, "sliding-window"),
        ({"layer_types": ["full_attention", "sliding_attention"]}, "sliding-window"),
        ({"hidden_act": "gelu"}, "'gelu'"),
        ({"partial_rotary_factor": 0.5}, "part of each head"),
        ({"quantization_config": {"quant_method": "gptq"}}, "already quantised .gptq."),
        ({"architectures": ["LlamaForSequenceClassification"]}, "does not generate text"),
        ({"hidden_size": "64"}, "hidden_size"),
        ({"hidden_size": True}, "hidden_size"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers"),
        ({"num_hidden_layers": 0}, "num_hidden_layers"),
        ({"vocab_size": ...}, "vocab_size is None"),
        ({"num_key_value_heads": 3}, "evenly"),
        ({"head_dim": 7}, "odd"),
        ({"rms_norm_eps": float("nan")}, "rms_norm_eps"),
        ({"rope_theta": -1}, "rope_theta"),
        ({"model_type": "gpt_bigcode"}, "gpt_bigcode"),
        ({"model_type": ["llama"]}, "architecture"),
        ({"intermediate_size": 97}, r"gate_proj.weight has the shape \[96, 64\].*\[97, 64\]"),
        ({"vocab_size": 41}, "embed_tokens.weight has the shape"),
    ],
)
def test_a_configuration_we_do_not_compute_is_refused_by_its_name(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    error = refusal(folder_with(tmp_path, **changes))
    assert re.search(words, error.message), error.message


def test_other_architectures_are_pointed_to_optimum(tmp_path: Path) -> None:
    error = refusal(folder_with(tmp_path / "other", model_type="starcoder2"))
    assert error.help_line == f"coder export {tmp_path / 'other'} --via optimum"
    gguf = write_gguf(tmp_path / "m.gguf", LLAMA, {}, fields={"general.architecture": "phi3"})
    error = refusal(gguf)
    assert "phi3" in error.message
    assert error.help_line == f"coder export {gguf} --via optimum"


@pytest.mark.parametrize(
    "changes",
    [
        {"rope_scaling": None, "rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 1e5}},
        {"rope_scaling": {"rope_type": "linear", "factor": 4}},
        {"use_sliding_window": False, "sliding_window": 4096, "layer_types": ["full_attention"] * 2},
        {"head_dim": None, "attention_bias": False, "mlp_bias": False, "pretraining_tp": 1},
    ],
)
def test_the_ways_to_write_the_same_configuration_are_all_understood(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    source = open_source(folder_with(tmp_path, **changes))
    check(source)
    assert source.config == LLAMA


def test_missing_tensors_are_named_the_first_few(tmp_path: Path) -> None:
    few = {name: tensor for name, tensor in TENSORS.items() if "layers.1" not in name}
    message = refusal(write_folder(tmp_path / "a", LLAMA_JSON, few)).message
    assert "lacks 9 tensors" in message
    assert "model.layers.1.input_layernorm.weight" in message
    assert "and 4 more" in message
    assert "lacks 9 tensors" in refusal(write_gguf(tmp_path / "a.gguf", LLAMA, few)).message


def test_an_output_layer_that_is_promised_and_absent_is_missing(tmp_path: Path) -> None:
    few = {name: tensor for name, tensor in TENSORS.items() if name != "lm_head.weight"}
    assert "lacks 1 tensors: lm_head.weight" in refusal(write_folder(tmp_path, LLAMA_JSON, few)).message


@pytest.mark.parametrize("name", ["self_attn.o_proj.bias", "mlp.up_proj.bias", "self_attn.q_norm.weight"])
def test_a_tensor_without_a_place_in_the_graph_is_refused(tmp_path: Path, name: str) -> None:
    more = {**TENSORS, f"model.layers.0.{name}": np.zeros(64, np.float32)}
    assert name in refusal(write_folder(tmp_path, LLAMA_JSON, more)).message


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "consolidated.00.pth"])
def test_pickled_weights_are_never_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_JSON))
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    for path in (tmp_path, tmp_path / name):
        assert f"{name} holds pickled code" in refusal(path).message


@pytest.mark.parametrize(
    "name", ["../x.safetensors", "/etc/passwd", "a/b.safetensors", "..", "", "c:x", "a\\b"]
)
def test_an_index_that_names_files_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    write_safetensors(tmp_path / "x.safetensors", TENSORS)
    folder = write_sharded(tmp_path / "model", LLAMA_JSON, TENSORS)
    write_index(folder, dict.fromkeys(TENSORS, name))
    assert "not a file of this folder" in refusal(folder).message


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write_safetensors(tmp_path / "x.safetensors", TENSORS)
    folder = write_sharded(tmp_path / "model", LLAMA_JSON, TENSORS)
    (folder / "link.safetensors").symlink_to("../x.safetensors")
    write_index(folder, dict.fromkeys(TENSORS, "link.safetensors"))
    assert "leads out of its folder" in refusal(folder).message


def test_shards_that_are_missing_or_lack_a_promised_tensor_are_named(tmp_path: Path) -> None:
    folder = write_sharded(tmp_path, LLAMA_JSON, TENSORS)
    shard = folder / "model-00002-of-00002.safetensors"
    write_safetensors(shard, {})
    assert "names tensors that no shard holds" in refusal(folder).message
    shard.unlink()
    assert shard.name in refusal(folder).message
    write_index(folder, {})
    assert "no weight_map" in refusal(folder).message


def test_a_tensor_in_two_shards_is_refused(tmp_path: Path) -> None:
    folder = write_sharded(tmp_path, LLAMA_JSON, TENSORS)
    write_safetensors(folder / "model-00001-of-00002.safetensors", TENSORS)
    assert "two shards" in refusal(folder).message


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]}, "'F8_E4M3'"),
        ({"dtype": "F32", "shape": [4], "data_offsets": [0, 15]}, "15 bytes"),
        ({"dtype": "F32", "shape": [4], "data_offsets": [8, 24]}, "beyond the end"),
        ({"dtype": "F32", "shape": [-4], "data_offsets": [0, 16]}, "whole numbers"),
        ({"dtype": "F32", "shape": [4.0], "data_offsets": [0, 16]}, "whole numbers"),
        ({"dtype": "F32", "shape": 4, "data_offsets": [0, 16]}, "damaged header entry"),
        ({"dtype": ["F32"], "shape": [4], "data_offsets": [0, 16]}, "stored as"),
        ({"dtype": "F32", "shape": [4], "data_offsets": [0, 8, 16]}, "damaged header entry"),
        ({"dtype": "F32", "shape": [4], "data_offsets": [16, 0]}, "-16 bytes"),
        ({"dtype": "F32"}, "damaged header entry"),
        ("F32", "damaged header entry"),
    ],
)
def test_header_entries_that_lie_are_refused(tmp_path: Path, entry: Any, words: str) -> None:  # noqa: ANN401
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_JSON))
    write_raw_safetensors(tmp_path / "model.safetensors", {EMBEDDING: entry}, bytes(16))
    assert words in refusal(tmp_path).message


@pytest.mark.parametrize(
    "raw",
    [b"", b"1234567", struct.pack("<Q", 1 << 60), struct.pack("<Q", 100), struct.pack("<Q", 2) + b"[]"]
    + [struct.pack("<Q", 4) + text for text in (b"\xff\xfe{}", b"nope", b"{{{{")]
    + [struct.pack("<Q", 200_000) + b"[" * 200_000],
)
def test_headers_that_are_none_are_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_JSON))
    (tmp_path / "model.safetensors").write_bytes(raw)
    assert "model.safetensors" in refusal(tmp_path).message


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00", '{"a": ' * 100_000])
def test_a_configuration_that_is_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    write_safetensors(tmp_path / "model.safetensors", TENSORS)
    (tmp_path / "config.json").write_text(text)
    assert "config.json" in refusal(tmp_path).message


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "nothing").message
    assert "holds no checkpoint" in refusal(tmp_path).message
    write_safetensors(tmp_path / "model.safetensors", TENSORS)
    assert "config.json" in refusal(tmp_path / "model.safetensors").message
    (tmp_path / "model.gguf").write_bytes(b"PK\x03\x04 a zip file")
    assert "is not a GGUF file" in refusal(tmp_path / "model.gguf").message


def test_a_tokenizer_that_is_missing_is_named(tmp_path: Path) -> None:
    source = open_source(write_folder(tmp_path, LLAMA_JSON, TENSORS))
    with pytest.raises(SourceError, match=r"tokenizer\.json"):
        source.tokenizer_json()
    (tmp_path / "tokenizer.model").write_bytes(b"")
    with pytest.raises(SourceError, match="SentencePiece"):
        source.tokenizer_json()


def _one_gguf(folder: Path) -> Path:
    return write_gguf(folder / "m.gguf", QWEN2, {}, fields={"tokenizer.ggml.tokens": ["a", "b"]})


def _one_folder(folder: Path) -> Path:
    return write_folder(folder, QWEN2_JSON, {"model.norm.weight": np.ones(64, np.float32)})


@pytest.mark.parametrize(("write", "file"), [(_one_gguf, "m.gguf"), (_one_folder, "model.safetensors")])
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_to_a_header_ends_in_a_sentence_or_in_a_readable_file(
    tmp_path: Path,
    write: Callable[[Path], Path],
    file: str,
    data: st.DataObject,
) -> None:
    path = write(tmp_path)
    raw = bytearray((tmp_path / file).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / file).write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    try:
        source = open_source(path)
        for name in source.names():
            source.read(name)
        check(source)
    except SourceError as error:
        assert error.message
