"""What was typed before, kept on this machine for its user alone."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit.history import History

FILE = "history.jsonl"
MOST = 5_000  # lines; the file is cut to them when it has grown to twice as many
_LARGEST = 20_000  # characters of a text that is kept: a pasted log is not typed again


class KeptHistory(History):
    """A JSON string a line, the oldest first. A folder that cannot be written means there is no history."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__()
        self.file = state_dir / FILE

    def load_history_strings(self) -> Iterable[str]:
        """The latest first."""
        lines = self._lines()
        if len(lines) > 2 * MOST:
            lines = lines[-MOST:]
            with contextlib.suppress(OSError):
                self._rewrite(lines)
        for line in reversed(lines[-MOST:]):
            with contextlib.suppress(ValueError):
                text = json.loads(line)
                if isinstance(text, str):
                    yield text

    def store_string(self, string: str) -> None:
        if len(string) > _LARGEST:
            return
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(string).encode() + b"\n")

    def _lines(self) -> list[bytes]:
        try:
            return self.file.read_bytes().split(b"\n")
        except OSError:
            return []

    def _rewrite(self, lines: list[bytes]) -> None:
        beside = self.file.with_suffix(".new")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(b"\n".join(lines))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.file)
