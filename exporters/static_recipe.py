"""The recipe of the static table: texts -> words -> a transformer's vectors -> tuned -> 8 bits."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exporters import encoder_texts, static_table
from exporters.encoder_folder import EncoderManifest
from exporters.encoder_texts import Text
from exporters.static_table import Bags, Floats, Tuning
from exporters.types import Progress, Report
from exporters.vocabulary import Language, Vocabulary, vocabulary

Pair = tuple[str, str]  # what it does in its author's words, the code
Documented = Callable[[str, bytes], Iterator[Pair]]
Teacher = Callable[[list[str], Report], Floats]

TABLE, SCALES, WORDS = "table.npy", "scales.npy", "words.txt"
_MOST_OF_A_SOURCE = 1500  # pairs: a large one must not drown the others
_HELD_OUT = 1000  # pairs that are ranked among each other to measure
_SEED = 5


@dataclass(frozen=True, slots=True)
class Recipe:
    """Sizes: 12 MB of 8-bit numbers, words and scales."""

    words: int = 38_000
    buckets: int = 6_000  # of the pieces that unknown words are made of
    dimensions: int = 256
    tuning: Tuning = dataclasses.field(default_factory=Tuning)


@dataclass(frozen=True, slots=True)
class Collected:
    """Pairs, which source each is of, and those held out by language."""

    pairs: list[Pair]
    sources: NDArray[np.int64]
    held: dict[str, list[Pair]]
    digest: str  # sha256 of all of it


def make(
    sources: tuple[Text, ...],
    folder: Path,
    language: Language,
    documented: Documented,
    teacher: Teacher,
    recipe: Recipe,
    report: Report,
) -> tuple[EncoderManifest, dict[str, bytes]]:
    """The encoder's manifest and files. `folder` holds the archives of the sources."""
    found = collect(sources, folder, documented, report)
    known = vocabulary(_texts(found.pairs, report), language, recipe.words)
    table = static_table.reduced(teacher(known.spelled, report), recipe.dimensions, known.frequencies)
    before = measured(table, known, language, found.held)

    def words(text: str) -> list[str]:
        return [word for name in language.identifiers(text) for word in language.words(name)]

    rows = {word: row for row, word in enumerate(known.words)}
    said, code = (static_table.bags((pair[at] for pair in found.pairs), words, rows) for at in (0, 1))

    def told(done: int, total: int, _: float) -> None:
        report(Progress("tuning", done, total, "batches"))

    table = static_table.tuned(table, said, code, found.sources, recipe.tuning, told)
    whole = np.concatenate([table, static_table.pieces(table, known.words, recipe.buckets)])
    levels, scales = in_8_bits(whole)
    rounded = levels[: len(table)].astype(np.float32) * scales[: len(table), None].astype(np.float32)
    manifest = EncoderManifest(
        name="static",
        kind="static",
        dimensions=recipe.dimensions,
        settings={},
        source="trained by coder export --encoder static",
        licence="MIT",
        quality={
            "what": f"mean reciprocal rank of {_HELD_OUT} comments' own code, sources not trained on",
            "before_tuning": before,
            "after": measured(rounded, known, language, found.held),
        },
        training={
            **dataclasses.asdict(recipe),
            "pairs": len(found.pairs),
            "pairs_sha256": found.digest,
            "left_out": len(encoder_texts.left_out()),
            "sources": [
                f"{source.name} {source.version} ({source.licence}) {source.sha256}".removesuffix(" -")
                for source in sources
                if source.trained
            ],
        },
    )
    files = {TABLE: _npy(levels), SCALES: _npy(scales), WORDS: "\n".join(known.words).encode()}
    return manifest, files


def collect(sources: tuple[Text, ...], folder: Path, documented: Documented, report: Report) -> Collected:
    """The pairs of every source, each of its comments once, less those that a judge has too."""
    pairs: list[Pair] = []
    owners: list[int] = []
    held: dict[str, list[Pair]] = {"python": [], "others": []}
    seen: set[Pair] = set()
    left_out = encoder_texts.left_out()
    digest = hashlib.sha256()
    for number, (source, read) in enumerate(_read(sources, folder, documented)):
        report(Progress("reading texts", number, len(sources), "sources"))
        for path, pair in read:
            if pair in seen or encoder_texts.fingerprint(pair[1]) in left_out:
                continue
            seen.add(pair)
            digest.update("\0".join(pair).encode("utf-8", "replace"))
            if source.trained:
                pairs.append(pair)
                owners.append(number)
            else:
                held["python" if path.endswith(".py") else "others"].append(pair)
    report(Progress("reading texts", len(sources), len(sources), "sources"))
    random = np.random.default_rng(_SEED)
    chosen = {
        name: [found[at] for at in random.permutation(len(found))[:_HELD_OUT]] for name, found in held.items()
    }
    return Collected(pairs, np.array(owners), chosen, digest.hexdigest())


def _read(
    sources: tuple[Text, ...], folder: Path, documented: Documented
) -> Iterator[tuple[Text, list[tuple[str, Pair]]]]:
    """Each source with its (path, pair)s, in their order; read by as many processes as there are cores."""
    quiet = (signal.SIGINT, signal.SIG_IGN)  # an interruption is told once, by the parent
    read = partial(_pairs, folder=folder, documented=documented)
    with ProcessPoolExecutor(None, get_context("spawn"), signal.signal, quiet) as pool:
        yield from zip(sources, pool.map(read, sources), strict=True)


def _pairs(source: Text, folder: Path, documented: Documented) -> list[tuple[str, Pair]]:
    found: dict[str, tuple[str, Pair]] = {}  # the same words on many definitions are of little use
    for path, data in encoder_texts.texts(source, folder):
        for comment, code in documented(path, data):
            found.setdefault(comment, (path, (comment, code)))
        if len(found) >= _MOST_OF_A_SOURCE:
            break
    return list(found.values())


def _texts(pairs: list[Pair], report: Report) -> Iterator[str]:
    for number, pair in enumerate(pairs):
        if number % 1000 == 0:
            report(Progress("counting words", number, len(pairs), "pairs"))
        yield from pair


def measured(
    table: Floats, known: Vocabulary, language: Language, held: dict[str, list[Pair]]
) -> dict[str, float]:
    """Mean reciprocal rank for each group of languages."""

    def words(text: str) -> list[str]:
        return [word for name in language.identifiers(text) for word in language.words(name)]

    rows = {word: row for row, word in enumerate(known.words)}
    out: dict[str, float] = {}
    for name, pairs in held.items():
        if pairs:
            sides: list[Bags] = [
                static_table.bags((pair[at] for pair in pairs), words, rows) for at in (0, 1)
            ]
            said, code = (static_table.vectors(table, side) for side in sides)
            out[name] = round(static_table.reciprocal_rank(said, code), 4)
    return out


def in_8_bits(table: Floats) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """A scale for each row, itself in 16 bits."""
    scales = (np.maximum(np.abs(table).max(1), 1e-6) / 127).astype(np.float16)
    levels = np.clip(np.rint(table / scales[:, None].astype(np.float32)), -127, 127).astype(np.int8)
    return levels, scales


def _npy(array: NDArray[np.generic]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()
