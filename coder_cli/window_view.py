"""What stands in a window and what was left out of it: as rows for a person, as values for a program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from coder_cli import ui
from retrieval.window import Item, LeftOut, Level

HEADER = ("path", "level", "tokens", "reason")
_SAME_REASON = 8  # files left out for one reason: more are summed up at a terminal
_REASON_WIDTH = 300  # characters
_TOLD = 5  # files left out that a sentence names

Row = tuple[str, str, str, str]


def rows(items: Sequence[Item], left_out: Sequence[LeftOut], *, short: bool) -> list[Row]:
    """A row a file. `short`: of many that are left out for one reason only some."""
    told = [
        (item.path, _level(item), str(item.tokens), "; ".join(filter(None, (item.reason, item.shortened))))
        for item in items
    ]
    seen: Counter[str] = Counter()
    for left in left_out:
        cause = left.reason.rpartition(": ")[2]
        seen[cause] += 1
        if seen[cause] <= _SAME_REASON or not short:
            told.append((left.path, "left out", "" if left.tokens is None else str(left.tokens), left.reason))
    told += [
        (f"... {count - _SAME_REASON} more", "left out", "", cause)
        for cause, count in seen.items()
        if count > _SAME_REASON and short
    ]
    return [(path, level, tokens, reason[:_REASON_WIDTH]) for path, level, tokens, reason in told]


def item_values(items: Sequence[Item]) -> list[dict[str, object]]:
    return [
        {
            "path": item.path,
            "level": item.level.value,
            "start_line": item.start_line,
            "end_line": item.end_line,
            "lines": [list(span) for span in item.spans],  # of these, what stands in it unchanged
            "tokens": item.tokens,
            "reason": item.reason,
            **({"shortened": item.shortened} if item.shortened else {}),
        }
        for item in items
    ]


def left_out_values(left_out: Sequence[LeftOut]) -> list[dict[str, object]]:
    return [
        {"path": left.path, "reason": left.reason} | ({} if left.tokens is None else {"tokens": left.tokens})
        for left in left_out
    ]


def detail_left_out(left_out: Sequence[LeftOut]) -> None:
    """A line under --verbose, so that nothing is cut silently."""
    if left_out:
        named = ", ".join(left.path for left in left_out[:_TOLD])
        more = f" and {len(left_out) - _TOLD} more" if len(left_out) > _TOLD else ""
        ui.detail(f"left out: {named}{more} (--explain tells why)")


def _level(item: Item) -> str:
    if item.level is not Level.CHUNK:
        return item.level.value
    return f"chunk {item.start_line}-{item.end_line}"
