"""`coder bench --repository`: how long it takes until a repository's files are parsed and its graph is there.

A round is two processes: a cold one begins with an empty cache, a warm one with what the cold one left. Each
then measures how long the graph takes again when one file has changed. The user's cache is not touched.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from coder_cli import ui
from coder_cli.bench_report import Spread
from coder_cli.errors import RepositoryError
from exporters.types import Progress, Report


@dataclass(frozen=True, slots=True)
class Rounds:
    """What the processes told, round by round."""

    cold: list[dict[str, Any]]
    warm: list[dict[str, Any]]


Told = tuple[str, str, str, str]
"""Key of the JSON object, the label of its row, which processes tell it, and as what."""

_TIMES = (
    ("cold_seconds", "cold, s", "cold", "seconds"),
    ("warm_seconds", "warm, s", "warm", "seconds"),
    ("changed_seconds", "one file changed, s", "warm", "changed_seconds"),
    ("list_seconds", "of warm: listing the files, s", "warm", "list_seconds"),
    ("graph_seconds", "of warm: the graph, s", "warm", "graph_seconds"),
    ("order_seconds", "reading order, s", "warm", "order_seconds"),
)
_BYTES = (
    ("cold_peak_resident_bytes", "cold, peak memory", "cold", "peak_resident_bytes"),
    ("warm_peak_resident_bytes", "warm, peak memory", "warm", "peak_resident_bytes"),
    ("cache_bytes", "cache on disk", "warm", "cache_bytes"),
    ("text_bytes", "text read", "warm", "text_bytes"),
)
_COUNTS = ("files", "read", "parsed", "skipped", "edges")


def measure(
    repository: Path, runs: int, report: Report, child: str = "coder_cli.bench_repository_child"
) -> Rounds:
    """What a module's process tells of a repository. RepositoryError where it cannot be read."""
    rounds = Rounds([], [])
    report(Progress("measuring", 0, runs, "rounds"))
    for done in range(1, runs + 1):
        with tempfile.TemporaryDirectory(prefix="coder-bench-") as cache:
            rounds.cold.append(_told(child, repository, cache))
            rounds.warm.append(_told(child, repository, cache))
        report(Progress("measuring", done, runs, "rounds"))
    return rounds


def _told(child: str, repository: Path, cache: str) -> dict[str, Any]:
    # -P: the current folder, which may be anybody's, is not for our imports.
    command = [sys.executable, "-P", "-m", child, str(repository), cache]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        raise RepositoryError(f"The measuring process ended with exit code {done.returncode}.")
    told: dict[str, Any] = json.loads(done.stdout)
    if "error" in told:
        raise RepositoryError(told["error"], told["help"])
    return told


def as_json(rounds: Rounds) -> dict[str, Any]:
    """The object of `coder bench --repository --json`, as the command's docstring documents it."""
    last = rounds.warm[-1]
    return {
        **{key: last[key] for key in _COUNTS},
        **spreads(rounds, (*_TIMES, *_BYTES)),
        "languages": last["languages"],
        "problems": last["problems"],
    }


def as_table(rounds: Rounds) -> list[list[str]]:
    """Medians (lowest-highest) for a person; then a row a language."""
    last = rounds.warm[-1]
    return [[key, f"{last[key]:,}"] for key in _COUNTS] + rows(rounds, _TIMES, _BYTES)


def languages_table(rounds: Rounds) -> tuple[list[list[str]], list[str]]:
    """Rows and header."""
    header = ["name", "files", "incomplete", "symbols", "references", "imports", "edges"]
    languages = [[str(language[key]) for key in header] for language in rounds.warm[-1]["languages"]]
    return languages, ["language", *header[1:]]


def spreads(rounds: Rounds, what: Sequence[Told]) -> dict[str, Any]:
    return {key: asdict(_spread(rounds, side, field)) for key, _, side, field in what}


def rows(rounds: Rounds, times: Sequence[Told], sizes: Sequence[Told]) -> list[list[str]]:
    """A label and a number each."""
    found = []
    for _, label, side, field in times:
        spread = _spread(rounds, side, field)
        middle = f"{spread.median:.3f}"
        found.append(
            [label, middle if len(rounds.warm) == 1 else f"{middle} ({spread.low:.3f}-{spread.high:.3f})"]
        )
    found += [[label, ui.amount(_spread(rounds, side, field).median)] for _, label, side, field in sizes]
    return found


def _spread(rounds: Rounds, side: str, field: str) -> Spread:
    return Spread.of([told[field] for told in getattr(rounds, side)])
