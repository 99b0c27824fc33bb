"""Whether a test that is gone lives on in another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from difflib import SequenceMatcher
from itertools import groupby

from coder_cli.review.checks.ground import FilePair
from coder_cli.review.checks.tests_of import Test

_ALIKE = 0.6  # of the words of two tests: one was made of the other
_TWINS = 0.85  # of the words of two tests: they test the same
_HELD = 0.7  # of the words of a test: the other one holds it
_GATHERED = 0.65  # of the words of a test: they stand in one that has a table of values
_RUN = 4  # words in a row; single ones stand in any test
_MOST_COMPARED = 400  # words of a test
_TABLE = re.compile(
    r"(?i)parametri[zs]e|combinations|inlinedata|memberdata|testcase|(?:value|csv|method|enum)source"
    r"|rstest|test_case|dataprovider|subtest|\beach\b|range tests?\b|range tcs?\b|range cases\b"
)
_MOVED = 0.6  # of the lines of a test
_LONG_LINE = 16
_STRANGE = 0.5  # of the words of a test
_FILLING = frozenset({"test", "Test", "it", "should"})
_TITLE = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
_SHORTEST_LINE = 3  # what closes a block stands in any test
_BLANK = re.compile(
    r"(?i)(?:assert(?:true|false)?|async|class|def|do|end|expect|fail|false|fn|fun|func|function|it|none"
    r"|notimplemented(?:error)?|pass|pending|public|raise|self|should|skip|static|t|task|test|testing|throws?"
    r"|todo|true|unimplemented|void)"
)
_WORD = re.compile(r"\w+")


def stays_at(pair: FilePair, test: Test) -> int | None:
    """A line of the new side within the same test under another name: most of its lines stayed."""
    if pair.old is None or pair.new is None:
        return None
    inside = range(test.line + 1, test.last)
    said = [line for line in inside if len(pair.old.line(line).strip()) > 3]
    kept = [line for line in said if line not in pair.deleted_numbers]
    return pair.new_number(kept[len(kept) // 2]) if len(kept) > len(said) / 2 else None


def replacements(pair: FilePair, test: Test, come: Sequence[Test]) -> Sequence[Test]:
    """The tests that came where it stood."""
    if pair.old is None or pair.new is None:
        return ()
    blocks = list(_replacements(pair, test))
    return [
        each
        for each in come
        if each.path == test.path and any(each.first in block or each.line in block for block in blocks)
    ]


def is_stranger(test: Test, come: Test) -> bool:
    """Whether it has neither the title of a test nor what it said."""
    return not is_called_alike(test, come) and not says(come, test, _STRANGE)


def _replacements(pair: FilePair, test: Test) -> Iterator[set[int]]:
    """The lines that were added right where lines of the test were deleted."""
    for hunk in pair.file.hunks:
        for changed, rows in groupby(hunk.rows, key=lambda row: row.old_line is None or row.new_line is None):
            block = list(rows) if changed else []
            if any(row.old_line is not None and test.first <= row.old_line <= test.last for row in block):
                yield {row.new_line for row in block if row.new_line is not None}


def is_twin(gone: Test, come: Test) -> bool:
    old, new = gone.words[:_MOST_COMPARED], come.words[:_MOST_COMPARED]
    return SequenceMatcher(None, old, new, autojunk=False).ratio() >= _TWINS


def is_row_of(pair: FilePair, gone: Test, come: Test) -> bool:
    """Whether it became a row of a table: one test that came beside it runs with many values."""
    if come.path != gone.path or not _TABLE.search(" ".join((*come.table, *come.words))):
        return False
    return says(come, gone) and any(
        any(row.new_line is not None and come.first <= row.new_line <= come.last for row in hunk.added)
        and any(row.old_line is not None and gone.first <= row.old_line <= gone.last for row in hunk.deleted)
        for hunk in pair.file.hunks
    )


def says(one: Test, other: Test, share: float = _GATHERED) -> bool:
    """Whether so much of the words of another test stands in this one."""
    words = set(other.words) - set(_WORD.findall(other.name))
    return len(words & {*one.table, *one.words}) >= share * len(words)


def is_called_alike(one: Test, other: Test) -> bool:
    title = set(_TITLE.findall(one.name)) - _FILLING
    return len(title & set(_TITLE.findall(other.name))) >= len(title) / 2


def says_nothing(test: Test) -> bool:
    """Whether it only holds the place of a test."""
    return all(_BLANK.fullmatch(word) for word in set(test.words) - set(_WORD.findall(test.name)))


def has_moved(pair: FilePair, test: Test, added: Set[str]) -> bool:
    """Whether most of its lines were added elsewhere: to other tests, too."""
    if pair.old is None:
        return False
    body = [pair.old.line(line).strip() for line in range(test.line + 1, test.last + 1)]
    said = [line for line in body if len(line) > _SHORTEST_LINE]
    return bool(said) and sum(line in added for line in said) >= _MOVED * len(said)


def is_turned(pair: FilePair, gone: Test, come: Test) -> bool:
    """Whether something else is expected of the same case now: a title like it, a line that it alone had."""
    if pair.old is None or pair.new is None or come.path != gone.path:
        return False
    if not is_called_alike(gone, come):
        return False
    said = Counter(line.strip() for line in pair.old.lines)
    own = {pair.old.line(number).strip() for number in range(gone.line + 1, gone.last + 1)}
    own = {line for line in own if len(line) >= _LONG_LINE and said[line] == 1}
    return any(pair.new.line(number).strip() in own for number in range(come.line + 1, come.last + 1))


def is_made_of(gone: Test, words: Sequence[str]) -> bool:
    """Whether what came is alike, or holds the old one."""
    old, new = gone.words[:_MOST_COMPARED], words[:_MOST_COMPARED]
    shared = sum((Counter(old) & Counter(new)).values())
    if shared < _ALIKE * len(old):
        return False
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    matched = sum(block.size for block in matcher.get_matching_blocks() if block.size >= _RUN)
    return matched >= _HELD * len(old) or matcher.ratio() >= _ALIKE


def come_words(pair: FilePair, come: Test, gone: Test) -> Sequence[str]:
    """Of a test those words that came with the change, or stood within the one that is gone.

    A test that only has another name now says the same as before: it holds nothing of the one that is gone.
    """
    if pair.new is None or pair.old is None:
        return come.words
    before = {number: pair.old_number(number) for number in range(come.first, come.last + 1)}
    stayed = [
        number
        for number, old in before.items()
        if old is not None and not (pair.path == gone.path and gone.first <= old <= gone.last)
    ]
    if not stayed:
        return come.words
    lines = [pair.new.line(number) for number in sorted(before.keys() - set(stayed))]
    return _WORD.findall("\n".join(lines))
