"""A change of a small repository, and what the checks say of it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from coder_cli.review.checks.table import run_checks
from coder_cli.review.types import Finding
from retrieval.changes import find_changes, project_of
from retrieval.repo import Repo
from tests.git_repository import GitRepository

LIBRARY = """
    def load(path, limit):
        return path, limit


    class Store:
        def __init__(self, root):
            self.root = root

        def read(self, name):
            return self.root, name

        def all(self):
            return self.read("a")
    """
PROGRAM = """
    from library import Store, load

    first = load("a", 1)
    second = load("b", limit=2)
    store = Store("c")
    """


def checked(
    root: Path, before: Mapping[str, str], after: Mapping[str, str | None], *, staged: bool = False
) -> tuple[Finding, ...]:
    """Commit the files, change some (None: delete it), and review what was not committed."""
    git = GitRepository(root)
    for path, text in before.items():
        git.write(path, textwrap.dedent(text).lstrip("\n"))
    git.commit()
    for path, changed in after.items():
        if changed is None:
            (root / path).unlink()
        else:
            git.write(path, textwrap.dedent(changed).lstrip("\n"))
    if staged:
        git.git("add", "--all")
    repo = Repo.open(root)
    try:
        changes = find_changes(repo, staged=staged)
        old = project_of(repo, changes.base, cache=None)
        new = project_of(repo, changes.head, cache=None)
        return run_checks(changes, old, new)
    finally:
        repo.close()


def told(findings: tuple[Finding, ...]) -> list[str]:
    """Of each: check, place, and whether it is only possible."""
    return [
        f"{each.check} {each.path}:{each.start_line}{'' if each.certain else ' possible'}"
        for each in findings
    ]
