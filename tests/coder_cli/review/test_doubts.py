"""What a model expects instead of what a change writes: where it is looked for, and when it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coder_cli.review.doubts import Strictness
from coder_cli.review.types import Category, Finding, Severity, Source
from coder_cli.review.walk import of_the_diff, planned
from exporters.families import FAMILIES
from retrieval.changes import find_changes, project_of
from retrieval.repo import Repo
from tests.fakes import ScriptedModel
from tests.git_repository import GitRepository

Expects = Callable[[str, str], float]

BEFORE = "".join(f"# {number}\n" for number in range(1, 21)) + "def order(parts, number):\n    return parts\n"
AFTER = BEFORE + "\n\ndef at(parts, number):\n    if number <= len(parts):\n        return parts[number]\n"


def unlikely(before: str, token: str, odds: float = -9.0) -> Expects:
    """Everything has the same odds but this token behind that text."""
    return lambda text, one: odds if text.endswith(before) and one == token else -0.4


LESS = unlikely("if number <", "=")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    made.write("shop.py", BEFORE)
    made.commit()
    made.write("shop.py", AFTER)
    return made


def look(
    repository: GitRepository, by: ScriptedModel, strictness: Strictness | None = None, whole: bool = True
) -> list[Finding]:
    repo = Repo.open(repository.root)
    changes = find_changes(repo)
    project = project_of(repo, changes.head, cache=None)
    plan = planned(by, changes, project, "shop", 4000, strictness or Strictness())
    looked = list(plan.looks())
    found = [one for each in looked for one in each.found]
    assert of_the_diff(changes, found) == tuple(found)
    assert all(each.is_whole for each in looked) == whole
    return found


def model(expects: Expects, window: int = 30_000) -> ScriptedModel:
    base = FAMILIES["deepseek-coder-base"]  # which reads, and is not asked for words
    return ScriptedModel([], expects=expects, context_length=window, family=base)


def test_what_is_likelier_is_told_at_its_line_with_the_line_it_would_make(repository: GitRepository) -> None:
    (finding,) = look(repository, model(LESS))
    assert (finding.path, finding.start_line, finding.end_line) == ("shop.py", 26, 26)
    assert finding.quote == "    if number <= len(parts):"
    assert finding.title == "`<=` where `<` is likelier"
    assert finding.suggestion.endswith("if number < len(parts):")
    assert (finding.severity, finding.category) == (Severity.WARNING, Category.LOGIC)
    assert finding.source is Source.MODEL and not finding.certain


def test_a_diff_is_read_with_its_rows_and_those_around(repository: GitRepository) -> None:
    repository.write("shop.py", AFTER.replace("# 20\n", "# twenty\n"))
    by = model(LESS)
    look(repository, by)
    assert by.scored[0].startswith("--- a/shop.py\n+++ b/shop.py\n@@ -12 +12 @@\n # 12\n # 13\n")
    assert " # 19\n-# 20\n+# twenty\n def order" in by.scored[0]
    assert "+    if number <= len(parts):\n+        return parts[number]" in by.scored[0]


@pytest.mark.parametrize("odds", [-0.4, -1.7])
def test_what_is_hardly_likelier_is_not_told(repository: GitRepository, odds: float) -> None:
    by = model(unlikely("if number <", "=", odds))
    assert look(repository, by) == []
    assert len(by.scored) == 1


def test_what_is_unlikely_itself_is_not_told(repository: GitRepository) -> None:
    by = model(lambda text, one: LESS(text, one) - 2.2)
    assert look(repository, by) == []


def test_what_follows_must_bear_it_out(repository: GitRepository) -> None:
    """The rows with the rival are read once more; where they are the less likely ones nothing is told."""
    by = model(lambda text, one: -30.0 if text.endswith("if number < len(parts)") else LESS(text, one))
    assert look(repository, by) == []
    assert len(by.scored) == 2
    assert "+    if number < len(parts):\n+        return parts" in by.scored[1]


def test_what_was_there_before_is_no_rival(repository: GitRepository) -> None:
    repository.write("shop.py", AFTER.replace("<=", "<"))
    repository.commit()
    repository.write("shop.py", AFTER)
    assert look(repository, model(LESS)) == []


def test_arguments_over_two_rows_are_told_at_both(repository: GitRepository) -> None:
    repository.write("shop.py", BEFORE + "\n\nx = order(\n    number,\n    parts,\n)\n")
    (finding,) = look(repository, model(unlikely("order(\n+    ", "n")))
    assert (finding.start_line, finding.end_line) == (26, 27)
    assert finding.quote == "    number,\n    parts,"
    assert finding.title == "The arguments `number, parts` are likelier as `parts, number`"
    assert finding.suggestion.endswith("parts, number,")


@pytest.mark.parametrize("path", ["notes.md", "data.json"])
def test_what_is_no_code_is_not_read(repository: GitRepository, path: str) -> None:
    repository.write("shop.py", BEFORE)
    repository.write(path, "if number <= 1\n")
    by = model(LESS)
    assert look(repository, by) == [] and not by.scored


def test_a_region_that_no_window_holds_is_read_as_far_as_it_goes(repository: GitRepository) -> None:
    rows = [f"# {'long ' * 40}\n" for number in range(8)]
    repository.write("shop.py", "".join(rows))
    repository.commit()
    repository.write("shop.py", "".join(["x = f(1)\n", *rows, "if number <= 2:\n"]))
    by = model(LESS, window=1500)
    assert look(repository, by, whole=False) == []
    assert by.scored and all(len(text) <= 1500 for text in by.scored)


def test_a_cancelled_reading_tells_nothing(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptedModel, "score", lambda *given: None)
    assert look(repository, model(LESS), whole=False) == []
