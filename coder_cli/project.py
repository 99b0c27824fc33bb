"""The repository around a path, read and parsed: what every command about code begins with."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli import ui
from coder_cli.errors import ModelError
from coder_cli.settings import Settings
from exporters.types import Progress, Report

if TYPE_CHECKING:
    from coder_cli.workspace import Workspace
    from retrieval.project import RepositoryProject
    from retrieval.reading import Files
    from retrieval.repo import Repo
    from retrieval.search.encoders import Encoder
    from retrieval.search.index import Index

PATIENCE = 1.0  # seconds; work that takes less shows no progress


def open_project(settings: Settings, path: Path | None = None) -> tuple[Repo, RepositoryProject]:
    """The repository that a file or folder is in, the current folder's unless given. Parses are cached."""
    repo = find_repo(settings, path)
    return repo, read_project(settings, repo)


def open_workspace(settings: Settings, path: Path | None = None) -> Workspace:
    """The repository around a path with all that a request may ask of it."""
    from coder_cli.workspace import Workspace

    repo, project = open_project(settings, path)
    index = partial(open_index, settings, repo)
    return Workspace(repo, project, index(), index)


def find_repo(settings: Settings, path: Path | None = None) -> Repo:
    """The same, and nothing of it read."""
    from retrieval.repo import Repo

    repo = Repo.open(path or Path(), settings.cache_dir)
    if not repo.has_git and path is not None and path.is_file():
        # Without git nothing says where a project ends: the file is seen as part of the folder one is in.
        inside = path.resolve().is_relative_to(Path.cwd().resolve())
        repo = Repo.open(Path(), settings.cache_dir) if inside else repo
    return repo


def read_project(settings: Settings, repo: Files, revision: str | None = None) -> RepositoryProject:
    """All of it as it is now, or as it was at a revision."""
    from retrieval.project import RepositoryProject

    with ui.progress() as report:
        return RepositoryProject.open(
            repo,
            cache=settings.cache_dir,
            revision=revision,
            progress=_patient(report, "Reading files"),
        )


def open_index(settings: Settings, repo: Repo, revision: str | None = None) -> Index:
    """Up to date with the working tree, or with a revision."""
    from retrieval.search.index import Index

    with ui.progress() as report:
        return Index.open(
            repo,
            cache=settings.cache_dir,
            revision=revision,
            encoder=encoder_of(settings),
            progress=_patient(report, "Indexing files"),
            warn=ui.say,
        )


def encoder_of(settings: Settings) -> Encoder:
    """The shipped table, or what `coder export --encoder` made: by name, or by folder."""
    from retrieval.search.encoders import default_encoder, open_encoder

    if settings.encoder == "static":
        return default_encoder()
    made = settings.models_dir.with_name("encoders") / settings.encoder
    folder = made if made.is_dir() else Path(settings.encoder).expanduser()
    if not folder.is_dir():
        raise ModelError(
            f"There is no encoder {settings.encoder}.", f"coder export --encoder {settings.encoder}"
        )
    return open_encoder(folder)


def _patient(report: Report, stage: str) -> Callable[[int, int], None]:
    begun = time.monotonic()

    def progress(done: int, total: int) -> None:
        if time.monotonic() - begun > PATIENCE:
            report(Progress(stage, done, total, "files"))

    return progress
