"""Columns of a terminal: what a text takes, and where it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

_JOINER, _EMOJI_LOOK = "\u200d", "\ufe0f"
# Never at the start of a line: closing marks of texts that are written without spaces.
_CLOSING = frozenset(".,:;!?)]}、。，．：；！？）］｝」』】〉》〕’”…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")


def width(text: str) -> int:
    """Columns a text takes; one that the terminal draws as a joined emoji counts as its parts."""
    if text.isascii():
        return len(text)
    return sum(columns for _, _, columns in clusters(text))


def clusters(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and columns of what must not be torn: a character with all that combines with it."""
    start = 0
    while start < len(text):
        end, columns = start + 1, _columns(text[start])
        while end < len(text) and text[end] != "\n" and (text[end - 1] == _JOINER or not _columns(text[end])):
            columns += _columns(text[end])
            if text[end] == _EMOJI_LOOK and columns == 1:
                columns = 2
            end += 1
        yield start, end, columns
        start = end


@lru_cache(4096)
def _columns(letter: str) -> int:
    from rich.cells import get_character_cell_size

    return get_character_cell_size(letter)


def wrap(text: str, room: int, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Lines of at most `room` columns, broken between words: begin, stop, and where the next one begins.

    What is between stop and the next begin are spaces or a newline. Greedy, so that more text changes nothing
    before the last line; that is why half an answer can be shown for good.
    """
    line, column = start, 0
    cut = start  # where this line may end
    cut_column = 0
    before = ""  # the cluster before this one
    for begin, end, columns in clusters(text[start:]):
        begin, end = begin + start, end + start
        letter = text[begin]
        if letter == "\n":
            yield line, _without_spaces(text, line, begin), end
            line, column, cut, cut_column, before = end, 0, end, 0, ""
            continue
        if letter == " ":
            column += columns
            cut, cut_column, before = end, column, letter
            continue
        if before and before != " " and letter not in _CLOSING and max(columns, _columns(before)) > 1:
            cut, cut_column = begin, column
        while column + columns > room and begin > line:
            if cut == line:
                cut, cut_column = begin, column
            yield line, _without_spaces(text, line, cut), cut
            line, column = cut, column - cut_column
            cut_column = 0
        column += columns
        before = letter
    yield line, _without_spaces(text, line, len(text)), len(text)


def fold(text: str, room: int) -> Iterator[tuple[int, int]]:
    """Lines of at most `room` columns, broken wherever they are full, as a terminal does it."""
    line = column = 0
    for begin, _, columns in clusters(text):
        if column + columns > room and begin > line:
            yield line, begin
            line, column = begin, 0
        column += columns
    yield line, len(text)


def _without_spaces(text: str, begin: int, end: int) -> int:
    while end > begin and text[end - 1] == " ":
        end -= 1
    return end
