"""What semble finds for the same queries in the same trees: our side of semble_peer.py."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from coder_cli.bench import Child, Side
from retrieval.commits import ancestors
from retrieval.git_commands import GitCommands
from retrieval.repo import Repo
from retrieval.search.encoders import Floats, describe
from retrieval.search.static_encoder import SCALES, TABLE, StaticEncoder
from retrieval.types import SourceFile
from tests.quality import semble_peer

MOST = 200  # chunks; with 50 or 2,000 its MRR on flask is the same within .005
_RUN = re.compile(r"\w+")


def found(repo: Repo, asked: Sequence[tuple[str, str]], python: str) -> Iterator[list[str]]:
    """For each (commit, subject) semble's files, the best first, in the tree before the commit."""
    if repo.git is None:
        return
    trees = [_before(repo.git, commit) for commit, _ in asked]
    with tempfile.TemporaryDirectory(prefix="coder-semble-") as name:
        folder = Path(name)
        command = ("env", f"SEMBLE_CACHE_LOCATION={folder / 'cache'}", python, "-P", semble_peer.__file__)
        with Child(Side("semble", command, folder)) as child:
            words = _words(repo, trees, [subject for _, subject in asked])
            kept, vectors = _vectors(words)
            (folder / "words.json").write_text(json.dumps(kept), encoding="utf-8")
            np.save(folder / "vectors.npy", vectors)
            child.ask(
                "model",
                words=str(folder / "words.json"),
                vectors=str(folder / "vectors.npy"),
                folder=str(folder / "model"),
            )
            tree = folder / "tree"
            tree.mkdir()
            for revision, (_, subject) in zip(trees, asked, strict=True):
                _write(repo.git, revision, tree, folder / "index")
                yield child.ask("search", folder=str(tree), query=subject, most=MOST)["paths"]


def _before(git: GitCommands, commit: str) -> str:
    return ancestors(git, commit, 2)[1]


def _words(repo: Repo, trees: Sequence[str], subjects: Sequence[str]) -> set[str]:
    words = {word for subject in subjects for word in _RUN.findall(subject)}
    seen: set[str] = set()
    for tree in trees:
        for entry in repo.entries(tree):
            if entry.digest not in seen:
                seen.add(entry.digest)
                file = repo.read(entry)
                if isinstance(file, SourceFile):
                    words.update(_RUN.findall(file.text))
    return words


def _vectors(words: set[str]) -> tuple[list[str], Floats]:
    """Of the words that our table knows anything about: the sum of a word's rows is its vector."""
    with as_file(files("retrieval.search") / "data" / "static") as folder:
        encoder = StaticEncoder(folder, describe(folder))
        scaled = np.load(folder / TABLE) * np.load(folder / SCALES).astype(np.float32)[:, None]
    rows = {word: encoder.rows_of(word) for word in sorted(words)}
    kept = [word for word in rows if rows[word]]
    return kept, np.stack([scaled[list(rows[word])].sum(axis=0) for word in kept])


def _write(git: GitCommands, revision: str, tree: Path, index: Path) -> None:
    """Moves the work folder to a revision; only what differs is written."""
    environment = os.environ | {"GIT_INDEX_FILE": str(index), "GIT_WORK_TREE": str(tree)}
    subprocess.run(
        ["git", "--git-dir", str(git.git_dir), "read-tree", "--reset", "-u", revision],
        cwd=tree,
        env=environment,
        check=True,
    )
