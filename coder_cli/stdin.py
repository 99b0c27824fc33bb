"""What is piped in."""

from __future__ import annotations

import sys


def is_piped() -> bool:
    """Whether something other than a terminal stands at stdin."""
    try:
        return sys.stdin is not None and not sys.stdin.isatty()
    except ValueError:  # closed
        return False


def read() -> str:
    """All of stdin as text with `\\n` line ends; bytes that are not UTF-8 become U+FFFD."""
    if sys.stdin is None:
        return ""
    data = sys.stdin.buffer.read()
    return normal(data.decode("utf-8", errors="replace"))


def normal(text: str) -> str:
    """No byte order mark, `\\n` line ends: what models were trained on."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")
