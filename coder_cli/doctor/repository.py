"""The repository one stands in, what is known of it, and what the cache holds."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli import ui
from coder_cli.doctor.finding import Finding, guarded, note, ok, problem
from coder_cli.project import encoder_of, find_repo
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from retrieval.repo import Repo

_SQLITE = b"SQLite format 3\0"
_ROLES = {  # in the cache folder
    "parses.sqlite": "parses",
    "search": "search indexes",
    "digests": "digests",
    "prefixes": "kept prefixes",
    "sources": "kept downloads",
}


def around(settings: Settings) -> Iterator[Finding]:
    """The repository one stands in, and the index of it."""
    try:
        repo = find_repo(settings)
    except FileNotFoundError:
        yield problem("repository", "The current folder is gone.", "cd")
        return
    with closing(repo):
        yield from guarded("repository", partial(_repository, repo))
        yield from guarded("index", partial(_index, settings, repo))


def _repository(repo: Repo) -> Iterator[Finding]:
    facts = {"root": str(repo.root), "git": repo.has_git, "head": repo.head}
    if repo.has_git:
        at = f"at {repo.head[:10]}" if repo.head else "without a commit yet"
        yield ok("repository", f"{repo.root} {at}", **facts)
    elif (repo.root / ".git").exists():
        text = f"{repo.root / '.git'} is not what git makes: this is read as a plain folder"
        yield problem("repository", text, "git status", **facts)
    else:
        yield note("repository", f"{repo.root} is a plain folder, not a git repository", None, **facts)


def _index(settings: Settings, repo: Repo) -> Iterator[Finding]:
    """Of the search. It is never made or mended here."""
    from retrieval.search.index import index_file
    from retrieval.search.index import status as status_of

    file = index_file(settings.cache_dir, repo)
    found = status_of(settings.cache_dir, repo, encoder_of(settings))
    build = "coder index build"
    if found is not None:
        facts = {"file": str(found.file), "bytes": found.bytes, "files": found.files, "chunks": found.chunks}
        size = f"{found.files} files, {found.chunks} chunks, {ui.amount(found.bytes)}"
        yield ok("index", f"{size}, with the encoder {settings.encoder}", **facts)
    elif file is not None and file.exists():
        text = f"{file} is damaged, or another version or encoder made it: the next search makes it anew"
        yield note("index", text, build, file=str(file))
    else:
        yield note("index", "none yet: the first search makes it", build)


def caches(settings: Settings) -> Iterator[Finding]:
    """What the cache folder holds, and whether its files are what they should be."""
    folder = settings.cache_dir
    if not folder.is_dir():
        yield ok("cache", f"{folder}: nothing yet", folder=str(folder), bytes={})
        return
    sizes = {role: _size(folder / name) for name, role in _ROLES.items() if (folder / name).exists()}
    told = ", ".join(f"{role} {ui.amount(size)}" for role, size in sizes.items() if size)
    yield ok("cache", f"{folder}: {told or 'nothing yet'}", folder=str(folder), bytes=sizes)
    parses = folder / "parses.sqlite"
    if parses.is_file() and (why := _wrong(parses)):
        yield why


def _wrong(file: Path) -> Finding | None:
    try:
        with file.open("rb") as stream:
            start = stream.read(len(_SQLITE))
    except OSError as error:
        return problem(
            "cache", f"{file} cannot be read: {error.strerror}.", f"ls -l {shlex.quote(str(file))}"
        )
    if start in (b"", _SQLITE):
        return None
    return note("cache", f"{file} is damaged: it is made anew when files are read next", "coder graph")


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; what cannot be looked at counts nothing."""
    if path.is_file():
        return path.stat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += Path(folder, name).lstat().st_size
            except OSError:
                continue
    return total
