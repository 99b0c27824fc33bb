"""A real terminal for a test: one window of a tmux server of its own."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

PATIENCE = 60  # seconds for a loaded machine


class Tmux:
    """One window of a tmux server of its own."""

    def __init__(self, folder: Path, columns: int, lines: int) -> None:
        self._socket = str(folder / "tmux")
        size = ("-x", str(columns), "-y", str(lines))
        self.call("-f", "/dev/null", "new-session", "-d", *size, "env", "PS1=$ ", "sh")
        self.wait("$")

    def call(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *words], check=True, capture_output=True, text=True
        )
        return done.stdout

    def type(self, *keys: str) -> None:
        self.call("send-keys", *keys)

    def resize(self, columns: int, lines: int) -> None:
        self.call("resize-window", "-x", str(columns), "-y", str(lines))

    def screen(self) -> str:
        return self.call("capture-pane", "-p")

    def everything(self) -> str:
        """Scrollback and screen, what the terminal broke joined again."""
        return self.call("capture-pane", "-p", "-J", "-S", "-")

    def wait(self, text: str) -> None:
        """Until a line ends with this."""
        end = time.monotonic() + PATIENCE
        while not any(line.rstrip().endswith(text) for line in self.everything().splitlines()):
            assert time.monotonic() < end, f"{text!r} did not come:\n{self.screen()}"
            time.sleep(0.05)

    def shows_cursor(self) -> bool:
        return self.call("display-message", "-p", "#{cursor_flag}").strip() == "1"

    def close(self) -> None:
        self.call("kill-server")
