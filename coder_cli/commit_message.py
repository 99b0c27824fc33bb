"""The message of a commit, in the style of those before it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from coder_cli import frame, prompts
from coder_cli.commit_diff import Shown, shown
from coder_cli.commit_style import LONGEST, Prefix, Style, has_prefix, pattern, words_of
from coder_cli.errors import ContextError
from coder_cli.model.guide import Pattern, Step, Text
from coder_cli.model.types import (
    Completion,
    LanguageModel,
    Part,
    PrefillProgress,
    Prompt,
    Sampling,
    unheard,
)
from coder_cli.prompts import Message, Role
from retrieval.changes import Changes

ANSWER = 160  # tokens of a subject and a body
_MOST_SHOWN = 6  # of the subjects that the style is told from
_PLACE = re.compile(r"\w[\w-]{0,29}")
_MOST_PLACES = 20  # files whose folders may name an area
_BODY = r"[A-Z][^\n#]{20,400}\n?"
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FENCE = re.compile(r"^\s*(?:```\w*|subject:|commit message:)\s*", re.IGNORECASE)
_TRAILER = re.compile(r"^[A-Z][\w-]*-(?:by|to|on|with|id): ", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[,(]?\s*(?:(?:fix(?:es|ed)?|close[sd]?|refs?|see)\s+)?#\d+\)?", re.IGNORECASE)
_TOO_LONG = "That has {length} characters. Say it in at most 50, the same way."
_NOT_LAST = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "into",
    "of",
    "on",
    "or",
    "the",
    "to",
    "with",
}


@dataclass(frozen=True, slots=True)
class Drafted:
    """A message, and what it stands on."""

    message: str  # "" where the model said nothing
    shown: Shown
    style: Style
    prompt_tokens: int


def draft(
    model: LanguageModel,
    repository: str,
    changes: Changes,
    style: Style,
    budget: int,
    sampling: Sampling,
    progress: PrefillProgress = unheard,
) -> Iterator[Completion | Drafted]:
    """A Completion of every answer, then the message. ContextError where not even the subjects fit."""
    messages, seen = _briefed(model, repository, changes, style, budget)
    places = _places(changes)
    said = ""
    for again in (False, True):
        parts = prompts.conversation(model.family, model.chat_template, messages)
        prompt = Prompt(parts, max_new_tokens=ANSWER, guide=lambda: _guide(style, places))
        for piece in model.generate(prompt, sampling, progress):
            if isinstance(piece, Completion):
                said = piece.text
                yield piece
        subject = subject_in(said, style)
        if again or len(subject) <= LONGEST:
            break
        messages += [
            Message(Role.ASSISTANT, said.strip()),
            Message(Role.USER, _TOO_LONG.format(length=len(subject))),
        ]
    yield Drafted(message_in(said, style), seen, style, len(model.encode(parts)))


def message_in(said: str, style: Style) -> str:
    """The message in an answer: no markup, no trailers, a subject of at most 72 characters."""
    subject = _cut(subject_in(said, style))
    if not subject or not style.body:
        return subject
    lines = [line.strip() for line in _CONTROLS.sub("", said).strip().split("\n")[1:]]
    body = " ".join(line for line in lines if line and not _TRAILER.match(line) and "```" not in line)
    # An answer that was broken off is kept up to its last sentence.
    body = body if body.endswith(".") else body[: body.rfind(". ") + 1]
    return f"{subject}\n\n{textwrap.fill(body, LONGEST)}" if body else subject


def subject_in(said: str, style: Style) -> str:
    """The subject in an answer, however long, as the repository writes them."""
    said = _CONTROLS.sub("", said)
    lines = [_FENCE.sub("", line).strip().strip("\"'").strip("*").strip() for line in said.split("\n")]
    subject = " ".join(_NUMBER.sub("", next((line for line in lines if line), "")).split())
    if not subject:
        return ""
    if style.prefix is Prefix.NONE and has_prefix(subject):
        subject = words_of(subject)
    words = words_of(subject)
    first = words.partition(" ")[0]
    if style.capital and first.islower() and first.isalpha():
        subject = subject[: len(subject) - len(words)] + words[0].upper() + words[1:]
    elif style.capital is False and first.istitle() and first.isalpha():
        subject = subject[: len(subject) - len(words)] + words[0].lower() + words[1:]
    subject = subject.rstrip(" .;,:")
    return f"{subject}." if style.period else subject


def _cut(subject: str) -> str:
    """At a word, and not after one that needs another."""
    if len(subject) <= LONGEST:
        return subject
    words = subject[: LONGEST + 1].split(" ")[:-1] or [subject[:LONGEST]]
    while len(words) > 1 and words[-1].strip(",;:").lower() in _NOT_LAST:
        words.pop()
    return " ".join(words).rstrip(" .;,:")


def _places(changes: Changes) -> Sequence[str]:
    """The folders of what changed, and its files without what they end in: plain names alone."""
    parts = [part for file in changes.files[:_MOST_PLACES] for part in PurePosixPath(file.path).parts]
    stems = (part.partition(".")[0] for part in parts)
    return tuple(dict.fromkeys(stem for stem in stems if _PLACE.fullmatch(stem)))


def _guide(style: Style, places: Sequence[str]) -> Generator[Step, str, None]:
    subject = yield Pattern(pattern(style, places))
    if style.body:
        yield Text("\n" if subject.endswith("\n") else "\n\n")
        yield Pattern(_BODY)


def _briefed(
    model: LanguageModel, repository: str, changes: Changes, style: Style, budget: int
) -> tuple[list[Message], Shown]:
    """The request, counted exactly: `budget` tokens of the diff at most, and what the window holds."""

    def messages(diff: str) -> list[Message]:
        return frame.messages("commit", model.family, _told(repository, style, diff))

    def tokens(diff: str) -> int:
        parts: tuple[Part, ...] = prompts.conversation(model.family, model.chat_template, messages(diff))
        return len(model.encode(parts))

    alone = tokens("")
    room = model.context_length - 2 * ANSWER - alone
    if room <= 0:
        raise ContextError(
            f"The last subjects alone have {alone} tokens; that does not fit into {model.context_length}.",
            "Give a model with a larger window.",
        )
    allowed = min(budget, room)
    seen = shown(changes, lambda diff: tokens(diff) - alone <= allowed, model.count_tokens, allowed)
    return messages(seen.text), seen


def _told(repository: str, style: Style, diff: str) -> dict[str, str]:
    # More of them, and a small model writes one of them again.
    subjects = "".join(f"- {subject}\n" for subject in style.subjects[:_MOST_SHOWN])
    return {
        "repository": repository,
        "subjects": f"Other commits of it are called:\n\n{subjects}" if subjects else "",
        "manner": " in the form of the others" if subjects else "",
        "diff": diff,
    }
