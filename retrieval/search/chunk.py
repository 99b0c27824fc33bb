"""A file -> pieces of about a thousand characters, cut where symbols and statements begin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.types import ParsedFile, SymbolKind

TARGET = 1_000  # characters
MOST = 1_600
LEAST = 400
_LONGEST_LINE = 4_000  # characters of a line that are looked at; what is longer is data
# What a cut costs by what begins there, in shares of TARGET: a top-level symbol, a member, a paragraph, ...
_AT_SYMBOL, _AT_MEMBER, _AT_STATEMENT, _AT_BLOCK, _ANYWHERE = 0.0, 0.15, 0.5, 1.0, 3.0
_INNER = frozenset({SymbolKind.FIELD, SymbolKind.VARIABLE, SymbolKind.CONSTANT})


@dataclass(frozen=True, slots=True)
class Chunk:
    start_line: int
    end_line: int
    text: str
    symbols: tuple[int, ...]  # indices in ParsedFile.symbols: those around all of it, outermost first
    defines: tuple[int, ...]  # those whose names stand in it


def chunks(text: str, parsed: ParsedFile | None) -> list[Chunk]:
    """All of a file's lines but blank ones at either end of a chunk, in their order, none twice."""
    lines = text.split("\n")
    found = []
    for first, last in _ranges(lines, _costs(lines, parsed)):
        while first < last and not lines[first].strip():
            first += 1
        while last > first and not lines[last].strip():
            last -= 1
        if lines[first].strip():
            cut = "\n".join(line[:_LONGEST_LINE] for line in lines[first : last + 1])
            found.append((first + 1, last + 1, cut))
    around, defines = _symbols(found, parsed)
    return [
        Chunk(start, end, cut, around[number], defines[number])
        for number, (start, end, cut) in enumerate(found)
    ]


def _costs(lines: Sequence[str], parsed: ParsedFile | None) -> list[float]:
    """What it costs to cut before each line."""
    costs = [_ANYWHERE] * (len(lines) + 1)
    base = 0
    indents = [len(line) - len(line.lstrip()) if line.strip() else -1 for line in lines]
    for number, indent in enumerate(indents):
        if indent < 0:
            continue
        after_blank = number > 0 and indents[number - 1] < 0
        closes = lines[number].lstrip()[:1] in ")}]"
        if not closes and (after_blank or indent <= base):
            costs[number] = _AT_STATEMENT if after_blank and indent <= 4 else _AT_BLOCK
            if indent == 0 and after_blank:
                costs[number] = _AT_MEMBER
    for symbol in parsed.symbols if parsed is not None else ():
        at = symbol.start_line - 1
        if not 0 <= at < len(lines):
            continue
        if symbol.parent is None:
            costs[at] = _AT_SYMBOL
        elif symbol.kind not in _INNER:
            costs[at] = min(costs[at], _AT_MEMBER)
    return costs


def _ranges(lines: Sequence[str], costs: Sequence[float]) -> Iterator[tuple[int, int]]:
    """First and last line of each chunk, from 0: the cheapest cut within reach, again and again."""
    sizes = [min(len(line), _LONGEST_LINE) + 1 for line in lines]
    first = 0
    while first < len(lines):
        size, best, least = 0, len(lines), float("inf")
        for number in range(first, len(lines)):
            if number > first and (size >= LEAST or costs[number] == _AT_SYMBOL):
                cost = costs[number] + abs(size - TARGET) / TARGET
                if cost <= least:
                    best, least = number, cost
            size += sizes[number]
            if size > MOST:
                break
        else:
            if size <= TARGET or best == len(lines) or least > (size - TARGET) / TARGET:
                best = len(lines)
        if best == len(lines) and size > MOST and first + 1 < len(lines):
            best = first + 1  # one line after another is too long for any two of them
        yield first, best - 1
        first = best


def _symbols(
    ranges: Sequence[tuple[int, int, str]], parsed: ParsedFile | None
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """For each range the symbols around it, and those that are named in it."""
    around: list[list[int]] = [[] for _ in ranges]
    defines: list[list[int]] = [[] for _ in ranges]
    if parsed is not None and ranges:
        starts = [start for start, _, _ in ranges]
        for index, symbol in enumerate(parsed.symbols):
            at = bisect_right(starts, symbol.line) - 1
            if at >= 0 and symbol.line <= ranges[at][1]:
                defines[at].append(index)
            number = max(bisect_right(starts, symbol.start_line) - 1, 0)
            while number < len(ranges) and starts[number] <= symbol.end_line:
                start, end, _ = ranges[number]
                if symbol.start_line <= start and end <= symbol.end_line:
                    around[number].append(index)
                number += 1
    return [tuple(each) for each in around], [tuple(each) for each in defines]
