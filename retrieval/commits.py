"""What the commits before a revision did: their subjects, times and paths, as git tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from retrieval.git_commands import GitCommands

_FORMAT = "%x01%H %ct %s"
_LARGEST = 200  # paths; a commit that touches more is no sign of anything


@dataclass(frozen=True, slots=True)
class Commit:
    identifier: str
    time: int  # seconds since the epoch
    subject: str
    paths: tuple[str, ...]  # as they are called in it; none of a merge, or of a commit with very many


def ancestors(commands: GitCommands, revision: str, most: int) -> list[str]:
    """The identifiers of a commit and of those before it, the newest first. `revision` is an identifier."""
    status, output, _ = commands.attempt("rev-list", f"--max-count={most}", revision, "--")
    return output.decode().split() if status == 0 else []


def commits(commands: GitCommands, identifiers: Iterable[str]) -> Iterator[Commit]:
    """In the order asked for. Renames are not followed: each path counts for itself."""
    feed = "\n".join(identifiers).encode()
    if not feed:
        return
    output = commands.output(
        "log",
        "--no-walk=unsorted",
        "--stdin",
        "--name-only",
        "-z",
        "--no-renames",
        "--no-show-signature",
        "--no-mailmap",
        f"--format={_FORMAT}",
        feed=feed,
    )
    for told in output.split(b"\x01")[1:]:
        head, *paths = told.split(b"\0")
        identifier, time, subject = [*head.split(b" ", 2), b""][:3]
        names = [
            path.removeprefix(b"\n").decode("utf-8", "surrogateescape") for path in paths if path.strip()
        ]
        few = tuple(names) if len(names) <= _LARGEST else ()
        yield Commit(identifier.decode(), int(time), subject.decode("utf-8", "replace"), few)
