"""`coder bench --search`: how long it takes to build an index, to open it, to ask it, to refresh it.

The rounds are those of bench_repository.py: a cold process builds the index, a warm one opens it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coder_cli.bench_repository import Rounds, Told, rows, spreads
from coder_cli.bench_repository import measure as rounds_of
from exporters.types import Report

_COUNTS = ("files", "chunks")
_TIMES: tuple[Told, ...] = (
    ("build_seconds", "build, s", "cold", "seconds"),
    ("open_seconds", "open, s", "warm", "seconds"),
    ("first_search_seconds", "first search, s", "warm", "first_seconds"),
    ("search_seconds", "search, s", "warm", "request_seconds"),
    ("slowest_search_seconds", "slowest search, s", "warm", "slowest_seconds"),
    ("changed_seconds", "open after an edit, s", "warm", "changed_seconds"),
    ("changed_search_seconds", "first search after it, s", "warm", "changed_search_seconds"),
)
_BYTES: tuple[Told, ...] = (
    ("build_peak_resident_bytes", "build, peak memory", "cold", "peak_resident_bytes"),
    ("open_peak_resident_bytes", "search, peak memory", "warm", "peak_resident_bytes"),
    ("index_bytes", "index on disk", "warm", "index_bytes"),
)


def measure(repository: Path, runs: int, report: Report) -> Rounds:
    return rounds_of(repository, runs, report, "coder_cli.bench_search_child")


def as_json(rounds: Rounds) -> dict[str, Any]:
    """The object of `coder bench --search --json`, as the command's docstring documents it."""
    last = rounds.warm[-1]
    return {key: last[key] for key in _COUNTS} | spreads(rounds, (*_TIMES, *_BYTES))


def as_table(rounds: Rounds) -> list[list[str]]:
    last = rounds.warm[-1]
    return [[key, f"{last[key]:,}"] for key in _COUNTS] + rows(rounds, _TIMES, _BYTES)
