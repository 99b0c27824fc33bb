"""What an edit asks for, and what becomes of a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Whole lines of a file, and the lines that take their place; both with LF line ends."""

    path: str
    search: str  # "" makes a new file
    replace: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """The bytes of a file, before and after. None: the file is not there."""

    path: str
    before: bytes | None
    after: bytes | None
