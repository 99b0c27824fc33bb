from __future__ import annotations

import codecs

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from retrieval.ignore_rules import IgnoreRules
from tests.git_repository import GitRepository


def rules(**files: str) -> IgnoreRules:
    """Keyword: a folder, "root" for the root; its text."""
    made = IgnoreRules()
    for folder, text in files.items():
        made.add("" if folder == "root" else folder, text.encode())
    return made


def test_without_rules_nothing_is_ignored() -> None:
    assert not rules()
    assert not rules().ignores("a.py")


@pytest.mark.parametrize(
    ("text", "ignored", "kept"),
    [
        ("*.log", "a.log b/c.log", "a.log.py log"),
        ("/build", "build build/a.py", "src/build src/build/a.py"),
        ("build/", "build/a.py src/build/a.py", "build"),
        ("docs/**/*.md", "docs/a.md docs/b/c.md", "a.md docs/a.py"),
        ("*.py\n!keep.py", "a.py b/a.py", "keep.py b/keep.py"),
        ("vendor/\n!vendor/keep.py", "vendor/keep.py vendor/a.py", "a.py"),
        ("vendor/*\n!vendor/keep.py", "vendor/a.py", "vendor/keep.py"),
        ("# a comment\n\n\\#hash", "#hash", "hash '# a comment'"),
        ("a?c\n[xy].py", "abc x.py", "ac z.py"),
        ("trailing   \nspaced\\ ", "trailing", "spaced"),
    ],
)
def test_patterns_mean_what_they_mean_to_git(text: str, ignored: str, kept: str) -> None:
    made = rules(root=text)
    assert [path for path in ignored.split() if not made.ignores(path)] == []
    assert [path for path in kept.split() if made.ignores(path)] == []


def test_a_deeper_file_overrides_the_one_above() -> None:
    made = rules(root="*.gen", src="!*.gen\n/local")
    assert made.ignores("a.gen")
    assert not made.ignores("src/a.gen")
    assert not made.ignores("src/deep/a.gen")
    assert made.ignores("src/local")
    assert not made.ignores("local")


def test_nothing_below_an_ignored_folder_comes_back() -> None:
    made = rules(root="src/", src="!a.py")
    assert made.ignores("src/a.py")
    assert made.ignores_folder("src/deep")


def test_a_pattern_nobody_can_read_is_passed_over() -> None:
    assert rules(root="!\n*.log").ignores("a.log")
    assert not rules(root="///\n[").ignores("a.log")


def test_names_are_bytes_whatever_they_mean_and_editors_may_leave_their_marks() -> None:
    made = IgnoreRules()
    made.add("", b"caf\xe9.py\r\n*.log\r\n")
    assert made.ignores("caf\udce9.py")
    assert made.ignores("a.log")
    made.add("", codecs.BOM_UTF16_LE + "café.py\r\n".encode("utf-16-le"))
    assert made.ignores("café.py")
    assert not made.ignores("a.log")


PATHS = ["a", "b", "c", "d/a", "d/b", "d/c", "e/a/b", "e/b/c", "f/b/a/c"]
PATTERNS = ["a", "b/", "/a", "*", "!a", "a/b", "!b", "**/c", "a/**", "!a/b", "/*", "!/b/", "c*", "!*/", "d/*"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    made = GitRepository(tmp_path_factory.mktemp("ignoring"))
    for path in PATHS:
        made.write(path)
    return made


@settings(max_examples=50)
@given(patterns=st.lists(st.sampled_from(PATTERNS)))
@example(patterns=["a", "!b"])  # `!b` is not about what is in b
@example(patterns=["*", "!*/", "!a"])
def test_it_agrees_with_git_on_any_list_of_patterns(repository: GitRepository, patterns: list[str]) -> None:
    repository.write(".gitignore", "\n".join(patterns))
    kept = repository.git("ls-files", "--others", "--exclude-standard").split("\n")
    made = rules(root="\n".join(patterns))
    assert [path for path in PATHS if not made.ignores(path)] == [path for path in PATHS if path in kept]
