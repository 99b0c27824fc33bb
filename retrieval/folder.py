"""The files of a plain folder, without git: walked here, with its .gitignore files honoured all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from retrieval.ignore_rules import IgnoreRules
from retrieval.working_tree import Content, read_content, to_bytes, to_path

_LARGEST_RULES = 1 << 20  # bytes
# What git would be told to ignore: other people's code, and what can be made again.
_NEVER = frozenset(
    b".git .hg .svn .bzr _darcs .jj node_modules bower_components __pycache__ .tox .nox .eggs .gradle"
    b" .terraform .direnv .venv .idea .vs".split()
)
_MARKS = frozenset({b"CACHEDIR.TAG", b"pyvenv.cfg"})  # a folder with one is a cache, or an installed Python


def walk(root: Path) -> Iterator[str]:
    """The paths of files and links. No link is followed, so that loops and ways out do not matter."""
    rules = IgnoreRules()
    start = os.fsencode(root)
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        found = _scan(start + b"/" + to_bytes(folder))
        if folder and any(entry.name in _MARKS for entry in found):
            continue
        prefix = f"{folder}/" if folder else ""
        if any(entry.name == b".gitignore" for entry in found):
            _learn(rules, root, folder, f"{prefix}.gitignore")
        for entry in found:
            path = prefix + to_path(entry.name)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NEVER and not rules.ignores_folder(path):
                    waiting.append(path)
            elif not rules.ignores(path):
                yield path


def _scan(folder: bytes) -> list[os.DirEntry[bytes]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:  # gone, or not ours to read
        return []


def _learn(rules: IgnoreRules, root: Path, folder: str, path: str) -> None:
    content = read_content(root, path, _LARGEST_RULES)
    if isinstance(content, Content):
        rules.add(folder, content.data)
