"""The questions of `ask.py`, and what counts as right.

One JSON file a repository below questions/: where it is, its commit, and questions as a developer new to it
asks them. Each has the places (`path:line` or `path:first-last`) that hold the answer, any one of which is
enough, and the fact: regular expressions that must all be found in an answer, whatever their case. A fact is
a number, a name or a condition that stands in the code and not in the question. Half of the questions are for
tuning; the others are held out until the end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "questions"
TUNING, HELD_OUT = "tuning", "held-out"
# As a person would follow it: a path with an ending or a folder, a colon, a line or two.
_PRINTED = re.compile(r"(?<![\w/.:@-])([\w@.-]+(?:/[\w@.\[\]-]+)*\.\w+):L?(\d+)(?:\s*[-–]\s*L?(\d+))?")


@dataclass(frozen=True, slots=True)
class Span:
    path: str
    first: int
    last: int

    def meets(self, other: Span) -> bool:
        return self.path == other.path and self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Question:
    identifier: str
    kind: str  # TUNING or HELD_OUT
    text: str
    places: tuple[Span, ...]
    facts: tuple[re.Pattern[str], ...]

    def answered_by(self, text: str) -> bool:
        return all(fact.search(text) for fact in self.facts)

    def place_of(self, spans: Sequence[Span]) -> int | None:
        """Where the first of the spans stands that holds the answer; from 1."""
        return _first(any(span.meets(place) for place in self.places) for span in spans)

    def file_of(self, paths: Sequence[str]) -> int | None:
        """Where the first of the files stands that hold the answer; from 1."""
        return _first(any(path == place.path for place in self.places) for path in paths)


@dataclass(frozen=True, slots=True)
class Repository:
    name: str
    url: str
    commit: str
    questions: tuple[Question, ...]


def repositories() -> list[Repository]:
    return [_repository(path) for path in sorted(FOLDER.glob("*.json"))]


def printed(text: str) -> list[Span]:
    """What an answer cites, by its looks; whether it exists is another matter."""
    found = []
    for match in _PRINTED.finditer(text):
        first = int(match[2])
        found.append(Span(match[1], first, int(match[3] or first)))
    return found


def exists(span: Span, root: Path) -> bool:
    """A file of the repository that has these lines."""
    path = root / span.path
    if not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
        return False
    lines = path.read_text(encoding="utf-8", errors="replace").count("\n") + 1
    return 1 <= span.first <= span.last <= lines


def _repository(path: Path) -> Repository:
    value = json.loads(path.read_text(encoding="utf-8"))
    return Repository(
        path.stem, value["repository"], value["commit"], tuple(_question(row) for row in value["questions"])
    )


def _question(row: dict[str, object]) -> Question:
    places, facts = row["places"], row["facts"]
    assert isinstance(places, list) and isinstance(facts, list)
    return Question(
        str(row["id"]),
        str(row["set"]),
        str(row["question"]),
        tuple(_spans(places)),
        tuple(re.compile(fact, re.IGNORECASE | re.DOTALL) for fact in facts),
    )


def _spans(places: Iterable[str]) -> Iterator[Span]:
    for place in places:
        path, _, lines = place.rpartition(":")
        first, _, last = lines.partition("-")
        yield Span(path, int(first), int(last or first))


def _first(right: Iterable[bool]) -> int | None:
    return next((number for number, is_right in enumerate(right, 1) if is_right), None)
