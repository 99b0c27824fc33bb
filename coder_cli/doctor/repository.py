"""The repository one stands in, what is known of it, and what the cache holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from coder_cli import ui
from coder_cli.doctor.finding import Finding, note, ok, problem
from coder_cli.project import encoder_of, find_repo
from coder_cli.settings import Settings

_SQLITE = b"SQLite format 3\0"
_ROLES = {  # in the cache folder
    "parses.sqlite": "parses",
    "search": "search indexes",
    "digests": "digests",
    "prefixes": "kept prefixes",
    "sources": "kept downloads",
}


def repository(settings: Settings) -> Iterator[Finding]:
    repo = find_repo(settings)
    try:
        facts = {"root": str(repo.root), "git": repo.has_git, "head": repo.head}
        if not repo.has_git:
            yield note("repository", f"{repo.root} is a plain folder, not a git repository", None, **facts)
        elif repo.head is None:
            yield ok("repository", f"{repo.root}, without a commit yet", **facts)
        else:
            yield ok("repository", f"{repo.root} at {repo.head[:10]}", **facts)
    finally:
        repo.close()


def index(settings: Settings) -> Iterator[Finding]:
    """Of the search. It is never made or mended here."""
    from retrieval.search.index import index_file
    from retrieval.search.index import status as status_of

    repo = find_repo(settings)
    try:
        file = index_file(settings.cache_dir, repo)
        found = status_of(settings.cache_dir, repo, encoder_of(settings))
    finally:
        repo.close()
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
    if parses.is_file() and (why := _unreadable(parses)):
        yield problem("cache", f"{parses} {why}", f"rm -f '{parses}'")


def _unreadable(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            start = stream.read(len(_SQLITE))
    except OSError as error:
        return f"cannot be read: {error.strerror}."
    return None if start in (b"", _SQLITE) else "is damaged: nothing is kept of what is parsed."


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
