"""Every file of a listing read and parsed: known from before, from the cache, or found out now."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from retrieval.languages.table import LANGUAGES
from retrieval.parse import version
from retrieval.parse_cache import FILE_NAME, Known, ParseCache, key
from retrieval.parse_pool import parse_all
from retrieval.types import Entry, Skip, Skipped, SourceFile

_KEEP_EVERY = 500  # files: what an interrupt loses at most
# Reasons that lie in the place, not in the text.
_OF_THE_MOMENT = {Skip.GONE, Skip.UNREADABLE, Skip.LINK, Skip.SUBMODULE, Skip.TOO_LARGE}

Progress = Callable[[int, int], None]
"""Files done, files to do."""


class Files(Protocol):
    """What is read: a Repo, or what stands for one."""

    def entries(self, revision: str | None = None) -> Sequence[Entry]: ...

    def entry(self, path: str) -> Entry | None:
        """One file of the working tree, listed or not."""
        ...

    def read(self, entry: Entry, *, named: bool = False) -> SourceFile | Skipped: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files of a listing told."""

    entries: tuple[Entry, ...]  # as listed, but with the digests of what was read
    texts: Mapping[str, Known]  # of the files that are read, and of those whose text is a reason not to
    skipped: Mapping[str, Skipped]  # every file that is not read


def read_all(
    files: Files,
    entries: Sequence[Entry],
    cache: Path | None,
    before: Reading | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Reading:
    """`cache` is a folder, or None to keep nothing. What `before` knows of the same texts is taken over."""
    listed = [entry for entry in entries if not entry.skip]
    texts = _remembered(listed, before) if before else {}
    missing = [entry for entry in listed if entry.path not in texts]
    fresh = _Fresh(files, progress)
    if missing:
        with ParseCache(cache / FILE_NAME if cache else None) as kept:
            texts |= _looked_up(missing, kept)
            fresh.read([entry for entry in missing if entry.path not in texts], kept, workers)
    texts |= fresh.texts
    skipped = fresh.skipped
    for entry in entries:
        if entry.skip and isinstance(found := files.read(entry), Skipped):
            skipped[entry.path] = found
        elif (known := texts.get(entry.path)) and known.skip:
            skipped[entry.path] = Skipped(entry.path, known.skip, known.detail)
    return Reading(tuple(map(fresh.corrected, entries)), texts, skipped)


def _remembered(entries: Sequence[Entry], before: Reading) -> dict[str, Known]:
    digests = {entry.path: entry.digest for entry in before.entries if entry.path in before.texts}
    return {
        entry.path: before.texts[entry.path] for entry in entries if digests.get(entry.path) == entry.digest
    }


def _looked_up(entries: Sequence[Entry], cache: ParseCache) -> dict[str, Known]:
    keys = {entry.path: key(entry.digest, entry.path) for entry in entries}
    found = cache.get_many(keys.values())
    texts = {path: found[name] for path, name in keys.items() if name in found}
    return {
        path: known
        for path, known in texts.items()
        if known.parse is None or known.version == version(known.language)
    }


class _Fresh:
    """What is found out now."""

    def __init__(self, files: Files, progress: Progress | None) -> None:
        self._files = files
        self._progress = progress
        self._digests: dict[str, str] = {}  # of files that changed after they had been listed
        self._unkept: dict[bytes, Known] = {}
        self.texts: dict[str, Known] = {}
        self.skipped: dict[str, Skipped] = {}

    def read(self, entries: Sequence[Entry], cache: ParseCache, workers: int | None) -> None:
        """What is done when an interrupt comes is kept for the next time."""
        size = sum(entry.size for entry in entries)
        try:
            for file, parse in parse_all(self._parsable(entries), size, workers):
                self._learn(file.path, file.digest, Known(file.language, version(file.language) or "", parse))
                if len(self._unkept) >= _KEEP_EVERY:
                    self._keep(cache)
                self._tell(len(entries))
            self._tell(len(entries))
        finally:
            self._keep(cache)

    def corrected(self, entry: Entry) -> Entry:
        digest = self._digests.get(entry.path)
        return dataclasses.replace(entry, digest=digest) if digest else entry

    def _parsable(self, entries: Sequence[Entry]) -> Iterator[SourceFile]:
        """The files to parse; of the others all is known by now."""
        for entry in entries:
            file = self._files.read(entry)
            if isinstance(file, SourceFile):
                if file.digest != entry.digest:
                    self._digests[file.path] = file.digest
                if file.language in LANGUAGES:
                    yield file
                else:
                    self._learn(file.path, file.digest, Known(file.language))
            elif file.reason in _OF_THE_MOMENT:
                self.skipped[file.path] = file
            else:
                self._learn(file.path, entry.digest, Known(skip=file.reason, detail=file.detail))

    def _tell(self, total: int) -> None:
        if self._progress and total:
            self._progress(len(self.texts) + len(self.skipped), total)

    def _learn(self, path: str, digest: str, known: Known) -> None:
        self.texts[path] = known
        self._unkept[key(digest, path)] = known

    def _keep(self, cache: ParseCache) -> None:
        cache.put_many(self._unkept)
        self._unkept = {}
