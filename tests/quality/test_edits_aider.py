"""What aider says of its answers is understood."""

from __future__ import annotations

from pathlib import Path

from tests.quality.edit_set import Commit
from tests.quality.edits_aider import tried

COMMIT = Commit("https://github.com/a/b", "0" * 40, "src/x.py", "Make it two", "tuning")


def root(folder: Path) -> Path:
    (folder / "src").mkdir()
    (folder / "src" / "x.py").write_bytes(b"a = 2\n")
    return folder


def test_an_answer_that_was_applied_leaves_the_file_behind(tmp_path: Path) -> None:
    told = "Tokens: 3.4k sent, 120 received.\n\nApplied edit to src/x.py\n"
    found = tried(told, root(tmp_path), COMMIT, 2.0)
    assert found.after == b"a = 2\n"
    assert (found.rounds, found.prompt_tokens, found.new_tokens) == (1, 3400, 120)


def test_blocks_that_do_not_fit_leave_nothing(tmp_path: Path) -> None:
    told = "The LLM did not conform to the edit format.\nTokens: 10 sent, 5 received.\n" * 2
    found = tried(told, root(tmp_path), COMMIT, 2.0)
    assert (found.after, found.why, found.rounds) == (None, "blocks do not fit", 2)


def test_an_answer_without_an_edit_is_told_as_one(tmp_path: Path) -> None:
    assert tried("Sure!\n", root(tmp_path), COMMIT, 2.0).why == "no edit in the answer"
