"""The tokenizer rebuilt from a GGUF is the checkpoint's own."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, pre_tokenizers

from exporters.errors import SourceError
from exporters.gguf_tokenizer import _CASED, tokenizer_json
from exporters.sources import open_source

# Of the evaluation data, every so many lines: the whole takes minutes and was compared once, all equal.
_EVERY = 20


def fields(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - metadata of any kind
    """The bytes as tokens, one merge, two control tokens, one padding row."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*letters, "ab", "<|im_start|>", "<tool_call>", "[PAD259]"]
    described = {
        "model": "gpt2",
        "pre": "qwen2",
        "tokens": tokens,
        "token_type": [1] * 257 + [3, 4, 5],
        "merges": ["a b"],
        **changes,
    }
    return {f"tokenizer.ggml.{key}": value for key, value in described.items() if value is not None}


def built(**changes: Any) -> Tokenizer:  # noqa: ANN401
    return Tokenizer.from_str(tokenizer_json(fields(**changes), "m.gguf"))


@cache
def deepseek(folder: Path) -> tuple[Tokenizer, Tokenizer]:
    """(rebuilt from the GGUF, the real tokenizer.json)"""
    rebuilt = open_source(folder / "vocab.gguf").tokenizer_json()
    return Tokenizer.from_str(rebuilt), Tokenizer.from_file(str(folder / "tokenizer.json"))


def test_deepseek_coder_rebuilt_passes_the_46_golden_cases(shared_data: Path) -> None:
    folder = shared_data / "deepseek-coder-tokenizer"
    rebuilt, _ = deepseek(folder)
    texts = (folder / "golden.inp").read_text(encoding="utf-8").split("\n__ggml_vocab_test__\n")[:-1]
    wanted = (folder / "golden.out").read_text(encoding="utf-8").splitlines()
    assert len(texts) == len(wanted) == 46
    for text, ids in zip(texts, wanted, strict=True):
        assert rebuilt.encode(text).ids == [int(number) for number in ids.split()], text


def test_deepseek_coder_rebuilt_is_the_real_file(shared_data: Path) -> None:
    folder = shared_data / "deepseek-coder-tokenizer"
    rebuilt = json.loads(open_source(folder / "vocab.gguf").tokenizer_json())
    real = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    assert rebuilt["model"].pop("ignore_merges") is False  # a flag younger than the real file
    assert rebuilt == real


