"""What a repository may do to those who open it: run nothing, lead nowhere, hang never."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

import pytest

from retrieval.repo import Repo
from retrieval.types import Skip, Skipped, SourceFile
from retrieval.working_tree import stays_inside
from tests.git_repository import GitRepository

PROGRAMS = """
core.fsmonitor core.pager core.editor core.sshCommand core.askPass core.gitProxy core.alternateRefsCommand
credential.helper diff.external diff.trap.command diff.trap.textconv filter.trap.clean filter.trap.smudge
filter.trap.process gpg.program pager.ls-files pager.ls-tree pager.cat-file pager.rev-parse merge.trap.driver
uploadpack.packObjectsHook interactive.diffFilter sequence.editor trailer.trap.command
"""


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "project")


def read_everything(root: Path) -> dict[str, str | Skip]:
    """All that this package does with a repository: path -> text, or why not."""
    repo = Repo.open(root)
    found: dict[str, str | Skip] = {}
    for revision in ("HEAD", None):
        for entry in repo.entries(revision):
            for named in (False, True):
                file = repo.read(entry, named=named)
                found[entry.path] = file.text if isinstance(file, SourceFile) else file.reason
    repo.close()
    return found


class TestPrograms:
    """Whatever a configuration names leaves a trace when it runs."""

    @pytest.fixture
    def trap(self, tmp_path: Path) -> Path:
        program = tmp_path / "trap"
        program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'sprung'}\ncat\n")
        program.chmod(0o755)
        return program

    @staticmethod
    def sprung(trap: Path) -> bool:
        return (trap.parent / "sprung").exists()

    def arm(self, repository: GitRepository, trap: Path) -> None:
        for name in PROGRAMS.split():
            repository.git("config", name, str(trap))
        for name in ("ls-files", "ls-tree", "cat-file", "rev-parse", "check-attr"):
            repository.git("config", f"alias.{name}", f"!{trap}")
        repository.git("config", "core.hooksPath", "hooks")
        repository.git("config", "log.showSignature", "true")
        repository.git("config", "core.untrackedCache", "true")
        for hook in (
            "post-index-change",
            "post-checkout",
            "fsmonitor-watchman",
            "reference-transaction",
            "pre-commit",
        ):
            repository.write(f"hooks/{hook}", trap.read_bytes()).chmod(0o755)

    def test_no_program_of_the_configuration_runs(self, repository: GitRepository, trap: Path) -> None:
        repository.write("a.py", "a = 1\n")
        repository.write("b.py", "b = 1\n")
        repository.write(".gitattributes", "*.py filter=trap diff=trap merge=trap\n")
        repository.commit()
        self.arm(repository, trap)
        repository.write("b.py", "b = 2\n")  # git itself would now filter it, to compare
        os.utime(repository.root / "a.py", (1, 1))
        (trap.parent / "sprung").unlink(missing_ok=True)
        found = read_everything(repository.root)
        assert (found["a.py"], found["b.py"]) == ("a = 1\n", "b = 2\n")
        assert not self.sprung(trap)

    def test_the_same_configuration_does_run_programs_of_a_plain_git(
        self, repository: GitRepository, trap: Path
    ) -> None:
        repository.write("a.py", "a = 1\n")
        repository.write(".gitattributes", "*.py filter=trap\n")
        repository.commit()
        self.arm(repository, trap)
        (trap.parent / "sprung").unlink(missing_ok=True)
        os.utime(repository.root / "a.py", (1, 1))
        repository.git("status", "--short")
        assert self.sprung(trap)

    def test_a_partial_clone_asks_no_remote_for_what_it_lacks(
        self, repository: GitRepository, trap: Path
    ) -> None:
        repository.write("a.py", "a = 1\n")
        repository.write("b.py", "b = 1\n")
        repository.commit()
        for name, value in {
            "core.repositoryFormatVersion": "1",
            "extensions.partialClone": "origin",
            "remote.origin.promisor": "true",
            "remote.origin.url": f"ext::{trap} %S",
            "remote.origin.uploadpack": str(trap),
            "protocol.allow": "always",
            "protocol.ext.allow": "always",
        }.items():
            repository.git("config", name, value)
        a = repository.blob_id("a.py")
        (repository.root / ".git/objects" / a[:2] / a[2:]).unlink()
        repo = Repo.open(repository.root)
        entries = {entry.path: entry for entry in repo.entries("HEAD")}
        assert entries["a.py"].skip is Skip.UNREADABLE
        assert repo.read(entries["a.py"], named=True) == Skipped(
            "a.py", Skip.UNREADABLE, "git has no such object"
        )
        assert isinstance(repo.read(entries["b.py"]), SourceFile)
        assert not self.sprung(trap)

    def test_nothing_of_the_repository_is_written(self, repository: GitRepository) -> None:
        repository.write("a.py", "a = 1\n")
        repository.commit()
        os.utime(repository.root / "a.py", (1, 1))  # git would refresh its index

        def state() -> dict[str, tuple[int, int]]:
            return {
                str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
                for path in sorted(repository.root.rglob("*"))
            }

        before = state()
        read_everything(repository.root)
        assert state() == before


class TestWaysOut:
    @pytest.fixture
    def outside(self, tmp_path: Path) -> Path:
        folder = tmp_path / "outside"
        folder.mkdir()
        (folder / "secret.py").write_text("secret = 'outside'\n")
        return folder

    def test_a_link_is_listed_and_read_only_where_it_is_named_and_stays_inside(
        self, repository: GitRepository, outside: Path
    ) -> None:
        repository.write("src/a.py", "inside = 1\n")
        links = {
            "in.py": "src/a.py",
            "folder": "src",
            "out.py": str(outside / "secret.py"),
            "up.py": "../outside/secret.py",
            "nowhere.py": "missing.py",
            "loop.py": "loop.py",
            "src/a_loop": "../src",
        }
        for name, target in links.items():
            (repository.root / name).symlink_to(target)
        repository.commit("src", "in.py", "out.py")
        repo = Repo.open(repository.root)
        entries = {entry.path: entry for entry in repo.entries()}
        assert set(entries) == {"src/a.py", *links}
        for name in links:
            assert entries[name].skip is Skip.LINK
            assert repo.read(entries[name]) == Skipped(name, Skip.LINK)
        named = {name: repo.read(entries[name], named=True) for name in links}
        assert isinstance(named["in.py"], SourceFile)
        assert named["in.py"].text == "inside = 1\n"
        assert {name: file.detail for name, file in named.items() if isinstance(file, Skipped)} == {
            "folder": "it leads to a folder",
            "out.py": "it leads out of the repository",
            "up.py": "it leads out of the repository",
            "nowhere.py": "it leads nowhere",
            "loop.py": "it leads in a circle",
            "src/a_loop": "it leads to a folder",
        }
        stored = {entry.path: entry for entry in repo.entries("HEAD")}
        assert repo.read(stored["in.py"], named=True) == Skipped("in.py", Skip.LINK)

    def test_a_folder_that_became_a_link_hides_its_files(
        self, repository: GitRepository, outside: Path
    ) -> None:
        repository.write("src/secret.py", "mine = 1\n")
        repository.commit()
        repo = Repo.open(repository.root)
        (entry,) = repo.entries()
        (repository.root / "src/secret.py").unlink()
        (repository.root / "src").rmdir()
        (repository.root / "src").symlink_to(outside)
        assert [(found.path, found.skip) for found in repo.entries()] == [("src", Skip.LINK)]
        assert repo.read(entry, named=True) == Skipped("src/secret.py", Skip.GONE)
        assert repo.entry("src/secret.py") is None

    def test_a_work_tree_that_the_configuration_puts_elsewhere_does_not_count(
        self, repository: GitRepository, outside: Path
    ) -> None:
        repository.write("a.py")
        repository.git("config", "core.worktree", str(outside))
        repo = Repo.open(repository.root)
        assert (repo.root, [entry.path for entry in repo.entries()]) == (repository.root, ["a.py"])

    @pytest.mark.parametrize(
        "path",
        [
            "../a",
            "a/../../b",
            "/etc/passwd",
            "",
            "a//b",
            "a/",
            "./a",
            "a/./b",
            ".git/config",
            "a/.GIT/hooks/x",
            "a\0b",
        ],
    )
    def test_paths_that_leave_the_root_are_told(self, path: str) -> None:
        assert not stays_inside(path)

    @pytest.mark.parametrize("path", ["a", "a/b.py", "...", ".github/x", "a..b/c", ".gitignore", "a/.git2/b"])
    def test_paths_that_stay_are_told(self, path: str) -> None:
        assert stays_inside(path)

    def test_a_tree_with_paths_that_leave_the_root_lists_only_the_others(
        self, repository: GitRepository, outside: Path
    ) -> None:
        repository.write("a.py", "fine = 1\n")
        repository.commit()
        blob = bytes.fromhex(repository.blob_id("a.py"))
        write = _object_writer(repository)
        inner = write(b"tree", b"100644 secret.py\0" + blob)
        middle = write(b"tree", b"40000 outside\0" + bytes.fromhex(inner))
        tree = write(
            b"tree",
            b"40000 ..\0"
            + bytes.fromhex(middle)
            + b"40000 .git\0"
            + bytes.fromhex(inner)
            + b"100644 a.py\0"
            + blob,
        )
        repo = Repo.open(repository.root)
        assert [entry.path for entry in repo.entries(tree)] == ["a.py"]

    def test_an_index_with_paths_that_leave_the_root_lists_only_the_others(
        self, repository: GitRepository, outside: Path
    ) -> None:
        repository.write("a.py", "fine = 1\n")
        repository.write("xx/outside/secret.py", "decoy = 1\n")
        repository.commit()
        index = repository.root / ".git/index"
        body = index.read_bytes()[:-20].replace(b"xx/outside/secret.py", b"../outside/secret.py")
        index.write_bytes(body + sha1(body, usedforsecurity=False).digest())
        listed = [entry.path for entry in Repo.open(repository.root).entries()]
        assert listed == ["a.py", "xx/outside/secret.py"]


def _object_writer(repository: GitRepository) -> Callable[[bytes, bytes], str]:
    def write(kind: bytes, content: bytes) -> str:
        """An object as git would refuse to make it."""
        data = kind + b" %d\0" % len(content) + content
        name = sha1(data, usedforsecurity=False).hexdigest()
        path = repository.root / ".git/objects" / name[:2] / name[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(data))
        return name

    return write


class TestOwners:
    @pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
    def test_a_repository_of_another_user_is_read(self, repository: GitRepository) -> None:
        # git refuses (safe.directory) lest it run another's programs; here none run.
        repository.write("a.py", "a = 1\n")
        commit = repository.commit()
        for path in [repository.root, *repository.root.rglob("*")]:
            os.chown(path, 12345, 12345)
        with pytest.raises(AssertionError, match="dubious ownership"):
            repository.git("status")
        repo = Repo.open(repository.root)
        assert (repo.head, [entry.path for entry in repo.entries()]) == (commit, ["a.py"])
