"""Text to the clipboard: through the desktop's own tool, else through the terminal."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable

# In the order in which they are tried; each reads stdin.
TOOLS = (
    ("wl-copy",),
    ("xclip", "-selection", "clipboard"),
    ("xsel", "--clipboard", "--input"),
    ("pbcopy",),
    ("clip.exe",),
)
_NEEDS = {"wl-copy": "WAYLAND_DISPLAY", "xclip": "DISPLAY", "xsel": "DISPLAY"}
_SECONDS = 5
_LARGEST = 74_994  # bytes that terminals take through OSC 52 (xterm's bound)


def copy(text: str, variables: Callable[..., dict[str, str]], send: Callable[[str], None]) -> str:
    """How it went there; "" where it could not.

    `variables` reads the environment, `send` writes a control sequence to the terminal.
    """
    known = variables("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY")
    remote = "SSH_CONNECTION" in known or "SSH_TTY" in known
    for tool in () if remote else TOOLS:
        needed = _NEEDS.get(tool[0])
        found = shutil.which(tool[0])
        if found is None or (needed and needed not in known):
            continue
        try:
            subprocess.run(  # noqa: S603 - a fixed list, no shell
                [found, *tool[1:]],
                input=text.encode("utf-8", "replace"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return f"copied with {tool[0]}"
    data = text.encode("utf-8", "replace")
    if len(data) > _LARGEST:
        return ""
    send(f"\x1b]52;c;{base64.b64encode(data).decode()}\x07")
    return "sent to the terminal's clipboard (OSC 52)"
