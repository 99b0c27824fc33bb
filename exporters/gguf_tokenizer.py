"""`tokenizer.ggml.*` of a GGUF -> the JSON the `tokenizers` library reads.

A GGUF keeps the vocabulary and the merges, and of the rest only a name (`tokenizer.ggml.pre`). What the name
stands for is data here, from the models' own tokenizer.json files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from exporters.errors import SourceError

Json = dict[str, Any]

# gguf.md, tokenizer.ggml.token_type
_NORMAL, _CONTROL, _USER_DEFINED = 1, 3, 4

# A token of these old files, which name no pre-tokenizer, tells the model.
_KNOWN_BY_TOKEN = {"<｜fim▁hole｜>": "deepseek-coder"}

_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_CJK = "[一-龥ࠀ-一가-\ud7ff]+"
# The cased letters as DeepSeek-LLM froze them.
_CASED = (
    "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\u1f7dᾀ-ᾴᾶ-ᾼ"
    "\u1fbeῂ-ῄῆ-ῌῐ-\u1fd3ῖ-\u1fdbῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212a-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ"
    "𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃"
)


def _split(regex: str) -> Json:
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}


def _byte_level(*, use_regex: bool) -> Json:
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": use_regex}


_DIGITS: Json = {"type": "Digits", "individual_digits": True}
_EMPTY: Json = {"type": "Sequence", "normalizers": []}


@dataclass(frozen=True, slots=True)
class _PreTokenizer:
    """How a text is cut before the merges. `ignore_merges`: a word that is a token needs no merges."""

    steps: tuple[Json, ...]
    normalizer: Json | None = None
    normalized_marks: bool = False  # the flag of the added tokens
    ignore_merges: bool = False


_GPT2 = _PreTokenizer((_byte_level(use_regex=True),))
_LLAMA3 = _PreTokenizer(
    (_split(_WORDS + r"\p{N}{1,3}" + _REST), _byte_level(use_regex=False)), ignore_merges=True
)
_SMOLLM = _PreTokenizer((_DIGITS, _byte_level(use_regex=True)))
_PRE_TOKENIZERS = {
    "qwen2": _PreTokenizer(
        (_split(_WORDS + r"\p{N}" + _REST), _byte_level(use_regex=False)), normalizer={"type": "NFC"}
    ),
    "deepseek-coder": _PreTokenizer(
        (
            *(_split(regex) for regex in ("[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", _CJK)),
            _DIGITS,
            _byte_level(use_regex=False),
        ),
        normalizer=_EMPTY,
        normalized_marks=True,
    ),
    "deepseek-llm": _PreTokenizer(
        (
            _split("[\r\n]"),
            _split(rf"\s?[{_CASED}]+"),
            _split("\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+"),
            _split(r"\s+$"),
            _split(_CJK),
            _DIGITS,
            _byte_level(use_regex=False),
        ),
        normalizer=_EMPTY,
        normalized_marks=True,
    ),
    "smollm": _SMOLLM,
    "starcoder": _SMOLLM,
    "refact": _SMOLLM,
    "llama-bpe": _LLAMA3,
    "llama3": _LLAMA3,
    "llama-v3": _LLAMA3,
    "gpt-2": _GPT2,
    "default": _GPT2,
}


def tokenizer_json(fields: dict[str, Any], where: str) -> str:
    """`fields`: the GGUF's metadata. SourceError where it holds no byte-level BPE tokenizer we know."""
    model = fields.get("tokenizer.ggml.model")
    if model != "gpt2":
        raise SourceError(
            f"{where} has a tokenizer of the kind {model!r}; only byte-level BPE ('gpt2') is rebuilt.",
            "Export the model's Hugging Face folder instead: its tokenizer.json is used as it is",
        )
    tokens = _strings(fields, "tokens", where)
    kinds = fields.get("tokenizer.ggml.token_type")
    if not isinstance(kinds, list) or len(kinds) != len(tokens):
        raise SourceError(f"{where} does not say which of its {len(tokens)} tokens are control tokens.")
    row = _pre_tokenizer(fields, tokens, where)
    text = json.dumps(_assembled(tokens, kinds, _strings(fields, "merges", where), row), ensure_ascii=False)
    _prove(text, where)
    return text


def _pre_tokenizer(fields: dict[str, Any], tokens: list[str], where: str) -> _PreTokenizer:
    name = fields.get("tokenizer.ggml.pre")
    if name in (None, "default"):
        known = [pre for token, pre in _KNOWN_BY_TOKEN.items() if token in tokens]
        name = known[0] if known else name
    row = _PRE_TOKENIZERS.get(str(name))
    if row is None:
        stated = "names no pre-tokenizer" if name is None else f"asks for the pre-tokenizer {name!r}"
        raise SourceError(
            f"{where} {stated}; known are {', '.join(_PRE_TOKENIZERS)}.",
            "Export the model's Hugging Face folder instead: its tokenizer.json is used as it is",
        )
    return row


def _assembled(tokens: list[str], kinds: list[int], merges: list[str], row: _PreTokenizer) -> Json:
    vocabulary = {token: i for i, token in enumerate(tokens) if kinds[i] == _NORMAL}
    # Padding rows are written as unused, by older converters as user-defined tokens.
    marks = [
        i
        for i, token in enumerate(tokens)
        if kinds[i] in (_CONTROL, _USER_DEFINED) and token != f"[PAD{i}]" and token not in vocabulary
    ]
    # The library numbers added tokens on from the vocabulary, unless they stand in it.
    if marks != list(range(len(vocabulary), len(vocabulary) + len(marks))):
        vocabulary |= {tokens[i]: i for i in marks}
    added = [
        {
            "id": i,
            "content": tokens[i],
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": row.normalized_marks,
            "special": kinds[i] == _CONTROL,
        }
        for i in marks
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": row.normalizer,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": list(row.steps)},
        "post_processor": {**_byte_level(use_regex=True), "add_prefix_space": True, "trim_offsets": False},
        "decoder": {**_byte_level(use_regex=True), "add_prefix_space": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": row.ignore_merges,
            "vocab": vocabulary,
            "merges": merges,
        },
    }


def _prove(text: str, where: str) -> None:
    """The library must read it and give every added token the id of the file."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(text)
    except Exception as error:  # the library raises the bare class
        raise SourceError(f"{where} holds a damaged tokenizer: {error}.") from error
    moved = [
        row for row in json.loads(text)["added_tokens"] if tokenizer.token_to_id(row["content"]) != row["id"]
    ]
    if moved:
        raise SourceError(f"{where} holds a damaged tokenizer: {moved[0]['content']!r} has no fixed id.")


def _strings(fields: dict[str, Any], key: str, where: str) -> list[str]:
    values = fields.get(f"tokenizer.ggml.{key}")
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise SourceError(f"{where} holds no tokenizer: tokenizer.ggml.{key} is missing.")
    return values
