"""A repository: where it is, its files, and what is in them. A plain folder is one without a history."""

from __future__ import annotations

import os
import re
from pathlib import Path

from retrieval.decoding import decode
from retrieval.errors import RepositoryError
from retrieval.filters import filtered
from retrieval.git_commands import GitCommands, gitfile_target
from retrieval.languages.names import language_of
from retrieval.listing import LARGEST, folder_entries, stored_entries, working_entries, working_entry
from retrieval.secrets import is_private_key
from retrieval.types import Entry, Skip, Skipped, SourceFile
from retrieval.working_tree import Content, NotRead, blob_id, read_content, size_detail

LARGEST_NAMED = 64 << 20  # bytes: whoever names a file gets it, within what fits into memory many times
_HEX = re.compile(rb"[0-9a-f]{40,64}")


class Repo:
    """Open it with `Repo.open`. It keeps one git process for reading revisions; `close` ends it early."""

    def __init__(self, root: Path, git: GitCommands | None, head: str | None, algorithm: str) -> None:
        self.root = root
        self.head = head  # a commit id; None without commits or without git
        self.algorithm = algorithm  # of digests: sha1 or sha256
        self.git = git  # None: a plain folder

    @classmethod
    def open(cls, path: Path) -> Repo:
        """The repository around a file or folder; the folder itself where there is none."""
        start = Path(os.path.realpath(path))
        if not start.exists():
            raise RepositoryError(f"{path} does not exist")
        folder = start if start.is_dir() else start.parent
        found = _find(folder)
        if found is None:
            return cls(folder, None, None, "sha1")
        root, git_dir, bare = found
        git = GitCommands(git_dir, None if bare else root)
        status, output, error = git.attempt("rev-parse", "--show-object-format", "HEAD^{commit}")
        lines = output.split(b"\n")
        if lines[0] not in (b"sha1", b"sha256"):
            raise RepositoryError(f"git cannot read {root}: {error.strip() or f'exit status {status}'}")
        head = lines[1].decode() if not status and _HEX.fullmatch(lines[1]) else None
        return cls(root, git, head, lines[0].decode())

    def entries(self, revision: str | None = None) -> tuple[Entry, ...]:
        """Every file, sorted by path: of the working tree, or of a commit, tag or branch."""
        if self.git is None and revision is not None:
            raise RepositoryError(f"{self.root} is no git repository: it has no revision {revision}")
        if self.git is None:
            found = folder_entries(self.root, self.algorithm)
        elif revision is not None:
            found = stored_entries(self.git, self.resolve(revision))
        elif self.git.work_tree is not None:
            found = working_entries(self.root, self.git, self.algorithm)
        else:  # a bare repository: its newest commit stands for the files
            found = stored_entries(self.git, self.head) if self.head else iter(())
        return tuple(sorted(found, key=lambda entry: entry.path))

    def entry(self, path: str) -> Entry | None:
        """One file of the working tree, ignored or not."""
        return working_entry(self.root, path, self.algorithm)

    def resolve(self, revision: str) -> str:
        """The id of the tree or commit that a name stands for."""
        if self.git is None or revision.startswith("-") or "\0" in revision:
            raise RepositoryError(f"there is no revision {revision!r} in {self.root}")
        status, output, _ = self.git.attempt("rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}")
        if status or not _HEX.fullmatch(output.strip()):
            raise RepositoryError(f"there is no revision {revision!r} in {self.root}")
        return output.strip().decode()

    def read(self, entry: Entry, *, named: bool = False) -> SourceFile | Skipped:
        """The file's text, or why not. `named`: the user asked for this very file, so every text is read."""
        if entry.skip and not named:
            return Skipped(entry.path, entry.skip, _listed_detail(entry))
        content = self._content(entry, LARGEST_NAMED if named else LARGEST)
        if isinstance(content, NotRead):
            return Skipped(entry.path, content.reason, content.detail)
        if not named and is_private_key(content.data):
            return Skipped(entry.path, Skip.SENSITIVE, "it begins as a private key")
        decoded = decode(content.data)
        if decoded is None:
            return Skipped(entry.path, Skip.BINARY)
        language = language_of(entry.path, decoded.text.partition("\n")[0])
        if not named and (skipped := filtered(entry.path, language, decoded.text)):
            return skipped
        current = entry.digest and (entry.stored or entry.stamp == content.stamp)
        digest = entry.digest if current else blob_id(content.data, self.algorithm)
        return SourceFile(entry.path, language, decoded.text, digest)

    def close(self) -> None:
        if self.git is not None:
            self.git.close()

    def _content(self, entry: Entry, limit: int) -> Content | NotRead:
        if not entry.stored:
            return read_content(self.root, entry.path, limit)
        if entry.skip in (Skip.SUBMODULE, Skip.LINK):
            return NotRead(entry.skip)
        if entry.size > limit:
            return NotRead(Skip.TOO_LARGE, size_detail(entry.size, limit))
        data = self.git.blob(entry.digest) if self.git is not None else None
        return NotRead(Skip.UNREADABLE, "git has no such object") if data is None else Content(data, 0)


def _listed_detail(entry: Entry) -> str:
    return size_detail(entry.size, LARGEST) if entry.skip is Skip.TOO_LARGE else ""


def _find(folder: Path) -> tuple[Path, Path, bool] | None:
    """Root, git folder, and whether it is bare."""
    for above in (folder, *folder.parents):
        dot = above / ".git"
        if _is_git_dir(dot):
            return above, dot, False
        if dot.is_file() and (target := gitfile_target(dot)):
            if not _is_git_dir(target):
                raise RepositoryError(f"{dot} points to {target}, which is no git folder")
            return above, dot, False
        if _is_git_dir(above):
            return (above.parent, above, False) if above.name == ".git" else (above, above, True)
    return None


def _is_git_dir(folder: Path) -> bool:
    if not (folder / "HEAD").is_file():
        return False
    return (folder / "commondir").is_file() or ((folder / "objects").is_dir() and (folder / "refs").is_dir())
