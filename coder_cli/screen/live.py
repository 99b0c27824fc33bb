"""An answer at a terminal, as Markdown while it is written.

What is settled is printed once and scrolls away as any other output. Below it stand the few lines that may
still change. They are drawn again with each frame, and between frames the cursor waits at their beginning:
wherever a resize moves them, they are erased from the right place without counting lines.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from coder_cli.screen.document import Document

FRAME_SECONDS = 1 / 12
_SHARE = 8  # a frame that took long makes the next one wait so many times as long: models need the processor
_TAIL = 6  # lines drawn again
_ERASE_BELOW = "\r\x1b[J"
# A line that a terminal takes for wider than we do is cut, not wrapped: the count of lines stays right.
_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
# Terminals that know it show a frame at once; others ignore it.
_BEGIN_FRAME, _END_FRAME = "\x1b[?2026h", "\x1b[?2026l"
_CTRL_Z: int | None = getattr(signal, "SIGTSTP", None)  # unknown to Windows


class LiveMarkdown:
    """A writer for one answer. `close` leaves the whole text on the screen, wherever it was interrupted."""

    def __init__(
        self,
        put: Callable[[str], None],
        size: Callable[[], tuple[int, int]],
        frame_seconds: float = FRAME_SECONDS,
    ) -> None:
        """`put` writes to the terminal at once, `size` tells its columns and lines as they are now."""
        self._put, self._size = put, size
        self._frame_seconds = frame_seconds
        self._document = Document()
        self._tail: list[str] = []  # the lines below the cursor
        self._started = False
        self._next_frame = 0.0
        # Ctrl-Z: where it suspends at all, and where signals can be handled.
        self._suspends = False
        if _CTRL_Z is not None and _in_main_thread() and signal.getsignal(_CTRL_Z) is signal.SIG_DFL:
            signal.signal(_CTRL_Z, self._suspend)
            self._suspends = True

    def write(self, piece: str) -> None:
        with _uninterrupted():
            self._document.write(piece)
            if time.monotonic() >= self._next_frame:
                self._draw()

    def make_room(self) -> None:
        """Let something else be written here; the next frame goes on below it."""
        if self._tail:
            self._put(_ERASE_BELOW)
            self._tail = []

    def close(self) -> None:
        with _uninterrupted():
            self._draw(finished=True)
        if self._suspends and _CTRL_Z is not None:
            signal.signal(_CTRL_Z, signal.SIG_DFL)

    def _suspend(self, number: int, _: FrameType | None) -> None:
        """Leave the terminal to the shell as it was; the next frame goes on."""
        if self._started:
            self._put(_ERASE_BELOW + _SHOW_CURSOR)
            self._tail, self._started = [], False
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # returns when the person lets it go on
        signal.signal(number, self._suspend)

    def _draw(self, finished: bool = False) -> None:
        began = time.monotonic()
        columns, rows = self._size()
        lines = self._document.advance(columns, finished)
        tail = lines.tail[-min(_TAIL, max(1, rows - 1)) :]
        if lines.settled or tail != self._tail:
            self._frame(lines.settled, tail)
        if finished and self._started:
            self._put(_SHOW_CURSOR)
        if self._frame_seconds:
            ended = time.monotonic()
            self._next_frame = ended + max(self._frame_seconds, _SHARE * (ended - began))

    def _frame(self, settled: list[str], tail: list[str]) -> None:
        parts = [_BEGIN_FRAME, "" if self._started else _HIDE_CURSOR, _ERASE_BELOW]
        parts += [f"{line}\r\n" for line in settled]
        if tail:
            up = f"\x1b[{len(tail) - 1}A" if len(tail) > 1 else ""
            parts += [_NO_WRAP, "\r\n".join(tail), "\r", up, _WRAP]
        self._put("".join((*parts, _END_FRAME)))
        self._tail, self._started = tail, True


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C and Ctrl-Z wait for the milliseconds of a frame: half of one would stay on the screen."""
    if not _in_main_thread():
        yield
        return
    handlers: dict[int, Callable[[int, FrameType | None], object]] = {}
    caught: list[tuple[int, FrameType | None]] = []
    for number in (signal.SIGINT, _CTRL_Z):
        if number is not None and callable(handler := signal.getsignal(number)):
            handlers[number] = handler
            signal.signal(number, lambda number, frame: caught.append((number, frame)))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number, frame in caught[:1]:
            handlers[number](number, frame)
