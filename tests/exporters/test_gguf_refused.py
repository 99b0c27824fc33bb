"""GGUF files that are damaged, or that compute something else, end in a sentence."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.exporters.checkpoint_files import LLAMA, QWEN2, random_tensors, refusal, write_gguf

TENSORS = random_tensors(LLAMA)
EMBEDDING = "model.embed_tokens.weight"


def test_llama_3_frequencies_in_a_gguf_are_refused(tmp_path: Path) -> None:
    more = {**TENSORS, "rope_freqs.weight": np.ones(4, np.float32)}
    assert "Llama 3.1" in refusal(write_gguf(tmp_path / "m.gguf", LLAMA, more)).message


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"llama.rope.scaling.type": "yarn"}, "'yarn'"),
        ({"llama.expert_count": 8}, "mixture of experts"),
        ({"llama.attention.sliding_window": 4096}, "sliding-window"),
        ({"llama.rope.dimension_count": 4}, "part of each head"),
        ({"llama.attention.head_count": None}, "head_count is None"),
        ({"llama.attention.head_count": "8"}, "head_count is '8'"),
        ({"llama.attention.head_count": 7}, "evenly"),
        ({"llama.rope.freq_base": float("inf")}, "freq_base is inf"),
        ({"llama.block_count": 1 << 31}, "block_count"),
        ({"split.count": 3}, "several parts"),
        ({"general.alignment": "x"}, "alignment"),
    ],
)
def test_gguf_metadata_we_do_not_compute_is_refused(
    tmp_path: Path, fields: dict[str, Any], words: str
) -> None:
    path = tmp_path / "m.gguf"
    if "general.alignment" in fields:  # the writer will not write a wrong one
        write_gguf(path, LLAMA, TENSORS, fields={"general.alignmeNt": "x"})
        path.write_bytes(path.read_bytes().replace(b"general.alignmeNt", b"general.alignment"))
    else:
        write_gguf(path, LLAMA, TENSORS, fields=fields)
    assert words in refusal(path).message


def test_a_truncated_gguf_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf", QWEN2, random_tensors(QWEN2))
    whole = path.read_bytes()
    # The writer pads the last tensor; what is missing must be more than padding.
    for size in (*range(0, 400, 7), 2000, len(whole) // 2, len(whole) - 300):
        path.write_bytes(whole[:size])
        message = refusal(path).message
        assert "truncated" in message or "not a GGUF" in message


@pytest.mark.parametrize(("at", "value", "words"), [(4, 1, "version 1"), (4, 3 << 24, "big-endian")])
def test_other_gguf_versions_are_refused(tmp_path: Path, at: int, value: int, words: str) -> None:
    path = write_gguf(tmp_path / "m.gguf", LLAMA, TENSORS)
    raw = bytearray(path.read_bytes())
    raw[at : at + 4] = struct.pack("<I", value)
    path.write_bytes(raw)
    assert words in refusal(path).message


def test_a_quantisation_nobody_reads_is_named(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf", LLAMA, {EMBEDDING: TENSORS[EMBEDDING]})
    raw = path.read_bytes()
    place = raw.index(b"token_embd.weight") + len("token_embd.weight") + 4 + 16
    path.write_bytes(raw[:place] + struct.pack("<I", 29) + raw[place + 4 :])
    message = refusal(path).message
    assert "token_embd.weight has the quantisation type 29" in message
    assert "Q4_K" in message
