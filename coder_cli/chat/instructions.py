"""AGENTS.md: what a repository tells its assistants. It comes from others: it is bounded, and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coder_cli.workspace import Workspace
from retrieval.types import SourceFile

FILE = "AGENTS.md"
SHARE = 0.25  # of the budget, at most


@dataclass(frozen=True, slots=True)
class Instructions:
    """`lines` of `of` are read; none where there is no such file."""

    text: str = ""
    lines: int = 0
    of: int = 0

    def __str__(self) -> str:
        part = "" if self.lines == self.of else f", its first {self.lines} of {self.of} lines"
        return f"{FILE} is read{part}."


def read(workspace: Workspace, count: Callable[[str], int], budget: int) -> Instructions:
    """The file at the root, as many of its lines as a quarter of the budget holds."""
    file = workspace.read(FILE)
    if not isinstance(file, SourceFile) or not file.text.strip():
        return Instructions()
    lines = file.text.strip().split("\n")
    room, kept = int(budget * SHARE), list[str]()
    for line in lines:
        room -= count(line + "\n")
        if room < 0:
            break
        kept.append(line)
    return Instructions("\n".join(kept), len(kept), len(lines))
