"""Tries until a command passes: each is applied, the command is run, and the best state stays."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from coder_cli.edits.types import FileChange
from coder_cli.errors import CoderError, RepositoryError
from coder_cli.output import Output
from coder_cli.verdict import Verdict

ROUNDS = 3
_IDENTICAL = 3  # tries that say the same: nothing else is going to come
_NUMBERS = re.compile(r"[\d.]+|\s+")  # of lines, of seconds; and the space that they leave
Changes = tuple[FileChange, ...]


class Ending(Enum):
    """Why there are no more tries."""

    PASSED = "passed"
    ROUNDS = "rounds"
    IDENTICAL = "identical"
    DECLINED = "declined"  # whoever proposes wants no more


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with the files as they are now."""

    round: int  # from 1
    output: Output
    fruitless: int = 0  # tries from these very files, which are taken back: the same would come again


class Attempt(Protocol):
    """Proposes changes of the files as they are now: none where nothing came, None for no more tries."""

    def __call__(self, complaint: Complaint) -> Changes | None: ...


class Files(Protocol):
    """The files on disk."""

    def put(self, changes: Changes) -> None:
        """Let them be as these changes of the original have them; without changes, the original."""


@dataclass(frozen=True, slots=True)
class State:
    """The files after some tries, as changes of the original, and what the command says of them."""

    changes: Changes
    output: Output

    @property
    def verdict(self) -> Verdict:
        return self.output.verdict

    def is_better_than(self, other: State) -> bool:
        return self.verdict.is_better_than(other.verdict)

    def says_the_same_as(self, other: State) -> bool:
        """Whether it is the same failure, maybe on another line. Another one may be a step ahead."""
        return self.verdict == other.verdict and self._said == other._said

    @property
    def _said(self) -> str:
        return _NUMBERS.sub("", "\n".join([*self.output.head, *self.output.tail]))


@dataclass(frozen=True, slots=True)
class Repaired:
    """The state that is kept, and how it came about."""

    kept: State
    original: State | None  # None: nobody had to look
    tries: int
    ending: Ending

    @property
    def mended(self) -> bool:
        """The changes are there, and the command passes."""
        return bool(self.kept.changes) and self.kept.output.passed

    @property
    def tests_lost(self) -> int:
        """Tests that ran before and run no more."""
        before = self.original.verdict.ran if self.original else None
        now = self.kept.verdict.ran
        return max(0, before - now) if before and now else 0


@dataclass(slots=True)
class Repair:
    """A walk over tries. Whatever ends it, an error or Ctrl-C too, the best state is what stays on disk."""

    attempt: Attempt
    check: Callable[[], Output]
    files: Files
    rounds: int = ROUNDS
    say: Callable[[str], None] = lambda text: None
    _best: State | None = None
    _seen: dict[frozenset[FileChange], int] = field(default_factory=dict)

    def fix(self, output: Output) -> Repaired:
        """From the original, of which the command says `output`. Only what is better than it is kept."""
        original = State((), output)
        self._best = original
        with self._best_stays():
            return self._walk(original, original)

    def hold(self, changes: Changes) -> Repaired:
        """From an edit that is wanted for itself: it stays unless the original is better."""
        self._seen[frozenset(changes)] = 1
        with self._best_stays():
            first = self._tried(changes)
            if first.output.passed:
                self._best = first
                return Repaired(first, None, 0, Ending.PASSED)
            original = self._tried(())
            self.say(f"With the edit: {first.verdict}; without it: {original.verdict}.")
            self._best = original if original.is_better_than(first) else first
            self.files.put(changes)
            return self._walk(original, first)

    def _walk(self, original: State, now: State) -> Repaired:
        best = self._best or original
        fruitless = 0
        for tries in range(1, self.rounds + 1):
            proposed = self.attempt(Complaint(tries, now.output, fruitless))
            if proposed is None:
                return Repaired(best, original, tries - 1, Ending.DECLINED)
            changes = combined(now.changes, proposed)
            key = frozenset(changes)
            self._seen[key] = self._seen.get(key, 0) + 1
            if self._seen[key] == _IDENTICAL:
                return Repaired(best, original, tries, Ending.IDENTICAL)
            if self._seen[key] > 1 or key in (frozenset(now.changes), frozenset(original.changes)):
                self.say(f"Try {tries} of {self.rounds}: nothing new.")
                fruitless += 1
                continue
            new = self._tried(changes)
            self.say(f"Try {tries} of {self.rounds}: {new.verdict}; before: {now.verdict}.")
            if new.output.passed or new.is_better_than(best):
                best = self._best = new
            if new.output.passed:
                return Repaired(best, original, tries, Ending.PASSED)
            if now.is_better_than(new) or new.says_the_same_as(now):
                self.files.put(now.changes)
                fruitless += 1
            else:
                now, fruitless = new, 0
        return Repaired(best, original, self.rounds, Ending.ROUNDS)

    def _tried(self, changes: Changes) -> State:
        self.files.put(changes)
        return State(changes, self.check())

    @contextlib.contextmanager
    def _best_stays(self) -> Iterator[None]:
        try:
            yield
        except BaseException as cause:
            with contextlib.suppress(CoderError):  # what went wrong first is what is told
                self._put_best()
                if self._seen and not isinstance(cause, CoderError):
                    self.say(f"Cut off: {'the best try stays' if self._changed else 'no try stays'}.")
            raise
        self._put_best()

    def _put_best(self) -> None:
        self.files.put(self._best.changes if self._best else ())

    @property
    def _changed(self) -> bool:
        return bool(self._best and self._best.changes)


def combined(before: Changes, after: Changes) -> Changes:
    """Changes of what other changes have made, as changes of the original. RepositoryError where a file was
    changed in between."""
    files = {change.path: change for change in before}
    for change in after:
        known = files.get(change.path)
        if known is not None and known.after != change.before:
            raise RepositoryError(f"{change.path} was changed by something else meanwhile.", "coder undo")
        original = known.before if known is not None else change.before
        files[change.path] = FileChange(change.path, original, change.after)
    return tuple(change for change in files.values() if change.before != change.after)
