"""The settings that files and the environment may give: their names, and what their values may be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coder_cli.errors import ModelError

Value = str | int | bool | Path


@dataclass(frozen=True, slots=True)
class Key:
    """A setting of files and environment. `read` turns a raw value into ours or raises ValueError."""

    name: str
    help: str
    read: Callable[[object], Value]
    repository: bool = False  # may the untrusted repository file set it?

    @property
    def variable(self) -> str:
        return "CODER_" + self.name.upper()


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("must be a text in quotes")
    return raw


def _count(raw: object) -> int:
    if isinstance(raw, str) and raw.strip().isdecimal():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        raise ValueError("must be a whole number of at least 1")
    return raw


def _amount(raw: object) -> int:
    if raw in (0, "0") and not isinstance(raw, bool):
        return 0
    try:
        return _count(raw)
    except ValueError:
        raise ValueError("must be a whole number of at least 0") from None


def _flag(raw: object) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    found = words.get(raw.strip().lower()) if isinstance(raw, str) else raw
    if not isinstance(found, bool):
        raise ValueError("must be true or false")
    return found


def _color(raw: object) -> str:
    if raw not in ("auto", "always", "never"):
        raise ValueError("must be auto, always or never")
    return str(raw)


def _device(raw: object) -> str:
    if not isinstance(raw, str) or not re.fullmatch(r"auto|cpu|cuda(:\d+)?", raw):
        raise ValueError("must be auto, cpu, cuda or cuda:N")
    return raw


def full_path(raw: object) -> Path:
    text = _text(raw)
    if "\0" in text:
        raise ValueError("must be a path")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError("names the home of someone who is not here") from None
    except OSError:
        raise ValueError("must be a full path, as the current folder is gone") from None


KEYS: dict[str, Key] = {
    row.name: row
    for row in (
        Key("model", "model that answers: an installed name or a model folder", _text, repository=True),
        Key("device", "auto, cpu, cuda or cuda:N", _device),
        Key("threads", "CPU threads; unset: one a core", _count),
        Key(
            "context_tokens",
            "context window in tokens; unset: what model and memory allow",
            _count,
            repository=True,
        ),
        Key(
            "prefix_cache_mb",
            "disk for what models have read, so that it is not read again; 0: keep nothing",
            _amount,
        ),
        Key("journal_mb", "disk for edits, so that they can be undone; the latest is always kept", _amount),
        Key("encoder", "what search compares meanings with: static, or an exported encoder", _text),
        Key("test_command", "what runs the tests: a line for the shell", _text),
        Key("model_findings", "whether a review asks the model, too", _flag),
        Key("offline", "never open a network connection", _flag),
        Key("color", "auto, always or never", _color),
        Key("verbose", "tell more", _flag),
        Key("quiet", "answers and errors only", _flag),
        Key("models_dir", "where models are kept", full_path),
        Key("cache_dir", "downloads and what can be rebuilt", full_path),
        Key("data_dir", "what should be kept", full_path),
        Key("state_dir", "history and logs", full_path),
    )
}


def find_key(name: str, where: str) -> Key:
    """The row of a key; ModelError that suggests the nearest for an unknown one."""
    if name in KEYS:
        return KEYS[name]
    import difflib

    near = difflib.get_close_matches(name, KEYS, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else "The keys are: " + ", ".join(KEYS) + "."
    raise ModelError(f"{where}: there is no setting `{name}`.", hint)


def checked(key: Key, raw: object, where: str) -> Value:
    """`raw` as the setting wants it; ModelError that says where it stands."""
    try:
        return key.read(raw)
    except ValueError as problem:
        raise ModelError(f"{where}: `{key.name}` {problem}, not {raw!r}.") from None
