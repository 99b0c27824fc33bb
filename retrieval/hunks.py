"""What differs between two texts: git finds it, in texts as this program decodes them.

git itself would compare bytes: it counts other lines than a reader of a file with lone CRs, finds no text in
UTF-16, and to look at a working tree it runs the filters that a repository names. So it is given both texts,
in two folders of their own, and tells only the places; the rows are taken from the texts.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from retrieval.errors import RepositoryError
from retrieval.git_commands import GitCommands

CONTEXT = 3  # lines around a change
_HEADER = re.compile(rb"^(?:diff --git .*/(\d+)|@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*)$", re.MULTILINE)
# Whatever the user's configuration says.
_OPTIONS = (
    *("--no-index", "--unified=0", "--inter-hunk-context=0", "--diff-algorithm=myers", "--indent-heuristic"),
    *("--text", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--no-relative"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--submodule=short", "-O/dev/null"),
)


class RowKind(StrEnum):
    CONTEXT = "context"
    ADDED = "added"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Row:
    kind: RowKind
    old_line: int | None  # None: added
    new_line: int | None  # None: deleted
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """As git counts: where a side has no lines, its start is the line before, 0 at the beginning."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    rows: tuple[Row, ...]

    @property
    def added(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.kind is RowKind.ADDED)

    @property
    def deleted(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.kind is RowKind.DELETED)

    @property
    def new_end(self) -> int:
        """The last line of the new side; before its start where it has none."""
        return self.new_start + self.new_lines - 1

    @property
    def header(self) -> str:
        return f"@@ -{self.old_start},{self.old_lines} +{self.new_start},{self.new_lines} @@"


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines replaced by others, as ranges from 0 with the end excluded."""

    old: tuple[int, int]
    new: tuple[int, int]


def lines_of(text: str) -> list[str]:
    """The lines of a text; an end of line at its end begins none."""
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else lines


def hunks_of(commands: GitCommands, pairs: Sequence[tuple[str, str]]) -> list[tuple[Hunk, ...]]:
    """Of each pair of texts, the old one and the new one."""
    differing = [number for number, (old, new) in enumerate(pairs) if old != new]
    changes: dict[int, list[_Change]] = {}
    if differing:
        with tempfile.TemporaryDirectory(prefix="coder-diff-") as folder:
            for side, name in enumerate(("old", "new")):
                (Path(folder) / name).mkdir()
                for number in differing:
                    text = pairs[number][side]
                    (Path(folder) / name / str(number)).write_bytes(text.encode("utf-8", "surrogatepass"))
            names = str(Path(folder) / "old"), str(Path(folder) / "new")
            status, output, error = commands.attempt("diff", *_OPTIONS, "--", *names)
        if status not in (0, 1):
            raise RepositoryError(f"git diff failed: {error}")
        changes = _changes(output)
    return [
        tuple(_hunks(lines_of(old), lines_of(new), changes.get(number, ())))
        for number, (old, new) in enumerate(pairs)
    ]


def _changes(output: bytes) -> dict[int, list[_Change]]:
    """By the names of the files, which are numbers. A line of a text never begins as a header does."""
    found: dict[int, list[_Change]] = {}
    number = -1
    for name, *counts in _HEADER.findall(output):
        if name:
            number = int(name)
            continue
        old_start, old_lines, new_start, new_lines = (int(count or 1) for count in counts)
        old, new = old_start - (old_lines > 0), new_start - (new_lines > 0)
        found.setdefault(number, []).append(_Change((old, old + old_lines), (new, new + new_lines)))
    return found


def _hunks(old: list[str], new: list[str], changes: Sequence[_Change]) -> Iterator[Hunk]:
    """With context; changes whose context would touch share a hunk."""
    groups: list[list[_Change]] = []
    for change in changes:
        if groups and change.old[0] - groups[-1][-1].old[1] <= 2 * CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    for group in groups:
        yield _hunk(old, new, group)


def _hunk(old: list[str], new: list[str], group: Sequence[_Change]) -> Hunk:
    before = min(CONTEXT, group[0].old[0])
    at_old, at_new = group[0].old[0] - before, group[0].new[0] - before
    first_old, first_new = at_old, at_new
    rows: list[Row] = []

    def common(until: int) -> None:
        nonlocal at_old, at_new
        while at_old < until:
            rows.append(Row(RowKind.CONTEXT, at_old + 1, at_new + 1, new[at_new]))
            at_old, at_new = at_old + 1, at_new + 1

    for change in group:
        common(change.old[0])
        rows += [Row(RowKind.DELETED, line + 1, None, old[line]) for line in range(*change.old)]
        rows += [Row(RowKind.ADDED, None, line + 1, new[line]) for line in range(*change.new)]
        at_old, at_new = change.old[1], change.new[1]
    common(min(len(old), at_old + CONTEXT))
    old_lines, new_lines = at_old - first_old, at_new - first_new
    return Hunk(first_old + (old_lines > 0), old_lines, first_new + (new_lines > 0), new_lines, tuple(rows))
