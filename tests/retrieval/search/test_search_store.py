"""The index on disk: postings, segments, damage."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from retrieval.search.postings import Batch
from retrieval.search.store import Field, SearchStore, Text
from retrieval.search.tables import StoreDamagedError


def put(store: SearchStore, first: int, documents: list[list[str]]) -> None:
    batch = Batch()
    for number, words in enumerate(documents):
        batch.add(Field.TEXT, first + number, words)
    with store.writing():
        places = np.arange(1, len(documents) + 1, dtype=np.int32)
        text = Text.of(first, np.array([len(words) for words in documents], np.int32), places, places)
        store.add_texts([(b"%d" % first, text, ["title"] * len(documents), b"")])
        store.add_postings(batch, len(documents))


def test_postings_are_those_of_all_segments_however_these_are_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.search.store._MOST_ALIKE", 4)
    monkeypatch.setattr("retrieval.search.store._ROWS_AT_ONCE", 5)
    store = SearchStore(tmp_path / "a.sqlite", "marks")
    numbers = random.Random(3)  # noqa: S311 - data
    documents: list[list[str]] = []
    for _ in range(100):
        some = [[f"w{numbers.randrange(30)}" for _ in range(12)] for _ in range(numbers.randrange(1, 9))]
        put(store, len(documents), some)
        documents += some
    found = store.postings(Field.TEXT, [f"w{number}" for number in range(31)])
    assert "w30" not in found
    for word, postings in found.items():
        expected = {number: words.count(word) for number, words in enumerate(documents) if word in words}
        assert dict(zip(postings.documents.tolist(), postings.counts.tolist(), strict=True)) == expected
        assert postings.documents.tolist() == sorted(expected)
    segments = store._connection.execute("SELECT count(*) FROM segment").fetchone()[0]
    assert segments <= 3 * 3, "about the logarithm of what was added"


def test_another_way_of_making_documents_begins_anew(tmp_path: Path) -> None:
    store = SearchStore(tmp_path / "a.sqlite", "one")
    put(store, 0, [["word"]])
    store.close()
    assert SearchStore(tmp_path / "a.sqlite", "one").size() == (1, 1)
    assert SearchStore(tmp_path / "a.sqlite", "two").size() == (0, 0)


def test_what_fails_within_a_write_leaves_nothing(tmp_path: Path) -> None:
    store = SearchStore(tmp_path / "a.sqlite", "marks")
    with pytest.raises(KeyboardInterrupt), store.writing():
        batch = Batch()
        batch.add(Field.TEXT, 0, ["word"])
        store.add_postings(batch, 1)
        raise KeyboardInterrupt
    assert store.postings(Field.TEXT, ["word"]) == {}


def test_a_bug_within_a_write_is_no_damage(tmp_path: Path) -> None:
    store = SearchStore(tmp_path / "a.sqlite", "marks")
    with pytest.raises(ValueError, match="another shape"), store.writing():
        raise ValueError("another shape")


def test_damage_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    with pytest.raises(StoreDamagedError):
        SearchStore(tmp_path / "a.sqlite", "marks")


@pytest.mark.parametrize(
    "change", ["substr(found, 1, 4) || zeroblob(10)", "'text'", "12", "x'00'", "substr(found, 1, 9)"]
)
def test_a_changed_byte_in_postings_is_told(tmp_path: Path, change: str) -> None:
    store = SearchStore(tmp_path / "a.sqlite", "marks")
    put(store, 0, [["word"], ["word"]])
    with store.writing():
        store._connection.execute(f"UPDATE posting SET found = {change}")  # noqa: S608 - a constant
    with pytest.raises(StoreDamagedError):
        store.postings(Field.TEXT, ["word"])


def test_columns_of_different_rows_are_told(tmp_path: Path) -> None:
    store = SearchStore(tmp_path / "a.sqlite", "marks")
    put(store, 0, [["one", "two"], ["two"]])
    with store.writing():
        query = "UPDATE posting SET found = (SELECT found FROM posting WHERE word = 'one') WHERE word = 'two'"
        store._connection.execute(query)
        store._connection.execute("UPDATE text SET first = 7")
    with pytest.raises(StoreDamagedError):
        store.postings(Field.TEXT, ["two"])
    with pytest.raises(StoreDamagedError):
        store.texts([b"0"])
    with pytest.raises(StoreDamagedError):
        store.titles([7])
