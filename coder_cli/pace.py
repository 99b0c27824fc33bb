"""How fast this device reads a prompt with a model: measured once, remembered, refined by real answers.

From it comes how much a model is given to read when nobody says: what is read in about ten seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from coder_cli import files
from coder_cli.model.device import Device, thread_count
from coder_cli.model.types import Completion, Finish, Part, Prompt, Sampling
from coder_cli.settings import Settings
from exporters.store import InstalledModel

FILE_NAME = "pace.json"
FORMAT = 1
PATIENCE = 10.0  # seconds to read a prompt that nobody gave a size
LEAST_BUDGET = 1024  # tokens; with less a model sees too little of a repository to answer
BUDGET_STEP = 256  # tokens; small changes of pace change nothing
WARM_UP = 32  # tokens; the first run pays for memory and threads
CHUNK = 256  # tokens that are timed
LARGE = 2048  # tokens, where a chunk is read too quickly to be timed
TOO_QUICK = 0.2  # seconds
LONGEST = 3.0  # seconds a measurement may take; a slow device reads fewer tokens
MANY = 256  # fresh tokens: an answer that read fewer tells nothing
KEPT_ANSWERS = 9
KEPT_PACES = 64
# What answers show replaces what is remembered only where it is off by more: a budget that moves with every
# breath of the machine would lay out another window each time, and nothing kept of the last would fit.
TOLERANCE = 0.25
CAUTIOUS = 100.0  # tokens a second, where a measurement was broken off
PLAUSIBLE = (1e-3, 1e7)  # tokens a second; anything else is a damaged file


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a prompt is read, and since when that is known (ISO 8601, UTC)."""

    tokens_per_second: float
    measured_at: str


class Readable(Protocol):
    """What is asked of a loaded model; Engine is one."""

    @property
    def device(self) -> Device: ...

    @property
    def context_length(self) -> int: ...

    def encode(self, parts: Sequence[Part]) -> list[int]: ...

    def generate_ids(
        self, ids: Sequence[int], prompt: Prompt, sampling: Sampling
    ) -> Iterator[str | Completion]: ...


def pace(
    settings: Settings, installed: InstalledModel, model: Readable, notice: Callable[[str], None]
) -> Pace:
    """As remembered; else measured now, in about three seconds, which `notice` hears of.

    Measuring reads a text of its own, so what the model holds of another prompt is gone: ask before reading.
    """
    known = remembered(settings, installed, str(model.device))
    if known is not None:
        return known
    notice(f"Measuring how fast {installed.name} reads on this machine. This happens once.")
    speed = _measure(model)
    now = Pace(round(speed or CAUTIOUS, 2), _now())
    if speed is not None:
        _remember(settings, _key(settings, installed, str(model.device)), now, [])
    return now


def remembered(settings: Settings, installed: InstalledModel, device: str) -> Pace | None:
    """What is known without loading the model; None where it was never measured, or the file is damaged."""
    found = _read(settings).get(_key(settings, installed, device))
    return found[0] if found is not None else None