def test_deepseek_coder_rebuilt_gives_the_real_ids_on_code(shared_data: Path) -> None:
    rebuilt, real = deepseek(shared_data / "deepseek-coder-tokenizer")
    lines = [
        line
        for file in sorted((shared_data / "eval").rglob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ][::_EVERY]
    assert len(lines) > 100
    for line in lines:
        assert rebuilt.encode(line).ids == real.encode(line).ids


def test_an_old_gguf_of_deepseek_coder_names_no_pre_tokenizer_and_is_known_by_a_token() -> None:
    tokens = [*fields()["tokenizer.ggml.tokens"][:-1], "<｜fim▁hole｜>"]
    kinds = [1] * 257 + [3, 4, 4]
    for name in (None, "default"):
        tokenizer = built(pre=name, tokens=tokens, token_type=kinds)
        assert [piece for piece, _ in tokenizer.pre_tokenizer.pre_tokenize_str("x2\n\ny")] == list("x2ĊĊy")


def test_control_tokens_are_special_and_user_defined_ones_are_not() -> None:
    added = json.loads(tokenizer_json(fields(), "m.gguf"))["added_tokens"]
    assert [(row["id"], row["content"], row["special"]) for row in added] == [
        (257, "<|im_start|>", True),
        (258, "<tool_call>", False),
    ]


@pytest.mark.parametrize("kind", [4, 5])
def test_padding_rows_are_no_tokens_however_they_are_marked(kind: int) -> None:
    tokenizer = built(token_type=[1] * 257 + [3, 4, kind])
    assert tokenizer.get_vocab_size() == 259
    assert tokenizer.token_to_id("[PAD259]") is None


def test_control_tokens_anywhere_in_the_vocabulary_keep_their_ids() -> None:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = ["<|endoftext|>", *letters, "<|a|>", "[PAD258]", "<|b|>", "ab"]
    tokenizer = built(tokens=tokens, token_type=[3, *([1] * 256), 3, 5, 3, 1], pre="smollm")
    for text, number in (("<|endoftext|>", 0), ("<|a|>", 257), ("<|b|>", 259), ("ab", 260)):
        assert tokenizer.encode(text).ids == [number]


@pytest.mark.parametrize(
    ("pre", "text", "pieces"),
    [
        ("qwen2", "don't x12 3\n\n y", ["don", "'t", "Ġx", "1", "2", "Ġ", "3", "ĊĊ", "Ġy"]),
        ("llama-bpe", "x1234\n  y", ["x", "123", "4", "Ċ", "Ġ", "Ġy"]),
        ("smollm", "don't x12\n  y", ["don", "'t", "Ġx", "1", "2", "ĊĠ", "Ġy"]),
        ("gpt-2", "don't x12", ["don", "'t", "Ġx", "12"]),
        ("deepseek-coder", "f(x12)\r\n  y", ["f", "(", "x", "1", "2", ")", "č", "Ċ", "Ġ", "Ġy"]),
        ("deepseek-llm", "f(x12)+é\n  y", ["f", "(", "x", "1", "2", ")+", "Ã©", "Ċ", "Ġ", "Ġy"]),
    ],
)
def test_each_pre_tokenizer_cuts_as_its_model_does(pre: str, text: str, pieces: list[str]) -> None:
    cut = [piece for piece, _ in built(pre=pre).pre_tokenizer.pre_tokenize_str(text)]
    assert cut == pieces


def test_qwen_composes_accents_and_the_others_leave_them_apart() -> None:
    apart = "e\u0301"
    assert built(pre="qwen2").encode(apart).ids == built(pre="qwen2").encode("é").ids
    assert built(pre="gpt-2").encode(apart).ids != built(pre="gpt-2").encode("é").ids


@pytest.mark.parametrize(
    "text", ["def f():\n\treturn 'é 漢字 👩‍👩‍👧'\r\n", "ab <|im_start|> ab<tool_call>", "\x00\x7f"]
)
@pytest.mark.parametrize("pre", ["qwen2", "llama-bpe", "smollm", "gpt-2", "deepseek-coder", "deepseek-llm"])
def test_text_comes_back_as_it_went_in(pre: str, text: str) -> None:
    tokenizer = built(pre=pre)
    assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def test_the_cased_letters_of_deepseek_llm_are_ranges_in_order() -> None:
    """Composing editors once turned two of the Greek ends into other letters."""
    ranges = []
    at = 0
    while at < len(_CASED):
        wide = _CASED[at + 1 : at + 2] == "-"
        ranges.append((ord(_CASED[at]), ord(_CASED[at + 2 if wide else at])))
        at += 3 if wide else 1
    flat = [number for pair in ranges for number in pair]
    assert len(ranges) == 87
    assert flat == sorted(flat)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "llama"}, "'llama'"),
        ({"model": None}, "None"),
        ({"pre": "tekken"}, "'tekken'"),
        ({"pre": None}, "names no pre-tokenizer"),
        ({"tokens": None}, "tokens is missing"),
        ({"merges": None}, "merges is missing"),
        ({"merges": [1]}, "merges is missing"),
        ({"token_type": None}, "control tokens"),
        ({"token_type": [1]}, "control tokens"),
        ({"merges": ["a b", "x yz"]}, "damaged tokenizer"),
        ({"merges": ["a  b c"]}, "damaged tokenizer"),
    ],
)
def test_a_tokenizer_that_cannot_be_rebuilt_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SourceError) as caught:
        built(**changes)
    assert words in caught.value.message
    assert caught.value.message.startswith("m.gguf")
