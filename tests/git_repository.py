"""A real git repository for a test, made by the real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

_IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")


class GitRepository:
    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *options)

    def git(self, *arguments: str) -> str:
        """What git prints; fails with what it complains about."""
        done = subprocess.run(
            ["git", *_IDENTITY, *arguments], cwd=self.root, capture_output=True, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, path: str, content: str | bytes = "x = 1\n") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def commit(self, *paths: str) -> str:
        """Everything, or only these paths; returns the commit's id."""
        self.git("add", "--force", *(paths or ("--all",)))
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def blob_id(self, path: str) -> str:
        """git's own answer, without its filters."""
        return self.git("hash-object", "--no-filters", "--", path)
