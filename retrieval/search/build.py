"""Texts that the index does not know yet -> chunks, words, vectors: what is written into the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from retrieval.parse_cache import key
from retrieval.reading import Files, read_all
from retrieval.search.chunk import Chunk, chunks
from retrieval.search.encoders import Encoder
from retrieval.search.meaning import STORED
from retrieval.search.postings import Batch
from retrieval.search.store import Field, SearchStore, Text
from retrieval.search.words import of_identifier, words
from retrieval.types import Entry, ParsedFile, SourceFile, SymbolKind

_FULL = 20_000  # chunks that are written at once; an interrupt loses no more
_FILES_AT_ONCE = 2_000  # that are read and parsed side by side
_LONGEST_TITLE = 100  # characters
_SPACE = re.compile(r"\s+")
_UNNAMED = frozenset({SymbolKind.FIELD, SymbolKind.VARIABLE})  # too many, and too small, to look for by name

Progress = Callable[[int, int], None]
"""Files done, files to do."""


@dataclass(slots=True)
class _Prepared:
    """Of one text: for each chunk its lines and words."""

    key: bytes
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    words: list[list[str]] = field(default_factory=list)
    names: list[list[str]] = field(default_factory=list)
    symbols: list[list[str]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # as the encoder gets them
    vectors: bytes = b""  # a row for each chunk


def learn(
    store: SearchStore,
    files: Files,
    entries: Sequence[Entry],
    cache: Path | None,
    encoder: Encoder,
    progress: Progress | None = None,
    workers: int | None = None,
) -> None:
    """Every entry's text is known afterwards, but for those that cannot be read at the moment."""
    missing = list({key(entry.digest, entry.path): entry for entry in entries}.values())
    prepared: list[_Prepared] = []
    size = 0
    for number in range(0, len(missing), _FILES_AT_ONCE):
        some = missing[number : number + _FILES_AT_ONCE]
        for done, each in enumerate(_prepared(files, some, cache, workers), start=number + 1):
            if each.texts:
                # A file at a time: a transformer takes minutes for all, and progress is to be seen.
                each.vectors = encoder.encode(each.texts).astype(STORED).tobytes()
                each.texts.clear()
            prepared.append(each)
            size += len(each.starts)
            if size >= _FULL:
                _write(store, prepared)
                prepared, size = [], 0
            if progress:
                progress(done, len(missing))
        if progress:
            progress(number + len(some), len(missing))
    if prepared:
        _write(store, prepared)


def _prepared(
    files: Files, entries: Sequence[Entry], cache: Path | None, workers: int | None
) -> Iterator[_Prepared]:
    reading = read_all(files, entries, cache, None, None, workers)
    for entry in reading.entries:
        known = reading.texts.get(entry.path)
        if known is None:
            continue
        name = key(entry.digest, entry.path)
        if known.skip:
            yield _Prepared(name)
            continue
        file = files.read(entry)
        if isinstance(file, SourceFile) and file.digest == entry.digest:
            yield _chunked(name, file, known.parse.unpack() if known.parse else None)


def _chunked(name: bytes, file: SourceFile, parsed: ParsedFile | None) -> _Prepared:
    prepared = _Prepared(name)
    file_name = words(file.path.rpartition("/")[2].partition(".")[0])
    symbols = parsed.symbols if parsed is not None else ()
    for chunk in chunks(file.text, parsed):
        around = [symbols[index].name for index in chunk.symbols]
        defined = [symbols[index].name for index in chunk.defines if symbols[index].kind not in _UNNAMED]
        prepared.starts.append(chunk.start_line)
        prepared.ends.append(chunk.end_line)
        prepared.words.append(
            words(chunk.text) + [one for each in around for one in of_identifier(each)] + file_name
        )
        prepared.names.append([one for each in (*around, *defined) for one in of_identifier(each)])
        prepared.symbols.append([each.lower() for each in defined])
        prepared.titles.append(_title(chunk, parsed))
        prepared.texts.append(" ".join((*file_name, *around, chunk.text)))
    return prepared


def _write(store: SearchStore, prepared: Sequence[_Prepared]) -> None:
    with store.writing():
        known = store.texts(each.key for each in prepared)  # another process may have been here
        document = first = store.documents()
        batch = Batch()
        texts = []
        for each in prepared:
            if each.key in known:
                continue
            lengths = []
            begin = document
            for number in range(len(each.starts)):
                lengths.append(batch.add(Field.TEXT, document, each.words[number]))
                batch.add(Field.NAME, document, each.names[number])
                batch.add(Field.SYMBOL, document, each.symbols[number])
                document += 1
            places = (np.array(each.starts, np.int32), np.array(each.ends, np.int32))
            text = Text.of(begin, np.array(lengths, np.int32), *places)
            texts.append((each.key, text, each.titles, each.vectors))
        if texts:
            store.add_texts(texts)
            store.add_postings(batch, document - first)


def _title(chunk: Chunk, parsed: ParsedFile | None) -> str:
    """What it defines, or where it belongs, or how it begins."""
    named: list[str] = []
    if parsed is not None:
        defined = [index for index in chunk.defines if parsed.symbols[index].kind not in _UNNAMED]
        inside = [index for index in defined if parsed.symbols[index].parent not in defined]
        named = [parsed.qualified_name(index) for index in inside or chunk.symbols[-1:]]
    title = ", ".join(dict.fromkeys(named)) or chunk.text.lstrip()
    return _SPACE.sub(" ", title.partition("\n")[0])[:_LONGEST_TITLE]
