"""Does search find the files that a commit changed, from its subject, in the tree before it?

    python -m tests.quality.search REPOSITORY... [--queries 60] [--save FILE]
                                   [--against semble --peer-python PY]
    python -m tests.quality.search --fit FILE

A query is the subject of a commit that changed one to six source files, tests not counted, and no more than
twenty files; the commits are drawn by a fixed seed from the last ones before HEAD. Searched is the tree of
the commit before it, with the history before it. What is ranked are source files that are no tests; what
counts is the place of the first one that the commit changed (MRR), and whether it is among the first five.
The plain baseline is BM25 over those files (k1 1.2, b 0.75), with the same words. Intervals are by bootstrap
over queries.

--save keeps what the scorers said, for --fit: it fits the weights of weights.json to them, leaving out one
repository after the other to tell what they are worth on another.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.commits import Commit, ancestors, commits
from retrieval.languages.names import language_of
from retrieval.languages.table import LANGUAGES
from retrieval.repo import Repo
from retrieval.search import rank
from retrieval.search.encoders import Encoder, open_encoder
from retrieval.search.index import Index
from retrieval.search.paths import is_test
from retrieval.search.request import Kind, understood
from retrieval.search.words import words
from retrieval.types import Entry, SourceFile
from tests.quality import against_semble

SPAN = 1_200  # commits before HEAD that queries are drawn from
SEED = 7
MOST_CHANGED, MOST_FILES, FEWEST_WORDS = 6, 20, 3
_NO_SUBJECT = ("merge", "revert", "bump", "release", "version")
_RESAMPLED = 10_000
_STEPS, _RATE, _DECAY = 300, 0.05, 1e-3
# Scorers that say almost the same as another, or are no evidence of their own, are not fitted.
FITTED = (
    "text", "covered", "chunk", "name", "symbols", "path", "folder", "meaning", "history", "recent", "tested",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    subject: str
    identifier: str  # of the commit
    paths: tuple[str, ...]  # what is ranked
    right: NDArray[np.bool_]
    evidence: dict[str, NDArray[np.float32]]
    plain: NDArray[np.float32]  # BM25 over files


def is_ranked(path: str) -> bool:
    return language_of(path) in LANGUAGES and not is_test(path)


def drawn(repo: Repo, count: int) -> list[Commit]:
    if repo.git is None or repo.head is None:
        return []
    found = [commit for commit in commits(repo.git, ancestors(repo.git, repo.head, SPAN)) if _fits(commit)]
    random.Random(SEED).shuffle(found)  # noqa: S311 - a sample
    return sorted(found[:count], key=lambda commit: commit.time)  # near trees one after the other


def _fits(commit: Commit) -> bool:
    changed = sum(map(is_ranked, commit.paths))
    return (
        1 <= changed <= MOST_CHANGED
        and len(commit.paths) <= MOST_FILES
        and len(commit.subject.split()) >= FEWEST_WORDS
        and not commit.subject.lower().startswith(_NO_SUBJECT)
    )


def queries(repo: Repo, count: int, cache: Path, encoder: Encoder | None = None) -> Iterator[Query]:
    plain = Plain(repo)
    for commit in drawn(repo, count):
        with contextlib.suppress(IndexError):  # a first commit has no tree before it
            before = ancestors(repo.git, commit.identifier, 2)[1] if repo.git else ""
            index = Index.open(repo, cache=cache, revision=before, encoder=encoder)
            try:
                query = _query(index, commit, before, plain)
            finally:
                index.close()
            if query.right.any():
                yield query


def _query(index: Index, commit: Commit, before: str, plain: Plain) -> Query:
    asked = understood(commit.subject, Kind.WORDS)
    kept = [number for number, path in enumerate(index.view.paths) if is_ranked(path)]
    paths = tuple(index.view.paths[number] for number in kept)
    evidence = index.evidence(asked, [commit.identifier])
    return Query(
        commit.subject,
        commit.identifier,
        paths,
        np.array([path in commit.paths for path in paths], bool),
        {name: scores[kept].astype(np.float32) for name, scores in evidence.files.items()},
        plain.scores(before, paths, asked.words),
    )


class Plain:
    """BM25 over the texts of files, and nothing else (Lucene's, k1 1.2, b 0.75)."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._counts: dict[str, Counter[str]] = {}  # by digest

    def scores(self, revision: str, paths: Sequence[str], asked: Mapping[str, float]) -> NDArray[np.float32]:
        entries = {entry.path: entry for entry in self._repo.entries(revision)}
        counts = [self._of(entries[path]) for path in paths]
        lengths = np.array([max(count.total(), 1) for count in counts], np.float32)
        norm = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
        found = np.zeros(len(paths), np.float32)
        for word, weight in asked.items():
            times = np.array([count[word] for count in counts], np.float32)
            having = np.count_nonzero(times)
            found += (
                weight * np.log(1 + (len(paths) - having + 0.5) / (having + 0.5)) * times / (times + norm)
            )
        return found

    def _of(self, entry: Entry) -> Counter[str]:
        if entry.digest not in self._counts:
            file = self._repo.read(entry)
            self._counts[entry.digest] = Counter(words(file.text) if isinstance(file, SourceFile) else ())
        return self._counts[entry.digest]


def places(query: Query, scores: NDArray[np.float32]) -> float:
    """Of the first right file; among equals in the middle."""
    best = scores[query.right].max()
    ahead = np.sum(scores > best)
    equal = np.sum((scores == best) & ~query.right)
    return float(1 + ahead + equal / 2)


def peer_places(repo: Repo, some: Sequence[Query], python: str) -> list[float]:
    """The places of the first right file in semble's answers; none is infinitely far."""
    found = against_semble.found(repo, [(query.identifier, query.subject) for query in some], python)
    told: list[float] = []
    for query, files in zip(some, found, strict=True):
        right = dict(zip(query.paths, query.right, strict=True))
        kept = [bool(right[path]) for path in files if path in right]
        told.append(kept.index(True) + 1 if True in kept else float("inf"))
    return told


def ranked(query: Query) -> NDArray[np.float32]:
    weights, _ = rank.weights(Kind.WORDS)
    return _weighted(query, [weights.get(name, 0.0) for name in query.evidence], tuple(query.evidence))


def _weighted(query: Query, weights: Sequence[float], names: Sequence[str]) -> NDArray[np.float32]:
    total: NDArray[np.float32] = _matrix(query, names) @ np.asarray(weights, np.float32)
    return total


def _matrix(query: Query, names: Sequence[str]) -> NDArray[np.float32]:
    nothing = np.zeros(len(query.paths), np.float32)
    return np.stack([query.evidence.get(name, nothing) for name in names], axis=1)


# Evidence, what is right, scores so far.
Row = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]


