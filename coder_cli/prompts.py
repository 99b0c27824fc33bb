"""A request as the model family was trained to read it. Pure; golden files in tests/cases/prompts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from coder_cli.errors import ModelError
from coder_cli.model.types import ChatTemplate, Mark, Part
from exporters.families import PAPER_LAYOUT, Family


class Role(Enum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. A system message stands first or not at all."""

    role: Role
    text: str


def chat(family: Family, template: ChatTemplate | None, messages: Sequence[Message]) -> tuple[Part, ...]:
    """A conversation, up to where the model's answer begins.

    The family's own format, else the checkpoint's template, else the plain texts.
    """
    if family.chat is None:
        if template is None:
            return ("\n\n".join(message.text for message in messages),)
        from coder_cli import chat_template

        return chat_template.render(template, [(message.role.value, message.text) for message in messages])
    form = family.chat
    around = {
        Role.SYSTEM: (form.system_open, form.system_close),
        Role.USER: (form.user_open, form.user_close),
        Role.ASSISTANT: (form.assistant_open, form.assistant_close),
    }
    if not messages or messages[0].role is not Role.SYSTEM:
        messages = [Message(Role.SYSTEM, form.default_system), *messages]
    parts: list[Part] = []
    for message in messages:
        before, after = around[message.role]
        parts += [*_marked(family, before), message.text, *_marked(family, after)]
    return (*parts, *_marked(family, form.assistant_open))


def conversation(
    family: Family, template: ChatTemplate | None, messages: Sequence[Message]
) -> tuple[Part, ...]:
    """As `chat`; for a family without turns the texts in a row, and the answer begins where they end."""
    if family.instruct:
        return chat(family, template, messages)
    return ("\n\n".join(message.text for message in messages) + "\n\nAnswer:\n",)


def completion(text: str) -> tuple[Part, ...]:
    """Text to go on from, as it is. The tokenizer puts BOS first where the family has one."""
    return (text,)


def fim(family: Family, prefix: str, suffix: str) -> tuple[Part, ...]:
    """Fill-in-the-middle in prefix-suffix-middle order, the one both families were trained on most.

    ModelError where the family was not trained for it: the marks would be noise to it.
    """
    if family.fim is None:
        instead = family.fim_hint
        raise ModelError(
            f"{family.title} was not trained to fill in the middle.",
            f"Use one that was: coder infill -m {instead} ... (coder pull {instead})" if instead else None,
        )
    marks = family.fim
    return (Mark(marks.prefix), prefix, Mark(marks.suffix), suffix, Mark(marks.middle))


def in_repository(
    family: Family, name: str, files: Sequence[tuple[str, str]], path: str, target: Sequence[Part]
) -> tuple[Part, ...]:
    """Files as (path, text), then the one that is to be gone on with, in the family's own layout.

    DeepSeek-Coder was trained on `#path` above each file, Qwen2.5-Coder on marks (its technical report,
    section 3.1.3). FIM marks belong around the last file's text only.
    """
    layout = family.repository or PAPER_LAYOUT
    parts = [*_named(family, layout.repository_open, name=name)]
    for each, text in files:
        parts += [*_named(family, layout.file_open, path=each), text + layout.file_close]
    return (*parts, *_named(family, layout.file_open, path=path), *target)


def _named(family: Family, texts: Iterable[str], **names: str) -> Iterator[Part]:
    """A line end in a path would forge a line of its own."""
    for text in texts:
        if text in family.control_tokens:
            yield Mark(text)
            continue
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value.replace("\n", "\\n").replace("\r", "\\r"))
        yield text


def _marked(family: Family, texts: Iterable[str]) -> tuple[Part, ...]:
    """The family's own strings; those that equal a control token are sent as that control id."""
    return tuple(Mark(text) if text in family.control_tokens else text for text in texts)
