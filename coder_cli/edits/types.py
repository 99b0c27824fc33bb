"""What an edit asks for, and what becomes of a file."""

from __future__ import annotations

from dataclasses import dataclass

from coder_cli.errors import CoderError


@dataclass(frozen=True, slots=True)
class Edit:
    """Whole lines of a file, and the lines that take their place.

    Every line ends with a newline; that of the last may be missing. So "" is no line, and "\\n" an empty one.
    """

    path: str
    search: str  # "" makes a new file
    replace: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """The bytes of a file, before and after. None: the file is not there."""

    path: str
    before: bytes | None
    after: bytes | None


class EditError(CoderError):
    """An edit that cannot be applied as it is. `reason` is a sentence that the model can act on, too."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} cannot be edited so: {reason}")
        self.path = path
        self.reason = reason
