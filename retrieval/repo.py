"""A repository: where it is, its files, and what is in them. A plain folder is one without a history."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from retrieval.decoding import decode
from retrieval.errors import RepositoryError
from retrieval.filters import filtered
from retrieval.git_commands import GitCommands, gitfile_target
from retrieval.ignore_rules import IgnoreRules
from retrieval.languages.content import language_in
from retrieval.listing import LARGEST, folder_entries, single_entry, stored_entries, working_entries
from retrieval.secrets import is_private_key
from retrieval.types import Entry, Skip, Skipped, SourceFile
from retrieval.working_tree import Content, NotRead, blob_id, read_content, read_linked, size_detail

LARGEST_NAMED = 64 << 20  # bytes: whoever names a file gets it, as long as it fits into memory several times
_IGNORE_FILE = ".coderignore"
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_IDENTIFIER = re.compile(rb"[0-9a-f]{40,64}")


class Repo:
    """Open it with `Repo.open`. It keeps one git process for reading revisions; `close` ends it early."""

    def __init__(
        self,
        root: Path,
        commands: GitCommands | None,
        head: str | None,
        algorithm: str,
        cache: Path | None = None,
    ) -> None:
        self.root = root
        self.head = head  # a commit id; None without commits or without git
        self.algorithm = algorithm  # of digests: sha1 or sha256
        self._commands = commands  # None: a plain folder
        self._cache = cache

    @classmethod
    def open(cls, path: Path, cache: Path | None = None) -> Repo:
        """The repository around a file or folder; the folder itself where there is none.

        `cache` is a folder for the digests of files whose digests git does not know; None keeps nothing.
        """
        start = Path(os.path.realpath(path))
        if not start.exists():
            raise RepositoryError(f"{path} does not exist")
        folder = start if start.is_dir() else start.parent
        found = _find(folder)
        if found is None:
            return cls(folder, None, None, "sha1", cache)
        root, git_dir, bare = found
        asked = ("--show-object-format", "--is-bare-repository", "HEAD^{commit}")
        status, output, error = GitCommands(git_dir, None).attempt("rev-parse", *asked)
        told = output.split()
        if len(told) < 2:
            raise RepositoryError(f"git cannot read {root}: {error}")
        head = told[2].decode() if not status and _IDENTIFIER.fullmatch(told[2]) else None
        commands = GitCommands(git_dir, None if bare or told[1] == b"true" else root)
        return cls(root, commands, head, "sha256" if told[0] == b"sha256" else "sha1", cache)

    @property
    def has_git(self) -> bool:
        return self._commands is not None

    @property
    def git(self) -> GitCommands | None:
        """For what asks about commits. None in a plain folder."""
        return self._commands

    def commit(self, revision: str) -> str | None:
        """The id of a commit that a name stands for; None of a tree."""
        if self._commands is None or revision.startswith("-") or "\0" in revision:
            raise self._no_revision(revision)
        status, output, _ = self._commands.attempt(
            "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"
        )
        return output.strip().decode() if not status and _IDENTIFIER.fullmatch(output.strip()) else None

    @property
    def has_working_tree(self) -> bool:
        """Not so in a bare repository."""
        return self._commands is None or self._commands.work_tree is not None

    def entries(self, revision: str | None = None) -> tuple[Entry, ...]:
        """Every file, sorted by path: of the working tree, or of a commit, tag, branch or tree.

        Of a bare repository without a revision: those of HEAD. What .coderignore names is not listed; it
        counts as it stands in the revision, and in the working tree's root.
        """
        found: Iterable[Entry]
        if self._commands is None:
            if revision is not None:
                raise self._no_revision(revision)
            found = folder_entries(self.root, self.algorithm, self._cache)
        elif revision is not None:
            found = stored_entries(self._commands, self.resolve(revision))
        elif self.has_working_tree:
            found = working_entries(self.root, self._commands, self.algorithm, self._cache)
        else:
            found = stored_entries(self._commands, self.head) if self.head else ()
        return self._without_ignored(sorted(found, key=lambda entry: entry.path))

    def entry(self, path: str) -> Entry | None:
        """One file of the working tree, be it ignored or not."""
        return single_entry(self.root, path, self.algorithm) if self.has_working_tree else None

    def relative(self, path: Path) -> str:
        """The path as entries have it, of a file as a person names it (from the current folder)."""
        # The last part is not followed: a link is a file of the repository, too.
        real = (
            Path(os.path.realpath(path.parent), path.name) if path.name not in ("", "..") else path.resolve()
        )
        if not real.is_relative_to(self.root):
            raise RepositoryError(f"{path} is not in the repository {self.root}")
        return os.fsencode(real.relative_to(self.root)).decode("utf-8", "surrogateescape")

    def resolve(self, revision: str) -> str:
        """The id of the tree that a commit, tag, branch or tree stands for."""
        if self._commands is None or revision.startswith("-") or "\0" in revision:
            raise self._no_revision(revision)
        status, output, _ = self._commands.attempt("rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}")
        if status or not _IDENTIFIER.fullmatch(output.strip()):
            raise self._no_revision(revision)
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
        if not named and content.data.startswith(_LFS_POINTER):
            return Skipped(entry.path, Skip.BINARY, "kept in Git LFS")
        decoded = decode(content.data)
        if decoded is None:
            return Skipped(entry.path, Skip.BINARY)
        language = language_in(entry.path, decoded.text)
        if not named and (skipped := filtered(entry.path, language, decoded.text)):
            return skipped
        current = entry.digest and (entry.stored or entry.stamp == content.stamp)
        digest = entry.digest if current else blob_id(content.data, self.algorithm)
        return SourceFile(entry.path, language, decoded.text, digest)

    def close(self) -> None:
        if self._commands is not None:
            self._commands.close()

    def _content(self, entry: Entry, limit: int) -> Content | NotRead:
        if entry.skip is Skip.SUBMODULE:
            return NotRead(Skip.SUBMODULE)
        if not entry.stored:
            read = read_linked if entry.skip is Skip.LINK else read_content
            return read(self.root, entry.path, limit)
        if entry.skip is Skip.LINK:
            return NotRead(Skip.LINK)
        if entry.size > limit:
            return NotRead(Skip.TOO_LARGE, size_detail(entry.size, limit))
        data = self._commands.blob(entry.digest) if self._commands is not None else None
        return NotRead(Skip.UNREADABLE, "git has no such object") if data is None else Content(data, 0)

    def _without_ignored(self, entries: list[Entry]) -> tuple[Entry, ...]:
        rules = IgnoreRules()
        for entry in entries:
            folder, _, name = entry.path.rpartition("/")
            if name == _IGNORE_FILE:
                rules.add(folder, self._ignore_rules(entry))
        # It counts even where git ignores it, or a revision does not have it yet.
        if self.has_working_tree and (personal := self.entry(_IGNORE_FILE)):
            rules.add("", self._ignore_rules(personal))
        if not rules:
            return tuple(entries)
        return tuple(entry for entry in entries if not rules.ignores(entry.path))

    def _ignore_rules(self, entry: Entry) -> bytes:
        content = self._content(entry, LARGEST) if entry.skip is None else None
        return content.data if isinstance(content, Content) else b""

    def _no_revision(self, revision: str) -> RepositoryError:
        reason = "" if self.has_git else ", which is no git repository"
        return RepositoryError(f"there is no revision {revision!r} in {self.root}{reason}")


def _listed_detail(entry: Entry) -> str:
    if entry.skip is Skip.TOO_LARGE:
        return size_detail(entry.size, LARGEST)
    return "by .gitattributes" if entry.skip is Skip.GENERATED else ""


def _find(folder: Path) -> tuple[Path, Path, bool] | None:
    """Root, git folder (or the file that points to it), and whether it is bare."""
    for above in (folder, *folder.parents):
        dot = above / ".git"
        if _is_git_dir(dot):
            return above, dot, False
        if target := gitfile_target(dot):
            if not _is_git_dir(target):
                raise RepositoryError(f"{dot} points to {target}, which is no git folder")
            return above, dot, False
        if _is_git_dir(above):
            return (above.parent, above, False) if above.name == ".git" else (above, above, True)
    return None


def _is_git_dir(folder: Path) -> bool:
    if not os.path.lexists(folder / "HEAD"):  # it may be a link to a branch not born yet
        return False
    return (folder / "commondir").is_file() or ((folder / "objects").is_dir() and (folder / "refs").is_dir())
