"""What counts for an edit: that it applies, that the file parses as before, that it is where the commit was.

- applies: the answer's blocks fit the file, all of them, and the file is another one then. An answer that is
  empty, cut short, refused or changes nothing does not apply.
- parses: of the files whose text has no syntax error before, those that have none after; by tree-sitter.
- overlaps: the lines of the old file that the edit touches and those that the commit touches have one in
  common. Both are told by `git diff -U0 --histogram`; a hunk that only inserts touches the lines on both
  sides of the place.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.languages.content import language_in
from retrieval.parse import parse
from retrieval.types import SourceFile

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One edit as it came; a line of the results file."""

    repository: str
    sha: str
    path: str
    subject: str
    half: str
    mode: str  # who wrote it, and how
    model: str
    applies: bool
    why: str  # it does not
    parsed_before: bool
    parses: bool  # afterwards; True where nothing changed
    overlaps: bool
    ours: list[int]  # lines of the old file
    theirs: list[int]
    rounds: int
    prompt_tokens: int
    new_tokens: int
    seconds: float
    complaints: list[str]
    answer: str
    diff: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.sha, self.mode, self.model


def parses(path: str, data: bytes) -> bool:
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    parsed = parse(SourceFile(path, language_in(path, text), text, ""))
    return parsed is None or parsed.complete


def difference(before: bytes, after: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("before", before), ("after", after)):
            (Path(folder) / name).write_bytes(data)
        done = subprocess.run(
            [
                "git",
                "diff",
                "--no-index",
                "-U0",
                "--histogram",
                "--no-color",
                "--no-ext-diff",
                "before",
                "after",
            ],
            cwd=folder,
            capture_output=True,
            check=False,
        )
    if done.returncode > 1:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    return done.stdout


def touched(diff: bytes) -> set[int]:
    """The lines of the old side, from 1; a place between lines counts as both of them."""
    lines: set[int] = set()
    for first, count in _HUNK.findall(diff):
        start, length = int(first), int(count) if count else 1
        lines |= set(range(start, start + length)) if length else {max(start, 1), start + 1}
    return lines


def table(rows: Sequence[Row]) -> list[str]:
    """A line a mode, model and half, and one for both halves."""
    told = [
        f"{'mode':14}{'model':30}{'half':9}{'edits':>6}{'apply':>7}{'parse':>9}{'overlap':>9}"
        f"{'rounds':>8}{'read':>7}{'written':>9}{'seconds':>9}"
    ]
    for mode, model in sorted({(row.mode, row.model) for row in rows}):
        own = [row for row in rows if (row.mode, row.model) == (mode, model)]
        halves = sorted({row.half for row in own})
        for half in [*halves, *(["both"] if len(halves) > 1 else [])]:
            told.append(_line(mode, model, half, [row for row in own if half in (row.half, "both")]))
    return told


def _line(mode: str, model: str, half: str, rows: Sequence[Row]) -> str:
    could = [row for row in rows if row.parsed_before]
    parsed = f"{sum(row.parses for row in could)}/{len(could)}"
    return (
        f"{mode:14}{model:30}{half:9}{len(rows):6}{sum(row.applies for row in rows):7}{parsed:>9}"
        f"{sum(row.overlaps for row in rows):9}{statistics.mean(row.rounds for row in rows):8.2f}"
        f"{statistics.median(row.prompt_tokens for row in rows):7.0f}"
        f"{statistics.median(row.new_tokens for row in rows):9.0f}"
        f"{statistics.median(row.seconds for row in rows):9.1f}"
    )
