"""What a program wrote, in bounded memory, and how it ended."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from coder_cli.verdict import Verdict, VerdictReader

HEAD, TAIL = 60, 140  # lines that are kept: how the output begins, and how it ends, where errors stand
_LONGEST_LINE = 400  # characters
_HEAD_SHARE = 1 / 3  # of an excerpt


@dataclass(slots=True)
class Output:
    """The first and the last lines of what a program wrote, and how it ended."""

    line: str  # the command
    status: int = 0  # below 0: the signal that ended it
    timed_out: bool = False
    interrupted: bool = False  # by Ctrl-C
    seconds: float = 0.0
    head: list[str] = field(default_factory=list)
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL))
    lines: int = 0
    _reader: VerdictReader = field(default_factory=VerdictReader)

    def add(self, line: str) -> None:
        self.lines += 1
        line = line[:_LONGEST_LINE] + (" ..." if len(line) > _LONGEST_LINE else "")
        self._reader.read(line)
        if len(self.head) < HEAD:
            self.head.append(line)
        else:
            self.tail.append(line)

    @property
    def passed(self) -> bool:
        return self.status == 0 and not self.timed_out and not self.interrupted

    @property
    def verdict(self) -> Verdict:
        """How good that is, by what test runners and compilers say."""
        return self._reader.verdict(passed=self.passed, ended=not self.timed_out)

    @property
    def ending(self) -> str:
        """How it ended, where it did not end well."""
        if self.timed_out:
            return f"ended after {self.seconds:.0f} seconds, since it took too long"
        if self.interrupted:
            return "interrupted"
        if self.status < 0:
            return f"ended by {_signal_name(-self.status)}"
        return f"exit code {self.status}" if self.status else ""

    @property
    def text(self) -> str:
        """As a model reads it: the command, its output, what was left out, how it ended."""
        body = self._told(self.head, self.tail)
        fence = "```"
        while fence in body:
            fence += "`"
        return f"Output of `{self.line}`:\n{fence}\n{body}\n{fence}\n"

    def excerpt(self, characters: int) -> str:
        """The output and how it ended, in whole lines of about so many characters: more of the end."""
        every = [*self.head, *self.tail]
        if sum(len(line) + 1 for line in every) <= characters:
            return self._told(self.head, self.tail)
        whole = self.lines == len(every)
        head = _fitting(every if whole else self.head, int(characters * _HEAD_SHARE))
        rest = every[len(head) :] if whole else list(self.tail)
        tail = _fitting(rest[::-1], characters - sum(len(line) + 1 for line in head))
        return self._told(head, tail[::-1])

    def _told(self, head: Sequence[str], tail: Sequence[str]) -> str:
        left = self.lines - len(head) - len(tail)
        between = [f"... {left} lines left out ..."] if left else []
        ended = [f"({self.ending})"] if self.ending else []
        return "\n".join([*head, *between, *tail, *ended])


def _fitting(lines: Sequence[str], characters: int) -> list[str]:
    """As many of the first lines as fit."""
    found: list[str] = []
    for line in lines:
        characters -= len(line) + 1
        if characters < 0:
            break
        found.append(line)
    return found


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
