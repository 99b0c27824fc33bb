"""What .gitattributes say about files, asked of git."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.git_commands import GitCommands
from retrieval.working_tree import to_bytes, to_path

# With one of these git stores other bytes than those of the working tree (Git LFS: a mere pointer).
_CONVERTING = {b"filter", b"ident", b"working-tree-encoding"}
_GENERATED = b"linguist-generated"
_OFF = {b"unspecified", b"unset", b"false"}
_TOLD = re.compile(rb"([^\0]*)\0([^\0]*)\0([^\0]*)\0")


@dataclass(frozen=True, slots=True)
class Attributes:
    converted: frozenset[str] = frozenset()  # paths whose blob in the index is not what a reader finds
    generated: frozenset[str] = frozenset()


def read_attributes(commands: GitCommands, paths: Sequence[str]) -> Attributes:
    """Those of files of the working tree. Costs nothing where no .gitattributes are."""
    if not commands.has_attributes() and not any(path.endswith(".gitattributes") for path in paths):
        return Attributes()
    question = b"".join(to_bytes(path) + b"\0" for path in paths)
    names = [name.decode() for name in sorted(_CONVERTING | {_GENERATED})]
    converted: set[str] = set()
    generated: set[str] = set()
    for name, attribute, value in _TOLD.findall(
        commands.output("check-attr", "-z", "--stdin", *names, feed=question)
    ):
        if value not in _OFF:
            (generated if attribute == _GENERATED else converted).add(to_path(name))
    return Attributes(frozenset(converted), frozenset(generated))
