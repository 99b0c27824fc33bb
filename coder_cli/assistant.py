"""The walks: from a request, step by step, to a model's answer. Yields, never prints."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from coder_cli import prompts
from coder_cli.briefing import Briefing
from coder_cli.citations import Citations
from coder_cli.errors import CoderError, ContextError
from coder_cli.extract import CodeBlock
from coder_cli.infill import Hole, Middle, fit
from coder_cli.model.types import (
    Completion,
    Finish,
    LanguageModel,
    Part,
    PrefillProgress,
    Prompt,
    Sampling,
    unheard,
)
from coder_cli.prompts import Message, Role
from coder_cli.repetition import Repetition
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
    finish: Finish  # how an answer ends that it has ended

    def push(self, piece: str) -> str: ...

    def close(self) -> str: ...


def find_model(settings: Settings) -> InstalledModel:
    """The model the settings name, not loaded. StoreError where there is none."""
    wanted = None if settings.device == "auto" else Device(settings.device.partition(":")[0])
    return ModelStore(settings.models_dir).resolve(settings.model, device=wanted)


def open_model(settings: Settings, notice: Notice) -> tuple[InstalledModel, Engine]:
    """The same, loaded. StoreError, ModelError or ContextError say what is missing."""
    installed = find_model(settings)
    from coder_cli.model.engine import Engine  # numpy and ONNX Runtime: only once there is something to load

    engine = Engine.open(
        installed.folder,
        device=settings.device,
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        notice=notice,
        prefixes=settings.cache_dir / "prefixes" if settings.prefix_cache_mb else None,
        prefix_bytes=settings.prefix_cache_mb * 10**6,
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
    model: LanguageModel,
    request: Generation,
    sampling: Sampling,
    length: Length,
    notice: Notice,
    progress: PrefillProgress = unheard,
) -> Iterator[str | Completion]:
    """Instruct models answer in their chat format; base models go on from the text.

    With `extract`, raises CoderError (exit 1) with the answer when it holds no code.
    """
    chats = model.family.instruct and not request.raw
    parts = _conversation(model, request, notice) if chats else prompts.completion(request.text)
    if not chats and request.system:
        notice("Without a chat format there is no place for a system text: it is left out.")
    prompt = Prompt(parts, stop=length.stop, max_new_tokens=length.max_tokens)
    # A base model's continuation is code already.
    yield from _written(model, prompt, sampling, progress, extract=request.extract and chats)


def answer(
    model: LanguageModel,
    briefing: Briefing,
    sampling: Sampling,
    length: Length,
    progress: PrefillProgress,
    citations: Citations,
) -> Iterator[str | Completion]:
    """To a request about a repository: places that it names are checked while it streams."""
    prompt = Prompt(briefing.parts, stop=length.stop, max_new_tokens=length.max_tokens)
    yield from checked(model, model.generate(prompt, sampling, progress), citations)


def checked(
    model: LanguageModel, pieces: Iterator[str | Completion], citations: Citations
) -> Iterator[str | Completion]:
    """An answer with its places checked, ended where it goes round in circles."""
    yield from _filtered(model, pieces, Repetition(), citations)


def write(
    model: LanguageModel,
    briefing: Briefing,
    sampling: Sampling,
    length: Length,
    progress: PrefillProgress,
    *,
    extract: bool,
) -> Iterator[str | Completion]:
    """Code, or an answer, that fits a repository. CoderError (exit 1) where `extract` finds no code in it."""
    prompt = Prompt(briefing.parts, stop=length.stop, max_new_tokens=length.max_tokens)
    yield from _written(model, prompt, sampling, progress, extract=extract)


def _written(
    model: LanguageModel, prompt: Prompt, sampling: Sampling, progress: PrefillProgress, *, extract: bool
) -> Iterator[str | Completion]:
    pieces = model.generate(prompt, sampling, progress)
    if not extract:
        yield from _filtered(model, pieces, Repetition())
        return
    block = CodeBlock()
    yield from _filtered(model, pieces, Repetition(), block)
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
    model: LanguageModel,
    hole: Hole,
    sampling: Sampling,
    length: Length,
    lines: int | None,
    notice: Notice,
    progress: PrefillProgress = unheard,
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
    yield from _filtered(model, model.generate(prompt, sampling, progress), Middle(hole, lines))


def fill(
    model: LanguageModel,
    parts: tuple[Part, ...],
    hole: Hole,
    sampling: Sampling,
    length: Length,
    lines: int | None,
    progress: PrefillProgress,
) -> Iterator[str | Completion]:
    """What belongs into the hole, or goes on from it, to a prompt that is made already."""
    prompt = Prompt(parts, stop=length.stop, max_new_tokens=length.max_tokens)
    yield from _filtered(model, model.generate(prompt, sampling, progress), Repetition(), Middle(hole, lines))


def _filtered(
    model: LanguageModel, pieces: Iterator[str | Completion], *filters: TextFilter
) -> Iterator[str | Completion]:
    """What the filters pass on, one after the other. Once one is done the model is stopped, and that counts
    as the answer's end."""
    shown: list[str] = []
    for piece in pieces:
        if isinstance(piece, Completion):
            if rest := _through(filters, "", last=True):
                shown.append(rest)
                yield rest
            ended = next((each.finish for each in filters if each.done), piece.finish)
            yield dataclasses.replace(piece, text="".join(shown), finish=ended)
        elif not any(each.done for each in filters):
            if passed := _through(filters, piece, last=False):
                shown.append(passed)
                yield passed
            if any(each.done for each in filters):
                model.cancel()


def _through(filters: Sequence[TextFilter], text: str, *, last: bool) -> str:
    """A filter that is done lets nothing more in."""
    for each in filters:
        text = each.push(text) if text and not each.done else ""
        text += each.close() if last else ""
    return text
