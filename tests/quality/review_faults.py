"""The diffs that `reviews.py` measures on: 60 real commits with one fault each, and 60 without.

diffs/faults.json: a fault is put into the lines that a commit adds or changes, so that the diff under review
holds it. It says where (`first` to `last` in the commit's own version of the file), what is replaced (`old`,
a piece of these lines; all of them where it is empty), by what, and why that is wrong. diffs/clean.json:
other commits of the same repositories, by the same draw (`review_sample.py`), without three that were seen to
have a fault of their own. Half of each is for tuning; the other half is held out until the end. The set was
fixed before a model saw any of it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent / "diffs"
TUNING, HELD_OUT = "tuning", "held-out"
NEAR = 2  # lines between a finding and a fault that still count as the same place
_AUTHOR = ("-c", "user.name=review", "-c", "user.email=review@localhost", "-c", "commit.gpgSign=false")


@dataclass(frozen=True, slots=True)
class Fault:
    category: str
    path: str
    first: int  # in the file as the commit has it; from 1
    last: int
    old: str  # a piece of these lines that stands there once; empty: all of them
    new: str
    why: str
    also: tuple[tuple[int, int], ...] = ()
    """Other lines of the file at which it can be told: of a caller left behind, what it calls."""

    def put_into(self, text: str) -> str:
        lines = [f"{line}\n" for line in text.split("\n")]  # one more than there are
        there = "".join(lines[self.first - 1 : self.last])
        if there.count(self.old) != 1 and self.old:
            raise ValueError(f"{self.path}:{self.first} has no single {self.old!r}.")
        changed = there.replace(self.old, self.new) if self.old else self.new
        return "".join([*lines[: self.first - 1], changed, *lines[self.last :]])[:-1]

    @property
    def place(self) -> tuple[int, int]:
        """First and last line in the faulty file. Of a pure deletion: the lines on both sides."""
        if not self.old and not self.new:
            return self.first - 1, self.first
        if self.old:
            return self.first, self.last + self.new.count("\n") - self.old.count("\n")
        return self.first, self.first + self.new.count("\n") - 1

    def met_by(self, path: str, first: int, last: int) -> bool:
        places = (self.place, *self.also)
        return path == self.path and any(
            first <= mine[1] + NEAR and mine[0] - NEAR <= last for mine in places
        )


@dataclass(frozen=True, slots=True)
class Diff:
    """One commit of a repository, faulty or clean."""

    repository: str
    commit: str
    half: str
    fault: Fault | None

    @property
    def name(self) -> str:
        return self.repository.rpartition("/")[2]

    @property
    def key(self) -> str:
        return f"{self.name}-{self.commit[:10]}"


def faulty() -> list[Diff]:
    return list(_read("faults.json"))


def clean() -> list[Diff]:
    return list(_read("clean.json"))


def _read(name: str) -> Iterator[Diff]:
    for row in json.loads((FOLDER / name).read_text(encoding="utf-8")):
        fault = row.get("fault")
        if fault is not None:
            fault["also"] = tuple((first, last) for first, last in fault.get("also", ()))
        yield Diff(row["repository"], row["commit"], row["half"], Fault(**fault) if fault else None)


@contextmanager
def working_tree(diff: Diff, clones: Path) -> Iterator[Path]:
    """A repository whose HEAD is the commit with its fault, upon the real parent and its history."""
    with TemporaryDirectory(prefix="coder-review-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / diff.name
        source = clones / diff.name
        git(Path(folder), "clone", "-q", "--shared", "--no-checkout", str(source.resolve()), str(root))
        subject = git(source, "log", "-1", "--format=%s", diff.commit).strip()
        git(root, "update-ref", "--no-deref", "HEAD", f"{diff.commit}~1")
        git(root, "read-tree", "-u", "--reset", diff.commit)
        if diff.fault is not None:
            path = root / diff.fault.path
            text = path.read_bytes().decode("utf-8")
            path.write_bytes(diff.fault.put_into(text).encode("utf-8"))
            git(root, "add", "--", diff.fault.path)
        git(root, *_AUTHOR, "commit", "-q", "--no-verify", "-m", subject)
        yield root


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"git {words[0]}: {done.stderr.decode('utf-8', 'replace')[-500:]}")
    return done.stdout.decode("utf-8", "replace")


def chosen(diffs: Iterable[Diff], half: str | None) -> list[Diff]:
    return [diff for diff in diffs if half in (None, diff.half)]
