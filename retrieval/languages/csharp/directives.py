"""C# source without its preprocessor directives, for grammars that cannot read one in mid-statement."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIRECTIVE = re.compile(rb"[ \t]*#[ \t]*(if|elif|else|endif)\b")


def without_directives(source: bytes) -> Iterator[bytes]:
    """Two readings of the same length: with the first branch of each #if, and with the last one.

    What is left out is blank, so that every place stays where it is.
    """
    if b"#if" in source or b"# if" in source:
        for last in (False, True):
            yield _reading(source, last=last)


def conditional_rows(source: bytes) -> set[int]:
    """The rows, from 0, that stand inside an #if."""
    rows, depth = set(), 0
    for row, line in enumerate(source.split(b"\n") if b"#" in source else ()):
        found = _DIRECTIVE.match(line)
        if found is not None:
            depth += {b"if": 1, b"endif": -1}.get(found[1], 0)
        if depth > 0:
            rows.add(row)
    return rows


def _reading(source: bytes, *, last: bool) -> bytes:
    lines = source.split(b"\n")
    branches = _branches(lines)
    kept: list[bytes] = []
    open_branches: list[tuple[int, int]] = []  # of each #if around: its number, the branch we are in
    number = 0
    for line in lines:
        found = _DIRECTIVE.match(line)
        if found is None:
            reads = all(branch == (branches[which] if last else 0) for which, branch in open_branches)
            kept.append(line if reads else b" " * len(line))
            continue
        if found[1] == b"if":
            open_branches.append((number, 0))
            number += 1
        elif open_branches:
            which, branch = open_branches.pop()
            if found[1] != b"endif":
                open_branches.append((which, branch + 1))
        kept.append(b" " * len(line))
    return b"\n".join(kept)


def _branches(lines: list[bytes]) -> list[int]:
    """The number of the last branch of each #if, in the order of the #ifs."""
    last: list[int] = []
    around: list[int] = []
    for line in lines:
        found = _DIRECTIVE.match(line)
        if found is None:
            continue
        if found[1] == b"if":
            around.append(len(last))
            last.append(0)
        elif around and found[1] == b"endif":
            around.pop()
        elif around:
            last[around[-1]] += 1
    return last
