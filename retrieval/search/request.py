"""What a request asks for: words, names of code, and what kind of text it is."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from retrieval.search.words import identifiers, of_identifier

_MOST_WORDS = 80  # different ones; of a long text those that are repeated most
_TRACE = re.compile(
    r"""^(?:\s*File\ "[^"]+",\ line\ \d+ | Traceback\ \(most\ recent   # Python
    | \s*at\ .+[(:]\d+\)? | \s+at\ (?:\w+\ )?[\w.$<>`]+\(.*\)$ | .+:line\ \d+$   # JavaScript, Java, C#
    | goroutine\ \d+\ \[ | \s*\S+\.go:\d+\ \+0x   # Go
    | (?:stack\ backtrace:|thread\ '.*'\ panicked\ at)   # Rust
    | \s*(?:from\ )?\S+:\d+:in\ [`'] | \#\d+\ \S+\(\d+\):   # Ruby, PHP
    )""",
    re.MULTILINE | re.VERBOSE,
)
_DIFF = re.compile(r"^(?:diff --git |@@ -\d+|--- \S|\+\+\+ \S)", re.MULTILINE)
_QUESTION = re.compile(r"\s*(?:(?:where|how|what|which|who|why)\b.*|.*\?)\s*", re.IGNORECASE)
_NAME = re.compile(r"_|\d|[a-z][A-Z]|[A-Z]{2}.*[a-z]")
_NUMBER = re.compile(r"#\d+\b|\b[0-9a-f]{7,40}\b")  # of an issue, of a commit


class Kind(StrEnum):
    WORDS = "words"  # for files: what a change is about
    QUESTION = "question"  # for places: the code that answers it, however large or lively its file is
    TRACE = "trace"
    DIFF = "diff"
    CODE = "code"  # around a cursor


@dataclass(frozen=True, slots=True)
class Asked:
    kind: Kind
    text: str
    words: dict[str, float]  # with what each counts for
    names: dict[str, float]  # identifiers as written, in lower case


def understood(text: str, kind: Kind | None = None) -> Asked:
    kind = kind or kind_of(text)
    plain = _NUMBER.sub(" ", text)
    if kind is Kind.DIFF:
        plain = "\n".join(_of_diff(plain))
    counted: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for identifier in identifiers(plain):
        counted.update(of_identifier(identifier))
        if len(identifier) > 2:
            names[identifier.lower()] += 2 if _NAME.search(identifier) else 1
    most = sorted(counted, key=lambda word: (-counted[word], word))[:_MOST_WORDS]
    return Asked(
        kind,
        plain,
        {word: 1.0 + math.log(counted[word]) for word in most},
        dict.fromkeys(sorted(names, key=lambda name: (-names[name], name))[:_MOST_WORDS], 1.0),
    )


def kind_of(text: str) -> Kind:
    """As it looks: a diff, a stack trace, a line that asks, else words."""
    if _DIFF.search(text):
        return Kind.DIFF
    if _TRACE.search(text):
        return Kind.TRACE
    return Kind.QUESTION if _QUESTION.fullmatch(text) else Kind.WORDS


def _of_diff(text: str) -> list[str]:
    """Paths, the names that hunks stand in, and the lines that change."""
    lines = []
    for line in text.split("\n"):
        if line.startswith("@@"):
            lines.append(line.rpartition("@@")[2])
        elif line.startswith(("+", "-", "diff --git ")):
            lines.append(line.lstrip("+-"))
    return lines
