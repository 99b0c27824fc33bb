"""What speaks for each file and each chunk, by scorer: numbers between 0 and 1 that rank.py weighs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from retrieval.languages.names import language_of
from retrieval.mentions import PathNames, places_in
from retrieval.search.history import History
from retrieval.search.lexical import bm25, idf
from retrieval.search.live import Floats, Live
from retrieval.search.paths import PathWords, is_test, tested_name
from retrieval.search.postings import Ints
from retrieval.search.request import Asked, Kind
from retrieval.search.store import Field, SearchStore
from retrieval.window import Seed

_NEXT_FRAME = 0.8  # what a place in a stack trace counts for, to the one next to it that is deeper
_PROSE = frozenset({"markdown", "restructuredtext", "text"})
_MOST_PLACES = 40  # that a text names


@dataclass(frozen=True, slots=True)
class View:
    """What is searched: paths, the text that each has, and all their chunks."""

    paths: Sequence[str]
    text_of_path: np.ndarray[tuple[int], np.dtype[np.int64]]
    live: Live

    def slots(self, path: int) -> range:
        text = self.text_of_path[path]
        return range(int(self.live.begins[text]), int(self.live.ends[text]))


@dataclass(frozen=True, slots=True)
class Evidence:
    """`files` has a row for each path, `chunks` for each slot."""

    files: Mapping[str, Floats]
    chunks: Mapping[str, Floats]


class Witnesses:
    """All that can be asked about one view."""

    def __init__(
        self,
        view: View,
        store: SearchStore,
        history: Callable[[], History | None],
        alike: Callable[[str], Floats] | None = None,
    ) -> None:
        """`alike` gives for each slot how near its meaning is to a text's."""
        self.view = view
        self._store = store
        self._history = history
        self._alike = alike

    def evidence(self, asked: Asked, without: Sequence[str] = ()) -> Evidence:
        """`without` names commits that a request is about: they must not answer it."""
        live, of = self.view.live, self.view.text_of_path
        history = self._history()
        if history is not None and without:
            history = history.without(without)
        telling = asked.words
        if history is not None:
            rarity = history.rarity(asked.words)
            telling = {word: weight * rarity[word] for word, weight in asked.words.items()}
        text = bm25(live, self._store.postings(Field.TEXT, asked.words), telling)
        name = bm25(live, self._store.postings(Field.NAME, asked.words), asked.words, normalised=False)
        symbol = bm25(live, self._store.postings(Field.SYMBOL, asked.names), asked.names, normalised=False)
        chunks = {"chunk": text.of_slots, "name": name.of_slots, "symbol": symbol.of_slots}
        files = {
            "text": text.of_texts[of],
            "covered": np.sqrt(text.covered[of]),
            "names": name.of_texts[of],
            "symbols": symbol.of_texts[of],
            "path": self._path_words.name(asked.words),
            "folder": self._path_words.folders(asked.words),
        }
        if self._alike is not None:
            chunks["meaning"] = self._alike(asked.text)
        places, chunks["place"] = self._places(asked)
        files["mention"] = places
        files |= {name: live.best_of_texts(scores)[of] for name, scores in chunks.items() if name != "place"}
        if history is not None:
            # Roots: by measurement, 0.007 of MRR; sums over commits grow faster than what they say.
            files["history"] = np.sqrt(self._by_path(history.alike(asked.words)))
            files["recent"] = np.sqrt(self._by_path(history.recent()))
            if asked.kind is Kind.DIFF:
                changed = [self.view.paths[number] for number in map(int, np.flatnonzero(places))]
                files["together"] = np.sqrt(self._by_path(history.together(changed)))
        files = {name: _scaled(scores) for name, scores in files.items()}
        files["tested"] = self._tested(files["chunk"])
        files["test"] = self._tests
        files["prose"] = self._prose
        return Evidence(files, {name: _scaled(scores) for name, scores in chunks.items()})

    def rarity(self, asked: Asked) -> dict[str, float]:
        """What it tells of a chunk that it has one of the request's words (idf)."""
        live = self.view.live
        found = self._store.postings(Field.TEXT, asked.words)
        having = {word: len(live.found(postings)[0]) for word, postings in found.items()}
        return {word: idf(live.slots, number) for word, number in having.items()}

    @cached_property
    def _path_words(self) -> PathWords:
        return PathWords(self.view.paths)

    @cached_property
    def _path_names(self) -> PathNames:
        return PathNames(self.view.paths)

    @cached_property
    def _tests(self) -> Floats:
        return np.array([is_test(path) for path in self.view.paths], np.float32)

    @cached_property
    def _prose(self) -> Floats:
        return np.array([language_of(path) in _PROSE for path in self.view.paths], np.float32)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {path: number for number, path in enumerate(self.view.paths)}

    def _by_path(self, scores: Mapping[str, float]) -> Floats:
        found = np.zeros(len(self.view.paths), np.float32)
        for path, score in scores.items():
            if path in self._numbers:
                found[self._numbers[path]] = score
        return found

    def _places(self, asked: Asked) -> tuple[Floats, Floats]:
        """Files that the request names, and the chunks of the lines that it names."""
        files = np.zeros(len(self.view.paths), np.float32)
        chunks = np.zeros(self.view.live.slots, np.float32)
        seeds = list(dict.fromkeys(places_in(asked.text, self._path_names)))[-_MOST_PLACES:]
        for weight, seed in _weighted(seeds, asked):
            number = self._numbers[seed.path]
            files[number] = max(files[number], weight)
            if seed.start_line is not None:
                for slot in self.view.slots(number):
                    if self._holds(number, slot, seed.start_line):
                        chunks[slot] = max(chunks[slot], weight)
        return files, chunks

    def _holds(self, path: int, slot: int, line: int) -> bool:
        text = self.view.live.texts[self.view.text_of_path[path]]
        chunk = slot - self.view.slots(path).start
        return bool(text.starts[chunk] <= line <= text.ends[chunk])

    def _tested(self, scores: Floats) -> Floats:
        """What the tests of a file have."""
        names, tests = self._name_numbers, self._tests > 0
        best = np.zeros(len(names), np.float32)
        np.maximum.at(best, names[tests], scores[tests])
        found = best[names]
        found[tests] = 0.0
        return found

    @cached_property
    def _name_numbers(self) -> Ints:
        """Of each path that of its name: tests and what they test have the same."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(name, len(numbers)) for name in self._tested_names], np.int32)

    @cached_property
    def _tested_names(self) -> Sequence[str]:
        return [tested_name(path) for path in self.view.paths]


def _weighted(seeds: Sequence[Seed], asked: Asked) -> list[tuple[float, Seed]]:
    """Of a stack trace the deepest places count most: last in Python's, first in the others'."""
    if asked.kind is not Kind.TRACE:
        return [(1.0, seed) for seed in seeds]
    frames = [seed for seed in seeds if seed.start_line is not None] or list(seeds)
    row = frames[::-1] if 'File "' in asked.text else frames
    return [(_NEXT_FRAME**number, seed) for number, seed in enumerate(row)]


def _scaled(scores: Floats) -> Floats:
    most = float(scores.max(initial=0.0))
    return scores / np.float32(most) if most > 0 else scores
