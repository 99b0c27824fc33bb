"""The commits before a revision, as search uses them: what they were about, and which files they touched."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from retrieval.commits import ancestors, commits
from retrieval.git_commands import GitCommands
from retrieval.search.postings import Batch, Ints
from retrieval.search.store import Change, Field, SearchStore
from retrieval.search.words import words

MOST = 3_000  # commits before a revision that are looked at
_MOST_ALIKE = 60  # commits whose subjects are nearest to a request
_HALF_LIFE = 500  # commits, for what is as near as another
_RECENT_HALF_LIFE = 60


class Commits(Protocol):
    """Where commits come from: a Repo, or what stands for one."""

    @property
    def git(self) -> GitCommands | None: ...
    @property
    def head(self) -> str | None: ...
    def commit(self, revision: str) -> str | None: ...


class History:
    """Of one revision. `numbers` are of the store, the newest first."""

    def __init__(self, store: SearchStore, numbers: Ints) -> None:
        self._store = store
        self._numbers = numbers
        self._age = {int(number): age for age, number in enumerate(numbers)}

    @classmethod
    def of(cls, store: SearchStore, repo: Commits, revision: str | None) -> History | None:
        """Learns the commits that the store does not know. None where there are no commits."""
        revision = repo.commit(revision) if revision else repo.head
        git = repo.git
        if git is None or revision is None:
            return None
        name = revision.encode()
        numbers = store.ancestry(name)
        if numbers is None:
            numbers = _learnt(store, git, revision)
        return cls(store, numbers)

    def without(self, identifiers: Sequence[str]) -> History:
        """A request about a commit must not find the commit itself."""
        known = set(self._store.known_changes(each.encode() for each in identifiers).values())
        kept = [number for number in self._numbers if int(number) not in known]
        return History(self._store, np.array(kept, np.int32))

    def alike(self, weights: Mapping[str, float]) -> dict[str, float]:
        """How much each path was touched by commits whose subjects are like the request."""
        found = self._store.postings(Field.SUBJECT, weights)
        alike: dict[int, float] = {}
        total = max(len(self._numbers), 1)
        for word, postings in found.items():
            live = [int(number) for number in postings.documents if int(number) in self._age]
            idf = float(np.log(1 + (total - len(live) + 0.5) / (len(live) + 0.5)))
            for number in live:
                alike[number] = alike.get(number, 0.0) + weights[word] * idf
        nearest = sorted(alike, key=lambda number: (-alike[number], self._age[number]))[:_MOST_ALIKE]
        scores: dict[str, float] = {}
        changes = self._store.changes(nearest)
        for number in nearest:
            change = changes.get(number)
            if change is None or not change.paths:
                continue
            share = alike[number] ** 2 * 0.5 ** (self._age[number] / _HALF_LIFE) / len(change.paths) ** 0.5
            for path in change.paths:
                scores[path] = scores.get(path, 0.0) + share
        return scores

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """How telling words are: between 0, in every subject, and 1, in none. `fix` and `add` tell little."""
        total = max(len(self._numbers), 1)
        found = dict.fromkeys(words, 1.0)
        for word, postings in self._store.postings(Field.SUBJECT, found).items():
            having = sum(int(number) in self._age for number in postings.documents)
            found[word] = 1.0 - math.log(1 + having) / math.log(2 + total)
        return found

    def together(self, paths: Collection[str]) -> dict[str, float]:
        """How often each other path was changed by the commits that changed one of these."""
        asked = set(paths)
        scores: dict[str, float] = {}
        for number, change in self._store.changes(map(int, self._numbers)).items() if asked else ():
            if asked.isdisjoint(change.paths):
                continue
            share = 0.5 ** (self._age[number] / _HALF_LIFE) / len(change.paths) ** 0.5
            for path in change.paths:
                if path not in asked:
                    scores[path] = scores.get(path, 0.0) + share
        return scores

    def recent(self) -> dict[str, float]:
        """How much was done to each path of late."""
        few = [int(number) for number in self._numbers[: 6 * _RECENT_HALF_LIFE]]
        changes = self._store.changes(few)
        scores: dict[str, float] = {}
        for number in few:
            change = changes.get(number)
            if change is None or not change.paths:
                continue
            share = 0.5 ** (self._age[number] / _RECENT_HALF_LIFE) / len(change.paths) ** 0.5
            for path in change.paths:
                scores[path] = scores.get(path, 0.0) + share
        return scores


def _learnt(store: SearchStore, git: GitCommands, revision: str) -> Ints:
    identifiers = ancestors(git, revision, MOST)
    known = store.known_changes(each.encode() for each in identifiers)
    missing = [each for each in identifiers if each.encode() not in known]
    told = list(commits(git, missing))
    with store.writing():
        known = store.known_changes(each.encode() for each in identifiers)
        new = [commit for commit in told if commit.identifier.encode() not in known]
        numbers = store.add_changes(
            (commit.identifier.encode(), Change(commit.time, commit.paths)) for commit in reversed(new)
        )
        batch = Batch()
        for number, commit in zip(numbers, reversed(new), strict=True):
            batch.add(Field.SUBJECT, number, words(commit.subject))
            known[commit.identifier.encode()] = number
        if new:
            store.add_postings(batch, len(new))
        row = [known[each.encode()] for each in identifiers if each.encode() in known]
        store.keep_ancestry(revision.encode(), row)
    return np.array(row, np.int32)
