"""Whether a test that is gone lives on in another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby

from coder_cli.review.checks.ground import FilePair, Lines
from coder_cli.review.checks.tests_of import Test
from coder_cli.review.checks.titles import FILLING, is_called_alike, last, words_of
from retrieval.scopes import FUNCTIONS
from retrieval.types import ParsedFile

_ALIKE = 0.6  # of the words of two tests: one was made of the other
_TWINS = 0.85  # of the words of two tests: they test the same
_HELD = 0.7  # of the words of a test: the other one holds it
_GATHERED = 0.65  # of the words of a test: they stand in one that has a table of values
_OVER = 0.6  # of the words of a test: they stand in what came where it stood
_RUN = 4  # words in a row; single ones stand in any test
_MOST_COMPARED = 400  # words of a test
_TABLE = re.compile(
    r"(?i)parametri[zs]e|combinations|inlinedata|memberdata|testcase|(?:value|csv|method|enum)source"
    r"|rstest|test_case|dataprovider|subtest|\beach\b|range tests?\b|range tcs?\b|range cases\b"
)
_MOVED = 0.6  # of the lines of a test
_LONG_LINE = 16
_QUOTED = re.compile(r"(?P<quote>[\"'`])(?P<text>(?:(?!(?P=quote)|\\).){20,})(?P=quote)")
_HALF = 0.4  # of the words of a test, at least
_FEWEST_SHARED = 2  # words of the titles of tests in two files
_SHORTEST_LINE = 3  # what closes a block stands in any test
_BLANK = re.compile(
    r"(?i)(?:assert(?:true|false)?|async|class|def|do|end|expect|fail|false|fn|fun|func|function|it|none"
    r"|notimplemented(?:error)?|pass|pending|public|raise|self|should|skip|static|t|task|test|testing|throws?"
    r"|todo|true|unimplemented|void)"
)
_SHORTEST_APART = 3  # letters of a word that sets a test apart
_TELLING = 6  # letters of one that says by itself what is tested
_WORD = re.compile(r"\w+")


def stays_at(pair: FilePair, test: Test) -> int | None:
    """A line of the new side within the same test under another name: most of its lines stayed."""
    if pair.old is None or pair.new is None:
        return None
    inside = range(test.line + 1, test.last)
    said = [line for line in inside if len(pair.old.line(line).strip()) > 3]
    kept = [line for line in said if line not in pair.deleted_numbers]
    return pair.new_number(kept[len(kept) // 2]) if len(kept) > len(said) / 2 else None


def lives_in_helper(pair: FilePair, gone: Test, parsed: ParsedFile | None) -> bool:
    """Whether its lines stayed, in a function that the file calls: `doTestInstall` of `testInstall`."""
    line = stays_at(pair, gone)
    if line is None or parsed is None or pair.new is None:
        return False
    around = [each for each in parsed.symbols if each.start_line <= line <= each.end_line]
    around = [each for each in around if each.kind in FUNCTIONS]
    inner = min(around, key=lambda each: each.end_line - each.start_line, default=None)
    return inner is not None and len(re.findall(rf"\b{re.escape(inner.name)}\b", pair.new.code)) > 1


def is_written_over(pair: FilePair, gone: Test) -> bool:
    """Whether what came where it stood says most of the same, though it looks like no test: `dstOnly("…"`."""
    if pair.old is None or pair.new is None:
        return False
    text = "\n".join(map(pair.old.code_line, range(gone.line + 1, gone.last + 1)))
    words = set(_WORD.findall(text))
    return bool(words) and any(
        len(words & set(_WORD.findall("\n".join(map(pair.new.code_line, block))))) >= _OVER * len(words)
        for block in _replacements(pair, gone)
    )


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


def _replacements(pair: FilePair, test: Test) -> Iterator[set[int]]:
    """The lines that were added right where lines of the test were deleted."""
    for hunk in pair.file.hunks:
        for changed, rows in groupby(hunk.rows, key=lambda row: row.old_line is None or row.new_line is None):
            block = list(rows) if changed else []
            if any(row.old_line is not None and test.first <= row.old_line <= test.last for row in block):
                yield {row.new_line for row in block if row.new_line is not None}


def is_stranger(test: Test, come: Test) -> bool:
    """Whether the one that came has neither the title of a test nor what it said."""
    return not is_called_alike(test, come) and not says(come, test)


def is_twin(gone: Test, come: Test) -> bool:
    old, new = gone.words[:_MOST_COMPARED], come.words[:_MOST_COMPARED]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= _TWINS and matcher.ratio() >= _TWINS


def likeness(test: Test, other: Test) -> float:
    """Of what two tests say, from 0 to 1."""
    old, new = test.words[:_MOST_COMPARED], other.words[:_MOST_COMPARED]
    return SequenceMatcher(None, old, new, autojunk=False).ratio()


def is_row_of(pair: FilePair, gone: Test, come: Test) -> bool:
    """Whether it became a row of a table: one test that came beside it runs with many values."""
    if come.path != gone.path or not _TABLE.search(" ".join((*come.table, *come.words))):
        return False
    title, others = (words_of(last(each)) - FILLING for each in (come, gone))
    return (bool(title) and title < others) or (says(come, gone) and _is_beside(pair, gone, come))


def is_rewritten(pair: FilePair, gone: Test, come: Test) -> bool:
    """Whether one came beside it that is called alike and says half the same: it may stand for several."""
    return is_called_alike(gone, come) and says(come, gone, _HALF) and _is_beside(pair, gone, come)


def with_helpers(pair: FilePair, test: Test, tests: Sequence[Test]) -> Test:
    """With the words of the lines that came to its file outside of all tests: functions that they call."""
    inside = {number for each in tests for number in range(each.first, each.last + 1)}
    text = "\n".join(
        row.text for row in pair.added if row.new_line is not None and row.new_line not in inside
    )
    return replace(test, words=(*test.words, *_WORD.findall(text)))


def is_renamed(gone: Test, come: Test) -> bool:
    """Whether another file got one that is called alike and says most of the same."""
    title = words_of(last(gone)) - FILLING
    shared = title & words_of(last(come))
    enough = len(shared) >= min(len(title), _FEWEST_SHARED)
    return come.path != gone.path and enough and is_called_alike(gone, come) and says(come, gone)


def _is_beside(pair: FilePair, gone: Test, come: Test) -> bool:
    return come.path == gone.path and any(
        any(row.new_line is not None and come.first <= row.new_line <= come.last for row in hunk.added)
        and any(row.old_line is not None and gone.first <= row.old_line <= gone.last for row in hunk.deleted)
        for hunk in pair.file.hunks
    )


def says(one: Test, other: Test, share: float = _GATHERED) -> bool:
    """Whether so much of the words of another test stands in this one."""
    words = set(other.words) - set(_WORD.findall(other.name))
    return len(words & {*one.table, *one.words}) >= share * len(words)


def says_nothing(test: Test) -> bool:
    """Whether it only holds the place of a test."""
    return all(_BLANK.fullmatch(word) for word in set(test.words) - set(_WORD.findall(test.name)))


def is_named_in(test: Test, added: Set[str]) -> bool:
    """Whether a line that came to a test file has its name: `it.skipIf(x)("name"`, a test within a macro."""
    title = re.escape(last(test))
    if re.fullmatch(r"[a-z]+", last(test)):  # a plain word stands in any code
        title = rf"(?:\b(?:fn|fun|func|def)\s+{title}|[\"'`]{title}(?=[\"'`])|{title}(?=\s*:(?!:)))"
    name = re.compile(rf"(?<!\w){title}(?!\w)")
    return any(name.search(line) for line in added)


def is_told_by(test: Test, beside: Sequence[Test], came: Set[str]) -> bool:
    """Whether at least half of what it said and no other test beside it says are words that came."""
    others = {word for each in beside for word in each.words}
    apart = set(test.words) - others - set(_WORD.findall(test.name))
    apart = {word for word in apart if len(word) >= _SHORTEST_APART}
    found = apart & came
    return any(len(word) >= _TELLING for word in found) and len(found) * 2 >= len(apart)


def has_moved(pair: FilePair, gone: Test, others: Sequence[Test], added: Set[str]) -> bool:
    """Whether most of its lines were added elsewhere: to other tests, too."""
    said = [line for line in _own_lines(pair, gone, others) if len(line) > _SHORTEST_LINE]
    return bool(said) and sum(line in added for line in said) >= _MOVED * len(said)


def is_turned(pair: FilePair, gone: Test, come: Test, others: Sequence[Test]) -> bool:
    """Whether something else is expected of the same case now: a title like it, and a line that no test has
    but those that are gone, the `others`."""
    if pair.new is None or come.path != gone.path or not is_called_alike(gone, come):
        return False
    said = "\n".join(_body(pair.new, come))
    return any(
        line.rstrip(";,") in said for line in _own_lines(pair, gone, others) if len(line) >= _LONG_LINE
    )


def _own_lines(pair: FilePair, gone: Test, others: Sequence[Test]) -> Sequence[str]:
    """Those that nothing in its file has but the tests that are gone, the `others`."""
    if pair.old is None:
        return ()
    every = Counter(line.strip() for line in pair.old.lines)
    told = Counter(line for test in others if test.path == gone.path for line in _body(pair.old, test))
    return [line for line in _body(pair.old, gone) if every[line] == told[line]]


def _body(lines: Lines, test: Test) -> Iterator[str]:
    for number in range(test.line + 1, test.last + 1):
        yield lines.line(number).strip()


def expects(pair: FilePair, gone: Test, lost: str) -> bool:
    """Whether a text that it has in quotes stands in what programs said before and say no more.

    Of a file that is gone all of its text counts: what its tests share may say what they expect.
    """
    if pair.old is None or not lost:
        return False
    text = pair.old.part(gone.line, gone.last) if pair.new is not None else pair.old.text
    return any(found["text"] in lost for found in _QUOTED.finditer(text))


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
