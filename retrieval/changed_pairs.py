"""Which files differ between two sides of a change, before any is read."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from retrieval.change_sides import Kind, Side, git_of
from retrieval.git_commands import GitCommands
from retrieval.repo import LARGEST_NAMED, Repo
from retrieval.types import Entry, Skip, SourceFile
from retrieval.working_tree import Content, blob_id, read_content, stays_inside, to_bytes, to_path

_RENAMES = ("-M", "-l1000")
_EXECUTABLE = "100755"
_LFS_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/.*\noid sha256:([0-9a-f]{64})\n", re.DOTALL
)
_LARGEST_POINTER = 1_024  # bytes


@dataclass(frozen=True, slots=True)
class Pair:
    """A file that differs, before it is read."""

    old: Entry | None
    new: Entry | None
    mode: tuple[str, str] | None = None


def stored_pairs(
    commands: GitCommands, base: Side, head: Side, old: Mapping[str, Entry], new: Mapping[str, Entry]
) -> tuple[list[Pair], tuple[str, ...]]:
    raw = ("--raw", "-z", "--no-abbrev", "--no-ext-diff", *_RENAMES)
    if head.kind is Kind.INDEX:
        output = commands.output("diff-index", "--cached", *raw, base.tree, "--")
    else:
        output = commands.output("diff-tree", "-r", *raw, base.tree, head.tree, "--")
    pairs, left_out = [], []
    for old_mode, new_mode, status, before, after in _raw(output):
        pair = Pair(
            None if status == "A" else old.get(before),
            None if status == "D" else new.get(after),
            (old_mode, new_mode) if old_mode != new_mode and "000000" not in (old_mode, new_mode) else None,
        )
        if status == "U":
            pair = Pair(old.get(before), Entry(after, "", 0, Skip.UNREADABLE, stored=True))
        if pair.old or pair.new:
            pairs.append(pair)
        else:
            left_out.append(after)
    return pairs, tuple(left_out)


def _raw(output: bytes) -> Iterator[tuple[str, str, str, str, str]]:
    """Modes, status, paths before and after. Paths that leave the repository are none."""
    fields = iter(output.split(b"\0"))
    for field in fields:
        if not field.startswith(b":"):
            continue
        old_mode, new_mode, _, _, status = field[1:].decode("ascii").split(" ")
        before = to_path(next(fields))
        after = to_path(next(fields)) if status[0] in "RC" else before
        if stays_inside(before) and stays_inside(after):
            yield old_mode, new_mode, status[0], before, after


def working_pairs(
    repo: Repo, base: Side, old: Mapping[str, Entry], new: Mapping[str, Entry]
) -> Iterator[Pair]:
    """By digests: for its own answer git would run filters, which are a repository's programs."""
    modes = _modes(repo, base)
    gone = {path: entry for path, entry in old.items() if path not in new}
    come = {path: entry for path, entry in new.items() if path not in old and not _is_strange(entry)}
    for path in sorted(old.keys() & new.keys()):
        mode = _mode_change(repo, path, modes) if new[path].skip is None else None
        if mode or not _is_same(repo, old[path], new[path]):
            yield Pair(old[path], new[path], mode)
    for before, after in _renames(repo, gone, come):
        yield Pair(gone.pop(before), come.pop(after))
    yield from (Pair(entry, None) for entry in gone.values())
    yield from (Pair(None, entry) for entry in come.values())


def _is_strange(entry: Entry) -> bool:
    """A repository inside this one, which git does not know: its files are another review's."""
    return entry.skip is Skip.SUBMODULE and not entry.digest


def _is_same(repo: Repo, old: Entry, new: Entry) -> bool:
    if new.skip is Skip.SUBMODULE or (new.digest and new.digest == old.digest):
        return old.digest == new.digest
    if new.skip is Skip.LINK:
        return blob_id(_link_target(repo, new.path), repo.algorithm) == old.digest
    kept = _kept_elsewhere(repo, old)
    if new.digest and kept is None:
        return False
    content = read_content(repo.root, new.path, LARGEST_NAMED)
    if not isinstance(content, Content):
        return False
    if kept is not None and hashlib.sha256(content.data).hexdigest() == kept:
        return True
    return blob_id(content.data, repo.algorithm) == old.digest


