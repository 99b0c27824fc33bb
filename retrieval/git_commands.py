"""git as this package runs it: no shell, no program that a repository names, no network, nothing written."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from retrieval.errors import RepositoryError

# A repository is untrusted: whoever wrote its .git/config must not choose programs that run here.
_OPTIONS = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    "--no-replace-objects",  # a blob id must mean the same bytes everywhere
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.pager=cat"),
    *("-c", "core.sshCommand=false"),
    *("-c", "core.askPass=false"),
    *("-c", "core.alternateRefsCommand=false"),
    *("-c", "credential.helper="),
    *("-c", "diff.external="),
    *("-c", "log.showSignature=false"),
    *("-c", "protocol.allow=never"),
    *("-c", "submodule.recurse=false"),
)
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone would ask its remote for missing objects
    "GIT_ALLOW_PROTOCOL": "none",  # older gits know no GIT_NO_LAZY_FETCH; this wins over any configuration
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
}


class Running:
    """A git at work beside its caller."""

    def __init__(self, process: Any, name: str) -> None:  # noqa: ANN401 - see GitCommands
        self._process = process
        self._name = name

    def output(self) -> bytes:
        """All that it prints. Waits for its end."""
        stdout, stderr = self._process.communicate()
        if self._process.returncode:
            raise RepositoryError(f"git {self._name} failed: {_first_line(stderr)}")
        return bytes(stdout)


class GitCommands:
    """The git of one repository. Safe between threads, and after a fork; a pickle starts afresh.

    `git_dir` may be a `.git` file. It is named to git with every command, so the variables of a hook that
    this program runs in (GIT_DIR, GIT_INDEX_FILE) do not count, nor does core.worktree.
    """

    def __init__(self, git_dir: Path, work_tree: Path | None) -> None:
        self.git_dir = git_dir
        self.work_tree = work_tree
        # GitPython's wrapper of a Popen, which ends the process when it is itself no longer used.
        self._cat_file: Any = None
        self._cat_file_pid = 0
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type[GitCommands], tuple[Path, Path | None]]:
        return GitCommands, (self.git_dir, self.work_tree)

    @property
    def common_dir(self) -> Path:
        """What all worktrees of the repository share."""
        return Path(os.path.realpath(_common(_folder(self.git_dir))))

    def output(self, *arguments: str, feed: bytes = b"") -> bytes:
        """What git prints. RepositoryError with git's own words where it fails."""
        return self.start(*arguments, feed=feed).output()

    def start(self, *arguments: str, feed: bytes = b"") -> Running:
        with tempfile.TemporaryFile() as stdin:
            stdin.write(feed)
            stdin.seek(0)
            return Running(self._process(arguments, stdin), arguments[0])

    def attempt(self, *arguments: str) -> tuple[int, bytes, str]:
        """Exit status, stdout, stderr."""
        process = self._process(arguments, None)
        stdout, stderr = process.communicate()
        return process.returncode, stdout, _first_line(stderr)

    def blob(self, digest: str) -> bytes | None:
        """The bytes of an object; None where it is missing or damaged."""
        with self._lock:
            try:
                return self._blob(digest)
            except (OSError, ValueError):
                self._stop()
                return None

    def close(self) -> None:
        with self._lock:
            self._stop()

    def index_stamp(self) -> int:
        """When the index was last written, in nanoseconds; 0 where there is none yet."""
        try:
            return (_folder(self.git_dir) / "index").stat().st_mtime_ns
        except OSError:
            return 0

    def has_attributes(self) -> bool:
        """Whether there are attributes besides those of .gitattributes files."""
        return (_common(_folder(self.git_dir)) / "info" / "attributes").exists()

    def _blob(self, digest: str) -> bytes:
        process = self._running_cat_file()
        process.stdin.write(digest.encode("ascii") + b"\n")
        process.stdin.flush()
        header = process.stdout.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            raise ValueError(digest)
        size = int(header[2])
        data: bytes = process.stdout.read(size + 1)
        if len(data) != size + 1:
            raise ValueError(digest)
        return data[:-1]

    def _running_cat_file(self) -> Any:  # noqa: ANN401 - see __init__
        if self._cat_file_pid != os.getpid():
            self._stop()
        if self._cat_file is None:
            self._cat_file = self._process(("cat-file", "--batch"), subprocess.PIPE)
            self._cat_file_pid = os.getpid()
        return self._cat_file

    def _stop(self) -> None:
        if self._cat_file is not None and self._cat_file_pid != os.getpid():
            self._cat_file.proc = (
                None  # a parent's, to be left alone: two readers of one pipe mix its answers
            )
        self._cat_file = None

    def _process(self, arguments: tuple[str, ...], stdin: Any) -> Any:  # noqa: ANN401 - GitPython's own words
        git = _git()
        where = ["--git-dir", str(self.git_dir)]
        if self.work_tree is not None:
            where += ["--work-tree", str(self.work_tree)]
        command = [git.Git.GIT_PYTHON_GIT_EXECUTABLE, *where, *_OPTIONS, *arguments]
        environment = _ENVIRONMENT | {"GIT_INDEX_FILE": str(_folder(self.git_dir) / "index")}
        runner = git.Git(str(self.work_tree or self.git_dir))
        try:
            return runner.execute(command, istream=stdin, as_process=True, shell=False, env=environment)
        except git.exc.GitCommandNotFound:
            raise _no_git() from None


def gitfile_target(gitfile: Path) -> Path | None:
    """Where a `.git` file points: worktrees, submodules, --separate-git-dir."""
    head, _, target = _short_text(gitfile).partition(":")
    return gitfile.parent / target.strip() if head == "gitdir" and target.strip() else None


def _folder(git_dir: Path) -> Path:
    return (gitfile_target(git_dir) or git_dir) if git_dir.is_file() else git_dir


def _common(folder: Path) -> Path:
    """What a worktree shares with its repository."""
    return folder / (_short_text(folder / "commondir").strip() or ".")


def _short_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return os.fsdecode(file.read(4096))
    except OSError:
        return ""


def _git() -> Any:  # noqa: ANN401 - the module
    try:
        import git
    except ImportError:  # GitPython looks for the program when it is imported
        raise _no_git() from None
    return git


def _no_git() -> RepositoryError:
    return RepositoryError("git is not installed, or not on the PATH", "Install git: https://git-scm.com")


def _first_line(text: bytes) -> str:
    line = text.decode("utf-8", "replace").strip().partition("\n")[0]
    return line.removeprefix("fatal: ") or "no message"
