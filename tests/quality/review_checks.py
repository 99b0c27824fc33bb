"""The deterministic checks of `coder review` on real commits as they are, and with faults put into them.

    python -m tests.quality.review_checks CLONES [--set SET] [--only CHECK] [--commit SHA]
    python -m tests.quality.review_checks CLONES --inject [--set SET]
    python -m tests.quality.review_checks CLONES --draw OWNER/NAME... [--count N]

CLONES has clones of the repositories with their history, bare or not, each in a folder `NAME` or `OWNER+NAME`
(or `repo` within it):

    git clone --bare https://github.com/OWNER/NAME CLONES/OWNER+NAME

The commits are rows of review_checks/commits.tsv: tuning, that the checks were tuned on; fresh and later,
whose findings and misses were looked at and mended, too; and the final ones, looked at once. All were drawn
by --draw: no merges, at least one file that can be parsed, the last 3,000 commits, a fixed seed. Each finding
is printed with what was said of it by hand (review_checks/judged.tsv): right, wrong, or meant: what it says
is true, and the commit plainly does it on purpose. One that nobody judged is told, and counts as wrong.

--inject puts one fault at a time into the real diffs, each a change of the commit's own files: a conflict
marker, a debug print, a secret, a parameter that callers do not give, an import that closes a circle, a
definition taken away that is used elsewhere, a test taken away or switched off.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from coder_cli.review.checks.table import run_checks
from coder_cli.review.types import Finding
from retrieval.change_sides import Side
from retrieval.changes import files_of, find_changes, project_of
from retrieval.errors import RepositoryError
from retrieval.graph import DependencyGraph
from retrieval.languages.names import language_of
from retrieval.languages.table import LANGUAGES
from retrieval.project import RepositoryProject
from retrieval.reading import read_all
from retrieval.repo import Repo
from retrieval.types import ParsedFile
from tests.quality.review_injections import INJECTIONS, Tree

SEED = 11
SPAN = 3_000  # commits before HEAD that are drawn from
DATA = Path(__file__).parent / "review_checks"


@dataclass(frozen=True, slots=True)
class Commit:
    repository: str  # OWNER/NAME
    sha: str
    drawn_for: str  # tuning, fresh, later, final


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: str  # right; meant: it is true, and whoever wrote the commit plainly meant it; wrong
    why: str


def clone_of(clones: Path, repository: str) -> Path | None:
    owner, _, name = repository.partition("/")
    for place in (f"{owner}+{name}/repo", f"{owner}+{name}", name, f"{name}.git"):
        if (clones / place / "HEAD").exists() or (clones / place / ".git").exists():
            return clones / place
    return None


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def draw(folder: Path, count: int) -> list[str]:
    """Commits by a fixed seed: no merges, none that touches no program."""
    log = git(
        folder, "log", "--no-merges", f"-n{SPAN}", "--format=%x00%H", "--name-only", "--no-renames", "HEAD"
    ).split("\0")[1:]
    found = []
    for entry in log:
        sha, *paths = entry.split("\n")
        if any(language_of(path) in LANGUAGES for path in paths if path):
            found.append(sha)
    found.sort()
    random.Random(SEED).shuffle(found)  # noqa: S311 - a sample
    return found[:count]


def commits(kind: str) -> list[Commit]:
    rows = (DATA / "commits.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found = [Commit(*row.split("\t")) for row in rows]
    return [commit for commit in found if commit.drawn_for == kind]


def judgements() -> dict[tuple[str, str, int, str], Judgement]:
    rows = (DATA / "judged.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found = {}
    for row in rows:
        _, sha, path, line, check, verdict, why = row.split("\t")
        found[sha, path, int(line), check] = Judgement(verdict, why)
    return found


class Lazy(RepositoryProject):
    """A side of a change of which only what is asked for is parsed: most commits ask for their own files."""

    def __init__(self, repo: Repo, side: Side, paths: Collection[str], cache: Path) -> None:
        files, revision = files_of(repo, side)
        self._all = files.entries(revision)
        self._side = side
        self._cache_folder = cache
        self._git = repo
        own = [entry for entry in self._all if entry.path in paths]
        super().__init__(files, revision, cache, read_all(files, own, cache))
        self._own = frozenset(entry.path for entry in own)

    @cached_property
    def full(self) -> RepositoryProject:
        return project_of(self._git, self._side, cache=self._cache_folder)

    @cached_property
    def paths(self) -> Sequence[str]:
        """All of them: a resolver looks here for go.mod, composer.json, tsconfig.json."""
        return tuple(entry.path for entry in self._all)

    def __contains__(self, path: str) -> bool:
        return path in self._every

    @cached_property
    def _every(self) -> frozenset[str]:
        return frozenset(self.paths)

    def graph(self) -> DependencyGraph:
        return self.full.graph()

    def parsed(self, path: str) -> ParsedFile | None:
        return super().parsed(path) if path in self._own else self.full.parsed(path)

    def text(self, path: str) -> str | None:
        return super().text(path) if path in self._own else self.full.text(path)

    def language(self, path: str) -> str | None:
        return super().language(path) if path in self._own else self.full.language(path)

    def written_in(self, *languages: str) -> Sequence[str]:
        return self.full.written_in(*languages)

    def naming(self, names: Collection[str]) -> Sequence[str]:
        if self._git.git is None or not names:
            return ()
        words = [word for name in sorted(names) for word in ("-e", name)]
        _, output, _ = self._git.git.attempt("grep", "-lzFI", *words, self._side.tree, "--")
        paths = [path.partition(":")[2] for path in output.decode("utf-8", "replace").split("\0") if path]
        return paths if self._own.issuperset(paths) else self.full.naming(names)


def checked(clone: Path, sha: str, cache: Path) -> tuple[tuple[Finding, ...], float]:
    """The findings of a commit, and the seconds of computing that the checks took."""
    repo = Repo.open(clone, cache)
    try:
        changes = find_changes(repo, commit=sha)
        paths = {path for file in changes.files for path in (file.path, file.old_path) if path}
        before, after = (Lazy(repo, side, paths, cache) for side in (changes.base, changes.head))
        begun = time.process_time()
        found = run_checks(changes, before, after)
        return found, time.process_time() - begun
    finally:
        repo.close()


def measure(clones: Path, chosen: Sequence[Commit], only: str | None, cache: Path) -> None:
    known = judgements()
    counts: dict[str, Counter[tuple[str, bool]]] = {}
    seconds = []
    for commit in chosen:
        clone = clone_of(clones, commit.repository)
        if clone is None:
            print(f"missing: git clone --bare https://github.com/{commit.repository} …")
            continue
        try:
            found, took = checked(clone, commit.sha, cache)
        except RepositoryError as error:  # the clone lacks an object
            print(f"{commit.repository} {commit.sha}: {error}")
            continue
        seconds.append(took)
        print(f"{len(seconds)} {commit.repository} {commit.sha} {took:.2f} s", file=sys.stderr, flush=True)
        for finding in found:
            if only and finding.check != only:
                continue
            judged = known.get((commit.sha, finding.path, finding.start_line, finding.check))
            verdict = judged.verdict if judged else "NOT JUDGED"
            counts.setdefault(finding.check, Counter())[verdict, finding.certain] += 1
            place = finding.path, str(finding.start_line), finding.check
            print("\t".join([verdict, commit.repository, commit.sha, *place]))
            print(f"    {'' if finding.certain else 'possible: '}{finding.title}. {finding.scenario}")
            for line in [
                *finding.quote.splitlines()[:3],
                *(f"- {one}" for one in finding.deleted.splitlines()[:3]),
            ]:
                print(f"    | {line[:150]}")
            sys.stdout.flush()
    total: Counter[tuple[str, bool]] = Counter()
    for check, of in sorted(counts.items()):
        total += of
        told = (
            f"{verdict} {count}{'' if certain else ' (possible)'}" for (verdict, certain), count in of.items()
        )
        print(f"{check:20} {', '.join(told)}")
    print(f"{len(seconds)} commits, {total.total()} findings")
    for name, kinds in (("certain", (True,)), ("all", (True, False))):
        every = sum(count for (_, certain), count in total.items() if certain in kinds)
        true = sum(total[verdict, kind] for verdict in ("right", "meant") for kind in kinds)
        strict = sum(total["right", kind] for kind in kinds)
        print(
            f"precision, {name}: {true} of {every} are true, {true / max(1, every):.3f};"
            f" {strict} of them were not meant"
        )
    mean, most = sum(seconds) / max(1, len(seconds)), max(seconds, default=0)
    print(f"The checks took {mean:.2f} s of computing a commit, at most {most:.2f} s")


def inject(clones: Path, chosen: Sequence[Commit], only: str | None, most: int, cache: Path) -> None:
    """One fault at a time; of each check at most `most`, and of a commit one of each."""
    put: Counter[str] = Counter()
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for commit in chosen:
            clone = clone_of(clones, commit.repository)
            if clone is None:
                continue
            tree = Tree.of(clone, Path(folder) / commit.repository.replace("/", "+"))
            for check, injection in INJECTIONS.items():
                if put[check] >= most or only not in (None, check):
                    continue
                chance = random.Random(commit.sha + check)  # noqa: S311 - a sample
                try:
                    injected = injection(tree, commit.sha, chance)
                except ValueError as error:  # the clone lacks an object
                    print(f"{commit.repository} {commit.sha}: {error}")
                    continue
                if injected is None:
                    continue
                findings, _ = checked(tree.folder, injected.sha, cache)
                hits = [each for each in findings if (each.check, each.path) == (check, injected.path)]
                put[check] += 1
                found[check] += bool(hits)
                word = "missed" if not hits else "found" if hits[0].certain else "found as possible"
                print(f"{word}\t{check}\t{commit.repository}\t{commit.sha}\t{injected.path}\t{injected.what}")
                sys.stdout.flush()
    for check in sorted(put):
        print(f"{check:20} {found[check]} of {put[check]}")


def drawn(clones: Path, repositories: Sequence[str], count: int) -> Iterator[str]:
    for repository in repositories:
        clone = clone_of(clones, repository)
        if clone is None:
            print(f"missing: git clone --bare https://github.com/{repository} …", file=sys.stderr)
            continue
        for sha in draw(clone, count):
            yield f"{repository}\t{sha}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("--set", choices=("tuning", "fresh", "later", "final"), default="final")
    parser.add_argument("--only", metavar="CHECK")
    parser.add_argument("--commit", metavar="SHA", help="Only this one.")
    parser.add_argument("--inject", action="store_true")
    parser.add_argument("--most", type=int, default=12, help="Faults of each check.")
    parser.add_argument("--cache", type=Path, help="A folder for parses; none are kept unless given.")
    parser.add_argument("--draw", nargs="+", metavar="OWNER/NAME")
    parser.add_argument("--count", type=int, default=3)
    options = parser.parse_args(arguments)
    if options.draw:
        for row in drawn(options.clones, options.draw, options.count):
            print(row)
        return
    chosen = [each for each in commits(options.set) if each.sha.startswith(options.commit or "")]
    with tempfile.TemporaryDirectory() as folder:
        cache = options.cache or Path(folder)
        cache.mkdir(exist_ok=True)
        if options.inject:
            inject(options.clones, chosen, options.only, options.most, cache)
        else:
            measure(options.clones, chosen, options.only, cache)


if __name__ == "__main__":
    main()
