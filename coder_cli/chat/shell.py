"""A shell line of the user's own: `!make test`. Its output is shown as it comes, bounded for the model."""

from __future__ import annotations

import contextlib
import subprocess
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HEAD, TAIL = 60, 140  # lines that a model gets: how it begins, and how it ends, where errors stand
_LONGEST_LINE = 400  # characters
_LARGEST = 1 << 16  # bytes of a line that are read at once
_PATIENCE = 2.0  # seconds for a program to end after Ctrl-C


@dataclass(slots=True)
class Output:
    """The first and the last lines of what a program wrote."""

    line: str
    status: int = 0
    head: list[str] = field(default_factory=list)
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL))
    lines: int = 0

    def add(self, line: str) -> None:
        self.lines += 1
        line = line[:_LONGEST_LINE] + (" ..." if len(line) > _LONGEST_LINE else "")
        if len(self.head) < HEAD:
            self.head.append(line)
        else:
            self.tail.append(line)

    @property
    def text(self) -> str:
        """As a model reads it: the command, its output, what was left out, how it ended."""
        left = self.lines - len(self.head) - len(self.tail)
        between = [f"... {left} lines left out ..."] if left else []
        ended = [f"(exit code {self.status})"] if self.status else []
        body = "\n".join([*self.head, *between, *self.tail, *ended])
        fence = "```"
        while fence in body:
            fence += "`"
        return f"Output of `{self.line}`:\n{fence}\n{body}\n{fence}\n"


def run(line: str, folder: Path, show: Callable[[str], None]) -> Output:
    """Through the shell, since it is what the user typed. Ctrl-C ends the program, and what came is kept."""
    found = Output(line)
    shell = subprocess.Popen(  # noqa: S602 - the user's own words at a prompt of theirs
        line,
        shell=True,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with shell:
        try:
            while shell.stdout is not None and (raw := shell.stdout.readline(_LARGEST)):
                text = raw.decode("utf-8", "replace").rstrip("\r\n")
                found.add(text)
                show(text + "\n")
        except KeyboardInterrupt:  # which the program heard too
            with contextlib.suppress(subprocess.TimeoutExpired):
                shell.wait(_PATIENCE)
            shell.kill()
        found.status = shell.wait()
    return found
