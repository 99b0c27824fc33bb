"""What reading and parsing a file told, kept on disk by its blob id: one SQLite file for all repositories.

Any number of processes may use it at once. It is a help, never a need: where it cannot be opened or written,
it finds nothing and keeps nothing; where it is damaged, it is put aside and begun anew.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Self

from retrieval.database import connected, transaction, write_ahead
from retrieval.packed import PackedParse
from retrieval.types import Skip

FILE_NAME = "parses.sqlite"
MOST_BYTES = 1 << 30  # of the file on disk; a parse takes about as much as the text
_KEEP = 0.75  # of MOST_BYTES: so much stays when it is full
_SCHEMA = 1
_KEYS_A_QUERY = 500
_WAIT_SECONDS = 3.0  # for another process that writes
_STALE_SECONDS = 24 * 3600  # the time of use is written again when it is older: reading seldom writes
# With retrieval/languages all the code between a file on disk and what is known of it. What else is in this
# package may change without every repository being read anew. Not this module: _SCHEMA counts its changes.
READERS = (
    "attributes decoding digests errors filters folder git_commands ignore_rules listing packed parse "
    "parse_pool parse_worker reading repo secrets types working_tree"
)

# What is wrong around the file, not in it.
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_NOMEM,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a text: why it is not read, or its language and parse."""

    language: str = ""
    version: str = ""  # of the parser that made `parse`
    parse: PackedParse | None = None  # None: a language without a grammar
    skip: Skip | None = None
    detail: str = ""


def key(digest: str, path: str) -> bytes:
    """Of a text under a name: its file name may decide what language it is, and whether it is read."""
    name = path.rpartition("/")[2]
    return blake2b(f"{digest} {name} {_reader()}".encode("utf-8", "surrogateescape"), digest_size=16).digest()


@cache
def _reader() -> str:
    """Changes with any change of the code that reads and parses, so that nothing stale is ever found."""
    folder = Path(__file__).parent
    seen = blake2b(digest_size=16)
    with contextlib.suppress(OSError):
        readers = [folder / f"{name}.py" for name in READERS.split()]
        for file in (*readers, *sorted(folder.glob("languages/**/*.py"))):
            seen.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()


