"""The two sides of a change: a commit, the index or the working tree, and what files are on each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from retrieval.errors import RepositoryError
from retrieval.git_commands import GitCommands
from retrieval.ignore_rules import IgnoreRules
from retrieval.listing import LARGEST
from retrieval.repo import Repo
from retrieval.secrets import may_hold_secrets
from retrieval.types import Entry, Skip, Skipped, SourceFile
from retrieval.working_tree import stays_inside, to_path

_STAGED = re.compile(rb"(\d{6}) ([0-9a-f]+) (\d)\t([^\0]*)\0")
_RANGE = re.compile(r"(?P<old>.*?)(?P<dots>\.{2,3})(?P<new>.*)")
_IGNORE_FILE = ".coderignore"


class Kind(Enum):
    TREE = auto()  # of a commit; of the first one's parent, which is empty
    INDEX = auto()
    WORKING_TREE = auto()


@dataclass(frozen=True, slots=True)
class Side:
    kind: Kind
    name: str  # as a person reads it
    tree: str = ""  # the id of a tree, or of its commit


WORKING_TREE = Side(Kind.WORKING_TREE, "the working tree")
INDEX = Side(Kind.INDEX, "the index")


class IndexFiles:
    """The index as a project reads it: what the next commit would hold, not what lies on the disk."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo

    def entries(self, revision: str | None = None) -> Sequence[Entry]:
        """Sorted by path; what .coderignore names is left out. A file in conflict is none."""
        commands = git_of(self._repo)
        staged = [
            (to_path(name), int(mode, 8), digest)
            for mode, digest, stage, name in _STAGED.findall(commands.output("ls-files", "-z", "--stage"))
            if stage == b"0" and stays_inside(to_path(name))
        ]
        sizes = _sizes(commands, [digest for _, _, digest in staged])
        rules = IgnoreRules()
        found = []
        for (path, mode, digest), size in zip(staged, sizes, strict=True):
            entry = Entry(path, digest.decode(), size or 0, _why_not(path, mode, size), stored=True)
            found.append(entry)
            folder, _, name = path.rpartition("/")
            if name == _IGNORE_FILE and entry.skip is None:
                rules.add(folder, commands.blob(entry.digest) or b"")
        if rules:
            found = [entry for entry in found if not rules.ignores(entry.path)]
        return sorted(found, key=lambda entry: entry.path)

    def entry(self, path: str) -> Entry | None:
        """None: what is not staged is not there."""
        return None

    def read(self, entry: Entry, *, named: bool = False) -> SourceFile | Skipped:
        return self._repo.read(entry, named=named)


def sides_of(
    repo: Repo,
    *,
    revisions: str | None = None,
    staged: bool = False,
    base: str | None = None,
    commit: str | None = None,
) -> tuple[Side, Side]:
    """What is asked for, before and after. Without anything: HEAD and the working tree.

    `revisions` is `A..B`, `A...B` (from where they parted) or one commit; `base` is compared from where HEAD
    left it to the working tree, so what is not yet committed counts.
    """
    git_of(repo)
    if commit is not None:
        return _of_commit(repo, commit)
    if base is not None:
        parted = _merge_base(repo, base, "HEAD")
        new = WORKING_TREE if repo.has_working_tree else Side(Kind.TREE, "HEAD", _commit(repo, "HEAD"))
        return Side(Kind.TREE, f"where HEAD left {base} ({parted[:10]})", parted), new
    if revisions is not None:
        match = _RANGE.fullmatch(revisions)
        if match is None:
            return _of_commit(repo, revisions)
        old, new_name = match["old"] or "HEAD", match["new"] or "HEAD"
        after = Side(Kind.TREE, new_name, _commit(repo, new_name))
        if match["dots"] == "..":
            return Side(Kind.TREE, old, _commit(repo, old)), after
        parted = _merge_base(repo, old, new_name)
        return Side(Kind.TREE, f"where {new_name} left {old} ({parted[:10]})", parted), after
    head = Side(Kind.TREE, "HEAD", repo.head) if repo.head else _empty(repo)
    if staged:
        return head, INDEX
    if not repo.has_working_tree:
        raise RepositoryError(
            f"{repo.root} is a bare repository: it has no working tree", "Name what to look at: A..B"
        )
    return head, WORKING_TREE


def git_of(repo: Repo) -> GitCommands:
    if repo.git is None:
        raise RepositoryError(f"{repo.root} is no git repository, so nothing tells what has changed")
    return repo.git


def _of_commit(repo: Repo, name: str) -> tuple[Side, Side]:
    """What a commit did to its first parent; the first commit of all did it to nothing."""
    found = _commit(repo, name)
    parents = re.findall(
        rb"^parent ([0-9a-f]+)$",
        git_of(repo).output("cat-file", "commit", found).partition(b"\n\n")[0],
        re.MULTILINE,
    )
    after = Side(Kind.TREE, name, found)
    if not parents:
        return _empty(repo), after
    parent = parents[0].decode()
    if repo.commit(parent) is None:
        raise RepositoryError(
            f"the parent of {name} is not here: the history was fetched without it", "git fetch --unshallow"
        )
    return Side(Kind.TREE, f"the parent of {name}", parent), after


def _empty(repo: Repo) -> Side:
    tree = git_of(repo).output("hash-object", "-t", "tree", "--stdin").decode().strip()
    return Side(Kind.TREE, "nothing", tree)


def _commit(repo: Repo, name: str) -> str:
    found = repo.commit(name)
    if found is None:
        raise RepositoryError(f"there is no commit {name!r} in {repo.root}")
    return found


def _merge_base(repo: Repo, one: str, other: str) -> str:
    status, output, _ = git_of(repo).attempt("merge-base", _commit(repo, one), _commit(repo, other))
    if status or not output.strip():
        raise RepositoryError(f"{one} and {other} have no commit in common", f"{one}..{other}")
    return output.decode().split()[0]


def _sizes(commands: GitCommands, digests: Sequence[bytes]) -> list[int | None]:
    """None of what is no blob here: a submodule, an object that was not fetched."""
    if not digests:
        return []
    told = commands.output(
        "cat-file", "--batch-check=%(objecttype) %(objectsize)", feed=b"\n".join(digests) + b"\n"
    )
    return [
        int(line[5:]) if line.startswith(b"blob ") else None for line in told.removesuffix(b"\n").split(b"\n")
    ]


def _why_not(path: str, mode: int, size: int | None) -> Skip | None:
    """As of a file in a tree."""
    form = mode & 0o170000
    if form == 0o160000:
        return Skip.SUBMODULE
    if form == 0o120000:
        return Skip.LINK
    if may_hold_secrets(path):
        return Skip.SENSITIVE
    if size is None:
        return Skip.UNREADABLE
    return Skip.TOO_LARGE if size > LARGEST else None
