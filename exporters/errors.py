"""What can go wrong with an artefact. The command line turns every one of these into exit code 3."""

from __future__ import annotations


class ExporterError(Exception):
    """A model cannot be fetched, read, exported or trusted. `help_line` is the next step for the reader."""

    def __init__(self, message: str, help_line: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help_line = help_line


class SourceError(ExporterError):
    """A checkpoint is truncated, corrupt, incomplete or of an unknown architecture."""


class StoreError(ExporterError):
    """A model is not installed, or what is installed is not what its manifest says."""


class PullError(ExporterError):
    """No place served the bytes, or the bytes were not the ones pinned."""


class PlaceFailed(PullError):
    """One place cannot serve an artefact; the next one is asked."""


def missing_extra(extra: str, purpose: str, error: ImportError) -> ExporterError:
    """What the owner of an optional library raises without it; `extra` may be several, as "cpu,hf"."""
    return ExporterError(
        f"{purpose} needs the {extra.rpartition(',')[2]} extra: {error.name} is not installed.",
        f"pip install 'coder-cli[{extra}]'",
    )
