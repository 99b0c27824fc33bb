"""One round of `coder bench --search`, in a process of its own. See bench_repository_child.py."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from typing import Any

from coder_cli.bench_peers import peak_resident_bytes
from coder_cli.bench_repository_child import EditedRepo, main, middle_file
from retrieval.commits import ancestors, commits
from retrieval.repo import Repo
from retrieval.search.index import Index, index_file

_REQUESTS = 40


def measure(path: Path, cache: Path) -> dict[str, Any]:
    """Seconds of opening, which builds what is missing, of requests, and of opening again after an edit."""
    began = time.perf_counter()
    repo = Repo.open(path, cache)
    index = Index.open(repo, cache=cache)
    opened_at = time.perf_counter()
    requests = _requests(repo, index)
    asked_at = time.perf_counter()
    index.search(requests[0])
    first_at = time.perf_counter()
    times = [_seconds(index, request) for request in requests]
    edited = EditedRepo(repo, middle_file(repo.entries()))
    edited.edits = 1 + os.getpid() % 1000  # not what an earlier process made of it
    edit_at = time.perf_counter()
    again = Index.open(edited, cache=cache)
    refreshed_at = time.perf_counter()
    again.search(requests[0])
    file = index_file(cache, repo)
    return {
        "files": len(index.view.paths),
        "chunks": index.view.live.slots,
        "seconds": opened_at - began,
        "first_seconds": first_at - asked_at,
        "request_seconds": statistics.median(times),
        "slowest_seconds": max(times),
        "changed_seconds": refreshed_at - edit_at,
        "changed_search_seconds": time.perf_counter() - refreshed_at,
        "peak_resident_bytes": peak_resident_bytes(),
        "index_bytes": sum(part.stat().st_size for part in file.parent.iterdir()),
    }


def _seconds(index: Index, request: str) -> float:
    began = time.perf_counter()
    index.search(request)
    return time.perf_counter() - began


def _requests(repo: Repo, index: Index) -> list[str]:
    """Subjects of the last commits; where there are none, paths."""
    git = repo.git
    last = ancestors(git, repo.head, _REQUESTS) if git is not None and repo.head else []
    subjects = [commit.subject for commit in commits(git, last)] if git is not None else []
    return [subject for subject in subjects if subject.strip()] or list(index.view.paths[:_REQUESTS]) or ["x"]


if __name__ == "__main__":
    main(measure)