class ParseCache:
    """Opens at once; what is wrong with the file shows as nothing found. Without a file it keeps nothing."""

    def __init__(self, file: Path | None, most_bytes: int = MOST_BYTES) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._connection = self._opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    connection.close()

    def get_many(self, keys: Iterable[bytes]) -> dict[bytes, Known]:
        """Those that are there; what is damaged is not."""
        wanted = list(dict.fromkeys(keys))
        found: dict[bytes, Known] = {}
        with self._guarded() as connection:
            if connection is not None:
                for start in range(0, len(wanted), _KEYS_A_QUERY):
                    found.update(_read(connection, wanted[start : start + _KEYS_A_QUERY]))
        return found

    def put_many(self, known: Mapping[bytes, Known]) -> None:
        """All of them or, where that cannot be, none."""
        with self._guarded() as connection:
            if connection is None or not known:
                return
            now = int(time.time())
            with transaction(connection):
                connection.executemany(_PUT, [_row(name, value, now) for name, value in known.items()])
            if _bytes_used(connection) > self._most_bytes:
                _evict(connection, int(self._most_bytes * _KEEP))

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection | None]:
        """Errors of the file end here. A damaged one is replaced, for the next call."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                if _code(error) not in _PASSING:
                    self._begin_anew()

    def _begin_anew(self) -> None:
        if self._connection is not None and self._file is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            _put_aside(self._file)
            self._connection = self._opened(again=False)

    def _opened(self, again: bool = True) -> sqlite3.Connection | None:
        if self._file is None:
            return None
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            return _open(self._file)
        except OSError:
            return None
        except sqlite3.Error as error:
            if not again or _code(error) in _PASSING:
                return None
        _put_aside(self._file)
        return self._opened(again=False)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # Python's own complaints have none


_COLUMNS = "key, used, size, checksum, language, version, skip, detail, outline, refs"
_PUT = f"INSERT OR REPLACE INTO parses ({_COLUMNS}) VALUES ({','.join('?' * 10)})"  # noqa: S608 - constants
_TABLES = """
CREATE TABLE IF NOT EXISTS parses (
    key BLOB PRIMARY KEY,
    used INTEGER NOT NULL,      -- seconds since the epoch, a day exact
    size INTEGER NOT NULL,      -- bytes, about
    checksum INTEGER NOT NULL,  -- SQLite has none of its own
    language TEXT NOT NULL,
    version TEXT NOT NULL,
    skip TEXT NOT NULL,
    detail TEXT NOT NULL,
    outline BLOB,
    refs BLOB
);
CREATE INDEX IF NOT EXISTS parses_by_use ON parses (used, size);
"""


def _open(file: Path) -> sqlite3.Connection:
    connection = connected(file, _WAIT_SECONDS)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts before there are tables only
        write_ahead(connection, _WAIT_SECONDS)
        # A power cut may lose the last parses, not the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        if _schema(connection) != _SCHEMA:
            with transaction(connection):
                if _schema(connection) != _SCHEMA:  # another process may have made them, and filled them
                    _make_tables(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _schema(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS parses")
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_SCHEMA}")


def _put_aside(file: Path) -> None:
    """Under another name, for whoever wants to know what happened; its journals go."""
    with contextlib.suppress(OSError):
        file.replace(file.with_name(file.name + ".damaged"))
    for ending in ("-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            file.with_name(file.name + ending).unlink()


def _row(name: bytes, known: Known, now: int) -> tuple[object, ...]:
    parse = known.parse
    outline, references = (parse.outline, parse.references) if parse else (None, None)
    size = 200 + len(outline or b"") + len(references or b"")
    skip = known.skip.value if known.skip else ""
    told = (known.language, known.version, skip, parse.problem if parse else known.detail)
    return (name, now, size, _checksum(*told, outline, references), *told, outline, references)


def _read(connection: sqlite3.Connection, keys: list[bytes]) -> Iterator[tuple[bytes, Known]]:
    marks = ",".join("?" * len(keys))
    stale_before = int(time.time()) - _STALE_SECONDS
    rows = connection.execute(
        f"SELECT used < ?, {_COLUMNS} FROM parses WHERE key IN ({marks})",  # noqa: S608 - question marks
        [stale_before, *keys],
    )
    stale = []
    for is_stale, name, _, _, checksum, *told, outline, references in rows:
        if checksum != _checksum(*told, outline, references):
            continue
        language, version, skip, detail = told
        if outline is not None:
            yield name, Known(language, version, PackedParse(outline, references, detail))
        else:
            yield name, Known(language, version, None, Skip(skip) if skip else None, detail)
        if is_stale:
            stale.append((name,))
    if stale:
        _touch(connection, stale)


def _touch(connection: sqlite3.Connection, names: list[tuple[bytes]]) -> None:
    now = int(time.time())
    # Where another process writes: next time, then.
    with contextlib.suppress(sqlite3.OperationalError), transaction(connection):
        connection.executemany(f"UPDATE parses SET used = {now} WHERE key = ?", names)  # noqa: S608 - a number


def _checksum(*parts: object) -> int:
    value = 0
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogateescape")
        value = zlib.crc32(data, value)
    return value


def _bytes_used(connection: sqlite3.Connection) -> int:
    pages, free, page = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * page)


def _evict(connection: sqlite3.Connection, keep_bytes: int) -> None:
    """Drop what was not used for the longest time, and give its room back to the disk."""
    with transaction(connection):
        surplus = _bytes_used(connection) - keep_bytes
        gone = []
        for row, size in connection.execute("SELECT rowid, size FROM parses ORDER BY used, rowid"):
            if surplus <= 0:
                break
            gone.append((row,))
            surplus -= size
        connection.executemany("DELETE FROM parses WHERE rowid = ?", gone)
    connection.execute("PRAGMA incremental_vacuum").fetchall()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
