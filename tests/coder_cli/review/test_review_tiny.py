"""The passes of a review with a real engine, real grammars and a model that knows nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from coder_cli.model.engine import Engine
from coder_cli.review.doubts import Least, Strictness
from coder_cli.review.rivals import Kind
from coder_cli.review.walk import of_the_diff, planned
from retrieval.changes import Changes, find_changes, project_of
from retrieval.project import RepositoryProject
from retrieval.repo import Repo
from tests.git_repository import GitRepository
from tests.tiny_model import tiny_model

BEFORE = """def order(parts, number):
    if number < len(parts):
        return parts[number]
    return None


def total(parts):
    return sum(part.price for part in parts)
"""
AFTER = """def order(parts, number):
    if number <= len(parts):
        return parts[number]
    return None


def total(parts):
    found = 0
    for part in parts:
        found -= part.price
    return found
"""
ANYTHING = dict.fromkeys(Kind, Least(-1e9, -1e9))
NOTHING = dict.fromkeys(Kind, Least(1e9, 0.0))
EVERYTHING = Strictness(ANYTHING, odds=-1e9)


@pytest.fixture(scope="module", params=["qwen2.5-coder-instruct", "deepseek-coder-instruct", "plain"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tiny_model(tmp_path_factory.mktemp("tiny"), family=request.param)
    return Engine.open(folder, notice=lambda _: None)


@pytest.fixture
def change(tmp_path: Path) -> tuple[Changes, RepositoryProject]:
    made = GitRepository(tmp_path / "shop")
    made.write("shop.py", BEFORE)
    made.write("gone.py", "def f():\n    g()\n    h()\n    return 1\n")
    made.commit()
    made.write("shop.py", AFTER)
    made.write("gone.py", "def f():\n    h()\n    return 1\n")
    repo = Repo.open(made.root)
    changes = find_changes(repo)
    return changes, project_of(repo, changes.head, cache=None)


def test_whatever_a_model_says_stands_at_lines_of_the_diff(
    engine: Engine, change: tuple[Changes, RepositoryProject]
) -> None:
    changes, project = change
    plan = planned(engine, changes, project, "shop", 900, EVERYTHING, explained=True)
    looked = list(plan.looks())
    found = [one for each in looked for one in each.found]
    assert found
    assert of_the_diff(changes, found) == tuple(found)
    texts = {file.path: file.new.text.split("\n") for file in changes.files if file.new}
    for one in found:
        assert one.quote.split("\n") == texts[one.path][one.start_line - 1 : one.end_line]
        assert one.title and one.scenario


def test_a_model_that_suspects_nothing_says_nothing(
    engine: Engine, change: tuple[Changes, RepositoryProject]
) -> None:
    changes, project = change
    plan = planned(engine, changes, project, "shop", 600, Strictness(NOTHING))
    assert not [one for each in plan.looks() for one in each.found]
