"""The walks: from a request, step by step, to a model's answer. Yields, never prints."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from coder_cli import prompts
from coder_cli.errors import CoderError, ContextError
from coder_cli.extract import CodeBlock
from coder_cli.infill import Hole, Middle, fit
from coder_cli.model.types import Completion, Finish, LanguageModel, Part, Prompt, Sampling
from coder_cli.prompts import Message, Role
from coder_cli.settings import Settings
from exporters.store import InstalledModel, ModelStore
from exporters.targets import Device

if TYPE_CHECKING:
    from coder_cli.model.engine import Engine

Notice = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Length:
    """Where an answer may end, besides the model's own end."""

    max_tokens: int
    stop: tuple[str, ...] = ()


class TextFilter(Protocol):
    """Looks at an answer as it comes and decides what of it is passed on."""

    done: bool

    def push(self, piece: str) -> str: ...

    def close(self) -> str: ...


def open_model(settings: Settings, notice: Notice) -> tuple[InstalledModel, Engine]:
    """The model the settings name, loaded. StoreError, ModelError or ContextError say what is missing."""
    wanted = None if settings.device == "auto" else Device(settings.device.partition(":")[0])
    installed = ModelStore(settings.models_dir).resolve(settings.model, device=wanted)
    from coder_cli.model.engine import Engine  # numpy and ONNX Runtime: only once there is something to load

    engine = Engine.open(
        installed.folder,
        device=settings.device,
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        notice=notice,
    )
    return installed, engine


@dataclass(frozen=True, slots=True)
class Generation:
    """A request for text. `system` is for chat; `raw` sends the text as it is; `extract` keeps only code."""

    text: str
    system: str | None = None
    raw: bool = False
    extract: bool = False


def generate(
    model: LanguageModel, request: Generation, sampling: Sampling, length: Length, notice: Notice
) -> Iterator[str | Completion]:
    """Instruct models answer in their chat format; base models go on from the text.

    With `extract`, raises CoderError (exit 1) with the answer when it holds no code.
    """
    chats = model.family.instruct and not request.raw
    parts = _conversation(model, request, notice) if chats else prompts.completion(request.text)
    if not chats and request.system:
        notice("Without a chat format there is no place for a system text: it is left out.")
    prompt = Prompt(parts, stop=length.stop, max_new_tokens=length.max_tokens)
    if not (request.extract and chats):  # a base model's continuation is code already
        yield from model.generate(prompt, sampling)
        return
    block = CodeBlock()
    yield from _filtered(model, prompt, sampling, block)
    if not block.found:
        raise CoderError("The answer holds no code block.", block.text.strip() or None)


def _conversation(model: LanguageModel, request: Generation, notice: Notice) -> tuple[Part, ...]:
    if model.family.chat is None and model.chat_template is None:
        notice("This model has no chat template: it goes on from the text as it is.")
    messages = [Message(Role.USER, request.text)]
    if request.system:
        messages.insert(0, Message(Role.SYSTEM, request.system))
    return prompts.chat(model.family, model.chat_template, messages)


def infill(
    model: LanguageModel, hole: Hole, sampling: Sampling, length: Length, lines: int | None, notice: Notice
) -> Iterator[str | Completion]:
    """What belongs into the hole. Text far from it is left out where the window is too small, aloud.

    ModelError where the family was not trained to fill in.
    """
    marks = len(model.encode(prompts.fim(model.family, "", "")))
    # A small window is for reading first: the answer gets at most a quarter of it.
    max_tokens = min(length.max_tokens, max(1, model.context_length // 4))
    seen = fit(hole, model.context_length - max_tokens - marks, model.count_tokens)
    parts = prompts.fim(model.family, seen.prefix, seen.suffix)
    if len(model.encode(parts)) >= model.context_length:
        raise ContextError(f"The hole does not fit into {model.context_length} tokens.")
    if seen != hole:
        before = hole.prefix.count("\n") - seen.prefix.count("\n")
        after = hole.suffix.count("\n") - seen.suffix.count("\n")
        notice(f"The window is full: the first {before} and the last {after} lines are left out.")
    prompt = Prompt(parts, stop=length.stop, max_new_tokens=max_tokens)
    yield from _filtered(model, prompt, sampling, Middle(hole, lines))


def _filtered(
    model: LanguageModel, prompt: Prompt, sampling: Sampling, text_filter: TextFilter
) -> Iterator[str | Completion]:
    """What a filter passes on. Once it is done the model is stopped, and that counts as the answer's end."""
    shown: list[str] = []
    for piece in model.generate(prompt, sampling):
        if isinstance(piece, Completion):
            if rest := text_filter.close():
                shown.append(rest)
                yield rest
            finish = Finish.STOP if text_filter.done else piece.finish
            yield dataclasses.replace(piece, text="".join(shown), finish=finish)
        elif not text_filter.done:
            if passed := text_filter.push(piece):
                shown.append(passed)
                yield passed
            if text_filter.done:
                model.cancel()
