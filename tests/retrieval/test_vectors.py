"""FAISS's answers against brute force, and files that are not what was saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.search import vectors
from retrieval.search.vectors import Vectors, VectorsDamaged

Floats = NDArray[np.float32]
WIDTH = 32


def units(count: int, seed: int = 1) -> Floats:
    """Directions in clusters, as texts have."""
    centres = np.random.default_rng(0).standard_normal((40, WIDTH))
    random = np.random.default_rng(seed)
    found = centres[random.integers(0, 40, count)] + 0.7 * random.standard_normal((count, WIDTH))
    unit: Floats = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def nearest(known: dict[int, Floats], query: Floats, count: int) -> list[int]:
    return sorted(known, key=lambda number: -float(known[number] @ query))[:count]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "index" / "vectors.faiss"


def test_what_is_not_there_is_empty(place: Path) -> None:
    empty = Vectors.open(place, WIDTH)
    ids, scores = empty.search(units(1)[0], 10)
    assert (len(empty), list(ids), list(scores), list(empty.ids()), empty.remove(np.array([3]))) == (
        0,
        [],
        [],
        [],
        0,
    )
    empty.save()
    assert len(Vectors.open(place, WIDTH)) == 0


def test_the_nearest_are_those_of_brute_force_through_changes_and_files(place: Path) -> None:
    random, known = np.random.default_rng(3), dict[int, Floats]()
    store = Vectors.open(place, WIDTH)
    for turn in range(12):
        fresh = np.arange(100 * turn, 100 * turn + 60, dtype=np.int64)
        rows = units(60, seed=turn)
        store.add(fresh, rows)
        known |= dict(zip(map(int, fresh), rows, strict=True))
        gone = random.choice(list(known), 25, replace=False)
        assert store.remove(gone) == 25
        known = {number: row for number, row in known.items() if number not in gone}
        if turn % 3 == 2:
            store.save()
            store = Vectors.open(place, WIDTH)
        query = units(1, seed=1000 + turn)[0]
        ids, scores = store.search(query, 10)
        assert list(ids) == nearest(known, query, 10)
        assert scores == pytest.approx([float(known[int(number)] @ query) for number in ids], abs=2e-3)
        assert list(store.ids()) == sorted(known)


def test_only_what_is_live_is_found(place: Path) -> None:
    store, rows = Vectors.open(place, WIDTH), units(500)
    store.add(np.arange(500), rows)
    live = np.random.default_rng(5).random(400) < 0.3  # numbers past its end are not live
    known = {int(number): rows[number] for number in np.flatnonzero(live)}
    for size in (400, 100, 9, 1):
        known = {number: row for number, row in known.items() if number < size}
        ids, _ = store.search(rows[0], 20, live[:size])
        assert list(ids) == nearest(known, rows[0], 20)
    assert list(store.search(rows[0], 20, np.zeros(500, bool))[0]) == []
    assert list(store.search(rows[0], 20, np.zeros(0, bool))[0]) == []


def test_a_query_of_which_nothing_is_known_finds_nothing(place: Path) -> None:
    store = Vectors.open(place, WIDTH)
    store.add(np.arange(9), units(9))
    assert len(store.search(np.zeros(WIDTH, np.float32), 5)[0]) == 0


def test_many_vectors_are_searched_by_lists_that_find_nearly_all(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 3000)
    rows = units(9000)
    store = Vectors.open(place, WIDTH)
    store.add(np.arange(2000), rows[:2000])
    assert store.is_exact
    store.add(np.arange(2000, 9000), rows[2000:])
    store.remove(np.arange(0, 9000, 10))
    store.save()
    store = Vectors.open(place, WIDTH)
    live = np.ones(9000, bool)
    live[::10] = False
    assert not store.is_exact
    assert list(store.ids()) == list(np.flatnonzero(live))
    queries = units(60, seed=9)
    truth = np.argsort(-(queries @ rows.T) + 9.0 * ~live, axis=1)[:, :50]
    for mask in (None, live):
        found = [store.search(query, 50, mask)[0] for query in queries]
        hits = sum(len(np.intersect1d(*pair)) for pair in zip(found, truth, strict=True))
        assert hits >= 0.96 * truth.size  # LEAST_RECALL is of another sample
    store.add(np.arange(9000, 9010), units(10, seed=11))
    assert 9000 in store.search(units(10, seed=11)[0], 3)[0]


def test_few_vectors_left_are_all_compared_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 2000)
    rows = units(2500)
    store = Vectors.open(place, WIDTH)
    store.add(np.arange(2500), rows)
    assert not store.is_exact
    store.remove(np.arange(800, 2500))
    assert store.is_exact
    assert list(store.search(rows[5], 10)[0]) == nearest(dict(enumerate(rows[:800])), rows[5], 10)


def test_who_has_the_old_file_open_keeps_it(place: Path) -> None:
    writer, rows = Vectors.open(place, WIDTH), units(50)
    writer.add(np.arange(20), rows[:20])
    writer.save()
    reader = Vectors.open(place, WIDTH)
    writer.remove(np.arange(20))
    writer.add(np.arange(20, 50), rows[20:])
    writer.save()
    assert list(reader.ids()) == list(range(20))
    assert reader.search(rows[7], 1)[0] == [7]
    assert list(Vectors.open(place, WIDTH).ids()) == list(range(20, 50))
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_damage_is_told(place: Path) -> None:
    store = Vectors.open(place, WIDTH)
    store.add(np.arange(300), units(300))
    store.save()
    whole = place.read_bytes()
    random = np.random.default_rng(8)
    broken = [whole[: int(cut)] for cut in random.integers(0, len(whole), 20)] + [b"", bytes(len(whole))]
    for at in random.integers(0, len(whole), 60):
        broken.append(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
    for data in broken:
        place.write_bytes(data)
        with pytest.raises(VectorsDamaged):
            Vectors.open(place, WIDTH)
    place.write_bytes(whole)
    with pytest.raises(VectorsDamaged, match="dimensions"):
        Vectors.open(place, WIDTH * 2)


def test_wrong_shapes_are_refused(place: Path) -> None:
    with pytest.raises(ValueError, match="dimensions"):
        Vectors.open(place, WIDTH).add(np.arange(3), units(2))
