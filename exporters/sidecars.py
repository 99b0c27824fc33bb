"""The small files beside the tensors: tokenizer and generation settings, chat template, licence."""

from __future__ import annotations

import re
from pathlib import Path

from exporters.hf_config import Json, read_json

_LICENCE_NAMES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENSE-MODEL")
_LONGEST_LICENCE = 1 << 20  # characters; a longer file is not a licence


def read_optional(path: Path) -> Json:
    return read_json(path) if path.is_file() else {}


def token_ids(value: object) -> tuple[int, ...]:
    """One id, a list of ids, or none."""
    values = value if isinstance(value, list) else [value]
    return tuple(
        item for item in values if isinstance(item, int) and not isinstance(item, bool) and item >= 0
    )


def first_id(tokenizer_json: str) -> int | None:
    """The id a tokenizer's own post-processor puts before a text, or the text's first."""
    from tokenizers import Tokenizer

    ids: list[int] = Tokenizer.from_str(tokenizer_json).encode("a").ids
    return ids[0] if ids else None


def chat_template(folder: Path, tokenizer_config: Json) -> str | None:
    """The jinja template: a file of its own (newer), or in tokenizer_config.json, where it may be a list."""
    own_file = folder / "chat_template.jinja"
    if own_file.is_file():
        return own_file.read_text(encoding="utf-8", errors="replace")
    template = tokenizer_config.get("chat_template")
    if isinstance(template, list):
        named = {str(row.get("name")): row.get("template") for row in template if isinstance(row, dict)}
        template = named.get("default")
    return template if isinstance(template, str) else None


def licence_name(folder: Path) -> str | None:
    """`license:` in the model card's front matter."""
    card = folder / "README.md"
    if not card.is_file():
        return None
    head = re.match(r"---\n(.*?)\n---", card.read_text(encoding="utf-8", errors="replace"), re.DOTALL)
    if head is None:
        return None
    fields = dict(
        re.findall(r"^(license(?:_name)?):[ \t]*[\"']?([^\"'\n]+?)[\"']?[ \t]*$", head[1], re.MULTILINE)
    )
    name: str | None = fields.get("license")
    return fields.get("license_name", name) if name == "other" else name


def licence_text(folder: Path) -> str | None:
    for name in _LICENCE_NAMES:
        path = folder / name
        if path.is_file():
            return path.read_text(encoding="utf-8", errors="replace")[:_LONGEST_LICENCE]
    return None
