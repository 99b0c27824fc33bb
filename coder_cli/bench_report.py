"""What `coder bench` says of its rounds: medians, spreads and ratios, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from coder_cli.bench import Plan, Round, Side
from coder_cli.bench_peers import BUILD_LLAMA

Rounds = dict[int, list[list[Round]]]  # context -> one list a side


@dataclass(frozen=True, slots=True)
class Spread:
    """Several measurements of one thing."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(median(values), min(values), max(values))


# JSON key of a summary -> field of Round.
METRICS = {
    "prefill_tokens_per_second": "prefill_speed",
    "decode_tokens_per_second": "decode_speed",
    "first_token_seconds": "first_token_seconds",
    "load_seconds": "load_seconds",
    "peak_resident_bytes": "peak_resident_bytes",
    "second_turn_seconds": "second_turn_seconds",
    "stored_first_token_seconds": "stored_seconds",
}


def summarise(rounds: Sequence[Round]) -> dict[str, Spread]:
    """Of what the side has: only ours keeps prompts on disk."""
    names = {key: name for key, name in METRICS.items() if getattr(rounds[0], name) is not None}
    return {key: Spread.of([getattr(one, name) for one in rounds]) for key, name in names.items()}


def ratios(mine: Sequence[Round], theirs: Sequence[Round]) -> dict[str, Spread]:
    """Ours divided by theirs, round by round: neighbours in time share what the machine did to both."""
    pairs = list(zip(mine, theirs, strict=True))
    return {
        key: Spread.of([getattr(one, METRICS[key]) / getattr(other, METRICS[key]) for one, other in pairs])
        for key in summarise(mine)
        if key in summarise(theirs)
    }


def missing_features(system: str, cpu_flags: set[str]) -> list[str]:
    """What this CPU has and that build of llama.cpp does not use, by llama.cpp's own `NAME = 1` words.

    A wheel built for any CPU runs at a third of the speed: a comparison with it would mean nothing.
    """
    used = {word.split("=")[0].strip() for word in system.replace(":", "|").split("|") if "= 1" in word}
    known = {"AVX2": "avx2", "AVX512": "avx512f", "AVX512_VNNI": "avx512_vnni", "AVX512_BF16": "avx512_bf16"}
    return [name for name, flag in known.items() if flag in cpu_flags and name not in used]


def cpu_flags() -> set[str]:
    """Linux's words for what the CPU can do; empty elsewhere."""
    path = Path("/proc/cpuinfo")
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    line = next((row for row in text.splitlines() if row.startswith("flags")), "")
    return set(line.partition(":")[2].split())


@dataclass(frozen=True, slots=True)
class Limit:
    """What the machine's memory lets a decoded token take at least. None for a model that is not in it."""

    read_bandwidth: float  # bytes a second
    weight_bytes: int  # a token
    cache_bytes: int  # a token and earlier position

    def bytes_per_token(self, position: float) -> float:
        return self.weight_bytes + self.cache_bytes * position

    def share(self, speed: float, position: float) -> float:
        """Tokens a second as a share of what reading alone would allow."""
        return speed * self.bytes_per_token(position) / self.read_bandwidth


def as_json(plan: Plan, sides: Sequence[Side], rounds: Rounds, limit: Limit | None) -> dict[str, Any]:
    """The object of `coder bench --json`, as its docstring documents it."""
    facts = [rounds[plan.contexts[0]][number][0].facts for number in range(len(sides))]
    return {
        "threads": plan.threads,
        "runs": plan.runs,
        "new_tokens": plan.new_tokens,
        **({"read_bandwidth_bytes_per_second": limit.read_bandwidth} if limit else {}),
        "sides": [
            {"name": side.name, "model": str(side.model), **about}
            for side, about in zip(sides, facts, strict=True)
        ],
        "contexts": [
            _context_json(plan, sides, context, rounds[context], limit) for context in plan.contexts
        ],
    }


