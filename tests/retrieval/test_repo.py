"""Repositories as they are met: worktrees, bare ones, submodules, revisions, odd files."""

from __future__ import annotations

import codecs
import multiprocessing
import os
import pickle
import threading
from pathlib import Path

import pytest

from retrieval.errors import RepositoryError
from retrieval.repo import LARGEST_NAMED, Repo
from retrieval.types import Entry, Skip, Skipped, SourceFile
from retrieval.working_tree import Content, NotRead, printable, read_content
from tests.git_repository import GitRepository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "project")


def paths(repo: Repo, revision: str | None = None) -> list[str]:
    return [entry.path for entry in repo.entries(revision)]


def entry_of(repo: Repo, path: str, revision: str | None = None) -> Entry:
    return next(entry for entry in repo.entries(revision) if entry.path == path)


def text_of(repo: Repo, path: str, revision: str | None = None, *, named: bool = False) -> str:
    file = repo.read(entry_of(repo, path, revision), named=named)
    assert isinstance(file, SourceFile), file
    return file.text


def skipped(repo: Repo, path: str, revision: str | None = None, *, named: bool = False) -> Skipped:
    found = repo.read(entry_of(repo, path, revision), named=named)
    assert isinstance(found, Skipped), found
    return found


class TestOpening:
    def test_any_folder_or_file_inside_leads_to_the_root(self, repository: GitRepository) -> None:
        file = repository.write("src/deep/a.py")
        for path in (
            repository.root,
            file.parent,
            file,
            repository.root / ".git",
            repository.root / ".git/refs",
        ):
            assert Repo.open(path).root == repository.root

    def test_head_is_the_commit_and_none_without_commits(self, repository: GitRepository) -> None:
        repository.write("a.py")
        empty = Repo.open(repository.root)
        assert (empty.head, paths(empty)) == (None, ["a.py"])
        commit = repository.commit()
        assert Repo.open(repository.root).head == commit

    def test_a_folder_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(RepositoryError, match=r"nowhere does not exist"):
            Repo.open(tmp_path / "nowhere")

    def test_a_link_to_a_repository_is_that_repository(
        self, repository: GitRepository, tmp_path: Path
    ) -> None:
        (tmp_path / "link").symlink_to(repository.root)
        assert Repo.open(tmp_path / "link").root == repository.root

    def test_a_root_may_have_any_name(self, tmp_path: Path) -> None:
        repository = GitRepository(tmp_path / os.fsdecode(b"caf\xe9\n $(x) -c"))
        repository.write("src/a.py")
        repository.commit()
        repo = Repo.open(repository.root / "src")
        assert (repo.root, paths(repo), paths(repo, "HEAD")) == (repository.root, ["src/a.py"], ["src/a.py"])
        assert text_of(repo, "src/a.py", "HEAD") == text_of(repo, "src/a.py") == "x = 1\n"

    def test_a_git_file_that_points_nowhere_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / ".git").write_text("gitdir: /gone/away\n")
        with pytest.raises(RepositoryError, match=r"points to /gone/away, which is no git folder"):
            Repo.open(tmp_path)

    def test_a_repository_git_cannot_read_is_an_error_in_its_words(self, repository: GitRepository) -> None:
        repository.git("config", "core.repositoryFormatVersion", "99")
        with pytest.raises(RepositoryError, match=r"git cannot read .*project: Expected git repo version"):
            Repo.open(repository.root)

    def test_the_variables_of_a_hook_do_not_count(
        self, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = GitRepository(tmp_path / "other")
        other.write("other.py")
        other.commit()
        repository.write("a.py")
        commit = repository.commit()
        monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
        monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git" / "index"))
        repo = Repo.open(repository.root)
        assert (repo.head, paths(repo), paths(repo, "HEAD")) == (commit, ["a.py"], ["a.py"])

    def test_a_git_that_is_not_on_the_path_is_named(
        self, repository: GitRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(repository.root))
        with pytest.raises(RepositoryError, match="git is not installed, or not on the PATH") as raised:
            Repo.open(repository.root)
        assert raised.value.help_line == "Install git: https://git-scm.com"

    def test_a_program_that_starts_without_git_says_the_same(self, repository: GitRepository) -> None:
        # GitPython looks for git when it is imported, and then never again.
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            assert (
                pool.apply(_open_without_git, (repository.root,))
                == "git is not installed, or not on the PATH"
            )


def _open_without_git(root: Path) -> str:
    os.environ["PATH"] = ""
    try:
        Repo.open(root)
    except RepositoryError as error:
        return error.message
    return "opened"


class TestWorkingTree:
    def test_tracked_and_untracked_files_are_listed_and_ignored_ones_are_not(
        self, repository: GitRepository, isolated_home: Path
    ) -> None:
        for path in ("a.py", "src/b.py", "src/new.py", "build/out.py", "a.log", "local.txt", "mine.swp"):
            repository.write(path)
        repository.write(".gitignore", "build/\n*.log\n")
        repository.write(".git/info/exclude", "local.txt\n")
        (isolated_home / ".config/git").mkdir(parents=True)
        (isolated_home / ".config/git/ignore").write_text("*.swp\n")
        repository.commit("a.py", "src/b.py", ".gitignore")
        assert paths(Repo.open(repository.root)) == [".gitignore", "a.py", "src/b.py", "src/new.py"]

    def test_a_tracked_file_is_listed_even_where_it_would_be_ignored(self, repository: GitRepository) -> None:
        repository.write("build/keep.py")
        repository.write(".gitignore", "build/\n")
        repository.commit("build/keep.py", ".gitignore")
        assert paths(Repo.open(repository.root)) == [".gitignore", "build/keep.py"]

    def test_a_deleted_file_is_not_listed(self, repository: GitRepository) -> None:
        repository.write("a.py")
        repository.write("b.py")
        repository.commit()
        (repository.root / "b.py").unlink()
        assert paths(Repo.open(repository.root)) == ["a.py"]

    def test_a_file_that_became_a_folder_is_its_files(self, repository: GitRepository) -> None:
        repository.write("a").write_text("x")
        repository.commit()
        (repository.root / "a").unlink()
        repository.write("a/b.py")
        assert paths(Repo.open(repository.root)) == ["a/b.py"]

    def test_digests_are_blob_ids_for_every_state_of_a_file(self, repository: GitRepository) -> None:
        for path in ("clean.py", "modified.py", "staged.py", "touched.py"):
            repository.write(path, f"# {path}\n")
        repository.commit()
        repository.write("modified.py", "# other\n")
        repository.write("staged.py", "# staged\n")
        repository.git("add", "staged.py")
        repository.write("staged.py", "# staged, then modified\n")
        os.utime(repository.root / "touched.py", (1, 1))
        repository.write("untracked.py", "# untracked\n")
        repository.write("intended.py", "# intended\n")
        repository.git("add", "--intent-to-add", "intended.py")
        entries = Repo.open(repository.root).entries()
        assert len(entries) == 6
        assert {entry.path: entry.digest for entry in entries} == {
            entry.path: repository.blob_id(entry.path) for entry in entries
        }

    def test_a_change_that_keeps_size_and_time_is_seen(self, repository: GitRepository) -> None:
        file = repository.write("a.py", "x = 1\n")
        before = file.stat()
        repository.commit()
        file.write_text("x = 2\n")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert entry_of(Repo.open(repository.root), "a.py").digest == repository.blob_id("a.py")

    def test_a_change_right_after_the_index_was_written_is_seen(self, repository: GitRepository) -> None:
        for number in range(10, 30):
            repository.write("a.py", f"x = {number}\n")
            repository.git("add", "a.py")
            repository.write("a.py", f"y = {number}\n")
            assert entry_of(Repo.open(repository.root), "a.py").digest == repository.blob_id("a.py")

    def test_a_conflict_is_listed_once_and_read_as_it_lies_there(self, repository: GitRepository) -> None:
        repository.write("a.py", "x = 1\n")
        repository.commit()
        repository.git("checkout", "--quiet", "-b", "side")
        repository.write("a.py", "two = 2\n")
        repository.commit()
        repository.git("checkout", "--quiet", "main")
        repository.write("a.py", "three = 3\n")
        repository.commit()
        with pytest.raises(AssertionError):
            repository.git("merge", "side")
        repo = Repo.open(repository.root)
        assert paths(repo) == ["a.py"]
        assert entry_of(repo, "a.py").digest == repository.blob_id("a.py")
        assert "<<<<<<<" in text_of(repo, "a.py")

    def test_a_sparse_checkout_lists_what_is_checked_out(self, repository: GitRepository) -> None:
        repository.write("kept/a.py")
        repository.write("left/b.py")
        repository.commit()
        repository.git("sparse-checkout", "set", "--cone", "--sparse-index", "kept")
        repo = Repo.open(repository.root)
        assert paths(repo) == ["kept/a.py"]
        assert paths(repo, "HEAD") == ["kept/a.py", "left/b.py"]

    @pytest.mark.parametrize("version", ["2", "4"])
    def test_every_version_of_the_index_is_read(self, repository: GitRepository, version: str) -> None:
        repository.git("config", "index.version", version)
        repository.git("config", "core.splitIndex", "true")
        for name in ("a/b/c.py", "a/b/d.py", "a/é.py"):
            repository.write(name, f"# {name}\n")
        repository.commit()
        repo = Repo.open(repository.root)
        assert paths(repo) == ["a/b/c.py", "a/b/d.py", "a/é.py"]
        assert [entry.digest for entry in repo.entries()] == [entry.digest for entry in repo.entries("HEAD")]

    def test_repositories_with_sha256_have_longer_digests(self, tmp_path: Path) -> None:
        repository = GitRepository(tmp_path / "project", "--object-format=sha256")
        repository.write("a.py")
        commit = repository.commit()
        repository.write("b.py")
        repo = Repo.open(repository.root)
        assert repo.head == commit
        assert [(len(entry.digest), entry.digest) for entry in repo.entries()] == [
            (64, repository.blob_id("a.py")),
            (64, repository.blob_id("b.py")),
        ]
        assert text_of(repo, "a.py", "HEAD") == "x = 1\n"

    def test_an_entry_tells_the_size_and_where_it_stands(self, repository: GitRepository) -> None:
        file = repository.write("a.py", "x = 1\n")
        repository.commit()
        repo = Repo.open(repository.root)
        assert entry_of(repo, "a.py") == Entry(
            "a.py", repository.blob_id("a.py"), 6, None, False, file.stat().st_mtime_ns
        )
        assert entry_of(repo, "a.py", "HEAD") == Entry("a.py", repository.blob_id("a.py"), 6, stored=True)

    def test_one_entry_may_be_asked_for_even_if_it_is_ignored(self, repository: GitRepository) -> None:
        repository.write(".gitignore", "build/\n")
        repository.write("build/a.py", "made = 1\n")
        repo = Repo.open(repository.root)
        entry = repo.entry("build/a.py")
        assert entry is not None
        assert entry.digest == repository.blob_id("build/a.py")
        assert repo.read(entry) == SourceFile("build/a.py", "python", "made = 1\n", entry.digest)
        assert repo.entry("build/none.py") is None
        assert repo.entry("../outside.py") is None

    def test_a_path_as_a_person_types_it_becomes_one_of_the_repository(
        self, repository: GitRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        repository.write("src/a.py")
        monkeypatch.chdir(repository.root / "src")
        repo = Repo.open(Path())
        assert repo.relative(Path("a.py")) == "src/a.py"
        assert repo.relative(Path("../src/./a.py")) == "src/a.py"
        assert repo.relative(repository.root / "new.py") == "new.py"
        with pytest.raises(RepositoryError, match="is not in the repository"):
            repo.relative(tmp_path / "b.py")


class TestRevisions:
    def test_every_name_of_a_revision_gives_its_files(self, repository: GitRepository) -> None:
        repository.write("a.py", "first = 1\n")
        first = repository.commit()
        repository.git("tag", "--annotate", "--message", "v1", "v1")
        repository.git("branch", "side")
        repository.write("a.py", "second = 2\n")
        repository.write("b/c.py")
        repository.commit()
        repository.write("a.py", "not committed\n")
        repo = Repo.open(repository.root)
        for revision in (first, first[:8], "v1", "side", "HEAD~1", "HEAD^", f"{first}^{{tree}}"):
            assert paths(repo, revision) == ["a.py"]
            assert text_of(repo, "a.py", revision) == "first = 1\n"
        assert paths(repo, "HEAD") == ["a.py", "b/c.py"]
        assert text_of(repo, "a.py", "HEAD") == "second = 2\n"
        assert text_of(repo, "a.py") == "not committed\n"

    @pytest.mark.parametrize(
        "revision", ["nothing", "", "--all", "-h", "HEAD:a.py", "a\0b", "HEAD\nHEAD", "HEAD~9"]
    )
    def test_what_is_no_revision_is_an_error(self, repository: GitRepository, revision: str) -> None:
        repository.write("a.py")
        repository.commit()
        with pytest.raises(RepositoryError, match="there is no revision"):
            Repo.open(repository.root).entries(revision)

    def test_blobs_are_read_whatever_order_and_however_often(self, repository: GitRepository) -> None:
        for number in range(50):
            repository.write(f"{number}.py", f"number = '{number}'\n" * number)
        repository.commit()
        repo = Repo.open(repository.root)
        for entry in [*reversed(repo.entries("HEAD")), *repo.entries("HEAD")]:
            file = repo.read(entry)
            assert isinstance(file, SourceFile)
            assert file.text == (repository.root / entry.path).read_text()

    def test_a_missing_object_is_a_reason_and_the_next_one_is_read(self, repository: GitRepository) -> None:
        repository.write("a.py", "a = 1\n")
        repository.write("b.py", "b = 1\n")
        repository.commit()
        repo = Repo.open(repository.root)
        a, b = repo.entries("HEAD")
        (repository.root / ".git/objects" / a.digest[:2] / a.digest[2:]).unlink()
        assert repo.read(a) == Skipped("a.py", Skip.UNREADABLE, "git has no such object")
        assert isinstance(repo.read(b), SourceFile)

    def test_a_damaged_object_is_a_reason_and_the_next_one_is_read(self, repository: GitRepository) -> None:
        repository.write("a.py", "a = 1\n")
        repository.write("b.py", "b = 1\n")
        repository.commit()
        repo = Repo.open(repository.root)
        a, b = repo.entries("HEAD")
        damaged = repository.root / ".git/objects" / a.digest[:2] / a.digest[2:]
        damaged.chmod(0o600)
        damaged.write_bytes(b"damaged")
        assert repo.read(a) == Skipped("a.py", Skip.UNREADABLE, "git has no such object")
        assert isinstance(repo.read(b), SourceFile)

    def test_packed_objects_are_read(self, repository: GitRepository) -> None:
        for number in range(20):
            repository.write("a.py", "".join(f"line_{line} = {line + number}\n" for line in range(200)))
            repository.commit()
        repository.git("gc", "--quiet")
        assert "line_0 = 0\n" in text_of(Repo.open(repository.root), "a.py", "HEAD~19")

    def test_threads_share_a_repository(self, repository: GitRepository) -> None:
        for number in range(20):
            repository.write(f"{number}.py", f"number_{number} = 1\n" * 1000)
        repository.commit()
        repo = Repo.open(repository.root)
        wrong: list[str] = []

        def read_all() -> None:
            for entry in repo.entries("HEAD"):
                file = repo.read(entry)
                if (
                    not isinstance(file, SourceFile)
                    or file.text != (repository.root / entry.path).read_text()
                ):
                    wrong.append(entry.path)

        threads = [threading.Thread(target=read_all) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong

    @pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Python 3.12 and threads of others
    @pytest.mark.parametrize("method", ["fork", "spawn"])
    def test_processes_share_a_repository(self, repository: GitRepository, method: str) -> None:
        repository.write("a.py", "a = 1\n")
        repository.commit()
        repo = Repo.open(repository.root)
        entry = entry_of(repo, "a.py", "HEAD")
        assert isinstance(repo.read(entry), SourceFile)  # its git process runs already
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            read = pool.starmap(_read, [(repo, entry)] * 6)
        assert read == ["a = 1\n"] * 6
        assert text_of(repo, "a.py", "HEAD") == "a = 1\n"

    def test_a_pickled_repository_is_the_same(self, repository: GitRepository) -> None:
        repository.write("a.py")
        repository.commit()
        repo = Repo.open(repository.root)
        again: Repo = pickle.loads(pickle.dumps(repo))  # noqa: S301 - our own
        assert (again.root, again.head, again.entries()) == (repo.root, repo.head, repo.entries())
        assert text_of(again, "a.py", "HEAD") == "x = 1\n"

    def test_closing_ends_git_and_reading_starts_it_again(self, repository: GitRepository) -> None:
        repository.write("a.py")
        repository.commit()
        repo = Repo.open(repository.root)
        assert text_of(repo, "a.py", "HEAD") == "x = 1\n"
        repo.close()
        assert text_of(repo, "a.py", "HEAD") == "x = 1\n"
        repo.close()
        repo.close()


def _read(repo: Repo, entry: Entry) -> str:
    file = repo.read(entry)
    return file.text if isinstance(file, SourceFile) else file.detail


class TestShapes:
    """Every shape a repository comes in."""

    def test_a_worktree_is_a_repository_of_its_own(self, repository: GitRepository, tmp_path: Path) -> None:
        repository.write("a.py", "main = 1\n")
        repository.commit()
        repository.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
        (tmp_path / "side" / "a.py").write_text("side = 1\n")
        (tmp_path / "side" / "b.py").write_text("new = 1\n")
        side = Repo.open(tmp_path / "side")
        assert side.root == tmp_path / "side"
        assert (paths(side), text_of(side, "a.py")) == (["a.py", "b.py"], "side = 1\n")
        assert text_of(side, "a.py", "side") == "main = 1\n"
        assert paths(Repo.open(repository.root)) == ["a.py"]

    def test_a_bare_repository_is_its_newest_commit(self, repository: GitRepository, tmp_path: Path) -> None:
        repository.write("a.py")
        repository.write("old.py")
        repository.commit()
        (repository.root / "old.py").unlink()
        commit = repository.commit()
        repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
        repo = Repo.open(tmp_path / "bare.git")
        assert (repo.root, repo.head, repo.has_working_tree) == (tmp_path / "bare.git", commit, False)
        assert paths(repo) == ["a.py"]
        assert paths(repo, "HEAD~1") == ["a.py", "old.py"]
        assert text_of(repo, "a.py") == "x = 1\n"
        assert repo.entry("HEAD") is None

    def test_a_bare_repository_without_commits_has_no_files(self, tmp_path: Path) -> None:
        GitRepository(tmp_path / "bare.git", "--bare")
        repo = Repo.open(tmp_path / "bare.git")
        assert (repo.head, repo.entries()) == (None, ())

    def test_worktrees_around_a_bare_repository(self, repository: GitRepository, tmp_path: Path) -> None:
        repository.write("a.py")
        repository.commit()
        hub = tmp_path / "hub"
        repository.git("clone", "--quiet", "--bare", ".", str(hub / ".git"))
        repository.git("--git-dir", str(hub / ".git"), "worktree", "add", "--quiet", str(hub / "side"))
        assert not Repo.open(hub).has_working_tree
        assert paths(Repo.open(hub)) == ["a.py"]
        side = Repo.open(hub / "side")
        assert (side.root, paths(side), side.has_working_tree) == (hub / "side", ["a.py"], True)

    def test_a_repository_whose_git_folder_is_elsewhere(self, tmp_path: Path) -> None:
        repository = GitRepository(tmp_path / "project", f"--separate-git-dir={tmp_path / 'elsewhere'}")
        repository.write("a.py")
        repository.commit()
        repo = Repo.open(tmp_path / "project")
        assert (repo.root, paths(repo), paths(repo, "HEAD")) == (tmp_path / "project", ["a.py"], ["a.py"])

    def test_a_submodule_is_listed_and_opened_on_its_own(
        self, repository: GitRepository, tmp_path: Path
    ) -> None:
        library = GitRepository(tmp_path / "library")
        library.write("lib.py")
        commit = library.commit()
        repository.git(
            "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.root), "vendor/lib"
        )
        repository.commit()
        repo = Repo.open(repository.root)
        assert paths(repo) == paths(repo, "HEAD") == [".gitmodules", "vendor/lib"]
        for revision in (None, "HEAD"):
            entry = entry_of(repo, "vendor/lib", revision)
            assert (entry.skip, entry.digest) == (Skip.SUBMODULE, commit)
            assert skipped(repo, "vendor/lib", revision, named=True).reason is Skip.SUBMODULE
        inner = Repo.open(repository.root / "vendor/lib")
        assert (inner.root, paths(inner), inner.head) == (repository.root / "vendor/lib", ["lib.py"], commit)

    def test_a_repository_inside_that_git_does_not_know_is_not_entered(
        self, repository: GitRepository
    ) -> None:
        inner = GitRepository(repository.root / "inner")
        inner.write("a.py")
        inner.commit()
        repo = Repo.open(repository.root)
        assert [(entry.path, entry.skip) for entry in repo.entries()] == [("inner", Skip.SUBMODULE)]

    def test_a_shallow_clone_is_a_repository(self, repository: GitRepository, tmp_path: Path) -> None:
        for number in range(3):
            repository.write("a.py", f"a = {number}\n")
            repository.commit()
        repository.git(
            "clone", "--quiet", "--depth=1", f"file://{repository.root}", str(tmp_path / "shallow")
        )
        repo = Repo.open(tmp_path / "shallow")
        assert text_of(repo, "a.py", "HEAD") == "a = 2\n"
        with pytest.raises(RepositoryError):
            repo.entries("HEAD~1")


class TestReading:
    def test_a_file_comes_with_its_language_and_digest(self, repository: GitRepository) -> None:
        repository.write("tool", "#!/usr/bin/env python3\nprint(1)\n")
        repo = Repo.open(repository.root)
        assert repo.read(entry_of(repo, "tool")) == SourceFile(
            "tool", "python", "#!/usr/bin/env python3\nprint(1)\n", repository.blob_id("tool")
        )

    @pytest.mark.parametrize("revision", [None, "HEAD"])
    def test_any_encoding_and_line_end_gives_the_same_text(
        self, repository: GitRepository, revision: str | None
    ) -> None:
        text = "# Grüße an alle\nname = 'Müller'\n"
        crlf = text.replace("\n", "\r\n")
        repository.write("latin.py", text.encode("latin-1"))
        repository.write("marked.py", codecs.BOM_UTF8 + crlf.encode())
        repository.write("wide.py", codecs.BOM_UTF16_LE + crlf.encode("utf-16-le"))
        repository.write("wide_be.py", text.encode("utf-16-be"))
        repository.write("mac.py", text.replace("\n", "\r").encode())
        repository.commit()
        repo = Repo.open(repository.root)
        assert {path: text_of(repo, path, revision) for path in paths(repo, revision)} == dict.fromkeys(
            ["latin.py", "mac.py", "marked.py", "wide.py", "wide_be.py"], text
        )

    def test_crlf_that_git_converts_has_the_digest_that_git_has(self, repository: GitRepository) -> None:
        repository.git("config", "core.autocrlf", "true")
        repository.write("a.py", "x = 1\r\ny = 2\r\n")
        repository.commit()
        repo = Repo.open(repository.root)
        assert entry_of(repo, "a.py").digest == entry_of(repo, "a.py", "HEAD").digest
        assert repo.read(entry_of(repo, "a.py")) == repo.read(entry_of(repo, "a.py", "HEAD"))

    def test_a_file_that_git_converts_has_the_digest_of_what_is_read(self, repository: GitRepository) -> None:
        # The blob holds other text than the file: one digest for both would mix them up in every cache.
        repository.write(
            ".gitattributes", "id.py ident\nwide.py working-tree-encoding=UTF-16LE\nlfs.* filter=x\n"
        )
        repository.git("config", "filter.x.clean", "echo version https://git-lfs.github.com/spec/v1")
        repository.write("id.py", "# $Id: 1234 $\nx = 1\n")
        repository.write("wide.py", "x = 1\n".encode("utf-16-le"))
        repository.write("lfs.py", "x = 1\n")
        repository.commit()
        repo = Repo.open(repository.root)
        for path in ("id.py", "wide.py", "lfs.py"):
            assert entry_of(repo, path).digest == repository.blob_id(path)
            assert entry_of(repo, path).digest != entry_of(repo, path, "HEAD").digest
        assert text_of(repo, "lfs.py") == "x = 1\n"
        assert skipped(repo, "lfs.py", "HEAD") == Skipped("lfs.py", Skip.BINARY, "kept in Git LFS")

    def test_attributes_mark_generated_files(self, repository: GitRepository) -> None:
        repository.write(
            ".git/info/attributes", "gen/** linguist-generated\ngen/own.py -linguist-generated\n"
        )
        repository.write("gen/a.py")
        repository.write("gen/own.py")
        repo = Repo.open(repository.root)
        assert skipped(repo, "gen/a.py") == Skipped("gen/a.py", Skip.GENERATED, "by .gitattributes")
        assert text_of(repo, "gen/a.py", named=True) == text_of(repo, "gen/own.py") == "x = 1\n"

    @pytest.mark.parametrize("revision", [None, "HEAD"])
    def test_content_that_is_filtered_is_read_where_it_is_named(
        self, repository: GitRepository, revision: str | None
    ) -> None:
        repository.write("data.json", '{"a": 1}')
        repository.commit()
        repo = Repo.open(repository.root)
        assert skipped(repo, "data.json", revision) == Skipped(
            "data.json", Skip.DATA, "8 characters, at least 50"
        )
        assert text_of(repo, "data.json", revision, named=True) == '{"a": 1}'

    @pytest.mark.parametrize("revision", [None, "HEAD"])
    def test_binary_files_have_no_text_even_where_they_are_named(
        self, repository: GitRepository, revision: str | None
    ) -> None:
        repository.write("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        repository.commit()
        repo = Repo.open(repository.root)
        for named in (False, True):
            assert skipped(repo, "a.png", revision, named=named) == Skipped("a.png", Skip.BINARY)

    @pytest.mark.parametrize("revision", [None, "HEAD"])
    def test_fifty_megabytes_are_listed_and_read_only_where_they_are_named(
        self, repository: GitRepository, revision: str | None
    ) -> None:
        line = "SELECT name FROM people; -- again\n"
        size = 50 << 20
        repository.write("dump.sql", line * (size // len(line)))
        repository.commit()
        repo = Repo.open(repository.root)
        found = skipped(repo, "dump.sql", revision)
        assert (found.reason, found.detail) == (Skip.TOO_LARGE, "52,428,782 bytes, at most 1,048,576")
        assert text_of(repo, "dump.sql", revision, named=True).count("\n") == size // len(line)

    def test_what_does_not_fit_is_not_read_even_where_it_is_named(self, repository: GitRepository) -> None:
        with repository.write("huge.bin").open("wb") as file:
            file.truncate(20 << 30)  # a hole: no disk is used
        repo = Repo.open(repository.root)
        found = skipped(repo, "huge.bin", named=True)
        assert (found.reason, found.detail) == (
            Skip.TOO_LARGE,
            f"{20 << 30:,} bytes, at most {LARGEST_NAMED:,}",
        )
        assert entry_of(repo, "huge.bin").digest == ""

    def test_a_file_that_vanishes_is_a_reason(self, repository: GitRepository) -> None:
        repository.write("a.py")
        repository.write("folder/b.py")
        repo = Repo.open(repository.root)
        a, b = repo.entries()
        (repository.root / "a.py").unlink()
        (repository.root / "folder/b.py").unlink()
        (repository.root / "folder").rmdir()
        assert repo.read(a) == Skipped("a.py", Skip.GONE)
        assert repo.read(b, named=True) == Skipped("folder/b.py", Skip.GONE)

    def test_a_file_that_vanishes_while_it_is_listed_is_not_listed(
        self, repository: GitRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository.write("a.py")
        repository.write("b.py")

        def read_too_late(root: Path, path: str, limit: int) -> Content | NotRead:
            (root / "a.py").unlink(missing_ok=True)
            return read_content(root, path, limit)

        monkeypatch.setattr("retrieval.listing.read_content", read_too_late)
        assert paths(Repo.open(repository.root)) == ["b.py"]

    def test_a_file_that_changes_has_the_digest_of_what_was_read(self, repository: GitRepository) -> None:
        repository.write("a.py", "x = 1\n")
        repository.commit()
        repo = Repo.open(repository.root)
        entry = entry_of(repo, "a.py")
        file = repository.write("a.py", "x = 2\n")
        os.utime(file, ns=(entry.stamp + 1, entry.stamp + 1))
        assert repo.read(entry) == SourceFile("a.py", "python", "x = 2\n", repository.blob_id("a.py"))

    def test_a_file_that_becomes_a_pipe_a_folder_or_a_link_does_not_hang(
        self, repository: GitRepository
    ) -> None:
        repository.write("a.py")
        repo = Repo.open(repository.root)
        entry = entry_of(repo, "a.py")
        file = repository.root / "a.py"
        file.unlink()
        os.mkfifo(file)
        assert repo.read(entry, named=True) == Skipped("a.py", Skip.GONE, "no regular file any more")
        file.unlink()
        file.mkdir()
        assert repo.read(entry) == Skipped("a.py", Skip.GONE, "no regular file any more")
        file.rmdir()
        file.symlink_to("/etc/passwd")
        assert repo.read(entry) == Skipped("a.py", Skip.LINK)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read_is_a_reason(self, repository: GitRepository) -> None:
        repository.write("a.py").chmod(0)
        repo = Repo.open(repository.root)
        assert skipped(repo, "a.py") == Skipped("a.py", Skip.UNREADABLE, "Permission denied")

    def test_pipes_and_sockets_are_not_listed(self, repository: GitRepository) -> None:
        os.mkfifo(repository.root / "pipe.py")
        repository.write("a.py")
        assert paths(Repo.open(repository.root)) == ["a.py"]


class TestSecrets:
    @pytest.mark.parametrize("revision", [None, "HEAD"])
    def test_secrets_are_listed_and_read_only_where_they_are_named(
        self, repository: GitRepository, revision: str | None
    ) -> None:
        repository.write(".env", "TOKEN=abc\n")
        repository.commit()
        repo = Repo.open(repository.root)
        assert entry_of(repo, ".env", revision).skip is Skip.SENSITIVE
        assert skipped(repo, ".env", revision) == Skipped(".env", Skip.SENSITIVE)
        assert text_of(repo, ".env", revision, named=True) == "TOKEN=abc\n"

    def test_a_secret_is_not_even_opened_to_list_it(
        self, repository: GitRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository.write(".env", "TOKEN=abc\n")
        repository.write("modified.pem", "a")
        repository.commit("modified.pem")
        repository.write("modified.pem", "changed")
        repository.write("a.py")
        opened: list[bytes] = []
        real_open = os.open

        def recording_open(path: str | bytes, *rest: int, **more: int) -> int:
            opened.append(os.fsencode(path))
            return real_open(path, *rest, **more)

        monkeypatch.setattr(os, "open", recording_open)
        entries = {entry.path: entry for entry in Repo.open(repository.root).entries()}
        assert (entries[".env"].digest, entries["modified.pem"].digest) == ("", "")
        assert b"a.py" in opened
        assert not {b".env", b"modified.pem"} & set(opened)

    def test_a_private_key_under_another_name_is_not_handed_out(self, repository: GitRepository) -> None:
        repository.write("deploy", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n")
        repo = Repo.open(repository.root)
        assert skipped(repo, "deploy") == Skipped("deploy", Skip.SENSITIVE, "it begins as a private key")
        assert text_of(repo, "deploy", named=True).startswith("-----BEGIN")


class TestCoderIgnore:
    def test_what_it_names_is_not_listed_tracked_or_not(self, repository: GitRepository) -> None:
        for path in ("a.py", "vendor/b.py", "vendor/keep.py", "src/c.gen.py", "src/d.py", "new.gen.py"):
            repository.write(path)
        repository.write(".coderignore", "vendor/*\n!vendor/keep.py\n*.gen.py\n")
        repository.commit("a.py", "vendor", "src", ".coderignore")
        expected = [".coderignore", "a.py", "src/d.py", "vendor/keep.py"]
        repo = Repo.open(repository.root)
        assert paths(repo) == expected
        assert paths(repo, "HEAD") == expected

    def test_deeper_ones_count_for_their_folder(self, repository: GitRepository) -> None:
        for path in ("a.txt", "src/a.txt", "src/b.txt"):
            repository.write(path)
        repository.write("src/.coderignore", "/a.txt\n")
        assert paths(Repo.open(repository.root)) == ["a.txt", "src/.coderignore", "src/b.txt"]

    def test_one_that_git_ignores_counts_for_every_revision(self, repository: GitRepository) -> None:
        repository.write("a.py")
        repository.write("private/b.py")
        repository.commit()
        repository.write(".git/info/exclude", ".coderignore\n")
        repository.write(".coderignore", "private/\n")
        repo = Repo.open(repository.root)
        assert paths(repo) == paths(repo, "HEAD") == ["a.py"]

    def test_of_a_bare_repository_its_own_counts(self, repository: GitRepository, tmp_path: Path) -> None:
        repository.write("a.py")
        repository.write("vendor/b.py")
        repository.write(".coderignore", "vendor/\n")
        repository.commit()
        repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
        assert paths(Repo.open(tmp_path / "bare.git")) == [".coderignore", "a.py"]

    def test_the_user_may_still_name_an_ignored_file(self, repository: GitRepository) -> None:
        repository.write(".coderignore", "*.py\n")
        repository.write("a.py")
        repo = Repo.open(repository.root)
        entry = repo.entry("a.py")
        assert entry is not None
        assert isinstance(repo.read(entry, named=True), SourceFile)


class TestNames:
    ODD = (
        "a b.py",
        "tab\there.py",
        'quote".py',
        "new\nline.py",
        "-rf.py",
        "*.py",
        "[a].py",
        "é.py",
        "名前.py",
    )

    def test_odd_names_are_paths_like_others(self, repository: GitRepository) -> None:
        for name in self.ODD:
            repository.write(name, "x = 1\n")
        repository.commit()
        repository.write(":(top)new\\.py")
        repo = Repo.open(repository.root)
        assert paths(repo, "HEAD") == sorted(self.ODD)
        assert paths(repo) == sorted([*self.ODD, ":(top)new\\.py"])
        for revision in (None, "HEAD"):
            assert {text_of(repo, name, revision) for name in self.ODD} == {"x = 1\n"}

    def test_names_that_are_not_utf8_survive(self, repository: GitRepository) -> None:
        for name in (b"caf\xe9.py", b"fol\xffder/b.py", b"ign\xe9.py"):
            target = os.path.join(os.fsencode(repository.root), name)  # noqa: PTH118 - bytes
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
            with open(target, "wb") as file:  # noqa: PTH123
                file.write(b"x = 1\n")
        repository.write(".coderignore", b"ign\xe9.py\n")
        repository.commit()
        repo = Repo.open(repository.root)
        for revision in (None, "HEAD"):
            listed = paths(repo, revision)
            assert listed == [".coderignore", "caf\udce9.py", "fol\udcffder/b.py"]
            assert [path.encode("utf-8", "surrogateescape") for path in listed[1:]] == [
                b"caf\xe9.py",
                b"fol\xffder/b.py",
            ]
            assert text_of(repo, "caf\udce9.py", revision) == "x = 1\n"
            assert text_of(repo, "fol\udcffder/b.py", revision) == "x = 1\n"
        assert repo.relative(repository.root / os.fsdecode(b"caf\xe9.py")) == "caf\udce9.py"

    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            ("a b/é 名.py", "a b/é 名.py"),
            ("caf\udce9.py", "caf\\xe9.py"),
            ("new\nline\t.py", "new\\nline\\t.py"),
            ("red\x1b[31m.py", "red\\x1b[31m.py"),
            ("left\u202ert.py", "left\\u202ert.py"),
        ],
    )
    def test_any_name_can_be_printed_and_does_nothing_to_the_terminal(self, path: str, shown: str) -> None:
        assert printable(path) == shown
        shown.encode("utf-8")

    def test_names_are_sorted_the_same_everywhere(self, repository: GitRepository) -> None:
        for name in ("b.py", "B.py", "a/b.py", "a.py", "a-b.py", "Z.py", "é.py"):
            repository.write(name)
        repository.commit("b.py", "Z.py")
        assert paths(Repo.open(repository.root)) == [
            "B.py",
            "Z.py",
            "a-b.py",
            "a.py",
            "a/b.py",
            "b.py",
            "é.py",
        ]
