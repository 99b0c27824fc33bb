"""A repository's index: open it, and it is up to date; ask, and the best places come first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import numpy as np

from retrieval.parse_cache import key
from retrieval.reading import Files
from retrieval.search import rank
from retrieval.search.build import Progress, learn
from retrieval.search.encoders import Encoder, default_encoder
from retrieval.search.evidence import Evidence, View, Witnesses
from retrieval.search.history import Commits, History
from retrieval.search.live import Floats, Live
from retrieval.search.meaning import Meaning
from retrieval.search.request import Asked, Kind, understood
from retrieval.search.store import SearchStore, Text
from retrieval.search.tables import StoreDamagedError, StoreUnwritableError, holds

_FOLDER = "search"
_MOST_DEAD, _FEW = (
    4,
    20_000,
)  # chunks of other trees that are kept: so many times those of this one, and so many
_CHUNKS_OF_A_FILE = 3  # at most, among the hits


class Repository(Files, Commits, Protocol):
    """What is searched: a Repo, or what stands for one."""

    @property
    def root(self) -> Path: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk; its score can be compared with those of the same search only."""

    path: str
    start_line: int
    end_line: int
    score: float
    reasons: tuple[str, ...]
    title: str = ""  # what the chunk defines, or how it begins


@dataclass(frozen=True, slots=True)
class Status:
    """Of an index on disk. `files` and `chunks` count all that it knows, other branches' too."""

    file: Path
    bytes: int
    files: int
    chunks: int


@dataclass(frozen=True, slots=True)
class _Opening:
    """All that it takes to open an index, and to open it again."""

    repo: Repository
    cache: Path | None
    revision: str | None
    encoder: Encoder
    progress: Progress | None
    workers: int | None
    warn: Callable[[str], None]

    @property
    def file(self) -> Path | None:
        return None if self.cache is None else index_file(self.cache, self.repo)

    def again(self) -> Index:
        self.warn("The search index was damaged; it is built anew.")
        _remove(self.file)
        return self.index()

    def index(self) -> Index:
        store = SearchStore(self.file, _marks(self.encoder))
        try:
            view = self._view(store)
        except BaseException:
            store.close()
            raise
        folder = None if self.file is None else self.file.parent
        witnesses = Witnesses(
            view,
            store,
            cache(partial(History.of, store, self.repo, self.revision)),
            Meaning(store, view.live, self.encoder, folder).near,
        )
        return Index(view, store, witnesses, self.again)

    def _view(self, store: SearchStore) -> View:
        entries = [entry for entry in self.repo.entries(self.revision) if not entry.skip]
        names = [key(entry.digest, entry.path) for entry in entries]
        known = store.texts(names)
        missing = [entry for entry, name in zip(entries, names, strict=True) if name not in known]
        live = sum(text.count for text in known.values())
        if missing and store.documents() > _MOST_DEAD * live + _FEW:
            with store.writing():
                store.clear()
            missing = entries
        if missing:
            learn(store, self.repo, missing, self.cache, self.encoder, self.progress, self.workers)
            known = store.texts(names)
        return _view([entry.path for entry in entries], names, known)


