"""The commits that review is measured on: small ones that change code, drawn by a fixed seed.

    python -m tests.quality.review_sample FOLDER_OF_CLONES NAME... [--count N] [--show]

FOLDER_OF_CLONES has a clone of each repository, bare or not, in a folder of its name. A commit fits when it
has one parent, changes one to three source files that are no tests and at most five files in all, ten to
eighty lines, none of them renamed or binary, adds at least eight lines to the sources, and its subject does
not say that it is about looks, releases or dependencies. --show prints the diffs, to be read before a fault
is put into one.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.languages.names import language_of
from retrieval.languages.table import LANGUAGES
from retrieval.search.paths import is_test

SEED = 6
SPAN = 3_000  # commits before HEAD that are drawn from
MOST_SOURCES, MOST_FILES, FEWEST_LINES, MOST_LINES, FEWEST_ADDED = 3, 5, 10, 80, 8
_TALKS = re.compile(
    r"^(chore|docs?|style|ci|build|release|test)\b|merge|revert|bump|release|version|typo|format|lint|black|prettier"
    r"|rustfmt|gofmt|clippy|changelog|comment|javadoc|copyright|licen[cs]e|readme|doc(s|umentation)?\b|upgrade"
    r"|rename|pyupgrade|mypy|typing|annotation|deprecat",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"(^|/)(docs?|examples?|website|www|site|benchmarks?|vendor|dist)/|\.d\.ts$|\.min\.js$")


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    subject: str
    paths: tuple[str, ...]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=True,
    )
    return done.stdout


def drawn(folder: Path, count: int, seed: int = SEED) -> list[Commit]:
    """`count` commits that fit, in the order of the draw."""
    found = sorted(_fitting(folder), key=lambda commit: commit.sha)
    random.Random(seed).shuffle(found)  # noqa: S311 - a sample
    return found[:count]


def _fitting(folder: Path) -> Iterator[Commit]:
    log = git(
        folder, "log", "--no-merges", f"-n{SPAN}", "-M", "--format=%x00%H%x00%P%x00%s", "--numstat", "HEAD"
    )
    fields = log.split("\0")[1:]
    for sha, parents, rest in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        subject, *rows = rest.split("\n")
        changed = [row.split("\t") for row in rows if row]
        if len(parents.split()) == 1 and not _TALKS.search(subject) and _fits(changed):
            yield Commit(sha, subject, tuple(path for _, _, path in changed))


def is_source(path: str) -> bool:
    return language_of(path) in LANGUAGES and not is_test(path) and not _BESIDE.search(path)


def _fits(changed: list[list[str]]) -> bool:
    if not 1 <= len(changed) <= MOST_FILES or any("-" in row[:2] or "=>" in row[2] for row in changed):
        return False
    sources = [row for row in changed if is_source(row[2])]
    lines = sum(int(added) + int(removed) for added, removed, _ in changed)
    return (
        1 <= len(sources) <= MOST_SOURCES
        and FEWEST_LINES <= lines <= MOST_LINES
        and sum(int(added) for added, _, _ in sources) >= FEWEST_ADDED
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--show", action="store_true")
    words = parser.parse_args()
    for name in words.names:
        for commit in drawn(words.folder / name, words.count):
            print(f"{name} {commit.sha} {commit.subject}")
            if words.show:
                print(git(words.folder / name, "show", "--format=", "-U4", commit.sha))
    return 0


if __name__ == "__main__":
    sys.exit(main())
