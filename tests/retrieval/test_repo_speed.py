"""Listing is what every command waits for first."""

from __future__ import annotations

import os
from pathlib import Path

from retrieval.repo import Repo
from tests.git_repository import GitRepository

FILES = 10_000
SECONDS = 0.5  # of processor time, git's included: a loaded machine makes a test wait, not work


def test_ten_thousand_tracked_files_are_listed_well_within_half_a_second(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "project")
    first = repository.write("src/package_0/file_0.py")
    repository.write(".gitattributes", "*.py diff=python\n")
    for number in range(1, FILES):
        folder = repository.root / f"src/package_{number % 100}"
        folder.mkdir(exist_ok=True)
        os.link(first, folder / f"file_{number}.py")  # many times as fast as writing them
    repository.git("add", "--all")
    repo = Repo.open(repository.root)
    repo.entries()  # GitPython is imported, the folders are in memory
    before = os.times()
    entries = repo.entries()
    after = os.times()
    assert len(entries) == FILES + 1
    assert sum(after[:4]) - sum(before[:4]) < SECONDS
