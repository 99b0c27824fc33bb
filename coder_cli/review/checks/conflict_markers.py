"""Conflict markers that a merge left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_cli.review.checks.blanking import knows
from coder_cli.review.checks.ground import FilePair, Ground, Lines, at_lines
from coder_cli.review.checks.paths import is_shown, is_test
from coder_cli.review.types import Category, Finding, Severity

NAME = "conflict-marker"
_OURS, _BASE, _THEIRS = (re.compile(rf"{mark}(?:$|\s)") for mark in ("<{7}", r"\|{7}", ">{7}"))
_MIDDLE = re.compile(r"={7}\s*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")


def find(ground: Ground) -> Iterator[Finding]:
    for pair, new in ground.new_pairs():
        marks = _blocks(new)
        for block in marks:
            if pair.added_numbers.isdisjoint(block) or _is_quoted(pair, new, block[0]):
                continue
            first = next(line for line in block if line in pair.added_numbers)
            yield at_lines(
                pair,
                first,
                first,
                check=NAME,
                severity=Severity.ERROR,
                category=Category.LEFTOVER,
                title="A conflict marker is left",
                scenario=f"Lines {block[0]} to {block[-1]} hold both sides of a merge and the marks between.",
                suggestion="Keep one side, or join both, and delete the marks.",
            )


def _blocks(new: Lines) -> list[list[int]]:
    """The lines of the markers of each conflict; of one alone only where it names a side."""
    found: list[list[int]] = []
    current: list[int] = []
    for number, line in enumerate(new.lines, start=1):
        if line[:7] not in ("<<<<<<<", "|||||||", "=======", ">>>>>>>"):
            continue
        if _OURS.match(line):
            if current and _names_a_side(new.line(current[0])):
                found.append(current)
            current = [number]
        elif _THEIRS.match(line):
            if current or _names_a_side(line):
                found.append([*current, number])
            current = []
        elif current and (_MIDDLE.match(line) or _BASE.match(line)):
            current.append(number)
    if current and (len(current) > 1 or _names_a_side(new.line(current[0]))):
        found.append(current)
    return found


def _names_a_side(line: str) -> bool:
    """`<<<<<<< HEAD`, `>>>>>>> topic`: one word, or a commit with its subject in brackets."""
    return re.fullmatch(r"[<>]{7} \S+(?: \(.*\)|:.*)?\s*", line) is not None


def _is_quoted(pair: FilePair, new: Lines, line: int) -> bool:
    """Where conflicts are told of: a block of code in prose, a string of a test."""
    if is_shown(pair.path, pair.language):
        fences = sum(1 for each in new.lines[: line - 1] if _FENCE.match(each))
        return fences % 2 == 1
    inside_string = knows(new.language) and not new.code_line(line).strip()
    return is_test(pair.path) and inside_string
