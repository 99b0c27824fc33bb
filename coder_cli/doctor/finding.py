"""What the doctor says of one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Verdict(Enum):
    OK = "ok"
    NOTE = "note"  # it works, and could work better
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line: what was looked at, how it is, and the command that mends it. `facts` are for programs."""

    name: str
    verdict: Verdict
    text: str
    mend: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def ok(name: str, text: str, **facts: object) -> Finding:
    return Finding(name, Verdict.OK, text, None, facts)


def note(name: str, text: str, mend: str | None = None, **facts: object) -> Finding:
    return Finding(name, Verdict.NOTE, text, mend, facts)


def problem(name: str, text: str, mend: str | None = None, **facts: object) -> Finding:
    return Finding(name, Verdict.PROBLEM, text, mend, facts)


def guarded(name: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Whatever breaks while something is looked at is a line about it. Only Ctrl-C gets through."""
    try:
        yield from look()
    except Exception as error:
        message = getattr(error, "message", None)  # of this program's own errors
        if isinstance(error, OSError) and error.strerror:
            message = f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
        yield problem(name, message or f"{type(error).__name__}: {error}", getattr(error, "help_line", None))
