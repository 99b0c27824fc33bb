"""The checks that are rules, not opinions: the same diff gives the same findings each time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from coder_cli.review.checks.ground import Ground
from coder_cli.review.types import Finding
from retrieval.changes import Changes
from retrieval.project import RepositoryProject


@dataclass(frozen=True, slots=True)
class Check:
    name: str  # as in Finding.check
    description: str  # one sentence, for whoever reads a report
    find: Callable[[Ground], Iterable[Finding]]


CHECKS: tuple[Check, ...] = ()


def run_checks(changes: Changes, before: RepositoryProject, after: RepositoryProject) -> tuple[Finding, ...]:
    """By path and line. `before` and `after` are the two sides of the changes, read and parsed."""
    ground = Ground(changes, before, after)
    found = [finding for check in CHECKS for finding in check.find(ground)]
    return tuple(
        sorted(dict.fromkeys(found), key=lambda one: (one.path, one.start_line, one.check, one.title))
    )
