"""What is told of definitions that are gone, and are missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coder_cli.review.checks.deleted_files import User, listed
from coder_cli.review.checks.ground import FilePair, at_lines
from coder_cli.review.types import Category, Finding, Severity
from retrieval.types import Symbol

NAME = "deleted-symbol"
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Gone:
    pair: FilePair
    index: int  # before the change
    symbol: Symbol
    name: str  # with its owners


def finding_of(gone: Gone, users: Sequence[User]) -> Finding:
    symbol = gone.symbol
    deleted = gone.pair.deleted_text(symbol.start_line, symbol.end_line)
    return told(gone.pair, gone.name, symbol.line, _surest(users), deleted)


def _surest(users: Sequence[User]) -> Sequence[User]:
    """Of users that are certain and others only the former are told."""
    return [user for user in users if user.exact] or list(users)


def joint_finding(missed: Sequence[tuple[Gone, Sequence[User]]]) -> Finding:
    """Of many definitions that one file has no more: mostly it has one cause."""
    certain = any(user.exact for _, users in missed for user in users)
    sure = [(each, found) for each, users in missed if (found := _surest(users))[0].exact is certain]
    first, named, left = sure[0][0], sure[:_MOST_NAMED], len(sure) - _MOST_NAMED
    names = ", ".join(each.name for each, _ in named)
    uses = "; ".join(f"{each.name} in {listed(users)}" for each, users in named)
    return _missed(
        first.pair,
        first.symbol.line,
        certain=certain,
        title=f"{len(sure)} definitions are gone, but still used: {names}{'…' if left > 0 else ''}",
        scenario=f"{uses}{f'; and {left} more' if left > 0 else ''}.",
        suggestion="Change what uses them, or keep them.",
        deleted=first.pair.deleted_text(first.symbol.start_line, first.symbol.end_line),
    )


def told(pair: FilePair, name: str, old_line: int, users: Sequence[User], deleted: str) -> Finding:
    return _missed(
        pair,
        old_line,
        certain=users[0].exact,
        title=f"{name} is gone, but still used",
        scenario=f"{listed(users)} still {'uses' if len(users) == 1 else 'use'} it.",
        suggestion="Change what uses it, or keep it.",
        deleted=deleted,
    )


def _missed(
    pair: FilePair, old_line: int, *, certain: bool, title: str, scenario: str, suggestion: str, deleted: str
) -> Finding:
    line = pair.beside(old_line)
    return at_lines(
        pair,
        line,
        line,
        check=NAME,
        severity=Severity.ERROR if certain else Severity.WARNING,
        category=Category.INTERFACE,
        title=title,
        scenario=scenario,
        suggestion=suggestion,
        deleted=deleted,
        certain=certain,
    )
