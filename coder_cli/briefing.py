"""What a model is given for a request: the frame, the repository's preamble, a window of it, the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coder_cli import frame, prompts
from coder_cli.errors import ContextError
from coder_cli.model.types import LanguageModel, Part
from coder_cli.prompts import Message
from coder_cli.sessions import Source
from coder_cli.workspace import Workspace
from retrieval.window import ContextWindow, Item, LeftOut, Request, Seed, Target

# Of the budget, at most: it must not push out what answers. By measurement (tests.quality.ask, 1,024 tokens):
# a quarter of it costs 2 to 4 of 20 questions the lines that answer them, so a budget that nobody names is
# larger by what the preamble takes, which is read once and then kept.
PREAMBLE_SHARE = 0.2
LARGEST_ANSWER = 0.25  # of a small window
_LEAST_PREAMBLE = 128  # tokens; with less it says nothing
_GAP = 3  # lines passed over that do not part two ranges


@dataclass(frozen=True, slots=True)
class Task:
    """A request as the frames know it. `found` is where it points to, the best first."""

    frame: str  # a file of frames/
    request: str
    found: tuple[Seed, ...] = ()
    target: Target | None = None
    attached: str = ""  # what was piped in: a log, a trace, code
    words: Mapping[str, str] = field(default_factory=dict)  # for other places of its frame
    outlined: bool = True  # with the repository's preamble


@dataclass(frozen=True, slots=True)
class Briefing:
    """A prompt, and what stands in it. `budget` is what the repository's text was allowed."""

    parts: tuple[Part, ...]
    tokens: int
    budget: int
    preamble: tuple[Item, ...]
    window: ContextWindow
    messages: tuple[Message, ...]  # what `parts` say, so that the conversation can go on

    @property
    def items(self) -> tuple[Item, ...]:
        return (*self.preamble, *self.window.items)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        return self.window.left_out


def brief(
    model: LanguageModel, workspace: Workspace, task: Task, answer_tokens: int, budget: int | None
) -> Briefing:
    """The prompt for a task, counted exactly: with the answer it never exceeds the model's window.

    `budget` bounds the repository's text in tokens; None: all that fits. ContextError (exit 4) where not even
    the request fits.
    """
    alone = len(model.encode(_parts(model, workspace, task, (), None)))
    room = model.context_length - answer_tokens - alone
    if room < 0:
        raise ContextError(
            f"The request alone has {alone} tokens; with an answer of {answer_tokens}"
            f" it does not fit into {model.context_length}.",
            "Shorten it, or give a model with a larger window.",
        )
    allowed = room if budget is None else min(room, budget)
    preamble = preamble_of(model, workspace, int(allowed * PREAMBLE_SHARE)) if task.outlined else ()
    around = len(model.encode(_parts(model, workspace, task, preamble, None))) - alone
    asked = allowed - around
    while True:
        window = _window(model, workspace, task, max(0, asked))
        parts = _parts(model, workspace, task, preamble, window)
        tokens = len(model.encode(parts))
        over = tokens - alone - allowed
        if over <= 0 or not window.items:
            messages = tuple(_messages(model, workspace, task, preamble, window))
            return Briefing(parts, tokens, allowed, preamble, window, messages)
        asked -= over


def preamble_of(model: LanguageModel, workspace: Workspace, budget: int) -> tuple[Item, ...]:
    """Skeletons of the files that most others need: the same for every request about the repository."""
    if budget < _LEAST_PREAMBLE:
        return ()
    window = workspace.window(
        Request(), seeds=workspace.central(), budget=budget, count_tokens=model.count_tokens
    )
    return window.items


def sources_of(items: Sequence[Item], found: Sequence[Seed]) -> tuple[Source, ...]:
    """The lines that the model had before it, those that answer best first."""
    sources = [Source(item.path, *lines) for item in items for lines in ranges(item)]
    return tuple(sorted(sources, key=lambda source: _rank(source, found)))


def _rank(source: Source, found: Sequence[Seed]) -> int:
    """The place of the first that points to these lines, else after all."""
    for number, seed in enumerate(found):
        if seed.path == source.path and (
            seed.start_line is None
            or (
                seed.start_line <= source.end_line and source.start_line <= (seed.end_line or seed.start_line)
            )
        ):
            return number
    return len(found)


def ranges(item: Item) -> Iterator[tuple[int, int]]:
    """The lines of an item; a few that are passed over part nothing."""
    first, last = item.spans[0]
    for start, end in item.spans[1:]:
        if start - last > _GAP:
            yield first, last
            first = start
        last = end
    yield first, last


def _window(model: LanguageModel, workspace: Workspace, task: Task, budget: int) -> ContextWindow:
    return workspace.window(
        Request(task.request, task.target), seeds=task.found, budget=budget, count_tokens=model.count_tokens
    )


def _parts(
    model: LanguageModel,
    workspace: Workspace,
    task: Task,
    preamble: Sequence[Item],
    window: ContextWindow | None,
) -> tuple[Part, ...]:
    messages = _messages(model, workspace, task, preamble, window)
    return prompts.conversation(model.family, model.chat_template, messages)


def _messages(
    model: LanguageModel,
    workspace: Workspace,
    task: Task,
    preamble: Sequence[Item],
    window: ContextWindow | None,
) -> list[Message]:
    request = f"{task.request}\n\n```\n{task.attached}\n```" if task.attached else task.request
    told = {
        "repository": workspace.root.name,
        "preamble": f"\nIts most used files, in outline:\n\n{excerpts(preamble)}" if preamble else "",
        "context": excerpts(window.items) if window else "",
        "request": request,
        **task.words,
    }
    return frame.messages(task.frame, model.family, told)


def excerpts(items: Sequence[Item]) -> str:
    """Each below its path and lines, so that a place can be cited."""
    return "".join(f"#{item.path}:{_lines(item)}\n{_note(item)}{item.text}\n\n" for item in items)


def _note(item: Item) -> str:
    return f"{item.note}\n" if item.note else ""


def _lines(item: Item) -> str:
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ranges(item))
