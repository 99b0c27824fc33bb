"""Two changes of one text, put together where they lie apart."""

from __future__ import annotations

from collections.abc import Sequence

from coder_cli.edits.differing import replaced
from coder_cli.edits.lines import text_file


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """`base` with what changed to `ours` and to `theirs`; None where they changed one place, or touch.

    What both did alike counts once. What is no text, and what has changed its encoding, is not merged.
    """
    read = [file for file in map(text_file, (base, ours, theirs)) if file is not None]
    if len(read) < 3 or len({(file.encoding, file.mark) for file in read}) > 1:
        return None
    old, *sides = [[line.raw for line in file.lines] for file in read]
    changes = sorted({change for side in sides for change in _changes(old, side)})
    made: list[bytes] = []
    at = -1  # where the change before ended
    for start, stop, lines in changes:
        if start <= at:
            return None
        made += old[max(at, 0) : start]
        made += lines
        at = stop
    made += old[max(at, 0) :]
    return read[0].mark + b"".join(made)


def _changes(old: Sequence[bytes], new: Sequence[bytes]) -> set[tuple[int, int, tuple[bytes, ...]]]:
    """First line, line after the last, and what took their place."""
    return {(one.start, one.stop, tuple(new[one.new_start : one.new_stop])) for one in replaced(old, new)}
