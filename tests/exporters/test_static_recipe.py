"""The recipe of the static table on small texts of its own, and its steps against slow, obvious ones."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from exporters import encoder_folder, encoder_texts, static_recipe, static_table
from exporters.encoder_texts import Text
from exporters.errors import PullError
from exporters.static_recipe import Recipe
from exporters.static_table import Bags, Floats, Tuning
from exporters.types import Report, silent
from exporters.vocabulary import Language, vocabulary
from retrieval.search.documented import documented
from retrieval.search.encoders import open_encoder
from retrieval.search.words import identifiers, of_identifier

LANGUAGE = Language(identifiers, of_identifier)
VERBS = ("open", "close", "send", "parse", "count", "draw", "sort", "merge", "split", "hash")
NOUNS = ("file", "socket", "header", "pixel", "table", "branch", "token", "packet", "window", "date")


def archive(folder: Path, source: Text, files: dict[str, str]) -> None:
    with tarfile.open(encoder_texts.archive(source, folder), "w") as opened:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            opened.addfile(info, io.BytesIO(text.encode()))


def function(verb: str, noun: str) -> str:
    return (
        f"def run_{verb}_{noun}(value):\n"
        f'    """Will {verb} the {noun} that was asked for."""\n'
        f"    {noun}s = value.all_{noun}s()\n    for one in {noun}s:\n"
        f"        {verb}(one)\n    return {noun}s\n\n\n"
    )


def teacher(texts: list[str], report: Report) -> Floats:
    """A direction for each text, the same each time."""
    rows = [np.random.default_rng(list(text.encode())).standard_normal(48) for text in texts]
    return np.array(rows, np.float32)


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Text, ...]:
    found = []
    for number, use in enumerate((True, True, False)):
        source = Text(use, "repository", f"o/source{number}", "0" * 40, "-", "MIT")
        body = "".join(
            function(verb, noun)
            for row, verb in enumerate(VERBS)
            for column, noun in enumerate(NOUNS)
            if (row + column) % 3 == number
        )
        archive(tmp_path, source, {"pkg/code.py": body, "pkg/tests/test_x.py": function("never", "read")})
        found.append(source)
    return tuple(found)


RECIPE = Recipe(words=120, buckets=64, dimensions=24, tuning=Tuning(epochs=20, batch=32))


def test_the_recipe_makes_a_table_that_search_opens(tmp_path: Path, sources: tuple[Text, ...]) -> None:
    manifest, files = static_recipe.make(sources, tmp_path, LANGUAGE, documented, teacher, RECIPE, silent)
    assert manifest.quality["after"]["python"] > manifest.quality["before_tuning"]["python"]
    assert [line.split()[0] for line in manifest.training["sources"]] == ["o/source0", "o/source1"]
    encoder_folder.write(tmp_path / "out", manifest, files)
    opened = open_encoder(tmp_path / "out")
    said = opened.encode_query("Will sort the branch that was asked for.")
    code = opened.encode([function(verb, noun) for verb in VERBS for noun in NOUNS])
    assert np.argmax(code @ said) == VERBS.index("sort") * len(NOUNS) + NOUNS.index("branch")


def test_the_same_sources_make_the_same_bytes(tmp_path: Path, sources: tuple[Text, ...]) -> None:
    first, second = (
        static_recipe.make(sources, tmp_path, LANGUAGE, documented, teacher, RECIPE, silent) for _ in range(2)
    )
    assert first == second


def test_what_equals_a_judges_code_is_left_out(
    tmp_path: Path, sources: tuple[Text, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = static_recipe.collect(sources, tmp_path, documented, silent).pairs
    equal = encoder_texts.fingerprint(whole[4][1].replace(" ", "\t"))
    monkeypatch.setattr(encoder_texts, "left_out", lambda: frozenset({equal}))
    rest = static_recipe.collect(sources, tmp_path, documented, silent)
    assert rest.pairs == [*whole[:4], *whole[5:]]
    assert len(rest.sources) == len(rest.pairs)


def test_definitions_left_out_are_known_by_hashes_alone() -> None:
    known = encoder_texts.left_out()
    assert known
    assert all(len(bytes.fromhex(one)) == hashlib.sha256().digest_size for one in known)


def test_of_a_releases_wheels_the_pinned_one_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "simple" / "some-code"
    index.mkdir(parents=True)
    tags = ("cp311-abi3-manylinux_2_34_x86_64", "cp311-abi3-manylinux_2_17_x86_64", "py3-none-any")
    hashes, links = [], []
    for tag in tags:
        path = index / f"some_code-1.0-{tag}.whl"
        with zipfile.ZipFile(path, "w") as opened:
            opened.writestr("some_code.py", tag)
            opened.writestr(
                "some_code-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: some-code\nVersion: 1.0\n"
            )
            opened.writestr("some_code-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        hashes.append(hashlib.sha256(path.read_bytes()).hexdigest())
        links.append(f'<a href="{path.name}#sha256={hashes[-1]}">{path.name}</a>')
    (index / "index.html").write_text(f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index.parent.as_uri())
    for number, (tag, sha256) in enumerate(zip(tags, hashes, strict=True)):
        source = Text(True, "package", "some-code", "1.0", sha256, "MIT")
        folder = tmp_path / str(number)
        encoder_texts.fetch([source], folder, silent)
        assert list(encoder_texts.texts(source, folder)) == [("some_code.py", tag.encode())]
    with pytest.raises(PullError, match="pip could not download"):
        encoder_texts.fetch([Text(True, "package", "some-code", "1.0", "0" * 64, "MIT")], tmp_path, silent)


def test_tests_and_judges_are_not_read() -> None:
    read = ("a/b.py", "A/Foo.cs", "lib/contest/b.rs", "src/x.ts")
    left = ["pip/_vendor/requests/api.py", "x/test_flask.py", "sentry/integrations/django.py", "a/tests/x.py"]
    left += ["a/x.min.js", "a/x.d.ts", "a/mpl_toolkits/a.py", "a/_pytest/x.py", "a/x.txt", "b/x_pb2.py"]
    assert [path for path in (*read, *left) if encoder_texts.is_read(path)] == list(read)


def test_every_source_has_a_licence_that_allows_it_and_none_is_a_judge() -> None:
    for source in encoder_texts.listed():
        assert any(name in source.licence for name in ("MIT", "BSD", "Apache", "PSF")), source
        assert encoder_texts.is_read(f"{source.name.replace('-', '_')}/a.py"), source
        assert len(source.sha256) == 64 or source.kind == "repository"


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    source = Text(True, "repository", "o/n", "0" * 40, "-", "MIT")
    encoder_texts.archive(source, tmp_path).write_bytes(b"no archive")
    with pytest.raises(PullError, match="cannot be read"):
        list(encoder_texts.texts(source, tmp_path))


def test_words_are_spelled_as_people_write_them() -> None:
    texts = ["caching the cached caches", "caching parseHTTPHeader", "parse http header", "parseHTTPHeader"]
    found = vocabulary(texts, LANGUAGE, 50)
    spelled = dict(zip(found.words, found.spelled, strict=True))
    assert spelled["cach"] == "caching"
    assert spelled["parsehttpheader"] == "parse http header"
    assert found.words[0] == "cach"


def test_the_gradient_is_that_of_the_loss() -> None:
    random = np.random.default_rng(2)
    table = random.standard_normal((30, 8)).astype(np.float32)
    sides = [
        Bags(
            np.arange(0, 31, 5),
            random.integers(0, 30, 30).astype(np.int32).reshape(6, 5).ravel(),
            (1 + random.random(30)).astype(np.float32),
        )
        for _ in range(2)
    ]
    for side in sides:  # a word stands once in a text
        for at in range(6):
            side.rows[at * 5 : at * 5 + 5] = random.choice(30, 5, replace=False)
    chosen, warm = np.arange(6), np.float32(0.5)
    _, rows, gradient = static_table._step(table, sides[0], sides[1], chosen, warm)
    for at, column in ((0, 0), (3, 5), (len(rows) - 1, 7)):
        losses = []
        for step in (0.01, -0.01):
            moved = table.copy()
            moved[rows[at], column] += step
            losses.append(static_table._step(moved, sides[0], sides[1], chosen, warm)[0])
        assert (losses[0] - losses[1]) / 0.02 == pytest.approx(float(gradient[at, column]), abs=2e-3)


def test_pieces_of_a_word_come_near_it() -> None:
    names = [f"{first}{second}" for first in VERBS for second in NOUNS]
    random = np.random.default_rng(6)
    parts = {part: random.standard_normal(16) for part in (*VERBS, *NOUNS)}
    table = np.array([parts[first] + parts[second] for first in VERBS for second in NOUNS], np.float32)
    kept = [at for at in range(len(names)) if at % 10]
    buckets = static_table.pieces(table[kept], [names[at] for at in kept], 512)
    cosines = []
    for at in range(0, len(names), 10):
        guess = buckets[static_table.grams(names[at], 512)].sum(0)
        cosines.append(guess @ table[at] / np.linalg.norm(guess) / np.linalg.norm(table[at]))
    assert np.mean(cosines) > 0.5
