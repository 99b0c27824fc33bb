"""The line that says how far the reading of a prompt is, and what is written behind it."""

from __future__ import annotations

import threading
from typing import TextIO

from coder_cli.screen.safe import visible

PATIENCE = 1.0  # seconds; a prefill shorter than this shows nothing
_ERASE = "\r\x1b[K"
_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"  # what is one line can be erased as one


class NoLine:
    """A PrefillLine where nobody looks."""

    def __call__(self, done: int, total: int) -> None:
        pass

    def say(self, text: str) -> None:
        pass


class PrefillLine:
    """One line at a terminal, drawn in place once the prefill has taken a second, and erased without a trace.

    A timer draws it the first time: between two runs of the model nobody may call for seconds.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._timer = threading.Timer(PATIENCE, self._patience_ends)
        self._timer.daemon = True
        self._started = self._due = self._drawn = self._closed = False
        self._text = ""

    def __call__(self, done: int, total: int) -> None:
        """A PrefillProgress: so many tokens of so many are read."""
        with self._lock:
            if not self._started:
                self._started = True
                self._timer.start()
            self._text = f"reading {done:,} of {total:,} tokens" if done < total else ""
            self._draw()

    def say(self, text: str) -> None:
        """What goes on now, in one line."""
        with self._lock:
            self._text = visible(text)
            self._draw()

    def make_room(self) -> None:
        """Make room for something else; the next progress draws it again."""
        with self._lock:
            self._erase()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._erase()
        self._timer.cancel()

    def _patience_ends(self) -> None:
        with self._lock:
            self._due = True
            self._draw()

    def _draw(self) -> None:
        if self._closed or not self._due:
            return
        if not self._text:
            self._erase()
            return
        self._stream.write(f"{_ERASE}{_NO_WRAP}{self._text}{_WRAP}")
        self._stream.flush()
        self._drawn = True

    def _erase(self) -> None:
        if self._drawn:
            self._stream.write(_ERASE)
            self._stream.flush()
            self._drawn = False
