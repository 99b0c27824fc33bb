"""A program for tests: streams a file as a model's answer. python -m tests.coder_cli.streamed FILE SECONDS"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from coder_cli import settings, ui

if __name__ == "__main__":
    ui.configure(settings.load())
    text, seconds = Path(sys.argv[1]).read_text(encoding="utf-8"), float(sys.argv[2])
    pieces = [text[start : start + 5] for start in range(0, len(text), 5)]
    try:
        with ui.stream() as out:
            for piece in pieces:
                out.write(piece)
                time.sleep(seconds / len(pieces))
    except KeyboardInterrupt:
        ui.say("interrupted")
    ui.say("done")
