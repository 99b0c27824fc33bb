"""While an answer comes: Esc and Ctrl-C end it, and what is typed meanwhile stands at the next prompt."""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from prompt_toolkit.input import create_input
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys

_LOOK = (
    0.05  # seconds between two looks whether the answer is done; also how long an Esc may begin a sequence
)


@contextlib.contextmanager
def interrupts(cancel: Callable[[], None]) -> Iterator[None]:
    """Calls `cancel` at every Esc and Ctrl-C; Ctrl-C does so in a signal handler."""

    def heard(number: int, frame: FrameType | None) -> None:
        cancel()

    before = signal.signal(signal.SIGINT, heard)
    try:
        with _keyboard(cancel):
            yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _keyboard(cancel: Callable[[], None]) -> Iterator[None]:
    try:
        import termios
        import tty

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (ImportError, OSError, ValueError):  # no terminal of this kind: Ctrl-C must do
        yield
        return
    done = threading.Event()
    watcher = _Watcher(descriptor, cancel, done)
    tty.setcbreak(descriptor, termios.TCSANOW)  # signals stay on, echo goes
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
        while watcher.typed and watcher.typed[-1].key is Keys.ControlJ:
            watcher.typed.pop()  # it was to send what stands before it: one more Enter does
        if watcher.typed:
            store_typeahead(create_input(), watcher.typed)


class _Watcher(threading.Thread):
    def __init__(self, descriptor: int, cancel: Callable[[], None], done: threading.Event) -> None:
        super().__init__(name="keyboard", daemon=True)
        self.typed: list[KeyPress] = []
        self._descriptor = descriptor
        self._cancel = cancel
        self._done = done
        self._parser = Vt100Parser(self._key)

    def run(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        while not self._done.is_set():
            if select.select([self._descriptor], [], [], _LOOK)[0]:
                data = os.read(self._descriptor, 1024)
                if not data:
                    return
                self._parser.feed(decoder.decode(data))
            else:
                self._parser.flush()  # an Esc that began nothing

    def _key(self, press: KeyPress) -> None:
        """Enter begins a new line: what is typed blindly is not sent."""
        if press.key is Keys.Escape:
            self._cancel()
        elif press.key in (Keys.ControlM, Keys.ControlJ):
            self.typed.append(KeyPress(Keys.ControlJ, "\n"))
        elif press.key not in (Keys.ControlC, Keys.ControlD, Keys.CPRResponse, Keys.Ignore):
            self.typed.append(press)
