"""The edit set keeps its own rules."""

from __future__ import annotations

from collections import Counter

from tests.quality import edit_set


def test_sixty_commits_half_of_them_held_out() -> None:
    found = edit_set.commits()
    assert Counter(commit.half for commit in found) == {edit_set.TUNING: 30, edit_set.HELD_OUT: 30}
    assert len({commit.sha for commit in found}) == 60
    assert {commit.repository for commit in found} == set(edit_set.REPOSITORIES)


def test_every_commit_changes_a_source_as_its_subject_says() -> None:
    for commit in edit_set.commits():
        assert edit_set.is_source(commit.path), commit
        assert edit_set.is_instruction(commit.subject), commit


def test_an_instruction_has_no_number_of_a_pull_request() -> None:
    commit = edit_set.Commit("https://github.com/a/b", "0", "x.py", "Fix the parser (#12) (#13)", "tuning")
    assert commit.instruction == "Fix the parser"
    assert commit.name == "b"


def test_what_tells_nothing_to_do_is_no_instruction() -> None:
    assert edit_set.is_instruction("fix(core): avoid a second read of it")
    assert not edit_set.is_instruction("Bump the version to 3")
    assert not edit_set.is_instruction("The parser is faster now")
    assert not edit_set.is_instruction("Fix it")
