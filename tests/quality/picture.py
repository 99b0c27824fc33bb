"""The picture of the README: a real run of coder in tmux, as SVG. python -m tests.quality.picture [FILE]

It asks the model that `coder` would use about the Python sample, so the picture changes only with the answer.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "tests" / "samples" / "python"
COMMANDS = (
    'coder ask "How is a line of the book read, and what happens when it is malformed?"',
    'coder generate "A Python function that groups words by first letter. Code only."',
)
COLUMNS, LINES = 88, 60
PATIENCE = 600  # seconds
READY = "\u276f"  # a prompt that no answer ends with
THEME = TerminalTheme(
    (24, 26, 31),
    (214, 217, 223),
    [
        (60, 64, 72),
        (224, 108, 117),
        (152, 195, 121),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (214, 217, 223),
    ],
    [(110, 116, 128)] * 8,
)


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "tally"
        shutil.copytree(SAMPLE, repository)
        git = ("git", "-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run([*git, "init", "-q"], cwd=repository, check=True)
        subprocess.run([*git, "add", "."], cwd=repository, check=True)
        subprocess.run([*git, "commit", "-qm", "Tally"], cwd=repository, check=True)
        shown = record(Path(folder) / "tmux", repository, COMMANDS)
    target.write_text(picture(shown), encoding="utf-8")


def record(socket: Path, folder: Path, commands: Sequence[str]) -> str:
    """What the terminal shows from the first command on, with its colours as escape sequences."""

    def tmux(*words: str) -> str:
        return subprocess.run(
            ["tmux", "-S", str(socket), *words], check=True, capture_output=True, text=True
        ).stdout

    def wait(prompts: int) -> None:
        end = time.monotonic() + PATIENCE
        while tmux("capture-pane", "-p", "-S", "-").count(READY) < prompts:
            if time.monotonic() > end:
                raise SystemExit(f"A command did not end:\n{tmux('capture-pane', '-p')}")
            time.sleep(0.2)

    shell = ("env", f"PS1={READY} ", f"PATH={Path(sys.executable).parent}:/usr/bin:/bin", "sh")
    size = ("-x", str(COLUMNS), "-y", str(LINES))
    tmux("-f", "/dev/null", "new-session", "-d", *size, "-c", str(folder), *shell)
    try:
        wait(1)
        # The index is made beforehand: the picture is of any question, not of the first.
        tmux("send-keys", "coder index build > /dev/null 2>&1", "Enter")
        wait(2)
        tmux("send-keys", "clear", "Enter")
        wait(1)
        time.sleep(1)
        tmux("clear-history")
        for number, command in enumerate(commands, 2):
            tmux("send-keys", "-l", command)
            tmux("send-keys", "Enter")
            wait(number)
        return tmux("capture-pane", "-ep", "-S", "-")
    finally:
        tmux("kill-server")


def picture(shown: str) -> str:
    lines = shown.rstrip().splitlines()[:-1]  # without the prompt after it
    console = Console(record=True, file=StringIO(), width=COLUMNS, force_terminal=True, legacy_windows=False)
    for line in lines:
        console.print(Text.from_ansi(line), soft_wrap=True)
    svg = console.export_svg(title="coder", theme=THEME, unique_id="coder")
    # The fonts of the reader: a picture of a program that stays offline fetches none.
    svg = re.sub(r"@font-face \{.*?\}\s*|<!-- .*? -->\s*", "", svg, flags=re.DOTALL)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "terminal.svg"))