def learn(settings: Settings, installed: InstalledModel, model: Readable, completion: Completion) -> None:
    """Take in what a real answer shows. One that read little, or was broken off while reading, shows nothing.

    The median of the last answers counts, the upper one of two: a busy machine only ever slows.
    """
    speed = _speed(completion, MANY)
    if speed is None:
        return
    key = _key(settings, installed, str(model.device))
    known, answers = _read(settings).get(key, (None, []))
    answers = [*answers, speed][-KEPT_ANSWERS:]
    told = sorted(answers if known is None or len(answers) > 2 else [*answers, known.tokens_per_second])
    middle = told[len(told) // 2]
    if known is None or abs(middle / known.tokens_per_second - 1) > TOLERANCE:
        known = Pace(middle, _now())
    _remember(settings, key, known, answers)


def default_budget(pace: Pace, context_length: int, answer_tokens: int) -> int:
    """Tokens of a prompt that are read in about ten seconds; 0 where the answer takes the whole window."""
    wanted = int(pace.tokens_per_second * PATIENCE) // BUDGET_STEP * BUDGET_STEP
    return max(0, min(max(wanted, LEAST_BUDGET), context_length - answer_tokens))


def _measure(model: Readable) -> float | None:
    """Tokens a second, or None where someone cancelled."""
    most = min(LARGE, model.context_length - 1)
    # Never the same text twice: what was kept of it, in memory or on disk, would not be read again.
    ids = model.encode((f"{time.time_ns()}\n" + "\n".join(f"{n} = {n * n}" for n in range(LARGE)),))
    first = _read_ids(model, ids[: min(WARM_UP, most)])
    if first is None:
        return None
    tokens = min(CHUNK, most, max(WARM_UP, int(first * LONGEST)))
    speed = _read_ids(model, ids[WARM_UP:][:tokens])
    if speed is not None and tokens == CHUNK < most and tokens / speed < TOO_QUICK:
        speed = _read_ids(model, ids[WARM_UP + CHUNK :][:most]) or speed
    return speed


def _read_ids(model: Readable, ids: Sequence[int]) -> float | None:
    done = None
    for piece in model.generate_ids(ids, Prompt((), max_new_tokens=1), Sampling()):
        done = piece if isinstance(piece, Completion) else done
    return _speed(done, 1) if done is not None else None


def _speed(completion: Completion, least: int) -> float | None:
    """Fresh tokens a second; None for fewer than `least`, or where the reading was broken off."""
    fresh = completion.prompt_tokens - completion.cached_tokens
    broken = completion.finish is Finish.CANCELLED and not completion.new_tokens
    if broken or fresh < least or completion.prefill_seconds <= 0:
        return None
    return fresh / completion.prefill_seconds


def _key(settings: Settings, installed: InstalledModel, device: str) -> str:
    """The artefact by its files, for `models verify --deep` writes into the manifest; device and threads."""
    told = json.dumps(sorted(installed.manifest.files.items()))
    artefact = hashlib.sha256(told.encode()).hexdigest()[:16]
    return f"{installed.name}@{installed.target} {artefact} {device} {settings.threads or thread_count()}"


def _read(settings: Settings) -> dict[str, tuple[Pace, list[float]]]:
    """Every pace that can be read, the latest last. A damaged file or entry is as if it were not there."""
    try:
        data = json.loads((settings.cache_dir / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("paces"), dict):
        return {}
    found = {}
    for key, entry in data["paces"].items():
        with contextlib.suppress(TypeError, KeyError, ValueError, OverflowError):
            known = Pace(_plausible(entry["tokens_per_second"]), str(entry["measured_at"]))
            found[key] = known, [_plausible(speed) for speed in entry["answers"]]
    return found


def _plausible(raw: object) -> float:
    speed = float(raw) if isinstance(raw, int | float) else math.nan
    if not math.isfinite(speed) or not PLAUSIBLE[0] <= speed <= PLAUSIBLE[1]:
        raise ValueError(raw)
    return speed


def _remember(settings: Settings, key: str, known: Pace, answers: list[float]) -> None:
    """A folder that cannot be written means that it is measured again; it never ends an answer."""
    paces = {other: entry for other, entry in _read(settings).items() if other != key}
    paces[key] = known, answers
    told = {
        name: {
            "tokens_per_second": round(entry.tokens_per_second, 2),
            "measured_at": entry.measured_at,
            "answers": [round(speed, 2) for speed in speeds],
        }
        for name, (entry, speeds) in list(paces.items())[-KEPT_PACES:]
    }
    with contextlib.suppress(OSError):
        settings.cache_dir.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"format": FORMAT, "paces": told}, indent=1)
        files.write_whole(settings.cache_dir / FILE_NAME, text)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