def fitted(sets: Sequence[Sequence[Query]]) -> NDArray[np.float64]:
    rows = [
        (_matrix(query, FITTED).astype(float), query.right, np.zeros(len(query.right)))
        for some in sets
        for query in some
    ]
    return softmax_weights(rows, np.full(len(FITTED), -np.inf))


def softmax_weights(rows: Sequence[Row], least: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights under which what is right is likeliest to be drawn (a softmax over all of a row), by Adam."""
    matrix = np.concatenate([row[0] for row in rows])
    right = np.concatenate([row[1] for row in rows])
    before = np.concatenate([row[2] for row in rows])
    sizes = np.array([len(row[1]) for row in rows])
    starts = np.cumsum(sizes) - sizes
    weights = np.ones(len(least))
    mean, square = np.zeros(len(least)), np.zeros(len(least))
    for step in range(1, _STEPS + 1):
        scores = matrix @ weights + before
        likely = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        likely /= np.repeat(np.add.reduceat(likely, starts), sizes)
        wanted = likely * right
        wanted /= np.repeat(np.add.reduceat(wanted, starts), sizes)
        slope = _DECAY * weights + matrix.T @ (likely - wanted) / len(rows)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        weights -= _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        weights = np.maximum(weights, least)
    return weights


def report(
    name: str, ours: Sequence[float], plain: Sequence[float], peer: Sequence[float] | None = None
) -> None:
    """MRR and the share among the first five; the difference with its interval."""
    better = 1 / np.asarray(ours) - 1 / np.asarray(plain)
    draws = np.random.default_rng(SEED).choice(better, (_RESAMPLED, len(better)))
    low, high = np.percentile(draws.mean(axis=1), [2.5, 97.5])
    first_five = np.mean(np.asarray(ours) <= 5)
    print(
        f"{name:16} {len(ours):4} queries  MRR {np.mean(1 / np.asarray(ours)):.3f}"
        f"  BM25 {np.mean(1 / np.asarray(plain)):.3f}  difference {better.mean():+.3f}"
        f" ({low:+.3f} to {high:+.3f})  R@5 {first_five:.3f}{_beside(peer)}",
        flush=True,
    )


def _beside(peer: Sequence[float] | None) -> str:
    if peer is None:
        return ""
    there = np.asarray(peer)
    return f"  semble MRR {np.mean(1 / there):.3f} R@5 {np.mean(there <= 5):.3f}"


def fit(sets: dict[str, list[Query]]) -> None:
    ours: list[float] = []
    plain: list[float] = []
    for name, some in sets.items():
        weights = fitted([others for other, others in sets.items() if other != name])
        scores = [places(query, _weighted(query, list(weights), FITTED)) for query in some]
        base = [places(query, query.plain) for query in some]
        report(name, scores, base)
        ours, plain = ours + scores, plain + base
    report("each left out", ours, plain)
    for name, weight in zip(FITTED, fitted(list(sets.values())), strict=True):
        print(f"{name:10} {weight:.2f}")


def save(file: Path, sets: dict[str, list[Query]]) -> None:
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, some in sets.items():
        for number, query in enumerate(some):
            rows = {"right": query.right, "plain": query.plain} | query.evidence
            arrays |= {f"{name}/{number}/{row}": values for row, values in rows.items()}
    with file.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]


def loaded(file: Path) -> dict[str, list[Query]]:
    """Without subjects and paths."""
    rows: dict[str, dict[str, dict[str, NDArray[np.float32]]]] = {}
    with np.load(file, allow_pickle=False) as arrays:
        for key in arrays:
            name, number, row = key.split("/")
            rows.setdefault(name, {}).setdefault(number, {})[row] = arrays[key]
    sets: dict[str, list[Query]] = {}
    for name, by_number in rows.items():
        for row in by_number.values():
            right, plain = row.pop("right").astype(bool), row.pop("plain")
            sets.setdefault(name, []).append(Query("", "", ("",) * len(right), right, row, plain))
    return sets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("repositories", nargs="*", type=Path)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--cache", type=Path, help="a folder to keep indexes in")
    parser.add_argument("--encoder", type=Path, help="the folder of an exported encoder")
    parser.add_argument("--fit", type=Path)
    parser.add_argument("--against", choices=["semble"])
    parser.add_argument("--peer-python", default=sys.executable, help="a Python that has semble")
    arguments = parser.parse_args()
    if arguments.fit:
        fit(loaded(arguments.fit))
        return
    encoder = open_encoder(arguments.encoder) if arguments.encoder else None
    sets: dict[str, list[Query]] = {}
    peer: list[float] | None = [] if arguments.against else None
    with tempfile.TemporaryDirectory(prefix="coder-search-") as folder:
        for path in arguments.repositories:
            name = path.name if path.name != "repo" else path.parent.name.rpartition("+")[2]
            with contextlib.closing(Repo.open(path)) as repo:
                cache = arguments.cache or Path(folder)
                some = sets[name] = list(queries(repo, arguments.queries, cache, encoder))
                there = None if peer is None else peer_places(repo, some, arguments.peer_python)
            if peer is not None and there is not None:
                peer += there
            report(
                name,
                [places(each, ranked(each)) for each in some],
                [places(each, each.plain) for each in some],
                there,
            )
            if arguments.save:
                save(arguments.save, sets)
    every = [query for some in sets.values() for query in some]
    report(
        "all",
        [places(each, ranked(each)) for each in every],
        [places(each, each.plain) for each in every],
        peer,
    )


if __name__ == "__main__":
    main()
