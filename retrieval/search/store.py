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
from pathlib import Path
from typing import Self

import numpy as np

from retrieval.search.postings import NUMBER_BYTES, Batch, Ints, Postings, packed, unpacked
from retrieval.search.tables import StoreDamagedError, damage, opened, sealed, transaction, unsealed

_KEYS_A_QUERY = 500
_MOST_ANCESTRIES = 16  # revisions whose ancestors are kept


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
    packed_lengths: bytes
    packed_lines: bytes  # first lines, last lines

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
    """Raises StoreDamagedError where the file does not hold what was written, and sqlite3's other errors."""

    def __init__(self, file: Path | None, marks: str) -> None:
        """`marks` says how the documents were made; a file with others is begun anew. None keeps nothing."""
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
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
        for key, first, count, lengths, lines in self._rows(query, keys):
            found[key] = _text(first, count, lengths, lines)
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
                    *map(sealed, (text.packed_lengths, text.packed_lines, _joined(titles), vectors)),
                )
                for key, text, titles, vectors in texts
            ),
        )

    def titles(self, firsts: Iterable[int]) -> dict[int, list[str]]:
        """Of the chunks of texts, by their first document."""
        query = "SELECT first, titles FROM text WHERE first IN ({}) AND count > 0"
        return {
            first: unsealed(titles).decode("utf-8", "surrogatepass").split("\n")
            for first, titles in self._rows(query, firsts)
        }

    def vectors(self, firsts: Iterable[int]) -> dict[int, bytes]:
        """Of texts, by their first document."""
        query = "SELECT first, vectors FROM text WHERE first IN ({}) AND count > 0"
        return {first: unsealed(vectors) for first, vectors in self._rows(query, firsts)}

    def documents(self) -> int:
        """The next number to give."""
        with damage():
            (last,) = self._connection.execute("SELECT max(first + count) FROM text").fetchone()
        return last or 0

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

    def add_postings(self, batch: Batch, documents: int, *, join: bool = True) -> None:
        """A segment; small ones become one, so that a word is not looked up in many places."""
        cursor = self._connection.execute("INSERT INTO segment (documents) VALUES (?)", (documents,))
        rows = ((field, word, cursor.lastrowid, *map(sealed, where)) for field, word, *where in batch.rows())
        self._connection.executemany(_PUT_POSTING, rows)
        if join:
            self._join()

    def postings(self, field: Field, words: Iterable[str]) -> dict[str, Postings]:
        """Of those words that stand somewhere."""
        parts: dict[str, list[tuple[bytes, bytes]]] = {}
        query = f"SELECT word, documents, counts FROM posting WHERE field = {int(field)}"  # noqa: S608 - a number
        query += " AND word IN ({}) ORDER BY word, segment"
        for word, documents, counts in self._rows(query, words):
            parts.setdefault(word, []).append((unsealed(documents), unsealed(counts)))
        try:
            return {word: Postings.joined(found) for word, found in parts.items()}
        except ValueError as error:
            raise StoreDamagedError(str(error)) from error

    def _join(self) -> None:
        """As a binary counter carries: a segment is joined with the one before while that is not larger."""
        rows = self._connection.execute("SELECT id, documents FROM segment ORDER BY id").fetchall()
        segment, size = rows.pop()
        last = [segment]
        while rows and rows[-1][1] < 2 * size:
            segment, before = rows.pop()
            last.append(segment)
            size += before
        if len(last) == 1:
            return
        where = f"WHERE segment IN ({_marks(last)})"
        joined: dict[tuple[int, str], list[tuple[bytes, bytes]]] = {}
        query = f"SELECT field, word, documents, counts FROM posting {where} ORDER BY segment"  # noqa: S608
        for field, word, documents, counts in self._connection.execute(query, last):
            joined.setdefault((field, word), []).append((unsealed(documents), unsealed(counts)))
        self._connection.execute(f"DELETE FROM posting {where}", last)  # noqa: S608
        self._connection.execute(f"DELETE FROM segment WHERE id IN ({_marks(last)})", last)  # noqa: S608
        self._connection.execute("INSERT INTO segment (id, documents) VALUES (?, ?)", (segment, size))
        self._connection.executemany(
            _PUT_POSTING,
            (
                (*name, segment, *(sealed(b"".join(part[side] for part in parts)) for side in (0, 1)))
                for name, parts in sorted(joined.items())
            ),
        )

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
            paths = unsealed(packed_paths).decode("utf-8", "surrogateescape")
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


_PUT_POSTING = "INSERT INTO posting (field, word, segment, documents, counts) VALUES (?, ?, ?, ?, ?)"


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _text(first: int, count: int, lengths: bytes, lines: bytes) -> Text:
    text = Text(first, count, unsealed(lengths), unsealed(lines))
    if not 2 * len(text.packed_lengths) == len(text.packed_lines) == 2 * count * NUMBER_BYTES:
        raise StoreDamagedError("a text with chunks in unknown places")
    return text


def _joined(titles: Sequence[str]) -> bytes:
    return "\n".join(titles).encode("utf-8", "surrogatepass")
