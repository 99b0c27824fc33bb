"""`coder search`: where in the repository something is."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, stdin, ui
from coder_cli.errors import ExitCode, UsageError
from coder_cli.project import find_repo, open_index
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from retrieval.search.index import Hit

_KINDS = ("words", "question", "trace", "diff", "code")  # as in retrieval.search.request.Kind


@click.command()
@click.argument("query", required=False)
@click.option("-n", "limit", type=click.IntRange(min=1), default=10, show_default=True, help="Hits.")
@click.option("--files", is_flag=True, help="Files instead of places in them, the best first.")
@click.option("--explain", is_flag=True, help="With the reasons of each hit.")
@click.option("--rev", "revision", metavar="REV", help="As it was at this commit, tag or branch.")
@click.option("--kind", type=click.Choice(_KINDS), help="What QUERY is; default: as it looks.")
@click.option(
    "--in", "folder", type=click.Path(exists=True, path_type=Path), help="The repository; default: here."
)
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    query: str | None,
    limit: int,
    files: bool,
    explain: bool,
    revision: str | None,
    kind: str | None,
    folder: Path | None,
    as_json: bool,
) -> ExitCode | None:
    """Find the places in the repository that a request is about.

    QUERY is words, a stack trace, a diff or a piece of code; "-" reads it from stdin. What is found is one
    line a place: path:first line-last line. Words in it count, names that are defined, paths, what earlier
    commits about the like changed, and meaning. The index is brought up to date first. Exit code 1 where
    nothing is found.

    \b
    coder search "where are sessions signed"
    pytest 2>&1 | coder search -
    git diff | coder search --files -
    coder search "retry" --rev v1.2 --explain
    """
    from retrieval.search.request import Kind

    words = stdin.read() if query == "-" else query or ""
    if not words.strip():
        raise UsageError("What is to be found?", 'coder search "QUERY"')
    with contextlib.closing(open_index(settings, find_repo(settings, folder), revision)) as index:
        find = index.files if files else index.search
        hits = find(words, kind=Kind(kind) if kind else None, limit=limit)
    if as_json:
        ui.json({"exit_code": 0 if hits else 1, "hits": [_value(hit) for hit in hits]})
    elif files and not explain:
        ui.answer("".join(f"{hit.path}\n" for hit in hits))
    elif hits:
        ui.table([_row(hit, explain) for hit in hits])
    else:
        ui.say("Nothing is found.")
    return None if hits else ExitCode.NEGATIVE


def _value(hit: Hit) -> dict[str, object]:
    return {
        "path": hit.path,
        "start_line": hit.start_line,
        "end_line": hit.end_line,
        "title": hit.title,
        "score": round(hit.score, 4),
        "reasons": list(hit.reasons),
    }


def _row(hit: Hit, explain: bool) -> tuple[str, ...]:
    place = f"{hit.path}:{hit.start_line}-{hit.end_line}"
    return (place, f"{hit.score:.2f}", "; ".join(hit.reasons)) if explain else (place, hit.title)
