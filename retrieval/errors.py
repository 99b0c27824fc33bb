"""What can go wrong with a repository. The assistant gives these exit code 5."""

from __future__ import annotations


class RepositoryError(Exception):
    """A repository, revision or cache that cannot be used: `help_line` is the next step for the reader."""

    def __init__(self, message: str, help_line: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help_line = help_line
