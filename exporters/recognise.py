"""Which row of `families.py` a checkpoint belongs to: by its control tokens, then by its name."""

from __future__ import annotations

import json
from collections.abc import Mapping

from exporters.errors import SourceError
from exporters.families import FAMILIES, Family
from exporters.sources import Source

# Control tokens at the ids which only these vocabularies give them.
_DEEPSEEK_MARKS = {"<｜fim▁hole｜>": 32015, "<｜fim▁end｜>": 32017, "<|EOT|>": 32021}
_DEEPSEEK_INSTRUCT_EOS = 32021
_QWEN_MARKS = {"<|im_start|>": 151644, "<|fim_middle|>": 151660, "<|file_sep|>": 151664}
_QWEN_INSTRUCT_EOS = 151645  # <|im_end|>; the base models end on <|endoftext|>
# deepseek-coder-7b-v1.5 continues DeepSeek-LLM: another vocabulary, 4K, no fill-in-the-middle.
_DEEPSEEK_V15_EOS = (100001, 100015)
_DEEPSEEK_V15_VOCAB = 102400


def token_ids(tokenizer_json: str) -> dict[str, int]:
    """Every added token of a tokenizer.json by its text. SourceError where the file is damaged."""
    try:
        return {row["content"]: int(row["id"]) for row in json.loads(tokenizer_json)["added_tokens"]}
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"The tokenizer of this checkpoint cannot be read: {error!r}.") from error


def guess_family(source: Source) -> str:
    """The key in `FAMILIES` of an opened checkpoint."""
    tokens = token_ids(source.tokenizer_json())
    return recognise(source.title, source.eos_ids, tokens, source.chat_template).name


def recognise(
    title: str, eos_ids: tuple[int, ...], tokens: Mapping[str, int], chat_template: str | None = None
) -> Family:
    """`title` is what the checkpoint calls itself. An unknown one gets the plain family."""
    name = title.lower()
    if _holds(tokens, _DEEPSEEK_MARKS):
        instruct = _is_deepseek_instruct(name, eos_ids, chat_template)
        return FAMILIES["deepseek-coder-instruct" if instruct else "deepseek-coder-base"]
    # Every Qwen2.5 has the fill-in-the-middle tokens, only the coder models were trained on them.
    if _holds(tokens, _QWEN_MARKS) and "coder" in name:
        # A chat template tells nothing: the base models carry one too.
        instruct = _QWEN_INSTRUCT_EOS in eos_ids or "instruct" in name
        return FAMILIES["qwen2.5-coder-instruct" if instruct else "qwen2.5-coder-base"]
    return FAMILIES["plain"]


def _holds(tokens: Mapping[str, int], marks: Mapping[str, int]) -> bool:
    return all(tokens.get(text) == number for text, number in marks.items())


def _is_deepseek_instruct(name: str, eos_ids: tuple[int, ...], chat_template: str | None) -> bool:
    if _DEEPSEEK_INSTRUCT_EOS in eos_ids or "instruct" in name:
        return True
    # Old GGUF files of both kinds state the base model's EOS; only the instruct model has a template.
    return chat_template is not None and "base" not in name


def remark(source: Source) -> str | None:
    """What a person should know of a checkpoint that looks like a known family and is not."""
    if source.config.vocab == _DEEPSEEK_V15_VOCAB and set(source.eos_ids) & set(_DEEPSEEK_V15_EOS):
        return (
            "This is DeepSeek's later vocabulary, as in deepseek-coder-7b-v1.5: "
            f"no fill-in-the-middle, {source.config.context_length} tokens of context."
        )
    if "coder" not in source.title.lower() and _holds(token_ids(source.tokenizer_json()), _QWEN_MARKS):
        return "By its name this is a Qwen2.5 that is no coder model: no fill-in-the-middle."
    return None


def family_named(name: str) -> Family:
    """The row the user asked for. SourceError that lists the rows otherwise."""
    if name not in FAMILIES:
        raise SourceError(f"There is no family {name!r}: one of {', '.join(FAMILIES)}.")
    return FAMILIES[name]


def stop_ids(family: Family, eos_ids: tuple[int, ...], tokens: Mapping[str, int]) -> tuple[int, ...]:
    """The family's stops and the checkpoint's own, each once."""
    own = (tokens[text] for text in family.stop_tokens if text in tokens)
    return tuple(dict.fromkeys((*eos_ids, *own)))
