"""The words around a request: a text file a task in frames/, and one a family where it needs another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from coder_cli.prompts import Message, Role
from exporters.families import Family

_FOLDER = Path(__file__).with_name("frames")
_SECTION = re.compile(r"^== (system|user) ==\n", re.MULTILINE)
_PLACE = re.compile(r"\{(\w+)\}")


def messages(task: str, family: Family, told: Mapping[str, str]) -> list[Message]:
    """The frame of a task with its places filled in. What is filled in is never looked at again.

    A place that stays empty takes the blank line after it along.
    """
    return [
        Message(role, text) for role, form in _sections(_file(task, family)) if (text := _filled(form, told))
    ]


@cache
def _sections(file: Path) -> tuple[tuple[Role, str], ...]:
    parts = _SECTION.split(file.read_text(encoding="utf-8"))[1:]
    return tuple((Role(role), text.strip("\n")) for role, text in zip(parts[::2], parts[1::2], strict=True))


def _file(task: str, family: Family) -> Path:
    own = _FOLDER / f"{task}.{family.name}.txt"
    return own if own.is_file() else _FOLDER / f"{task}.txt"


def _filled(form: str, told: Mapping[str, str]) -> str:
    for name in _PLACE.findall(form):
        if not told[name]:
            form = form.replace(f"{{{name}}}\n", "")
    return _PLACE.sub(lambda place: told[place[1]], form).strip("\n")
