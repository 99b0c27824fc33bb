"""What a review found is counted as a person would count it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.quality.review_faults import clean, faulty
from tests.quality.reviews import (
    CHECK,
    MODEL,
    Found,
    Judgements,
    Row,
    append,
    lines_of_the_diff,
    read,
    table,
    tally,
)

FAULTY = next(diff for diff in faulty() if diff.fault and diff.fault.category == "off by one")
FAULT = FAULTY.fault
assert FAULT is not None
AT = Found(FAULT.path, FAULT.first, FAULT.first, MODEL, "", "error", "logic", "Off by one", "Always.", True)
BESIDE = replace(AT, start_line=FAULT.first + 9, end_line=FAULT.first + 9, title="Odd name")
ROW = Row(FAULTY.key, FAULTY.half, FAULT.category, "m", 0, (AT, BESIDE), 2, 900, 40, 3.0, "")
CLEAN = replace(ROW, key=clean()[0].key, category="", findings=(replace(BESIDE, source=CHECK),))
DIFFS = {FAULTY.key: FAULTY}
UNJUDGED = Judgements(frozenset(), frozenset())


def test_a_fault_is_found_by_its_place_and_named_by_a_person() -> None:
    name = (FAULTY.key, "Off by one")
    judged = Judgements(frozenset([name]), frozenset([name]))
    assert tally([ROW], DIFFS, MODEL, UNJUDGED).text.split() == ["1", "0", "1/2", "0.50"]
    assert tally([ROW], DIFFS, MODEL, judged).text.split() == ["1", "1", "1/2", "0.50"]
    assert tally([ROW], DIFFS, CHECK, UNJUDGED).text.split() == ["0", "0", "0/0", "-"]


def test_findings_of_clean_diffs_are_counted_by_source(capsys: pytest.CaptureFixture[str]) -> None:
    table([ROW, CLEAN], UNJUDGED)
    told = capsys.readouterr().out
    assert "check: 1.00 findings a clean diff (1 in 1)" in told
    assert "model: 0.00 findings a clean diff (0 in 1)" in told
    assert "in the diff: 3 of 3 findings" in told
    assert 'not judged: {"key"' in told


def test_rows_come_back_from_their_file_and_a_half_line_does_not(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    out.write_text(f'{json.dumps(asdict(ROW))}\n{{"key": "cut', encoding="utf-8")
    assert read(out) == [ROW]
    append(out, CLEAN)
    assert read(out) == [ROW, CLEAN]
    assert read(tmp_path / "none.jsonl") == []


def test_lines_of_a_diff_are_those_that_its_hunks_show() -> None:
    text = """\
diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1,3 +1,4 @@
 one
+two
 three
 four
@@ -20,3 +21,0 @@ def f():
-gone
diff --git a/old.py b/old.py
deleted file mode 100644
--- a/old.py
+++ /dev/null
@@ -1 +0,0 @@
-x = 1
diff --git a/b.bin b/b.bin
Binary files a/b.bin and b/b.bin differ
"""
    assert lines_of_the_diff(text) == {"a.py": {1, 2, 3, 4, 21, 22}, "old.py": {0, 1}}
