"""The nouns of a review."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How much a finding matters; SARIF calls them note, warning and error."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        return self.name.lower()


class Category(StrEnum):
    """What kind of fault it is."""

    LOGIC = "logic"  # wrong operator, off by one, a branch that is gone, swapped arguments
    ERRORS = "errors"  # a missing check, an exception that nobody handles, a None that is used
    SECURITY = "security"
    INTERFACE = "interface"  # a signature and its callers, what is gone but still used, imports
    CONCURRENCY = "concurrency"
    RESOURCES = "resources"  # leaks, what is never closed, needless work
    TESTS = "tests"
    LEFTOVER = "leftover"  # conflict markers, debug prints


class Source(StrEnum):
    """Who says so."""

    CHECK = "check"  # a rule: the same answer each time
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault at lines of the new side of a diff. The lines are computed from `quote`, never generated."""

    path: str
    start_line: int  # from 1, of the file after the change
    end_line: int
    severity: Severity
    category: Category
    title: str
    scenario: str  # when it fails, and what happens then
    suggestion: str
    quote: str  # the lines themselves, as they stand in the file
    source: Source
    deleted: str = ""  # of a pure deletion the text that is gone; then the lines are those that survived it
    certain: bool = True  # False: it rests on names alone, and may be wrong
    check: str = ""  # the name of the check that found it
