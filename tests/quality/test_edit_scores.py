"""What counts for an edit is counted right."""

from __future__ import annotations

import dataclasses

from tests.quality import edit_scores, edit_trees
from tests.quality.edit_set import Commit
from tests.quality.edit_trees import Tried

COMMIT = Commit("https://github.com/a/b", "0" * 40, "x.py", "Make it two", "tuning")
BEFORE = b"a = 1\nb = 1\nc = 1\nd = 1\n"
TRIED = Tried(None, "refused", 1, 10, 5, 1.0)


def touched(after: bytes) -> set[int]:
    return edit_scores.touched(edit_scores.difference(BEFORE, after))


def judged(after: bytes | None, real: bytes = b"a = 1\nb = 2\nc = 1\nd = 1\n") -> edit_scores.Row:
    return edit_trees.judged(COMMIT, "guided", "m", dataclasses.replace(TRIED, after=after), BEFORE, real)


def test_changed_and_removed_lines_are_touched() -> None:
    assert touched(b"a = 1\nb = 2\nc = 1\nd = 1\n") == {2}
    assert touched(b"a = 1\nd = 1\n") == {2, 3}


def test_an_insertion_touches_the_lines_beside_it() -> None:
    assert touched(b"a = 1\nb = 1\nnew = 1\nc = 1\nd = 1\n") == {2, 3}
    assert touched(b"new = 1\na = 1\nb = 1\nc = 1\nd = 1\n") == {1}


def test_no_change_does_not_apply() -> None:
    assert not judged(None).applies
    assert judged(None).why == "refused"
    assert judged(BEFORE).why == "refused"
    assert not judged(BEFORE).overlaps


def test_a_change_elsewhere_does_not_overlap() -> None:
    assert judged(b"a = 1\nb = 3\nc = 1\nd = 1\n").overlaps
    assert not judged(b"a = 1\nb = 1\nc = 1\nd = 3\n").overlaps


def test_a_file_that_no_longer_parses_is_told() -> None:
    broken = judged(b"a = (1\nb = 3\nc = 1\nd = 1\n")
    assert broken.applies and broken.parsed_before and not broken.parses
    assert judged(b"a = 2\nb = 1\nc = 1\nd = 1\n").parses


def test_the_table_has_a_line_a_half_and_one_for_both() -> None:
    rows = [judged(b"a = 2\n"), dataclasses.replace(judged(None), half="heldout")]
    lines = edit_scores.table(rows)
    assert [line.split()[2:5] for line in lines[1:]] == [
        ["heldout", "1", "0"],
        ["tuning", "1", "1"],
        ["both", "2", "1"],
    ]
