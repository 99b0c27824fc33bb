"""A family is known by its control tokens and their ids; where tokens cannot tell, by EOS and name."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporters import recognise
from exporters.errors import SourceError
from exporters.families import FAMILIES
from exporters.sources import open_source
from tests.exporters.checkpoint_files import LLAMA_JSON, write_folder

DEEPSEEK = {"<｜fim▁hole｜>": 32015, "<｜fim▁begin｜>": 32016, "<｜fim▁end｜>": 32017, "<|EOT|>": 32021}
QWEN = {"<|im_start|>": 151644, "<|fim_middle|>": 151660, "<|file_sep|>": 151664}


@pytest.mark.parametrize(
    ("title", "eos", "tokens", "template", "family"),
    [
        ("deepseek-coder-6.7b-base", 32014, DEEPSEEK, None, "deepseek-coder-base"),
        ("deepseek-coder-6.7b-instruct", 32021, DEEPSEEK, "x", "deepseek-coder-instruct"),
        ("weights", 32021, DEEPSEEK, None, "deepseek-coder-instruct"),
        ("weights", 32014, DEEPSEEK, "x", "deepseek-coder-instruct"),
        ("weights", 32014, DEEPSEEK, None, "deepseek-coder-base"),
        ("deepseek-coder-base", 32014, DEEPSEEK, "x", "deepseek-coder-base"),
        ("deepseek-coder-7b-base-v1.5", 100001, {"<|EOT|>": 100015}, None, "plain"),
        ("deepseek-coder", 32014, {**DEEPSEEK, "<｜fim▁hole｜>": 100002}, None, "plain"),
        ("Qwen2.5 Coder 0.5B Instruct AWQ", 151645, QWEN, "x", "qwen2.5-coder-instruct"),
        ("Qwen2.5-Coder-1.5B", 151643, QWEN, "x", "qwen2.5-coder-base"),
        ("my-coder", 151645, QWEN, "x", "qwen2.5-coder-instruct"),
        ("Qwen2.5-7B-Instruct", 151645, QWEN, "x", "plain"),
        ("SmolLM2", 2, {"<|im_start|>": 1}, "x", "plain"),
    ],
)
def test_each_checkpoint_gets_its_family(
    title: str, eos: int, tokens: dict[str, int], template: str | None, family: str
) -> None:
    assert recognise.recognise(title, (eos,), tokens, template) is FAMILIES[family]


def test_the_gguf_of_deepseek_coder_is_a_base_model(shared_data: Path) -> None:
    source = open_source(shared_data / "deepseek-coder-tokenizer" / "vocab.gguf")
    assert recognise.guess_family(source) == "deepseek-coder-base"
    assert recognise.remark(source) is None


def test_the_folder_of_deepseek_coder_instruct_is_an_instruct_model(
    tmp_path: Path, shared_data: Path
) -> None:
    write_folder(tmp_path, {**LLAMA_JSON, "eos_token_id": 32021}, {})
    real = shared_data / "deepseek-coder-tokenizer" / "tokenizer.json"
    (tmp_path / "tokenizer.json").write_bytes(real.read_bytes())
    assert recognise.guess_family(open_source(tmp_path)) == "deepseek-coder-instruct"


def test_deepseek_coder_v15_is_remarked_on(tmp_path: Path) -> None:
    described = {**LLAMA_JSON, "vocab_size": 102400, "eos_token_id": 100015, "max_position_embeddings": 4096}
    write_folder(tmp_path, described, {})
    (tmp_path / "tokenizer.json").write_text('{"model": {}, "added_tokens": []}')
    source = open_source(tmp_path)
    assert recognise.guess_family(source) == "plain"
    remark = recognise.remark(source)
    assert remark is not None
    assert "no fill-in-the-middle, 4096 tokens" in remark


def test_an_unknown_family_is_answered_with_the_list() -> None:
    with pytest.raises(SourceError, match="deepseek-coder-base, deepseek-coder-instruct"):
        recognise.family_named("gpt-5")


@pytest.mark.parametrize("text", ["", "{}", '{"added_tokens": [1]}', '{"added_tokens": [{"content": "x"}]}'])
def test_a_damaged_tokenizer_is_a_sentence(text: str) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        recognise.token_ids(text)


def test_stops_are_the_checkpoints_own_and_the_familys_each_once() -> None:
    row = FAMILIES["deepseek-coder-instruct"]
    assert recognise.stop_ids(row, (32021,), DEEPSEEK) == (32021, 32015, 32016, 32017)
