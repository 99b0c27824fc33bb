"""A SQLite file that several processes begin at once."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from retrieval.database import connected, write_ahead


def test_a_file_that_another_changes_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "shared.db"
    locked = threading.Event()

    def change() -> None:
        with contextlib.closing(connected(file, 0.0)) as other:
            other.execute("BEGIN EXCLUSIVE")
            locked.set()
            time.sleep(0.1)
            other.execute("COMMIT")

    changing = threading.Thread(target=change)
    changing.start()
    locked.wait()
    # Waits for nothing by itself, as SQLite does where two files are changed over to the log at once.
    with contextlib.closing(connected(file, 0.0)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write_ahead(connection, 0.0)
        write_ahead(connection, 60.0)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    changing.join()


def test_what_is_no_database_is_not_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "text.db"
    file.write_text("no database at all, but longer than its header" * 40)
    with contextlib.closing(connected(file, 0.0)) as connection, pytest.raises(sqlite3.DatabaseError):
        write_ahead(connection, 60.0)
