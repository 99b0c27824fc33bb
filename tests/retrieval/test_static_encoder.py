"""The shipped table, and tables of a few words against slow sums."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from exporters import static_table
from retrieval.search import static_encoder
from retrieval.search.encoders import EncoderError, default_encoder, open_encoder
from retrieval.search.words import words

KNOWN = ["open", "file", "pars", "http", "header", "parsehttpheaders", "größ"]
BUCKETS = 16


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    np.save(tmp_path / "table.npy", random.integers(-127, 128, (len(KNOWN) + BUCKETS, 8)).astype(np.int8))
    np.save(tmp_path / "scales.npy", (0.1 + random.random(len(KNOWN) + BUCKETS)).astype(np.float16))
    (tmp_path / "words.txt").write_text("\n".join(KNOWN), encoding="utf-8")
    described = {"format": 1, "name": "few", "kind": "static", "dimensions": 8, "files": {}, "settings": {}}
    (tmp_path / "encoder.json").write_text(json.dumps(described), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "open the file",
        "parseHTTPHeaders open_file open_file",
        "Größe of (file)",
        "",
        "zzyzx",
        "__file__ ++ 12",
    ],
)
def test_a_text_is_the_weighted_sum_of_its_words(folder: Path, text: str) -> None:
    table = np.load(folder / "table.npy") * np.load(folder / "scales.npy").astype(np.float32)[:, None]
    counts: Counter[int] = Counter()
    for word in words(text):
        if word in KNOWN:
            counts[KNOWN.index(word)] += 1
        elif word.isalpha():
            counts.update(len(KNOWN) + piece for piece in static_table.grams(word, BUCKETS))
    wanted = sum(((1 + math.log(count)) * table[row] for row, count in counts.items()), np.zeros(8))
    length = np.linalg.norm(wanted)
    found = open_encoder(folder)
    assert found.encode_query(text) == pytest.approx(wanted / (length or 1), abs=1e-5)
    assert found.encode([text, "open", text])[2] == pytest.approx(found.encode_query(text))


def test_the_pieces_of_words_are_those_the_table_was_made_with() -> None:
    for word in ("a", "zzyzx", "größe", "retrieval"):
        assert static_encoder.grams(word, 999) == static_table.grams(word, 999)


def test_damage_is_told(folder: Path) -> None:
    for name, data in (("words.txt", b"one\ntwo" * 50), ("scales.npy", b"?"), ("table.npy", b"")):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(data)
        with pytest.raises(EncoderError, match="damaged"):
            open_encoder(folder)
        (folder / name).write_bytes(whole)
    assert open_encoder(folder).dimensions == 8


def test_the_shipped_table_knows_what_code_is_about() -> None:
    shipped = default_encoder()
    assert shipped is default_encoder()
    texts = {
        "read the lines of a file": "def load(path):\n    with open(path) as lines:\n        return [*lines]",
        "send an http request": "func (c *Client) Get(url string) *Response { return c.Do(url) }",
        "sort the items by key": "items.sort((a, b) => compare(a.key, b.key));",
        "draw a circle on the canvas": "void paint(Graphics g) { g.drawOval(x, y, radius, radius); }",
    }
    code = shipped.encode(list(texts.values()))
    assert code.shape == (4, shipped.dimensions)
    for at, said in enumerate(texts):
        assert np.argmax(code @ shipped.encode_query(said)) == at


def test_the_shipped_table_fits_its_room() -> None:
    folder = Path(static_encoder.__file__).parent / "data" / "static"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 12_000_000
