"""The file of an index as SQLite has it: its tables, how it is opened, written, and found to be damaged."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from retrieval.database import connected, transaction, write_ahead

Buffer: TypeAlias = bytes | memoryview

_SCHEMA = 2
_WAIT_SECONDS = 60.0  # for another process that writes: a first build
_JOURNAL = 16 << 20  # bytes of it that stay on disk when all of it is in the index
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_NO_PLACE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
}
_TABLES = """
CREATE TABLE text (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    first INTEGER NOT NULL,   -- number of the first chunk as a document
    count INTEGER NOT NULL,   -- chunks
    lengths BLOB NOT NULL,    -- words of each
    lines BLOB NOT NULL,      -- first lines, last lines
    titles BLOB NOT NULL,     -- a line each
    vectors BLOB NOT NULL     -- 16-bit floats, a row for each chunk
);
CREATE INDEX text_by_first ON text (first);
CREATE TABLE segment (id INTEGER PRIMARY KEY, documents INTEGER NOT NULL);
CREATE TABLE posting (
    segment INTEGER NOT NULL,  -- first: what is written together stands together
    field INTEGER NOT NULL,
    word TEXT NOT NULL,
    found BLOB NOT NULL,       -- documents, then how often in each
    PRIMARY KEY (segment, field, word)
) WITHOUT ROWID;
CREATE TABLE change (
    id INTEGER PRIMARY KEY,   -- a document of Field.SUBJECT
    revision BLOB NOT NULL UNIQUE,
    time INTEGER NOT NULL,    -- of the commit, seconds since the epoch
    paths BLOB NOT NULL       -- separated by zeros
);
CREATE TABLE ancestry (revision BLOB PRIMARY KEY, changes BLOB NOT NULL);
"""


class StoreDamagedError(Exception):
    """The file is no index, or not a whole one."""


class StoreUnwritableError(Exception):
    """There is no room for an index, or no right to write one."""


def opened(file: Path | str, marks: str) -> sqlite3.Connection:
    with damage():
        connection = connected(file, _WAIT_SECONDS)
    try:
        with damage():
            write_ahead(connection, _WAIT_SECONDS)
            connection.execute(f"PRAGMA journal_size_limit = {_JOURNAL}")
            connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may lose the last refresh
            if _marks_of(connection) != marks:
                with transaction(connection):
                    if _marks_of(connection) != marks:  # another process may have made it by now
                        _make_tables(connection, marks)
    except BaseException:
        connection.close()
        raise
    return connection


def holds(file: Path, marks: str) -> bool:
    """Whether a file is an index with these marks. Nothing is written. sqlite3's errors where it is none."""
    with (
        contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection,
        damage(),
    ):
        return _marks_of(connection) == marks


def _marks_of(connection: sqlite3.Connection) -> str | None:
    if connection.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA:
        return None
    row = connection.execute("SELECT marks FROM meta").fetchone()
    return row[0] if row else None


def _make_tables(connection: sqlite3.Connection, marks: str) -> None:
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        connection.execute(f'DROP TABLE IF EXISTS "{name}"')
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute("CREATE TABLE meta (marks TEXT NOT NULL, generation TEXT NOT NULL)")
    connection.execute("INSERT INTO meta VALUES (?, ?)", (marks, secrets.token_hex(8)))
    connection.execute(f"PRAGMA user_version = {_SCHEMA}")


@contextlib.contextmanager
def damage() -> Iterator[None]:
    """What only a damaged file makes SQLite say, or a disk that takes nothing. What else goes wrong inside is
    a bug, and no reason to build an index anew."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        undecodable = code is None and isinstance(error, sqlite3.OperationalError)
        if undecodable or (code or 0) & 0xFF in _DAMAGE:
            raise StoreDamagedError(str(error)) from error
        if (code or 0) & 0xFF in _NO_PLACE:
            raise StoreUnwritableError(str(error)) from error
        raise


def sealed(data: Buffer, of: str = "") -> bytes:
    """With a checksum, of whose data it is too: SQLite has none of its own."""
    return zlib.crc32(data, zlib.crc32(of.encode())).to_bytes(4, "little") + bytes(data)


def unsealed(sealed: object, of: str = "") -> memoryview:
    """Any column of a damaged row may be of another type."""
    if not isinstance(sealed, bytes):
        raise StoreDamagedError("a row without its bytes")
    data = memoryview(sealed)[4:]
    if zlib.crc32(data, zlib.crc32(of.encode())).to_bytes(4, "little") != sealed[:4]:
        raise StoreDamagedError("a checksum does not fit")
    return data
