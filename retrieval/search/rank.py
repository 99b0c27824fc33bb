"""One weighted sum of what the scorers say; weights.json tells the weights, and what they were fitted on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from retrieval.search.evidence import Evidence
from retrieval.search.live import Floats
from retrieval.search.request import Kind

_FILE = Path(__file__).with_name("weights.json")
_NO_ANSWER = frozenset({"recent", "test", "prose"})  # true of a file whatever is asked
_TELLING = 0.05  # of a score: what adds less is no reason


@cache
def weights(kind: Kind) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Of files and of chunks, by scorer."""
    told = json.loads(_FILE.read_text(encoding="utf-8"))[kind.value]
    return told["files"], told["chunks"]


def scores(kind: Kind, evidence: Evidence) -> tuple[Floats, Floats]:
    """Of every path and of every slot. A file of which nothing answers the request has none."""
    of_files, of_chunks = weights(kind)
    files = _sum(of_files, evidence.files)
    answers = np.zeros(len(files), bool)
    for name in of_files.keys() & evidence.files.keys() - _NO_ANSWER:
        answers |= evidence.files[name] > 0
    return np.where(answers, files, 0).astype(np.float32), _sum(of_chunks, evidence.chunks)


def _sum(by_name: Mapping[str, float], evidence: Mapping[str, Floats]) -> Floats:
    size = len(next(iter(evidence.values())))
    total = np.zeros(size, np.float32)
    for name, weight in by_name.items():
        if name in evidence:
            total += np.float32(weight) * evidence[name]
    return total


_REASONS = {
    "text": "its words",
    "covered": "its words",
    "chunk": "its words",
    "name": "names in it",
    "names": "names in it",
    "symbol": "defines what is named",
    "symbols": "defines what is named",
    "path": "its path",
    "folder": "its path",
    "mention": "the request names it",
    "place": "the request names this place",
    "history": "commits like the request changed it",
    "together": "changed together with it",
    "recent": "changed of late",
    "tested": "its tests fit",
    "meaning": "near in meaning",
}


def reasons(kind: Kind, evidence: Evidence, path: int, slot: int) -> tuple[str, ...]:
    """What added to the score of a chunk, the most first."""
    of_files, of_chunks = weights(kind)
    added: dict[str, float] = {}
    for by_name, table, at in ((of_files, evidence.files, path), (of_chunks, evidence.chunks, slot)):
        for name, weight in by_name.items():
            if name in table and name in _REASONS:
                reason = _REASONS[name]
                added[reason] = added.get(reason, 0.0) + weight * float(table[name][at])
    total = sum(value for value in added.values() if value > 0)
    ranked = sorted(added, key=lambda reason: (-added[reason], reason))
    return tuple(reason for reason in ranked if added[reason] > _TELLING * total)
