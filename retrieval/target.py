"""The file that a request is about, in as much detail as fits: whole, or whole where it matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from retrieval.room import CountTokens, tokens_of
from retrieval.skeleton import SIGNATURES, Wanted, enclosing
from retrieval.sketch import Excerpt
from retrieval.sources import Sources
from retrieval.types import ParsedFile, SourceFile
from retrieval.window import Item, Level, Target

BEFORE_SHARE = 0.75  # of the lines around a place; what stands before it says more (3:1, as llama.cpp)
# Of the budget, for a target that is not whole: the rest is for what it uses.
PARTIAL_SHARE = 0.75
_MOST_IMPORTS = 40  # lines
_REASON = "the target"


def focus(parsed: ParsedFile | None, line: int | None) -> tuple[int, int] | None:
    """The lines of the function or type that a place is in: what is used there matters most."""
    if parsed is None or line is None:
        return None
    around = enclosing(parsed, line)
    if not around:
        return line, line
    symbol = parsed.symbols[around[-1]]
    return symbol.start_line, symbol.end_line


def fitting(
    sources: Sources,
    file: SourceFile,
    target: Target,
    spans: tuple[tuple[int, int], ...],
    budget: int,
    most: int,
    count: CountTokens,
) -> Iterator[Item]:
    """The target in less and less detail, each within the budget when it stands alone.

    It takes the whole budget where that shows it whole, or where not even a line of it fits in `most` tokens.
    `spans` are lines that the task points to; they matter where no line is given.
    """
    for item in _renditions(sources, file, target, spans):
        tokens = tokens_of([item], count)
        if tokens <= (budget if item.level is Level.WHOLE else most):
            yield _counted(item, tokens)
    if target.fill:
        yield from _near(sources, file, target, most, count)
    yield from _cut(file, target, spans, most, count)
    yield from _cut(file, target, spans, budget, count)


def _renditions(
    sources: Sources, file: SourceFile, target: Target, spans: tuple[tuple[int, int], ...]
) -> Iterator[Item]:
    if target.fill:
        yield Item(
            file.path,
            Level.WHOLE,
            1,
            file.text.count("\n") + 1,
            file.text,
            0,
            _REASON,
            hole=_offset(file, target),
        )
    else:
        whole = sources.whole(file)
        yield Item(file.path, Level.WHOLE, 1, whole.end_line, whole.text, 0, _REASON)
    parsed = sources.parsed(file.path)
    if parsed is None or not parsed.symbols:
        return
    around = enclosing(parsed, target.line) if target.line is not None else []
    wholes = [Wanted(whole=frozenset({index})) for index in around]
    if target.line is None and spans:
        wholes = [Wanted(spans=spans)]
    elif target.line is None:
        wholes = [Wanted()]
    for wanted in wholes:
        yield from _item(sources.excerpt(file, wanted | SIGNATURES), Level.SKELETON, file, target)
    for wanted in wholes:
        if wanted != Wanted() and not target.fill:
            yield from _item(sources.excerpt(file, wanted), Level.CHUNK, file, target)


def _item(shown: Excerpt, level: Level, file: SourceFile, target: Target) -> Iterator[Item]:
    hole = None
    if target.fill and target.line is not None:
        hole = shown.place_of(target.line, _column(file, target))
        if hole is None:
            return
    lines = shown.start_line, shown.end_line
    yield Item(file.path, level, *lines, shown.text, 0, _REASON, hole=hole, parts=shown.parts)


def _counted(item: Item, tokens: int) -> Item:
    shortened = ""
    if item.level is Level.SKELETON:
        shortened = "signatures around what matters: whole it is larger than the budget"
    elif item.level is Level.CHUNK:
        shortened = "only what matters: more of it leaves no room for what it uses"
    return replace(item, tokens=tokens, shortened=shortened)


def _near(
    sources: Sources, file: SourceFile, target: Target, most: int, count: CountTokens
) -> Iterator[Item]:
    """What stands around a hole, below the file's imports: they tell which names there are to fill it with.

    The lines next to a hole say more about it than signatures farther off.
    """
    parsed = sources.parsed(file.path)
    lines = file.text.split("\n")
    if parsed is None or target.line is None:
        return
    imports = tuple((one.start_line, one.end_line) for one in parsed.imports if one.scope is None)
    if sum(last - first + 1 for first, last in imports) > _MOST_IMPORTS:
        imports = ()

    def around(size: int) -> Item | None:
        wanted = Wanted(spans=(*imports, _lines_around(len(lines), target.line or 1, size)))
        return next(_item(sources.excerpt(file, wanted), Level.CHUNK, file, target), None)

    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        item = around(middle)
        if item is not None and tokens_of([item], count) > most:
            high = middle - 1
        else:
            low = middle
    item = around(low) if low else None
    if item is not None and (tokens := tokens_of([item], count)) <= most:
        yield _counted(item, tokens)


def _cut(
    file: SourceFile, target: Target, spans: tuple[tuple[int, int], ...], budget: int, count: CountTokens
) -> Iterator[Item]:
    """Whole lines around the place, or from the beginning; fewer and fewer."""
    lines = file.text.split("\n")
    line = target.line or (spans[0][0] if spans else 1)
    low, high = 0, len(lines)
    while low < high:  # the most lines that fit, if more lines always had more tokens
        middle = (low + high + 1) // 2
        if tokens_of([_window(lines, line, middle, file, target)], count) <= budget:
            low = middle
        else:
            high = middle - 1
    for size in [*range(low, 1, -max(1, low // 16)), 1]:
        item = _window(lines, line, size, file, target)
        tokens = tokens_of([item], count)
        if tokens <= budget:
            yield _counted(item, tokens)


def _window(lines: list[str], line: int, size: int, file: SourceFile, target: Target) -> Item:
    """`size` lines around `line`: three before to one after, and what one side lacks the other gets."""
    first, last = _lines_around(len(lines), line, size)
    text = "\n".join(lines[first - 1 : last])
    hole = None
    if target.fill:
        start = sum(len(each) + 1 for each in lines[first - 1 : line - 1])
        hole = start + _column(file, target)
    return Item(file.path, Level.CHUNK, first, last, text, 0, _REASON, hole=hole)


def _lines_around(count: int, line: int, size: int) -> tuple[int, int]:
    before = min(line - 1, int((size - 1) * BEFORE_SHARE))
    after = min(count - line, size - 1 - before)
    before = min(line - 1, size - 1 - after)
    return line - before, line + after


def _column(file: SourceFile, target: Target) -> int:
    """From 0; a place beyond the line's end is its end."""
    line = file.text.split("\n")[(target.line or 1) - 1]
    return len(line) if target.column is None else min(target.column - 1, len(line))


def _offset(file: SourceFile, target: Target) -> int:
    lines = file.text.split("\n")
    return sum(len(line) + 1 for line in lines[: (target.line or 1) - 1]) + _column(file, target)


def _line_count(file: SourceFile) -> int:
    return max(1, file.text.count("\n") + (not file.text.endswith("\n")))
