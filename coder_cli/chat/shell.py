"""A shell line of the user's own: `!make test`. Its output is shown as it comes, bounded for the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from coder_cli.output import Output
from coder_cli.running import Program
from coder_cli.running import run as run_program


def run(line: str, folder: Path, show: Callable[[str], None]) -> Output:
    """Through the shell, since it is what the user typed. Ctrl-C ends the program, and what came is kept."""
    return run_program(Program(line), folder, lambda text: show(text + "\n"), apart=False)
