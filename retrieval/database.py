"""What every SQLite file that several processes share needs."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

_PAUSE_SECONDS = 0.005


def connected(file: Path | str, wait_seconds: float) -> sqlite3.Connection:
    """In autocommit; a statement waits that long for another process that writes."""
    return sqlite3.connect(file, timeout=wait_seconds, isolation_level=None, check_same_thread=False)


def write_ahead(connection: sqlite3.Connection, wait_seconds: float) -> None:
    """Keep changes in a log beside the file, so that readers do not wait for a writer.

    SQLite does not wait here by itself: of processes that change a new file at once, all but one are told
    SQLITE_BUSY in no time, whatever the connection's timeout (https://www.sqlite.org/rescode.html#busy).
    Where there can be no such log, as on network file systems, it stays with its older journal.
    """
    until = time.monotonic() + wait_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written inside, or nothing of it. One process at a time."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
