"""Which row of `families.py` a checkpoint belongs to: by its control tokens, then by its name."""

from __future__ import annotations

import json
from collections.abc import Mapping

from exporters.errors import SourceError
from exporters.families import FAMILIES, Family

_DEEPSEEK_MARK = "<｜fim▁hole｜>"  # not in 7b-v1.5, which is another model
_QWEN_MARK = "<|fim_middle|>"  # in every Qwen2.5, but only Coder models were trained with it
_DEEPSEEK_TURN_END = "<|EOT|>"


def token_ids(tokenizer_json: str) -> dict[str, int]:
    """Every added token of a tokenizer.json by its text. SourceError where the file is damaged."""
    try:
        return {row["content"]: int(row["id"]) for row in json.loads(tokenizer_json)["added_tokens"]}
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"The tokenizer of this checkpoint cannot be read: {error!r}.") from error


def recognise(title: str, eos_ids: tuple[int, ...], tokens: Mapping[str, int]) -> Family:
    """`title` is what the checkpoint calls itself. An unknown one gets the plain family."""
    name = title.lower()
    if _DEEPSEEK_MARK in tokens:
        instruct = "instruct" in name or tokens.get(_DEEPSEEK_TURN_END) in eos_ids
        return FAMILIES["deepseek-coder-instruct" if instruct else "deepseek-coder-base"]
    if _QWEN_MARK in tokens and "coder" in name:
        return FAMILIES["qwen2.5-coder-instruct" if "instruct" in name else "qwen2.5-coder-base"]
    return FAMILIES["plain"]


def family_named(name: str) -> Family:
    """The row the user asked for. SourceError that lists the rows otherwise."""
    if name not in FAMILIES:
        raise SourceError(f"There is no family {name!r}: one of {', '.join(FAMILIES)}.")
    return FAMILIES[name]


def stop_ids(family: Family, eos_ids: tuple[int, ...], tokens: Mapping[str, int]) -> tuple[int, ...]:
    """The family's stops and the checkpoint's own, each once."""
    own = (tokens[text] for text in family.stop_tokens if text in tokens)
    return tuple(dict.fromkeys((*eos_ids, *own)))
