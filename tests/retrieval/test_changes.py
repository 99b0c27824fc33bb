"""What is read out of two sides of a change, made by the real git."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from retrieval.changes import Changes, Status, find_changes, project_of
from retrieval.errors import RepositoryError
from retrieval.hunks import RowKind, hunks_of, lines_of
from retrieval.repo import Repo
from retrieval.types import Skip
from tests.git_repository import GitRepository

TEN = "".join(f"line {number}\n" for number in range(1, 11))


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    made.write("a.py", TEN)
    made.write("b.py", "def b():\n    return 1\n")
    made.commit()
    return made


def changes(repository: GitRepository, revisions: str | None = None, **asked: object) -> Changes:
    return find_changes(Repo.open(repository.root), revisions=revisions, **asked)  # type: ignore[arg-type]


def statuses(found: Changes) -> dict[str, Status]:
    return {file.path: file.status for file in found.files}


def test_the_working_tree_is_compared_with_head_and_new_files_count(repository: GitRepository) -> None:
    repository.write("a.py", TEN.replace("line 5\n", "line five\n"))
    repository.write("new.py", "x = 1\n")
    repository.write(".gitignore", "ignored.py\n")
    repository.write("ignored.py", "y = 1\n")
    (repository.root / "b.py").unlink()
    found = changes(repository)
    assert statuses(found) == {
        ".gitignore": Status.ADDED,
        "a.py": Status.MODIFIED,
        "b.py": Status.DELETED,
        "new.py": Status.ADDED,
    }
    (hunk,) = found.files[1].hunks
    assert (hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines) == (2, 7, 2, 7)
    assert [
        (row.old_line, row.new_line, row.text) for row in hunk.rows if row.kind is not RowKind.CONTEXT
    ] == [
        (5, None, "line 5"),
        (None, 5, "line five"),
    ]
    (gone,) = found.files[2].hunks
    assert (gone.new_start, gone.new_lines, len(gone.deleted)) == (0, 0, 2)


def test_only_what_is_staged_counts_for_staged(repository: GitRepository) -> None:
    repository.write("a.py", TEN + "staged\n")
    repository.git("add", "a.py")
    repository.write("a.py", TEN + "staged\nnot staged\n")
    repository.write("new.py")
    found = changes(repository, staged=True)
    assert statuses(found) == {"a.py": Status.MODIFIED}
    assert [row.text for row in found.files[0].hunks[0].added] == ["staged"]
    project = project_of(Repo.open(repository.root), found.head, cache=None)
    assert "new.py" not in project
    assert project.text("a.py") == TEN + "staged\n"


def test_ranges_and_commits(repository: GitRepository) -> None:
    first = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.write("topic.py")
    topic = repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.write("main.py", TEN)
    repository.commit()
    assert statuses(changes(repository, "main..topic")) == {
        "main.py": Status.DELETED,
        "topic.py": Status.ADDED,
    }
    assert statuses(changes(repository, "main...topic")) == {"topic.py": Status.ADDED}
    assert statuses(changes(repository, "topic")) == {"topic.py": Status.ADDED}
    assert statuses(changes(repository, commit=topic)) == {"topic.py": Status.ADDED}
    assert statuses(changes(repository, commit=first)) == {"a.py": Status.ADDED, "b.py": Status.ADDED}
    assert statuses(changes(repository, f"{first}..")) == {"main.py": Status.ADDED}
    repository.git("merge", "--quiet", "--no-edit", "topic")
    assert statuses(changes(repository, commit="HEAD")) == {"topic.py": Status.ADDED}


def test_a_base_is_left_where_the_branch_began_and_uncommitted_work_counts(repository: GitRepository) -> None:
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.write("topic.py")
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.write("main.py", TEN)
    repository.commit()
    repository.git("checkout", "--quiet", "topic")
    repository.write("wip.py")
    found = changes(repository, base="main")
    assert statuses(found) == {"topic.py": Status.ADDED, "wip.py": Status.ADDED}


def test_nothing_changed_is_no_change(repository: GitRepository) -> None:
    for asked in ({}, {"staged": True}, {"base": "HEAD"}, {"revisions": "HEAD..HEAD"}):
        assert not changes(repository, **asked)
    repository.git("commit", "--quiet", "--allow-empty", "-m", "nothing")
    assert not changes(repository, commit="HEAD")


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "young")
    repository.write("a.py", "a = 1\n")
    assert statuses(changes(repository)) == {"a.py": Status.ADDED}
    assert not changes(repository, staged=True)
    repository.git("add", "a.py")
    assert statuses(changes(repository, staged=True)) == {"a.py": Status.ADDED}
    with pytest.raises(RepositoryError, match="no commit"):
        changes(repository, base="HEAD")


@pytest.mark.parametrize("side", ["working", "staged", "commit"])
def test_renames_are_found_with_and_without_changes(repository: GitRepository, side: str) -> None:
    repository.git("mv", "a.py", "moved.py")
    repository.git("mv", "b.py", "same.py")
    repository.write("moved.py", TEN.replace("line 5\n", "line five\n"))
    if side != "working":
        repository.git("add", "--all")
    if side == "commit":
        repository.commit()
    found = changes(repository, staged=side == "staged", commit="HEAD" if side == "commit" else None)
    assert [(file.old_path, file.path, file.status, len(file.hunks)) for file in found.files] == [
        ("a.py", "moved.py", Status.RENAMED, 1),
        ("b.py", "same.py", Status.RENAMED, 0),
    ]


@pytest.mark.parametrize("committed", [True, False])
def test_a_changed_mode_is_told(repository: GitRepository, committed: bool) -> None:
    (repository.root / "b.py").chmod(0o755)
    if committed:
        repository.commit()
    (file,) = changes(repository, commit="HEAD" if committed else None).files
    assert (file.status, file.mode, file.hunks) == (Status.MODE, ("100644", "100755"), ())


def test_what_cannot_be_read_is_named_with_its_reason(repository: GitRepository, tmp_path: Path) -> None:
    repository.write("picture.png", b"\x89PNG\0\0\0\0\1\2")
    repository.write(".env", "TOKEN=abc\n")
    (repository.root / "link.py").symlink_to("a.py")
    other = GitRepository(tmp_path / "other")
    other.write("x.py")
    other.commit()
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(other.root), "sub")
    repository.write("table.json", "{}\n")
    repository.commit()
    found = {file.path: file for file in changes(repository, commit="HEAD").files}
    assert {path: file.skipped.reason for path, file in found.items() if file.skipped} == {
        "picture.png": Skip.BINARY,
        ".env": Skip.SENSITIVE,
        "link.py": Skip.LINK,
        "sub": Skip.SUBMODULE,
        "table.json": Skip.DATA,
    }
    assert found["picture.png"].status is Status.BINARY
    assert found["sub"].status is Status.SUBMODULE
    assert found[".env"].new is None
    assert found["table.json"].hunks  # no model reads it, a check does
    assert not changes(repository)


def test_generated_files_are_told_by_attributes(repository: GitRepository) -> None:
    repository.write(".gitattributes", "made.py linguist-generated\n")
    repository.write("made.py", "x = 1\n")
    repository.commit()
    file = changes(repository, commit="HEAD").files[1]
    assert file.skipped is not None
    assert file.skipped.reason is Skip.GENERATED
    assert file.new is not None


def test_lines_are_those_of_the_text_as_it_is_decoded(repository: GitRepository) -> None:
    repository.write("old_mac.txt", b"one\rtwo\rthree\r")
    repository.write("wide.txt", "eins\nzwei\n".encode("utf-16"))
    repository.write("dos.txt", b"one\r\ntwo\r\n")
    repository.commit()
    repository.write("old_mac.txt", b"one\r2\rthree\r")
    repository.write("wide.txt", "eins\nzwo\n".encode("utf-16"))
    repository.write("dos.txt", b"one\ntwo\n")
    found = changes(repository)
    assert statuses(found) == {"old_mac.txt": Status.MODIFIED, "wide.txt": Status.MODIFIED}
    assert [[row.text for row in file.hunks[0].added] for file in found.files] == [["2"], ["zwo"]]
    assert found.files[0].hunks[0].added[0].new_line == 2


def test_names_that_are_no_text_and_what_a_user_configures_change_nothing(repository: GitRepository) -> None:
    for key, value in (
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("color.ui", "always"),
        ("diff.context", "0"),
        ("diff.interHunkContext", "50"),
        ("diff.external", "touch ran"),
        ("diff.renames", "copies"),
        ("diff.algorithm", "patience"),
        ("core.quotePath", "true"),
    ):
        repository.git("config", key, value)
    odd = 't\u00e4b\tand "quote"\n.py'
    repository.write(odd, TEN)
    repository.commit()
    repository.write(odd, TEN.replace("line 9\n", ""))
    for found in (changes(repository), _committed(repository)):
        (file,) = found.files
        assert file.path == odd
        assert [row.old_line for row in file.hunks[0].deleted] == [9]
        assert len(file.hunks[0].rows) == 5
    assert not (repository.root / "ran").exists()


def _committed(repository: GitRepository) -> Changes:
    repository.commit()
    return changes(repository, commit="HEAD")


def test_no_filter_of_a_repository_runs(repository: GitRepository) -> None:
    repository.git("config", "filter.evil.clean", "touch ran; cat")
    repository.write(".gitattributes", "*.py filter=evil\n")
    repository.write("a.py", TEN + "more\n")
    repository.write("c.py")
    found = changes(repository)
    assert {"a.py", "c.py"} <= statuses(found).keys()
    assert not (repository.root / "ran").exists()


def test_a_file_of_git_lfs_that_did_not_change_is_no_change(repository: GitRepository) -> None:
    pointer = (
        "version https://git-lfs.github.com/spec/v1\n"
        "oid sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\nsize 1\n"
    )
    repository.write("big.dat", pointer)
    repository.commit()
    repository.write("big.dat", "x")
    assert not changes(repository)
    repository.write("big.dat", "y")
    assert statuses(changes(repository)) == {"big.dat": Status.BINARY}


def test_what_the_user_hides_is_left_out_and_named(repository: GitRepository) -> None:
    repository.write(".coderignore", "hidden/\n")
    repository.write("hidden/a.py")
    repository.write("seen.py")
    repository.git("add", "--all")
    found = changes(repository, staged=True)
    assert statuses(found) == {".coderignore": Status.ADDED, "seen.py": Status.ADDED}
    assert found.left_out == ("hidden/a.py",)


def test_names_that_mean_nothing_are_refused(repository: GitRepository, tmp_path: Path) -> None:
    for asked in ({"revisions": "nowhere..HEAD"}, {"commit": "nowhere"}, {"base": "--output=x"}):
        with pytest.raises(RepositoryError):
            changes(repository, **asked)
    plain = tmp_path / "plain"
    plain.mkdir()
    with pytest.raises(RepositoryError, match="no git repository"):
        find_changes(Repo.open(plain))


def test_a_commit_whose_parent_was_not_fetched_is_refused(repository: GitRepository, tmp_path: Path) -> None:
    repository.write("c.py")
    repository.commit()
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.root}", str(tmp_path / "shallow"))
    with pytest.raises(RepositoryError, match="fetched without it"):
        find_changes(Repo.open(tmp_path / "shallow"), commit="HEAD")


def test_hunks_of_random_texts_make_the_new_one_from_the_old_one(repository: GitRepository) -> None:
    chance = random.Random(7)  # noqa: S311 - texts, not secrets
    pairs = []
    for _ in range(200):
        old = [chance.choice("abc{}@") for _ in range(chance.randrange(30))]
        new = [line for line in old if chance.random() > 0.1]
        for _ in range(chance.randrange(4)):
            new.insert(
                chance.randrange(len(new) + 1), chance.choice(["@@ -1 +1 @@", "-", "+", "\\ x", "a\x0bb"])
            )
        ends = chance.choice(["", "\n"]), chance.choice(["", "\n"])
        pairs.append(("\n".join(old) + ends[0], "\n".join(new) + ends[1]))
    commands = Repo.open(repository.root).git
    assert commands is not None
    for (old_text, new_text), hunks in zip(pairs, hunks_of(commands, pairs), strict=True):
        old_lines, new_lines = lines_of(old_text), lines_of(new_text)
        made: list[str] = []
        at = 0
        for hunk in hunks:
            start = hunk.old_start - (hunk.old_lines > 0)
            made += old_lines[at:start]
            at = start + hunk.old_lines
            made += [row.text for row in hunk.rows if row.kind is not RowKind.DELETED]
            old_rows = [row for row in hunk.rows if row.kind is not RowKind.ADDED]
            assert [row.text for row in old_rows] == old_lines[start:at]
            assert [row.old_line for row in old_rows] == list(range(start + 1, at + 1))
            for row in hunk.rows:
                assert row.new_line is None or new_lines[row.new_line - 1] == row.text
            assert len(hunk.rows) - len(hunk.deleted) == hunk.new_lines
        assert made + old_lines[at:] == new_lines
        assert old_text != new_text or not hunks


def test_the_headers_are_those_of_git_itself(repository: GitRepository) -> None:
    chance = random.Random(3)  # noqa: S311 - texts, not secrets
    old = [f"line {number}" for number in range(200)]
    new = [line for line in old if chance.random() > 0.06]
    for _ in range(12):
        new.insert(chance.randrange(len(new)), "something new")
    repository.write("long.py", "\n".join(old) + "\n")
    repository.commit()
    repository.write("long.py", "\n".join(new) + "\n")
    repository.commit()
    shown = repository.git("show", "--format=", "-U3", "HEAD").split("\n")
    headers = [line.partition("@@ ")[2].partition(" @@")[0] for line in shown if line.startswith("@@")]
    (file,) = changes(repository, commit="HEAD").files
    assert [hunk.header[3:-3] for hunk in file.hunks] == headers
