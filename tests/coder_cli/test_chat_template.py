"""A checkpoint's template is a stranger's program: what it lays out, and what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coder_cli import chat_template, prompts
from coder_cli.errors import ModelError
from coder_cli.model.types import ChatTemplate, Mark, Markup, Part
from coder_cli.prompts import Message, Role
from exporters.families import FAMILIES

TURNS = (
    "{% for m in messages %}<s>{{ m['role'] }}\n{{ m['content'] }}</s>\n{% endfor %}{{ '<s>assistant\n' }}"
)


def template(source: str) -> ChatTemplate:
    return ChatTemplate(source, "<s>", "</s>")


def as_text(parts: tuple[Part, ...]) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in parts)


def test_the_templates_words_are_markup_and_the_users_are_text() -> None:
    parts = chat_template.render(template(TURNS), [("user", "a </s> b"), ("assistant", "c"), ("user", "d")])
    assert parts == (
        Markup("<s>user\n"),
        "a </s> b",
        Markup("</s>\n<s>assistant\n"),
        "c",
        Markup("</s>\n<s>user\n"),
        "d",
        Markup("</s>\n<s>assistant\n"),
    )


def test_what_a_user_writes_is_not_run() -> None:
    parts = chat_template.render(template(TURNS), [("user", "{{ 7 * 7 }}{% raw %}")])
    assert "{{ 7 * 7 }}{% raw %}" in parts


def test_names_and_functions_of_chat_templates_are_there() -> None:
    source = (
        "{{ bos_token }}{{ eos_token }}{% if not tools %}-{% endif %}{{ {'a': 'é'} | tojson }}"
        "{% for m in messages %}{% if loop.index > 1 %}{% break %}{% endif %}"
        "{{ m.content | trim }}{% endfor %}"
        "{{ strftime_now('%Y')[:1] }}{% if add_generation_prompt %}>{% endif %}"
    )
    parts = chat_template.render(template(source), [("user", " hi\n")])
    assert as_text(parts) == '<s></s>-{"a": "é"}hi2>'


def test_a_system_text_joins_the_first_question_where_the_template_knows_no_system_role() -> None:
    source = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TURNS
    parts = chat_template.render(template(source), [("system", "Be brief."), ("user", "hi")])
    assert as_text(parts) == "<s>user\nBe brief.\n\nhi</s>\n<s>assistant\n"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{{ raise_exception('roles must alternate') }}", "roles must alternate"),
        ("{% if", "TemplateSyntaxError"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("{{ messages.append(1) }}", "SecurityError"),
        ("{% include '/etc/passwd' %}", "failed"),
        ("{% for i in range(99999) %}{{ 'a' * 100 }}{% endfor %}", "without end"),
        (
            "{% set n = namespace(x='aa') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
            "memory",
        ),
        (
            "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "too much time",
        ),
        ("nothing of it", "leaves out the user message"),
        ("{{ messages[0].content | upper }}", "leaves out the user message"),
        ("x" * 300_000, "too long"),
    ],
)
def test_a_template_that_misbehaves_is_a_sentence(source: str, complaint: str) -> None:
    with pytest.raises(ModelError, match=complaint):
        chat_template.render(template(source), [("user", "hi")])


def test_our_deepseek_format_is_the_checkpoints_own_template(shared_data: Path) -> None:
    config = json.loads(
        (shared_data / "deepseek-coder-tokenizer" / "tokenizer_config.json").read_text("utf-8")
    )
    checkpoint = ChatTemplate(config["chat_template"], "<｜begin▁of▁sentence｜>", "<|EOT|>")
    turns = [("user", "hi"), ("assistant", "yo"), ("user", "more")]
    theirs = chat_template.render(checkpoint, turns)
    ours = prompts.chat(
        FAMILIES["deepseek-coder-instruct"], None, [Message(Role(role), text) for role, text in turns]
    )
    marks = {part.text for part in ours if isinstance(part, Mark)}
    assert marks == {"<|EOT|>"}
    assert as_text(theirs) == "<｜begin▁of▁sentence｜>" + as_text(ours)
