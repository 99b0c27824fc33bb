"""Prompts against golden files: adding a case is adding a file to tests/cases/prompts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coder_cli import frame, prompts
from coder_cli.errors import ModelError
from coder_cli.model.tokenizer import Tokenizer
from coder_cli.model.types import Mark, Part
from coder_cli.prompts import Message, Role
from exporters.families import FAMILIES
from exporters.manifest import Layout, Manifest

CASES = sorted((Path(__file__).parents[1] / "cases" / "prompts").glob("*.json"))


def built(case: dict[str, Any]) -> tuple[Part, ...]:
    family = FAMILIES[case["family"]]
    if "frame" in case:
        messages = frame.messages(case["frame"], family, case["told"])
        return prompts.conversation(family, None, messages)
    if "messages" in case:
        return prompts.chat(family, None, [Message(Role(role), text) for role, text in case["messages"]])
    hole = prompts.fim(family, case["prefix"], case["suffix"])
    if "files" in case:
        files = [(path, text) for path, text in case["files"]]
        return prompts.in_repository(family, case["repository"], files, case["path"], hole)
    return hole


def joined(parts: tuple[Part, ...]) -> list[object]:
    """As golden files write them: neighbouring strings joined, marks as objects, nothing empty."""
    found: list[object] = []
    for part in parts:
        if isinstance(part, Mark):
            found.append({"mark": part.text})
        elif isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part:
            found.append(part)
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_prompt_is_what_its_golden_file_says(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    assert joined(built(case)) == case["parts"]


@pytest.mark.parametrize(
    "path", [path for path in CASES if "ids_end" in path.read_text()], ids=lambda p: p.stem
)
def test_the_golden_ids_hold_with_the_real_tokenizer(path: Path, shared_data: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    manifest = Manifest(
        "test", case["family"], "cpu-int4", Layout.FUSED, "llama", "", None, None, 1, 16384, 32256, 1, 1, 8,
        "float32", 32013, (32014,), None, {}, "",
    )  # fmt: skip
    ids = Tokenizer.open(shared_data / "deepseek-coder-tokenizer", manifest).encode(built(case))
    assert ids[: len(case["ids_begin"])] == case["ids_begin"]
    assert ids[-len(case["ids_end"]) :] == case["ids_end"]
    assert len(ids) == case.get("ids_count", len(ids))


def test_every_family_with_a_chat_format_or_fim_has_a_golden_file() -> None:
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in CASES]
    for family in FAMILIES.values():
        kinds = {
            "messages" if "messages" in case else "fim" for case in cases if case["family"] == family.name
        }
        assert kinds >= {kind for kind, has in (("messages", family.chat), ("fim", family.fim)) if has}


def test_user_text_is_never_a_mark() -> None:
    for family in FAMILIES.values():
        for text in family.control_tokens:
            if family.chat:
                assert text in prompts.chat(family, None, [Message(Role.USER, text)])
            if family.fim:
                assert prompts.fim(family, text, text).count(text) == 2


def test_a_family_without_fim_names_one_that_has_it() -> None:
    for family in FAMILIES.values():
        if family.fim is None:
            with pytest.raises(ModelError) as caught:
                prompts.fim(family, "a", "b")
            assert "not trained to fill in" in caught.value.message
            assert family.fim_hint and family.fim_hint in str(caught.value.help_line)


def test_without_any_chat_format_the_texts_stand_plain() -> None:
    messages = [Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "hi")]
    assert prompts.chat(FAMILIES["plain"], None, messages) == ("Be brief.\n\nhi",)


def test_what_is_filled_into_a_frame_is_not_looked_at_again() -> None:
    told = {"repository": "{context}", "preamble": "", "context": "{request} {nothing}", "request": "why?"}
    text = "\n".join(
        message.text for message in frame.messages("ask", FAMILIES["qwen2.5-coder-instruct"], told)
    )
    assert "repository {context}" in text and "{request} {nothing}" in text
    assert text.count("why?") == 1 and "{preamble}" not in text
