"""Files that are gone while something still imports them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coder_cli.review.checks.ground import FilePair, Ground, at_lines
from coder_cli.review.checks.users import is_compiled
from coder_cli.review.types import Category, Finding, Severity
from retrieval.types import Dependency

NAME = "deleted-file"
_MOST_USERS = 3  # that a finding names
_DELETED_LINES = 12  # of a file that is gone: as much of it is shown


@dataclass(frozen=True, slots=True)
class User:
    path: str  # after the change
    line: int
    exact: bool

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def find(ground: Ground) -> Iterator[Finding]:
    for pair in ground.pairs:
        users = _importers(ground, pair)
        if users:
            yield _finding(pair, users)


def still_imported(ground: Ground) -> set[str]:
    """The paths of what `find` finds: what they defined is no finding of its own."""
    return {pair.path for pair in ground.pairs if _importers(ground, pair)}


def _importers(ground: Ground, pair: FilePair) -> list[User]:
    """Statements that led to a file that is gone, and lead nowhere now."""
    if pair.old is None or pair.old_path in ground.after or pair.old_path not in ground.before.graph():
        return []
    found: list[User] = []
    before, after = ground.before.graph(), ground.after.graph()
    for user in before.dependents_of(pair.old_path):
        if not is_compiled(ground.before, user):
            continue
        for dependency in before.why(user, pair.old_path):
            path, line = now(ground, user, dependency.line)
            if line is None or path not in after or _is_optional(ground, path, line):
                continue
            if _may_be_made(ground, user, dependency):
                continue
            if not _leads_somewhere(ground, path, line, dependency):
                found.append(User(path, line, _is_beside(ground, pair, user)))
                break
    return found


def _is_beside(ground: Ground, pair: FilePair, user: str) -> bool:
    """C finds what is not beside the includer in folders that a build names, and it may make some itself."""
    here = posixpath.dirname(pair.old_path) == posixpath.dirname(user)
    return here or ground.before.language(pair.old_path) not in ("c", "cpp")


def _may_be_made(ground: Ground, user: str, dependency: Dependency) -> bool:
    """Whether it names a function of Kotlin: extensions share names, and builds make more of them."""
    return ground.before.language(user) == "kotlin" and dependency.name.rpartition(".")[2][:1].islower()


def _leads_somewhere(ground: Ground, path: str, line: int, dependency: Dependency) -> bool:
    """Where another line of the statement changed, what it names may be another now: `#[path]`, `from`."""
    graph, parsed = ground.after.graph(), ground.after.parsed(path)
    around = [each for each in parsed.imports if each.start_line <= line <= each.end_line] if parsed else []
    first = min((each.start_line for each in around), default=line)
    last = max((each.end_line for each in around), default=line)
    changed = ground.was_touched(path, first - 1, last)
    return any(
        first <= each.line <= last and (changed or (each.line == line and each.name == dependency.name))
        for target in graph.dependencies_of(path)
        for each in graph.why(path, target)
    )


def _is_optional(ground: Ground, path: str, line: int) -> bool:
    """It may fail: inside a try block, a branch."""
    parsed = ground.after.parsed(path)
    found = [each for each in parsed.imports if each.start_line <= line <= each.end_line] if parsed else []
    return not found or any(each.conditional for each in found)


def _finding(pair: FilePair, users: Sequence[User]) -> Finding:
    moved = f" It is {pair.path} now." if pair.new is not None else ""
    hunks = pair.file.hunks
    line = max(1, hunks[0].new_start) if pair.new is not None and hunks else 1
    return at_lines(
        pair,
        line,
        line,
        check=NAME,
        severity=Severity.ERROR,
        category=Category.INTERFACE,
        title=f"{pair.old_path} is gone, but still imported",
        scenario=f"{listed(users)} cannot find it.{moved}",
        suggestion="Change the imports too, or leave a file there that passes on what it had.",
        deleted=pair.old.part(1, _DELETED_LINES) if pair.old and pair.new is None else "",
        certain=any(user.exact for user in users),
    )


def now(ground: Ground, path: str, line: int) -> tuple[str, int | None]:
    """Where a line of the old side is; no number where it was deleted."""
    pair = ground.by_old_path.get(path)
    if pair is None:
        return path, line
    return pair.path, pair.new_number(line) if pair.new is not None else None


def listed(users: Sequence[User]) -> str:
    more = f" and {len(users) - _MOST_USERS} more" if len(users) > _MOST_USERS else ""
    return ", ".join(str(user) for user in users[:_MOST_USERS]) + more
