"""The places where a file changes, and the file with only some of them changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from coder_cli.edits.differing import Replaced, replaced
from coder_cli.edits.lines import Line, text_file
from coder_cli.edits.types import FileChange

CONTEXT = 3  # lines around a change that are shown with it


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `start` to `stop` of a file, those around its changes included, and what becomes of them.

    Counted from 0, without the last. Of a file that comes, goes or is no text, there is one hunk.
    """

    path: str
    start: int
    stop: int
    new_start: int
    new_stop: int
    changes: tuple[Replaced, ...] = ()  # without the lines around them


@dataclass(frozen=True, slots=True)
class Sides:
    """The lines of a file before and after; the `raw` of each side in a row are its bytes."""

    before: tuple[Line, ...]
    after: tuple[Line, ...]


def sides(change: FileChange) -> Sides | None:
    """None where a side is no text, or only one of them has two bytes a character."""
    before, after = text_file(change.before or b""), text_file(change.after or b"")
    if before is None or after is None:
        return None
    if before.lines and after.lines and _width(before.encoding) != _width(after.encoding):
        return None
    return Sides(_marked(before.lines, before.mark), _marked(after.lines, after.mark))


def hunks(change: FileChange, context: int = CONTEXT) -> tuple[Hunk, ...]:
    """From the first to the last; nothing where nothing changes."""
    if change.before == change.after:
        return ()
    found = sides(change)
    whole = change.before is None or change.after is None
    if found is None:
        return (Hunk(change.path, 0, 0, 0, 0),)
    changed = tuple(replaced([line.raw for line in found.before], [line.raw for line in found.after]))
    if whole or not changed:
        return (Hunk(change.path, 0, len(found.before), 0, len(found.after), changed),)
    groups: list[list[Replaced]] = []
    for each in changed:
        if groups and each.start - groups[-1][-1].stop <= 2 * context:
            groups[-1].append(each)
        else:
            groups.append([each])
    return tuple(_with_context(change.path, group, context, len(found.before)) for group in groups)


def chosen(changes: Iterable[FileChange], wanted: Collection[Hunk]) -> tuple[FileChange, ...]:
    """The changes with only the wanted hunks in them, byte for byte; files without any are left out."""
    kept: list[FileChange] = []
    for change in changes:
        all_of_it = hunks(change)
        some = [hunk for hunk in all_of_it if hunk in wanted]
        found = sides(change)
        if not some:
            continue
        if len(some) == len(all_of_it) or found is None:
            kept.append(change)
            continue
        after: list[Line] = []
        at = 0
        for hunk in some:
            after += [*found.before[at : hunk.start], *found.after[hunk.new_start : hunk.new_stop]]
            at = hunk.stop
        after += found.before[at:]
        kept.append(replace(change, after=b"".join(line.raw for line in after)))
    return tuple(kept)


def _with_context(path: str, group: Sequence[Replaced], context: int, length: int) -> Hunk:
    first, last = group[0], group[-1]
    above, below = min(context, first.start), min(context, length - last.stop)
    return Hunk(
        path,
        first.start - above,
        last.stop + below,
        first.new_start - above,
        last.new_stop + below,
        tuple(group),
    )


def _width(encoding: str) -> str:
    """Encodings whose line ends are the same byte can stand side by side; the others only with themselves."""
    return encoding if encoding.startswith(("utf-16", "utf-32")) else ""


def _marked(lines: tuple[Line, ...], mark: bytes) -> tuple[Line, ...]:
    """The byte order mark as part of the first line."""
    if not mark:
        return lines
    first = lines[0] if lines else Line("", b"")
    return (Line(f"\ufeff{first.text}", mark + first.data, first.end), *lines[1:])
