"""The errors a person sees: one sentence, the command that helps, an exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script can rely on."""

    DONE = 0
    NEGATIVE = 1
    USAGE = 2
    MODEL = 3
    CONTEXT = 4
    REPOSITORY = 5
    INTERRUPTED = 130
    BROKEN_PIPE = 141  # as the shell reports it of every other program


class CoderError(Exception):
    """Something the reader can act on. `help_line` is the next step, usually a command."""

    exit_code: ExitCode = ExitCode.NEGATIVE

    def __init__(self, message: str, help_line: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help_line = help_line


class UsageError(CoderError):
    """The words of the call are off."""

    exit_code = ExitCode.USAGE


class ModelError(CoderError):
    """A model, an extra or a setting is missing or damaged."""

    exit_code = ExitCode.MODEL


class ContextError(CoderError):
    """It does not fit: the model's window, or this machine's memory."""

    exit_code = ExitCode.CONTEXT


class RepositoryError(CoderError):
    """A repository, file or index cannot be used."""

    exit_code = ExitCode.REPOSITORY
