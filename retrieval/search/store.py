"""The index on disk: one SQLite file a repository, shared by its worktrees and by any number of processes.

Texts are known by key (digest and file name), so that a branch or a revision seen before costs nothing. Each
has its chunks as documents, numbered in a row; words have postings: which documents, how often in each. A
write is one transaction: a process that is killed leaves what was there before.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from heapq import merge
from itertools import groupby, islice, takewhile
from operator import itemgetter
from pathlib import Path
from typing import Self

import numpy as np

from retrieval.collector import no_collections
from retrieval.database import transaction
from retrieval.search.postings import NUMBER_BYTES, Batch, Buffer, Ints, Postings, joined, packed, unpacked
from retrieval.search.tables import (
    StoreDamagedError,
    StoreUnwritableError,
    damage,
    opened,
    sealed,
    unsealed,
)

_KEYS_A_QUERY = 500
_MOST_ANCESTRIES = 16  # revisions whose ancestors are kept
_MOST_ALIKE = 32  # segments of the same order of size: a word is looked up in each of them
_ROWS_AT_ONCE = 2_000  # that are written while others of the same table are read


class Field(IntEnum):
    """What a word stands in."""

    TEXT = 0
    NAME = 1  # parts of the names that a chunk defines
    SYMBOL = 2  # those names whole
    SUBJECT = 3  # of a commit; the documents are commits


@dataclass(frozen=True, slots=True)
class Text:
    """A known text: its documents are first ... first + count - 1."""

    first: int
    count: int
    packed_lengths: Buffer
    packed_lines: Buffer  # first lines, last lines

    @classmethod
    def of(cls, first: int, lengths: Ints, starts: Ints, ends: Ints) -> Self:
        return cls(first, len(lengths), packed(lengths), packed(starts) + packed(ends))

    @property
    def lengths(self) -> Ints:
        """Words of each chunk."""
        return unpacked(self.packed_lengths)

    @property
    def starts(self) -> Ints:
        """Lines."""
        return unpacked(self.packed_lines)[: self.count]

    @property
    def ends(self) -> Ints:
        return unpacked(self.packed_lines)[self.count :]


@dataclass(frozen=True, slots=True)
class Change:
    """A commit: when, and which paths it touched."""

    time: int
    paths: tuple[str, ...]


class SearchStore:
    """Raises StoreDamagedError where the file does not hold what was written, StoreUnwritableError where none
    can be written, and sqlite3's other errors."""

    def __init__(self, file: Path | None, marks: str) -> None:
        """`marks` says how the documents were made; a file with others is begun anew. None keeps nothing."""
        if file is not None:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreUnwritableError(str(error.strerror)) from error
        self._name = "" if file is None else file.stem
        self._connection = opened(file or ":memory:", marks)

    @property
    def generation(self) -> str:
        """Another one each time the documents are numbered from the beginning."""
        with damage():
            row = self._connection.execute("SELECT generation FROM meta").fetchone()
        if row is None:
            raise StoreDamagedError("no generation")
        return f"{self._name}-{row[0]}"

    def close(self) -> None:
        self._connection.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """All that is written inside, or nothing of it. One process at a time."""
        with damage(), transaction(self._connection):
            yield

    # -- texts

    def texts(self, keys: Iterable[bytes]) -> dict[bytes, Text]:
        found: dict[bytes, Text] = {}
        query = "SELECT key, first, count, lengths, lines FROM text WHERE key IN ({})"
        with no_collections():
            for key, first, count, lengths, lines in self._rows(query, keys):
                found[key] = _text(key, first, count, lengths, lines)
        return found

    def add_texts(self, texts: Iterable[tuple[bytes, Text, Sequence[str], bytes]]) -> None:
        """Key, text, a title for each chunk, vectors."""
        self._connection.executemany(
            "INSERT INTO text (key, first, count, lengths, lines, titles, vectors)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    key,
                    text.first,
                    text.count,
                    sealed(text.packed_lengths, _name(key, text.first, text.count)),
                    sealed(text.packed_lines),
                    sealed(_joined(titles), str(text.first)),
                    sealed(vectors, str(text.first)),
                )
                for key, text, titles, vectors in texts
            ),
        )

    def titles(self, firsts: Iterable[int]) -> dict[int, list[str]]:
        """Of the chunks of texts, by their first document."""
        query = "SELECT first, titles FROM text WHERE first IN ({}) AND count > 0"
        return {
            first: str(unsealed(titles, str(first)), "utf-8", "surrogatepass").split("\n")
            for first, titles in self._rows(query, firsts)
        }

    def vectors(self, firsts: Iterable[int]) -> dict[int, memoryview]:
        """Of texts, by their first document."""
        query = "SELECT first, vectors FROM text WHERE first IN ({}) AND count > 0"
        return {first: unsealed(vectors, str(first)) for first, vectors in self._rows(query, firsts)}

    def documents(self) -> int:
        """The next number to give."""
        with damage():
            row = self._connection.execute(
                "SELECT first + count FROM text ORDER BY first DESC, count DESC LIMIT 1"
            ).fetchone()
        return row[0] if row else 0

    def size(self) -> tuple[int, int]:
        """Texts and documents."""
        with damage():
            row = self._connection.execute("SELECT count(*), coalesce(sum(count), 0) FROM text").fetchone()
        return row[0], row[1]

    def clear(self) -> None:
        for table in ("text", "posting", "segment", "change", "ancestry"):
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - constants
        self._connection.execute("UPDATE meta SET generation = ?", (secrets.token_hex(8),))

    # -- postings

    def add_postings(self, batch: Batch, documents: int) -> None:
        """A segment. Small ones become one, so that a word is not looked up in many places."""
        self._add_segment(documents, batch.rows())
        while len(last := self._alike()) >= _MOST_ALIKE:
            self._join(last)

    def postings(self, field: Field, words: Iterable[str]) -> dict[str, Postings]:
        """Of those words that stand somewhere."""
        parts: dict[str, list[tuple[int, memoryview]]] = {}
        query = "SELECT word, segment, found FROM posting WHERE segment IN (SELECT id FROM segment)"
        query += f" AND field = {int(field)} AND word IN ({{}})"
        for word, segment, found in self._rows(query, words):
            parts.setdefault(word, []).append((segment, unsealed(found, word)))
        try:
            return {
                word: Postings.joined([found for _, found in sorted(some, key=itemgetter(0))])
                for word, some in parts.items()
            }
        except ValueError as error:
            raise StoreDamagedError(str(error)) from error

    def _alike(self) -> list[tuple[int, int]]:
        """The last segments, up to one that is of another order of size: numbers and documents."""
        rows = self._connection.execute("SELECT id, documents FROM segment ORDER BY id DESC").fetchall()
        most = _order(rows[0][1])
        return [*takewhile(lambda row: _order(row[1]) <= most, rows)][::-1]

    def _join(self, last: Sequence[tuple[int, int]]) -> None:
        """What is read is written at once: as much memory for large segments as for small ones."""
        query = "SELECT field, word, segment, found FROM posting WHERE segment = ? ORDER BY field, word"
        rows = (self._connection.execute(query, (segment,)) for segment, _ in last)
        merged = groupby(merge(*rows, key=itemgetter(0, 1, 2)), key=itemgetter(0, 1))
        rows_joined = (
            (field, word, joined([unsealed(found, word) for *_, found in some]))
            for (field, word), some in merged
        )
        self._add_segment(sum(documents for _, documents in last), rows_joined)
        for segment, _ in last:
            self._connection.execute("DELETE FROM posting WHERE segment = ?", (segment,))
            self._connection.execute("DELETE FROM segment WHERE id = ?", (segment,))

    def _add_segment(self, documents: int, rows: Iterable[tuple[int, str, bytes]]) -> None:
        """Rows by field and word, as the disk has them."""
        segment = self._connection.execute("INSERT INTO segment (documents) VALUES (?)", (documents,))
        query = f"INSERT INTO posting (segment, field, word, found) VALUES ({segment.lastrowid}, ?, ?, ?)"  # noqa: S608 - a number
        sealed_rows = ((field, word, sealed(found, word)) for field, word, found in rows)
        while some := list(islice(sealed_rows, _ROWS_AT_ONCE)):
            self._connection.executemany(query, some)

    # -- commits

    def known_changes(self, revisions: Iterable[bytes]) -> dict[bytes, int]:
        return dict(self._rows("SELECT revision, id FROM change WHERE revision IN ({})", revisions))

    def add_changes(self, changes: Iterable[tuple[bytes, Change]]) -> list[int]:
        """Their numbers, which only grow."""
        numbers = []
        for revision, change in changes:
            cursor = self._connection.execute(
                "INSERT INTO change (revision, time, paths) VALUES (?, ?, ?)",
                (revision, change.time, sealed("\0".join(change.paths).encode("utf-8", "surrogateescape"))),
            )
            numbers.append(cursor.lastrowid or 0)
        return numbers

    def changes(self, numbers: Iterable[int]) -> dict[int, Change]:
        query = "SELECT id, time, paths FROM change WHERE id IN ({})"
        found = {}
        for number, time, packed_paths in self._rows(query, numbers):
            paths = str(unsealed(packed_paths), "utf-8", "surrogateescape")
            found[number] = Change(time, tuple(paths.split("\0")) if paths else ())
        return found

    def ancestry(self, revision: bytes) -> Ints | None:
        """Numbers of the commits before and with a revision, the newest first."""
        for (changes,) in self._rows("SELECT changes FROM ancestry WHERE revision IN ({})", [revision]):
            return unpacked(unsealed(changes))
        return None

    def keep_ancestry(self, revision: bytes, changes: Sequence[int]) -> None:
        numbers = sealed(packed(np.array(changes, np.int32)))
        self._connection.execute("INSERT OR REPLACE INTO ancestry VALUES (?, ?)", (revision, numbers))
        self._connection.execute(
            "DELETE FROM ancestry WHERE rowid <= (SELECT max(rowid) FROM ancestry) - ?",
            (_MOST_ANCESTRIES,),
        )

    def _rows(self, query: str, values: Iterable[object]) -> Iterator[tuple]:  # type: ignore[type-arg]
        """A query with a list of values, a few hundred at a time."""
        wanted = list(dict.fromkeys(values))
        with damage():
            for start in range(0, len(wanted), _KEYS_A_QUERY):
                some = wanted[start : start + _KEYS_A_QUERY]
                yield from self._connection.execute(query.format(_marks(some)), some).fetchall()


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _order(documents: int) -> int:
    """Of size: up to 15, 255, 4,095, ..."""
    return (documents.bit_length() - 1) // 4


def _name(key: bytes, first: int, count: int) -> str:
    return f"{key.hex()} {first} {count}"


def _text(key: bytes, first: int, count: int, lengths: bytes, lines: bytes) -> Text:
    text = Text(first, count, unsealed(lengths, _name(key, first, count)), unsealed(lines))
    if not 2 * len(text.packed_lengths) == len(text.packed_lines) == 2 * count * NUMBER_BYTES:
        raise StoreDamagedError("a text with chunks in unknown places")
    return text


def _joined(titles: Sequence[str]) -> bytes:
    return "\n".join(titles).encode("utf-8", "surrogatepass")
