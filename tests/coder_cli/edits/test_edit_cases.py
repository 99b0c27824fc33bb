"""The cases of tests/cases/edits: a file and edits of it, and what becomes of it, or why nothing does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coder_cli.edits.diff import patch
from coder_cli.edits.hunks import chosen, hunks
from coder_cli.edits.splice import spliced
from coder_cli.edits.types import Edit, EditError, FileChange

CASES = sorted((Path(__file__).parents[2] / "cases" / "edits").glob("*.json"))


@pytest.mark.parametrize("file", CASES, ids=[file.stem for file in CASES])
def test_an_edit_makes_of_a_file_what_it_should(file: Path) -> None:
    case = json.loads(file.read_text(encoding="utf-8"))
    before = None if case["before"] is None else case["before"].encode(case["encoding"])
    edits = [Edit(case["path"], each["search"], each["replace"]) for each in case["edits"]]
    if "refused" in case:
        with pytest.raises(EditError) as caught:
            spliced(before, edits)
        assert caught.value.reason == case["refused"]
        return
    after = spliced(before, edits)
    assert after == case["after"].encode(case["encoding"])
    change = FileChange(case["path"], before, after)
    assert patch([change]).split("\n") == case["patch"]
    assert chosen([change], hunks(change)) == (change,)
