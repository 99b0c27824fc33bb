"""`coder index`: the index that search uses. It is made and brought up to date by itself."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from coder_cli import options, ui
from coder_cli.errors import ExitCode
from coder_cli.project import encoder_of, find_repo, open_index
from coder_cli.settings import Settings

_FOLDER = click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> ExitCode | None:
    """Show, build and clear the index that search uses.

    Nobody needs to: `coder search` makes it and brings it up to date. It is one file a repository, in the
    cache folder, shared by worktrees; texts are known by their blob ids, so branches share what is the same.
    """
    if context.invoked_subcommand is not None:
        return None
    code: ExitCode | None = context.invoke(status)
    return code


@command.command()
@_FOLDER
@options.as_json
@click.pass_obj
def status(settings: Settings, folder: Path | None = None, as_json: bool = False) -> ExitCode | None:
    """Where the index is, and how much it holds. Exit code 1 where there is none."""
    from retrieval.search.index import status as status_of

    found = status_of(settings.cache_dir, find_repo(settings, folder), encoder_of(settings))
    if found is None:
        if as_json:
            ui.json({"exit_code": 1})
        else:
            ui.say("There is no index. It is made at the first search, or now: coder index build")
        return ExitCode.NEGATIVE
    told = {
        "file": str(found.file),
        "encoder": settings.encoder,
        "bytes": found.bytes,
        "files": found.files,
        "chunks": found.chunks,
    }
    if as_json:
        ui.json({"exit_code": 0, **told})
    else:
        rows = {**told, "bytes": ui.amount(found.bytes)}
        ui.table([(name, str(value)) for name, value in rows.items()])
    return None


@command.command()
@_FOLDER
@click.pass_obj
def build(settings: Settings, folder: Path | None) -> None:
    """Make the index, or bring it up to date."""
    with contextlib.closing(open_index(settings, find_repo(settings, folder))) as index:
        ui.say(f"{len(index.view.paths)} files, {index.view.live.slots} chunks.")


@command.command()
@_FOLDER
@click.pass_obj
def clear(settings: Settings, folder: Path | None) -> None:
    """Delete the index. The next search makes it again."""
    from retrieval.search.index import clear as clear_index

    gone = clear_index(settings.cache_dir, find_repo(settings, folder))
    ui.say("The index is deleted." if gone else "There is no index.")
