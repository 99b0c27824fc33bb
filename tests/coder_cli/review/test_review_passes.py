"""What becomes of a model's answers: places, severities, the second look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coder_cli.errors import ContextError
from coder_cli.model.guide import Json, Quote, Step
from coder_cli.model.types import Prompt
from coder_cli.review.asking import Strictness
from coder_cli.review.passes import Reviewer
from coder_cli.review.surroundings import Ground
from coder_cli.review.types import Category, Finding, Severity, Source
from coder_cli.review.walk import of_the_diff, planned
from retrieval.changes import find_changes, project_of
from retrieval.repo import Repo
from tests.coder_cli.review.guided import GuidedModel
from tests.git_repository import GitRepository

BEFORE = """from stock import take


def order(parts, number):
    if number < len(parts):
        return take(parts[number])
    return None
"""
AFTER = BEFORE.replace("<", "<=")
CALLER = "from shop import order\n\n\ndef first(parts):\n    return order(parts, 0)\n"
ASKED = Strictness(suspicion=0.0)
TOLD = {
    "title": "The last  number is one too many",
    "scenario": "order([], 0) raises\nIndexError.",
    "category": "logic",
    "severity": "error",
    "suggestion": "Use <.",
}


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    made.write("shop.py", BEFORE)
    made.write("stock.py", "def take(part):\n    return part\n")
    made.write("caller.py", CALLER)
    made.commit()
    made.write("shop.py", AFTER)
    return made


def reply(quote: str) -> GuidedModel:
    def said(step: Step) -> str:
        if isinstance(step, Quote):
            assert any(
                quote in "".join(f"{line}\n" for line in step.lines[first - 1 : last])
                for first, last in step.spans
            )
            return quote
        assert isinstance(step, Json)
        return json.dumps(TOLD)

    return GuidedModel([], reply=said, context_length=30_000)


def look(
    repository: GitRepository, model: GuidedModel, strictness: Strictness | None = None, budget: int = 4000
) -> list[Finding]:
    repo = Repo.open(repository.root)
    changes = find_changes(repo)
    project = project_of(repo, changes.head, cache=None)
    plan = planned(model, changes, project, "shop", budget, strictness or ASKED)
    found = [one.finding for looked in plan.looks() for one in looked.found]
    assert of_the_diff(changes, found) == tuple(found)
    return found


def asked(prompt: Prompt) -> str:
    return "".join(part for part in prompt.parts if isinstance(part, str))


def test_a_finding_has_the_place_that_its_quote_has(repository: GitRepository) -> None:
    model = reply("    if number <= len(parts):\n")
    (finding,) = look(repository, model)
    assert (finding.path, finding.start_line, finding.end_line) == ("shop.py", 5, 5)
    assert finding.quote == "    if number <= len(parts):"
    assert (finding.severity, finding.category, finding.source) == (
        Severity.ERROR,
        Category.LOGIC,
        Source.MODEL,
    )
    assert finding.title == "The last number is one too many"
    assert finding.scenario == "order([], 0) raises IndexError."
    assert not finding.certain


def test_the_model_sees_what_is_used_who_uses_it_and_the_change(repository: GitRepository) -> None:
    model = reply("    if number <= len(parts):\n")
    look(repository, model)
    prompt = asked(model.prompts[0])
    assert "def take(part):" in prompt
    assert "return order(parts, 0)" in prompt
    assert "-    if number < len(parts):\n+    if number <= len(parts):" in prompt
    assert prompt.index("def take(part)") < prompt.index("return order(parts, 0)") < prompt.index("```diff")


def test_no_fault_is_an_answer_of_one_word(repository: GitRepository) -> None:
    model = reply("")
    model.odds = lambda prompt: -1.0
    assert look(repository, model) == []
    assert len(model.prompts) == len(model.steps) == 1


def test_what_is_not_confirmed_is_dropped(repository: GitRepository) -> None:
    model = reply("    if number <= len(parts):\n")
    model.odds = lambda prompt: -1.0 if "Is the reviewer right" in asked(prompt) else 1.0
    assert look(repository, model) == []
    claim = asked(model.prompts[1])
    assert "The last number is one too many. order([], 0) raises IndexError." in claim
    assert "    if number <= len(parts):" in claim


def test_how_sure_a_model_has_to_be_is_ours_to_say(repository: GitRepository) -> None:
    quote = "    if number <= len(parts):\n"
    assert look(repository, reply(quote), Strictness(suspicion=0.5, confirmation=0.5))
    assert not look(repository, reply(quote), Strictness(suspicion=2.0))
    assert not look(repository, reply(quote), Strictness(suspicion=0.0, confirmation=2.0))


def test_the_same_place_is_told_once(repository: GitRepository) -> None:
    assert len(look(repository, reply("    if number <= len(parts):\n"))) == 1


def test_a_pure_deletion_is_told_at_the_line_that_survived_beside_it(repository: GitRepository) -> None:
    repository.write("shop.py", BEFORE.replace("    if number < len(parts):\n    ", ""))
    repository.commit()
    repository.write("shop.py", BEFORE)
    repository.commit()
    repository.write("shop.py", BEFORE.replace("    return None\n", ""))
    model = reply("        return take(parts[number])\n")
    (finding,) = look(repository, model)
    assert (finding.start_line, finding.end_line) == (6, 6)
    assert finding.deleted == "    return None"


def test_it_is_asked_only_where_that_is_wanted(repository: GitRepository) -> None:
    model = reply("    if number <= len(parts):\n")
    assert look(repository, model, Strictness()) == []
    assert model.scored and not model.prompts


def test_white_space_is_not_read(repository: GitRepository) -> None:
    repository.write("shop.py", BEFORE + "\n\n")
    model = reply("")
    assert look(repository, model) == []
    assert not model.prompts


@pytest.mark.parametrize("budget", [300, 600, 900, 2000])
def test_a_prompt_keeps_to_the_budget(repository: GitRepository, budget: int) -> None:
    long = "".join(f"def f{number}(a):\n    return a + {number}\n\n\n" for number in range(60))
    repository.write("long.py", long)
    repository.write("uses.py", "import long\n\n\ndef g():\n    return long.f1(1) + long.f2(2)\n")
    model = reply("")
    model.odds = lambda prompt: -1.0
    look(repository, model, budget=budget)
    empty = min(len(asked(prompt)) for prompt in model.prompts)
    assert len(model.prompts) > 2
    assert all(len(asked(prompt)) <= 700 + budget for prompt in model.prompts), empty


def test_a_window_without_room_is_refused(repository: GitRepository) -> None:
    repo = Repo.open(repository.root)
    project = project_of(repo, find_changes(repo).head, cache=None)
    ground = Ground(project.graph(), project.parsed, project.file)
    with pytest.raises(ContextError):
        Reviewer(GuidedModel([], context_length=100), ground, "shop", 1000, Strictness())
