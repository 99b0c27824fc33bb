"""Working trees as they were before a commit, and the rows that a run over them leaves behind."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.quality.edit_scores import Row, difference, parses, table, touched
from tests.quality.edit_set import Commit, git


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an instruction. `after` is the named file; None where the edit does not apply."""

    after: bytes | None
    why: str
    rounds: int
    prompt_tokens: int
    new_tokens: int
    seconds: float
    complaints: tuple[str, ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Trees:
    """One working tree a repository, which goes from commit to commit; it borrows the clone's objects."""

    clones: Path
    folder: Path

    def before(self, commit: Commit) -> Path:
        """The tree that the commit was made in."""
        root = self.folder / commit.name
        if not root.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            source = (self.clones / commit.name).resolve()
            _quietly("git", "clone", "--quiet", "--shared", "--no-checkout", str(source), str(root))
            _quietly("git", "-C", str(root), "config", "core.autocrlf", "false")
        _quietly("git", "-C", str(root), "checkout", "--quiet", "--force", "--detach", f"{commit.sha}^")
        _quietly("git", "-C", str(root), "clean", "--quiet", "-ffdx")
        return root


def run(
    commits: Sequence[Commit],
    trees: Trees,
    mode: str,
    model: str,
    out: Path,
    attempt: Callable[[Path, Commit], Tried],
) -> None:
    """Try what is not among the rows of `out` yet, a row each; then the table of all."""
    rows = read(out)
    have = {row.key for row in rows}
    for commit in commits:
        if (commit.sha, mode, model) in have:
            continue
        root = trees.before(commit)
        before = (root / commit.path).read_bytes()
        tried = attempt(root, commit)
        real = git(root, "show", f"{commit.sha}:{commit.path}")
        row = judged(commit, mode, model, tried, before, real)
        rows.append(row)
        print(_told(row), flush=True)
        with out.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
    wanted = {commit.sha for commit in commits}
    print(*table([row for row in rows if row.sha in wanted]), sep="\n")


def judged(commit: Commit, mode: str, model: str, tried: Tried, before: bytes, real: bytes) -> Row:
    after = tried.after
    changed = after is not None and after != before
    why = "" if changed else tried.why or "nothing changed"
    final = after if changed and after is not None else before
    diff = difference(before, final)
    ours, theirs = touched(diff), touched(difference(before, real))
    parsed = parses(commit.path, before)
    return Row(
        repository=commit.repository,
        sha=commit.sha,
        path=commit.path,
        subject=commit.subject,
        half=commit.half,
        mode=mode,
        model=model,
        applies=changed,
        why=why,
        parsed_before=parsed,
        parses=not parsed or not changed or parses(commit.path, final),
        overlaps=bool(ours & theirs),
        ours=sorted(ours),
        theirs=sorted(theirs),
        rounds=tried.rounds,
        prompt_tokens=tried.prompt_tokens,
        new_tokens=tried.new_tokens,
        seconds=round(tried.seconds, 2),
        complaints=list(tried.complaints),
        answer=tried.answer,
        diff=diff.decode("utf-8", "replace"),
    )


def read(out: Path) -> list[Row]:
    if not out.exists():
        return []
    lines: Iterable[str] = out.read_text(encoding="utf-8").splitlines()
    return [Row(**json.loads(line)) for line in lines]


def _told(row: Row) -> str:
    """A letter for what holds, a dot where it does not."""
    marks = "".join(
        letter if holds else "."
        for letter, holds in (("A", row.applies), ("P", row.parses), ("O", row.overlaps))
    )
    name = row.repository.rpartition("/")[2]
    return f"{marks} {row.seconds:6.1f} s  {name} {row.sha[:8]} {row.subject}" + (
        f"  [{row.why}]" if row.why else ""
    )


def _quietly(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
