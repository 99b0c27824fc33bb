"""Files as the model family saw them in training: `#path`, the text, the next file; no other separator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BETWEEN = "\n\n"  # ends a file, and leaves a blank line before the next one


@dataclass(frozen=True, slots=True)
class Block:
    """A file as it is laid out. `hole` is an index in the text: where something is to be filled in."""

    path: str
    text: str
    note: str = ""
    hole: int | None = None


def head(block: Block) -> str:
    """The path line, and below it the note. A line end in a path would forge a line of its own."""
    path = block.path.replace("\n", "\\n").replace("\r", "\\r")
    return f"#{path}\n" + (f"{block.note}\n" if block.note else "")


def alone(block: Block) -> str:
    """A file with everything that it brings into a window."""
    return head(block) + block.text + BETWEEN


def pieces(blocks: Sequence[Block]) -> tuple[str, ...]:
    """One text; where the last block has a hole: what comes before its text, then its text in two parts."""
    if not blocks:
        return ("",)
    *others, last = blocks
    before = "".join(map(alone, others)) + head(last)
    if last.hole is None:
        return (before + last.text,)
    return (before, last.text[: last.hole], last.text[last.hole :])


def in_order(paths: Iterable[str], order: Sequence[str]) -> list[str]:
    """The paths as they stand in `order`; those that it lacks come first, by path."""
    wanted = set(paths)
    known = [path for path in order if path in wanted]
    return sorted(wanted - set(known)) + known
