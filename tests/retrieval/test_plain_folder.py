"""A folder without git is read as well."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from retrieval.errors import RepositoryError
from retrieval.repo import Repo
from retrieval.types import Entry, Skip, Skipped, SourceFile
from retrieval.working_tree import blob_id


def write(root: Path, *names: str, content: str = "x = 1\n") -> None:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def paths(root: Path) -> list[str]:
    return [entry.path for entry in Repo.open(root).entries()]


def test_all_its_files_are_listed_with_the_digests_git_would_give(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "src/b.py", "src/deep/c.py")
    repo = Repo.open(tmp_path)
    assert (repo.root, repo.head, repo.has_git, repo.has_working_tree) == (tmp_path, None, False, True)
    assert [entry.path for entry in repo.entries()] == ["a.py", "src/b.py", "src/deep/c.py"]
    entry = repo.entries()[0]
    stamp = (tmp_path / "a.py").stat().st_mtime_ns
    # `printf 'x = 1\n' | git hash-object --stdin`
    assert entry == Entry("a.py", "7d4290a117a4ddcc11daae7ea675841033830c8f", 6, None, False, stamp)
    assert repo.read(entry) == SourceFile("a.py", "python", "x = 1\n", entry.digest)
    assert blob_id(b"", "sha1") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


def test_it_needs_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py")
    monkeypatch.setenv("PATH", "")
    assert paths(tmp_path) == ["a.py"]


def test_it_has_no_revisions(tmp_path: Path) -> None:
    with pytest.raises(
        RepositoryError, match=r"there is no revision 'HEAD' in .*, which is no git repository"
    ):
        Repo.open(tmp_path).entries("HEAD")


def test_a_file_leads_to_its_folder(tmp_path: Path) -> None:
    write(tmp_path, "src/a.py")
    assert Repo.open(tmp_path / "src/a.py").root == tmp_path / "src"


def test_ignore_files_are_honoured_in_every_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "a.log", "build/b.py", "src/c.tmp", "src/keep.log", "src/d.py", "vendor/e.py")
    write(tmp_path, ".gitignore", content="*.log\n/build/\n")
    write(tmp_path, "src/.gitignore", content="*.tmp\n!keep.log\n")
    write(tmp_path, ".coderignore", content="vendor/\n")
    assert paths(tmp_path) == [
        ".coderignore",
        ".gitignore",
        "a.py",
        "src/.gitignore",
        "src/d.py",
        "src/keep.log",
    ]


def test_caches_and_other_peoples_code_are_not_walked(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.py",
        "node_modules/b.js",
        "src/__pycache__/c.py",
        ".hg/d.py",
        "venv/lib/e.py",
        "cache/f.py",
    )
    write(tmp_path, "venv/pyvenv.cfg", "cache/CACHEDIR.TAG", "clone/.git/HEAD", "clone/g.py")
    assert paths(tmp_path) == ["a.py", "clone/g.py"]


def test_the_folder_itself_is_walked_whatever_it_is_called(tmp_path: Path) -> None:
    write(tmp_path, "node_modules/pyvenv.cfg", "node_modules/a.py")
    assert paths(tmp_path / "node_modules") == ["a.py", "pyvenv.cfg"]


def test_links_are_listed_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "project/src/a.py", "outside/b.py")
    root = tmp_path / "project"
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "src/up").symlink_to(root)
    (root / "loop").symlink_to(root / "loop")
    os.mkfifo(root / "pipe")
    repo = Repo.open(root)
    assert [(entry.path, entry.skip) for entry in repo.entries()] == [
        ("loop", Skip.LINK),
        ("out", Skip.LINK),
        ("src/a.py", None),
        ("src/up", Skip.LINK),
    ]
    assert repo.read(repo.entries()[1], named=True) == Skipped(
        "out", Skip.LINK, "it leads out of the repository"
    )


def test_secrets_and_large_files_are_listed_without_being_opened(tmp_path: Path) -> None:
    write(tmp_path, ".env", "key.pem")
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(1 << 40)
    assert [(entry.path, entry.skip, entry.digest) for entry in Repo.open(tmp_path).entries()] == [
        (".env", Skip.SENSITIVE, ""),
        ("key.pem", Skip.SENSITIVE, ""),
        ("large.bin", Skip.TOO_LARGE, ""),
    ]


def test_very_deep_folders_are_walked_as_far_as_the_system_goes(tmp_path: Path) -> None:
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(60):  # of 100 characters each: longer than any path may be
        os.mkdir("d" * 100, dir_fd=at)
        deeper = os.open("d" * 100, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = deeper
        os.close(os.open("a.py", os.O_CREAT, dir_fd=at))
    os.close(at)
    found = paths(tmp_path)
    assert len(found) > 30
    assert len(max(found, key=len)) < 4096