def _link_target(repo: Repo, path: str) -> bytes:
    try:
        return os.fsencode(_place(repo, path).readlink())
    except OSError:
        return b""


def _place(repo: Repo, path: str) -> Path:
    return repo.root / os.fsdecode(to_bytes(path))


def _kept_elsewhere(repo: Repo, entry: Entry) -> str | None:
    """The SHA-256 of the content of a file of Git LFS, of which a commit has only a pointer."""
    if not 0 < entry.size <= _LARGEST_POINTER or entry.skip is not None:
        return None
    match = _LFS_POINTER.match(git_of(repo).blob(entry.digest) or b"")
    return match[1].decode() if match else None


def _modes(repo: Repo, base: Side) -> Mapping[str, str]:
    """Of the base's regular files; nothing where the file system does not keep modes."""
    commands = git_of(repo)
    _, told, _ = commands.attempt("config", "--type=bool", "--get", "core.fileMode")
    if told.strip() == b"false":
        return {}
    listed = commands.output("ls-tree", "-r", "-z", "--full-tree", base.tree).split(b"\0")
    return {to_path(line.partition(b"\t")[2]): line[:6].decode() for line in listed if line[:3] == b"100"}


def _mode_change(repo: Repo, path: str, modes: Mapping[str, str]) -> tuple[str, str] | None:
    before = modes.get(path)
    try:
        about = _place(repo, path).lstat()
    except OSError:
        return None
    after = _EXECUTABLE if about.st_mode & stat.S_IXUSR else "100644"
    return (before, after) if before and (before == _EXECUTABLE) != (after == _EXECUTABLE) else None


def _renames(repo: Repo, gone: Mapping[str, Entry], come: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    """Files that are gone here and come back there: the same bytes, else as alike as git asks for."""
    left = {entry.digest: path for path, entry in gone.items() if entry.digest}
    found = {}
    for path, entry in come.items():
        if entry.digest and (before := left.pop(entry.digest, None)):
            found[before] = path
    yield from found.items()
    taken = set(found.values())
    old = {path: repo.read(entry) for path, entry in gone.items() if path not in found}
    new = {path: repo.read(entry) for path, entry in come.items() if path not in taken}
    texts = [
        {path: file.text for path, file in side.items() if isinstance(file, SourceFile) and file.text}
        for side in (old, new)
    ]
    if all(texts):
        yield from _alike(git_of(repo), *texts)


def _alike(
    commands: GitCommands, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    names = list(old), list(new)
    with tempfile.TemporaryDirectory(prefix="coder-diff-") as folder:
        for side, texts in (("old", old), ("new", new)):
            (Path(folder) / side).mkdir()
            for number, text in enumerate(texts.values()):
                # With an extension of its side, so that equal numbers are not taken for one file.
                name = Path(folder) / side / f"{number}.{side}"
                name.write_bytes(text.encode("utf-8", "surrogatepass"))
        folders = str(Path(folder) / "old"), str(Path(folder) / "new")
        options = ("--no-index", "--raw", "-z", "--no-ext-diff", "--no-relative", *_RENAMES)
        _, output, _ = commands.attempt("diff", *options, "--", *folders)
    for _, _, status, before, after in _raw_anywhere(output):
        if status == "R":
            yield names[0][_number(before)], names[1][_number(after)]


def _raw_anywhere(output: bytes) -> Iterator[tuple[str, str, str, str, str]]:
    """As `_raw`, of files below a folder of our own, which git names by their whole paths."""
    yield from _raw(output.replace(b"\0/", b"\0"))


def _number(path: str) -> int:
    return int(path.rpartition("/")[2].partition(".")[0])
