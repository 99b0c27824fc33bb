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
    *("-c", "protocol.ext.allow=never"),
    *("-c", "submodule.recurse=false"),
)
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone would ask its remote for missing objects
    "GIT_ALLOW_PROTOCOL": "none",  # older gits know no GIT_NO_LAZY_FETCH; this wins over any configuration
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
}


class GitCommands:
    """The git of one repository. Safe between threads, and after a fork; a pickle starts afresh."""

    def __init__(self, git_dir: Path, work_tree: Path | None) -> None:
        self.git_dir = git_dir
        self.work_tree = work_tree
        self._cat_file: Any = None  # GitPython's wrapper of a Popen, which ends the process with itself
        self._cat_file_pid = 0
        self._lock = threading.Lock()

    def __getstate__(self) -> tuple[Path, Path | None]:
        return self.git_dir, self.work_tree

    def __setstate__(self, state: tuple[Path, Path | None]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def output(self, *arguments: str, feed: bytes = b"") -> bytes:
        """What git prints. RepositoryError with git's own words where it fails."""
        status, stdout, stderr = self.attempt(*arguments, feed=feed)
        if status:
            raise RepositoryError(f"git {arguments[0]} failed in {self.git_dir}: {_first_line(stderr)}")
        return stdout

    def attempt(self, *arguments: str, feed: bytes = b"") -> tuple[int, bytes, str]:
        """Exit status, stdout, stderr."""
        with tempfile.TemporaryFile() as stdin:
            stdin.write(feed)
            stdin.seek(0)
            result = self._execute(
                arguments,
                istream=stdin,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        status, stdout, stderr = result
        return status, stdout, stderr if isinstance(stderr, str) else stderr.decode("utf-8", "replace")

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> Any:  # noqa: ANN401 - see _cat_file
        """A running git: read its `stdout`, then `wait`."""
        return self._execute(arguments, istream=stdin, as_process=True)

    def blob(self, digest: str) -> bytes | None:
        """The bytes of an object; None where it is missing or damaged."""
        with self._lock:
            try:
                return self._blob(digest)
            except (OSError, ValueError):
                self._stop()
                return None

    def index_stamp(self) -> int:
        """When the index was last written, in nanoseconds; 0 where there is none yet."""
        try:
            return Path(self._index()).stat().st_mtime_ns
        except OSError:
            return 0

    def close(self) -> None:
        with self._lock:
            self._stop()

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

    def _running_cat_file(self) -> Any:  # noqa: ANN401 - see _cat_file
        if self._cat_file is not None and self._cat_file_pid != os.getpid():
            self._cat_file.proc = None  # the parent's: two readers of one pipe would mix their answers
            self._cat_file = None
        if self._cat_file is None:
            self._cat_file = self.start("cat-file", "--batch", stdin=subprocess.PIPE)
            self._cat_file_pid = os.getpid()
        return self._cat_file

    def _stop(self) -> None:
        process, self._cat_file = self._cat_file, None
        if process is not None and self._cat_file_pid != os.getpid():
            process.proc = None
        del process  # which ends it

    def _execute(self, arguments: tuple[str, ...], **how: Any) -> Any:  # noqa: ANN401 - GitPython's own words
        git = _git()
        where = ["--git-dir", str(self.git_dir)]
        if self.work_tree is not None:
            # Named, so that core.worktree cannot point anywhere else.
            where += ["--work-tree", str(self.work_tree)]
        command = [git.Git.GIT_PYTHON_GIT_EXECUTABLE, *where, *_OPTIONS, *arguments]
        try:
            return git.Git(self.work_tree or self.git_dir).execute(
                command, shell=False, env=_ENVIRONMENT | {"GIT_INDEX_FILE": self._index()}, **how
            )
        except git.exc.GitCommandNotFound:
            raise _no_git() from None

    def _index(self) -> str:
        """Named, because a hook's environment names the index of the repository it runs for."""
        folder = self.git_dir
        if folder.is_file():
            folder = gitfile_target(folder) or folder
        return str(folder / "index")


def gitfile_target(gitfile: Path) -> Path | None:
    """Where a `.git` file points: worktrees, submodules, --separate-git-dir."""
    try:
        text = os.fsdecode(gitfile.read_bytes()[:4096])
    except OSError:
        return None
    head, _, target = text.partition(":")
    return gitfile.parent / target.strip() if head == "gitdir" and target.strip() else None


def _git() -> Any:  # noqa: ANN401 - the module
    try:
        import git
    except ImportError:  # GitPython looks for the program when it is imported
        raise _no_git() from None
    return git


def _no_git() -> RepositoryError:
    return RepositoryError("git is not installed, or not on the PATH", "Install git: https://git-scm.com")


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].removeprefix("fatal: ") or "no message"
