"""What the checks stand on: the files that changed, their lines, and who uses what, before and after."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from coder_cli.review.checks.blanking import blanked
from coder_cli.review.types import Category, Finding, Severity, Source
from retrieval.changes import ChangedFile, Changes
from retrieval.hunks import Row, lines_of
from retrieval.project import RepositoryProject


class Lines:
    """One text: its lines, and the same as code alone. Lines count from 1."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.language = language
        self.lines: Sequence[str] = lines_of(text)

    @cached_property
    def code(self) -> str:
        """The whole text without what is no code, see `blanked`."""
        return blanked(self.text, self.language)

    @cached_property
    def code_lines(self) -> Sequence[str]:
        return lines_of(self.code)

    def line(self, number: int) -> str:
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def code_line(self, number: int) -> str:
        return self.code_lines[number - 1] if 1 <= number <= len(self.code_lines) else ""

    def part(self, first: int, last: int) -> str:
        return "\n".join(self.lines[max(first - 1, 0) : last])

    def comment_above(self, first: int) -> str:
        """The lines over this one that have text, and no code."""
        begun = first
        while self.line(begun - 1).strip() and not self.code_line(begun - 1).strip():
            begun -= 1
        return self.part(begun, first - 1)

    def offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column if 1 <= line <= len(self._starts) else len(self.text)

    def line_at(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts


class FilePair:
    """A file that changed, both of its sides and what leads from one to the other."""

    def __init__(self, file: ChangedFile) -> None:
        self.file = file
        self.path = file.path
        self.old_path = file.old_path or file.path
        self.old = Lines(file.old.text, file.old.language) if file.old else None
        self.new = Lines(file.new.text, file.new.language) if file.new else None

    @property
    def language(self) -> str:
        side = self.file.new or self.file.old
        return side.language if side else ""

    @cached_property
    def added(self) -> Sequence[Row]:
        return tuple(row for hunk in self.file.hunks for row in hunk.added)

    @cached_property
    def deleted(self) -> Sequence[Row]:
        return tuple(row for hunk in self.file.hunks for row in hunk.deleted)

    @cached_property
    def added_numbers(self) -> frozenset[int]:
        return frozenset(row.new_line for row in self.added if row.new_line is not None)

    @cached_property
    def deleted_numbers(self) -> frozenset[int]:
        return frozenset(row.old_line for row in self.deleted if row.old_line is not None)

    def old_number(self, new_line: int) -> int | None:
        """Of a line of the new side where it stood before; None where it was added."""
        if self.old is None or new_line in self.added_numbers:
            return None
        if new_line in self._unchanged:
            return self._unchanged[new_line]
        shift = 0
        for hunk in self.file.hunks:
            if hunk.new_start > new_line:
                break
            shift = hunk.new_lines - hunk.old_lines + shift
        return new_line - shift

    def new_number(self, old_line: int) -> int | None:
        """The other way; None where it was deleted."""
        if self.new is None or old_line in self.deleted_numbers:
            return None
        if old_line in self._unchanged_old:
            return self._unchanged_old[old_line]
        shift = 0
        for hunk in self.file.hunks:
            if hunk.old_start > old_line:
                break
            shift += hunk.new_lines - hunk.old_lines
        return old_line + shift

    @cached_property
    def _unchanged_old(self) -> dict[int, int]:
        return {old: new for new, old in self._unchanged.items()}

    @cached_property
    def _unchanged(self) -> dict[int, int]:
        """Lines of context, from the new side to the old one."""
        return {
            row.new_line: row.old_line
            for hunk in self.file.hunks
            for row in hunk.rows
            if row.new_line is not None and row.old_line is not None
        }

    def beside(self, old_line: int) -> int:
        """The line of the new side that stands where this one was deleted; 1 of a file that is gone."""
        best = 0
        for hunk in self.file.hunks:
            rows = hunk.rows
            for at, row in enumerate(rows):
                if row.old_line == old_line:
                    near = [*rows[at:], *reversed(rows[:at])]
                    left = [each for each in near if each.new_line is not None]
                    said = [each for each in left if each.text.strip()]
                    return next((each.new_line for each in [*said, *left] if each.new_line), 1)
            if hunk.old_start <= old_line:
                best = hunk.new_start
        return max(best, 1)

    def deleted_text(self, first: int, last: int) -> str:
        """Of these lines of the old side those that are gone."""
        numbers = [number for number in range(first, last + 1) if number in self.deleted_numbers]
        return "\n".join(self.old.line(number) for number in numbers) if self.old else ""


class Ground:
    """Both projects and the files that differ. Graphs are made when a check first asks for them."""

    def __init__(self, changes: Changes, before: RepositoryProject, after: RepositoryProject) -> None:
        self.before = before
        self.after = after
        self.pairs: Sequence[FilePair] = [FilePair(file) for file in changes.files]
        self.by_path = {pair.path: pair for pair in self.pairs if pair.new is not None}
        self.by_old_path = {pair.old_path: pair for pair in self.pairs if pair.old is not None}
        self._texts: dict[tuple[bool, str], Lines | None] = {}

    def new_pairs(self) -> Iterator[tuple[FilePair, Lines]]:
        for pair in self.pairs:
            if pair.new is not None:
                yield pair, pair.new

    def new_lines(self, path: str) -> Lines | None:
        """Of any file after the change."""
        return self._lines(self.after, path, True)

    def old_lines(self, path: str) -> Lines | None:
        return self._lines(self.before, path, False)

    def _lines(self, project: RepositoryProject, path: str, new: bool) -> Lines | None:
        if (new, path) not in self._texts:
            text = project.text(path)
            parsed = project.parsed(path)
            language = parsed.language if parsed else ""
            self._texts[new, path] = None if text is None else Lines(text, language)
        return self._texts[new, path]

    def old_path(self, path: str) -> str:
        pair = self.by_path.get(path)
        return pair.old_path if pair else path

    def was_touched(self, path: str, first: int, last: int) -> bool:
        """Whether one of these lines of the new side was added."""
        pair = self.by_path.get(path)
        return pair is not None and any(line in pair.added_numbers for line in range(first, last + 1))

    def old_line(self, path: str, line: int) -> int | None:
        pair = self.by_path.get(path)
        return line if pair is None else pair.old_number(line)


def at_lines(
    pair: FilePair,
    first: int,
    last: int,
    *,
    check: str,
    severity: Severity,
    category: Category,
    title: str,
    scenario: str,
    suggestion: str,
    deleted: str = "",
    certain: bool = True,
    quote: str | None = None,
) -> Finding:
    """A finding at lines of the new side; `quote` only where they must not be shown as they are."""
    if quote is None:
        quote = pair.new.part(first, last) if pair.new else ""
    return Finding(
        path=pair.path,
        start_line=first,
        end_line=last,
        severity=severity,
        category=category,
        title=title,
        scenario=scenario,
        suggestion=suggestion,
        quote=quote,
        source=Source.CHECK,
        deleted=deleted,
        certain=certain,
        check=check,
    )
