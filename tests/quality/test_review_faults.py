"""The set of faults says what it means, and a repository with one is built as a real one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.quality.review_faults import HELD_OUT, TUNING, Diff, Fault, clean, faulty, git, working_tree


def test_there_are_six_faults_a_category_and_half_of_them_are_held_out() -> None:
    kinds = Counter((diff.fault.category, diff.half) for diff in faulty() if diff.fault)
    assert len(kinds) == 20
    assert set(kinds.values()) == {3}
    assert Counter(diff.half for diff in clean()) == {TUNING: 30, HELD_OUT: 30}


def test_no_commit_is_there_twice() -> None:
    commits = [diff.commit for diff in (*faulty(), *clean())]
    assert len(set(commits)) == len(commits) == 120
    assert {diff.repository for diff in clean()} == {diff.repository for diff in faulty()}
    assert len({diff.repository for diff in faulty()}) >= 8


@pytest.mark.parametrize("diff", faulty(), ids=lambda diff: diff.key)
def test_a_fault_replaces_something_by_something_else(diff: Diff) -> None:
    assert diff.fault is not None
    assert diff.fault.old != diff.fault.new or not diff.fault.new
    assert 1 <= diff.fault.first <= diff.fault.last
    assert diff.fault.why.endswith(".")


@pytest.mark.parametrize(
    ("fault", "result", "place"),
    [
        (Fault("", "a", 2, 2, "<", "<=", ""), "one\nx <= y\nthree\n", (2, 2)),
        (Fault("", "a", 2, 2, "", "", ""), "one\nthree\n", (1, 2)),
        (Fault("", "a", 2, 3, "", "y\nx\nz\n", ""), "one\ny\nx\nz\n", (2, 4)),
        (Fault("", "a", 2, 3, "y\nthree", "y", ""), "one\nx < y\n", (2, 2)),
    ],
)
def test_a_fault_is_put_into_its_lines(fault: Fault, result: str, place: tuple[int, int]) -> None:
    assert fault.put_into("one\nx < y\nthree\n") == result
    assert fault.place == place


def test_a_fault_that_is_not_where_it_should_be_is_refused() -> None:
    with pytest.raises(ValueError, match="no single"):
        Fault("", "a.py", 1, 1, "<", ">", "").put_into("a = 1\n")


def test_a_finding_meets_a_fault_two_lines_away_or_where_it_can_be_told_too() -> None:
    fault = Fault("", "a.py", 10, 11, "", "x\ny\n", "", also=((40, 40),))
    assert fault.met_by("a.py", 13, 13)
    assert fault.met_by("a.py", 1, 8)
    assert fault.met_by("a.py", 39, 39)
    assert not fault.met_by("a.py", 14, 20)
    assert not fault.met_by("b.py", 10, 11)


def test_a_faulty_commit_stands_upon_its_parent(tmp_path: Path) -> None:
    source = tmp_path / "clones" / "shop"
    source.mkdir(parents=True)
    git(source, "init", "-q")
    (source / "old.py").write_text("gone = 1\n", encoding="utf-8")
    (source / "a.py").write_text("def f(x):\n    return x\n", encoding="utf-8")
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    git(source, "add", ".")
    git(source, *who, "commit", "-q", "-m", "First")
    (source / "old.py").unlink()
    (source / "a.py").write_text(
        "def f(x):\n    if x < 3:\n        return 0\n    return x\n", encoding="utf-8"
    )
    git(source, "add", "-A")
    git(source, *who, "commit", "-q", "-m", "Small ones are nothing")
    commit = git(source, "rev-parse", "HEAD").strip()
    fault = Fault("wrong operator", "a.py", 2, 2, "<", ">", "Large ones are nothing.")
    with working_tree(Diff("https://example.org/shop", commit, TUNING, fault), tmp_path / "clones") as root:
        assert git(root, "log", "--format=%s").split("\n")[:2] == ["Small ones are nothing", "First"]
        assert git(root, "status", "--porcelain") == ""
        assert not (root / "old.py").exists()
        assert "+    if x > 3:" in git(root, "show", "HEAD")
        assert (root / "a.py").read_text(encoding="utf-8").startswith("def f(x):\n    if x > 3:\n")
    assert not root.exists()