def _context_json(
    plan: Plan, sides: Sequence[Side], context: int, by_side: list[list[Round]], limit: Limit | None
) -> dict[str, Any]:
    position = context + plan.new_tokens / 2
    found: dict[str, Any] = {"context": context}
    for side, own in zip(sides, by_side, strict=True):
        found[side.name] = {key: asdict(spread) for key, spread in summarise(own).items()}
        found[side.name]["second_turn_tokens"] = own[0].second_turn_tokens
        found[side.name]["second_turn_computed"] = own[0].second_turn_computed
        if own[0].stored_computed is not None:
            found[side.name]["stored_computed"] = own[0].stored_computed
        found[side.name]["same_tokens"] = all(one.same_tokens for one in own)
        found[side.name]["rounds"] = [
            {key: getattr(one, METRICS[key]) for key in summarise(own)} for one in own
        ]
    if limit:
        speed = summarise(by_side[0])["decode_tokens_per_second"].median
        found["bytes_per_token"] = round(limit.bytes_per_token(position))
        found[sides[0].name]["decode_share_of_bandwidth"] = limit.share(speed, position)
    if len(sides) == 2:
        found["ratios"] = {key: asdict(spread) for key, spread in ratios(*by_side).items()}
    return found


# Label, METRICS key, divisor, format.
_ROWS = (
    ("prefill, tokens/s", "prefill_tokens_per_second", 1.0, "{:.1f}"),
    ("decode, tokens/s", "decode_tokens_per_second", 1.0, "{:.1f}"),
    ("time to first token, s", "first_token_seconds", 1.0, "{:.2f}"),
    ("the same prompt in a new process, s", "stored_first_token_seconds", 1.0, "{:.2f}"),
    ("load, s", "load_seconds", 1.0, "{:.2f}"),
    ("peak resident memory, GB", "peak_resident_bytes", 1e9, "{:.2f}"),
    ("second turn, s to first token", "second_turn_seconds", 1.0, "{:.2f}"),
)


def as_table(plan: Plan, sides: Sequence[Side], rounds: Rounds, limit: Limit | None) -> list[list[str]]:
    """Rows for a person: median (lowest-highest) a side, and ours divided by theirs."""
    rows: list[list[str]] = []
    for context in plan.contexts:
        by_side = rounds[context]
        heads = [side.name for side in sides] + (["ratio"] if len(sides) == 2 else [])
        rows.append([f"context {context}", *heads])
        compared = ratios(*by_side) if len(sides) == 2 else {}
        summaries = [summarise(own) for own in by_side]
        for label, key, divisor, form in _ROWS:
            cells = [_cell(summary.get(key), divisor, form) for summary in summaries]
            cells += [_cell(compared.get(key), 1.0, "{:.2f}")] if compared else []
            if any(cells):
                rows.append([label, *cells])
        computed = [f"{own[0].second_turn_computed} of {own[0].second_turn_tokens}" for own in by_side]
        rows.append(["second turn, tokens computed", *computed])
        if limit:
            speed = summaries[0]["decode_tokens_per_second"].median
            share = limit.share(speed, context + plan.new_tokens / 2)
            rows.append(["decode, share of bandwidth limit", f"{share:.0%}"])
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


def _cell(spread: Spread | None, divisor: float, form: str) -> str:
    if spread is None:
        return ""
    low, middle, high = (form.format(value / divisor) for value in (spread.low, spread.median, spread.high))
    return middle if low == high else f"{middle} ({low}-{high})"


def warnings(plan: Plan, sides: Sequence[Side], rounds: Rounds) -> list[str]:
    """What makes a comparison doubtful, in sentences."""
    found: list[str] = []
    for number, side in enumerate(sides):
        own = [one for context in plan.contexts for one in rounds[context][number]]
        if not all(one.same_tokens for one in own):
            found.append(f"The tokenizer of {side.name} splits the prompt differently: is it the same model?")
        missing = missing_features(own[0].facts.get("system", ""), cpu_flags()) if number else []
        if missing:
            found.append(
                f"This llama.cpp was not built for this CPU (it does not use {', '.join(missing)}): "
                f"build it here with: {BUILD_LLAMA}"
            )
        found += own[0].facts.get("notices", [])
    return found