class Index:
    """Of one working tree or revision. `open` it again after changes: what is known costs next to nothing."""

    def __init__(
        self, view: View, store: SearchStore, witnesses: Witnesses, again: Callable[[], Index]
    ) -> None:
        self.view = view
        self._store = store
        self._witnesses = witnesses
        self._again = again

    @classmethod
    def open(
        cls,
        repo: Repository,
        *,
        cache: Path | None = None,
        revision: str | None = None,
        encoder: Encoder | None = None,
        progress: Progress | None = None,
        workers: int | None = None,
        warn: Callable[[str], None] = lambda _: None,
    ) -> Index:
        """Up to date with the working tree, or with the tree of a revision.

        `cache` is a folder; None keeps nothing. `encoder` is the shipped table unless given; another one
        builds the index anew. `warn` gets a line where a damaged index is built anew, or none can be kept.
        """
        opening = _Opening(repo, cache, revision, encoder or default_encoder(), progress, workers, warn)
        try:
            return opening.index()
        except StoreDamagedError:
            return opening.again()
        except StoreUnwritableError as error:
            warn(f"The search index cannot be kept ({error}): it is built for this once.")
            return replace(opening, cache=None).index()

    def search(
        self, request: str, *, kind: Kind | None = None, limit: int = 50, without: Sequence[str] = ()
    ) -> list[Hit]:
        """The best chunks, at most a few of a file."""
        asked = understood(request, kind)
        evidence = self.evidence(asked, without)
        files, chunks = rank.scores(asked.kind, evidence)
        found = [
            (score, path, slot)
            for path in _best(files, limit)
            for slot, score in self._chunks(path, float(files[path]), chunks)
        ]
        return self._hits(asked.kind, evidence, sorted(found, key=lambda one: (-one[0], *one[1:]))[:limit])

    def files(
        self, request: str, *, kind: Kind | None = None, limit: int = 50, without: Sequence[str] = ()
    ) -> list[Hit]:
        """The best files, each with its best chunk."""
        asked = understood(request, kind)
        evidence = self.evidence(asked, without)
        files, chunks = rank.scores(asked.kind, evidence)
        found = [
            (float(files[path]), path, next(self._chunks(path, 0.0, chunks))[0])
            for path in _best(files, limit)
        ]
        return self._hits(asked.kind, evidence, found)

    def within(self, request: str, path: str, *, kind: Kind | None = None, limit: int) -> list[Hit]:
        """The best chunks of one file; none where it is not in the index."""
        asked = understood(request, kind)
        evidence = self.evidence(asked)
        paths = list(self.view.paths)
        if path not in paths:
            return []
        _, chunks = rank.scores(asked.kind, evidence)
        number = paths.index(path)
        slots = sorted(self.view.slots(number), key=lambda slot: (-chunks[slot], slot))[:limit]
        return self._hits(asked.kind, evidence, [(float(chunks[slot]), number, slot) for slot in slots])

    def rarity(self, request: str) -> Mapping[str, float]:
        """How much each word of a request tells: rare ones the most."""
        return self._witnesses.rarity(understood(request))

    def evidence(self, asked: Asked, without: Sequence[str] = ()) -> Evidence:
        """What the scorers say. A damaged index is built anew for it."""
        try:
            return self._witnesses.evidence(asked, without)
        except StoreDamagedError:
            self._store.close()
            now = self._again()
            self.view, self._store, self._witnesses = now.view, now._store, now._witnesses
            return self._witnesses.evidence(asked, without)

    def close(self) -> None:
        self._store.close()

    def _chunks(self, path: int, score: float, chunks: Floats) -> Iterator[tuple[int, float]]:
        slots = sorted(self.view.slots(path), key=lambda slot: (-chunks[slot], slot))
        for number, slot in enumerate(slots[:_CHUNKS_OF_A_FILE]):
            if number == 0 or chunks[slot] > 0:
                yield slot, score + float(chunks[slot])

    def _hits(self, kind: Kind, evidence: Evidence, found: Sequence[tuple[float, int, int]]) -> list[Hit]:
        """Score, path, slot."""
        view = self.view
        texts = {path: view.live.texts[view.text_of_path[path]] for _, path, _ in found}
        titles = self._store.titles(text.first for text in texts.values())
        hits = []
        for score, path, slot in found:
            text, chunk = texts[path], slot - view.slots(path).start
            lines = int(text.starts[chunk]), int(text.ends[chunk])
            reasons = rank.reasons(kind, evidence, path, slot)
            title = titles.get(text.first, [])
            hits.append(Hit(view.paths[path], *lines, score, reasons, title[chunk] if title else ""))
        return hits


def index_file(cache: Path, repo: Repository) -> Path:
    """One for all worktrees of a repository."""
    home = repo.git.common_dir if repo.git is not None else repo.root
    name = blake2b(os.fsencode(home), digest_size=10).hexdigest()
    return cache / _FOLDER / f"{name}.sqlite"


def status(cache: Path, repo: Repository, encoder: Encoder | None = None) -> Status | None:
    """None where there is no index, or none that this version made."""
    file = index_file(cache, repo)
    if not file.is_file():
        return None
    marks = _marks(encoder or default_encoder())
    try:
        if not holds(file, marks):
            return None
        store = SearchStore(file, marks)
        try:
            return Status(
                file, sum(each.stat().st_size for each in _parts(file) if each.exists()), *store.size()
            )
        finally:
            store.close()
    except StoreDamagedError:
        return None


def clear(cache: Path, repo: Repository) -> bool:
    """Whether there was an index."""
    file = index_file(cache, repo)
    there = file.is_file()
    _remove(file)
    return there


def _remove(file: Path | None) -> None:
    for part in _parts(file) if file is not None else ():
        part.unlink(missing_ok=True)


def _parts(file: Path) -> list[Path]:
    """The file, SQLite's journals, and FAISS's files."""
    journals = (file.with_name(file.name + ending) for ending in ("-wal", "-shm", "-journal"))
    return [file, *journals, *file.parent.glob(f"{file.stem}-*.faiss")]


def _marks(encoder: Encoder) -> str:
    """Changes with whatever makes chunks, words and vectors of a text."""
    seen = blake2b(encoder.identity.encode(), digest_size=16)
    for module in ("words", "chunk", "build", "postings"):
        seen.update(Path(__file__).with_name(f"{module}.py").read_bytes())
    return seen.hexdigest()


def _view(listed: Sequence[str], names: Sequence[bytes], known: Mapping[bytes, Text]) -> View:
    """Equal texts count once."""
    told = zip(listed, map(known.get, names), strict=True)
    found = [(path, text) for path, text in told if text is not None and text.count]
    texts = sorted({text.first: text for _, text in found}.values(), key=lambda text: text.first)
    numbers = {text.first: number for number, text in enumerate(texts)}
    text_of_path = np.array([numbers[text.first] for _, text in found], np.int64)
    return View([path for path, _ in found], text_of_path, Live(texts))


def _best(scores: Floats, limit: int) -> list[int]:
    """Those above nothing, the first path first among equals."""
    ranked = np.argsort(-scores, kind="stable")[:limit]
    return [int(number) for number in ranked if scores[number] > 0]
