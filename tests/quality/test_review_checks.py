"""What the measurement of the checks reads must tell them the same as the whole repository does."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.git_repository import GitRepository

# The data of the module lies in a folder of its name, which mypy takes for the module.
checked = import_module("tests.quality.review_checks").checked


def test_a_side_that_reads_only_what_it_needs_still_knows_where_the_modules_are(tmp_path: Path) -> None:
    git = GitRepository(tmp_path / "repository")
    git.write("go.mod", "module example.org/x/v2\n\ngo 1.22\n")
    git.write("api/load.go", "package api\n\nfunc Load(name string) string { return name }\n")
    git.write(
        "run/run.go",
        'package run\n\nimport "example.org/x/v2/api"\n\nfunc Run() string { return api.Load("a") }\n',
    )
    git.commit()
    git.write("api/load.go", "package api\n\nfunc Load(name string, most int) string { return name }\n")
    sha = git.commit()
    cache = tmp_path / "cache"
    cache.mkdir()
    found, _ = checked(tmp_path / "repository", sha, cache)
    assert [(each.check, each.path, each.certain) for each in found] == [
        ("changed-signature", "api/load.go", True)
    ]
    assert "run/run.go:5" in found[0].scenario
