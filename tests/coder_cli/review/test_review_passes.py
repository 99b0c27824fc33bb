"""What a model says of what it doubts: what it is shown, what it may write, what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coder_cli.model.guide import Json, Step
from coder_cli.model.types import Completion, PrefillProgress, Prompt, Sampling, unheard
from coder_cli.review.doubts import Strictness
from coder_cli.review.types import Finding, Severity
from coder_cli.review.walk import of_the_diff, planned
from exporters.families import FAMILIES
from retrieval.changes import find_changes, project_of
from retrieval.repo import Repo
from tests.fakes import ScriptedModel
from tests.git_repository import GitRepository

BEFORE = """from stock import take


def order(parts, number):
    if number > 1:
        return take(parts[number])
    return None
"""
AFTER = BEFORE.replace("number > 1", "number <= len(parts)")
CALLER = "from shop import order\n\n\ndef first(parts):\n    return order(parts, 0)\n"
SCENARIO = "order([], 0) raises\nIndexError. Then the"


@dataclass
class Doubtful(ScriptedModel):
    """Doubts `<=`, and fills a JSON object with its constants and `scenario`."""

    scenario: str = SCENARIO
    schemas: list[dict[str, dict[str, str]]] = field(default_factory=list)

    def generate(
        self, prompt: Prompt, sampling: Sampling, progress: PrefillProgress = unheard
    ) -> Iterator[str | Completion]:
        assert prompt.guide is not None
        guide = prompt.guide()
        step: Step = next(guide)
        assert isinstance(step, Json)
        self.schemas.append(step.schema["properties"])
        told = {name: one.get("const", self.scenario) for name, one in self.schemas[-1].items()}
        with pytest.raises(StopIteration):
            guide.send(json.dumps(told))
        yield from super().generate(prompt, sampling, progress)


def doubtful(
    scenario: str = SCENARIO, window: int = 30_000, family: str = "qwen2.5-coder-instruct"
) -> Doubtful:
    return Doubtful(
        [],
        expects=lambda text, one: -9.0 if text.endswith("if number <") and one == "=" else -0.4,
        context_length=window,
        family=FAMILIES[family],
        scenario=scenario,
    )


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    made.write("shop.py", BEFORE)
    made.write("stock.py", "def take(part):\n    return part\n")
    made.write("caller.py", CALLER)
    made.commit()
    made.write("shop.py", AFTER)
    return made


def look(
    repository: GitRepository, model: Doubtful, budget: int = 4000, explained: bool = True
) -> list[Finding]:
    repo = Repo.open(repository.root)
    changes = find_changes(repo)
    project = project_of(repo, changes.head, cache=None)
    plan = planned(model, changes, project, "shop", budget, Strictness(), explained)
    found = [one for looked in plan.looks() for one in looked.found]
    assert of_the_diff(changes, found) == tuple(found)
    return found


def asked(prompt: Prompt) -> str:
    return "".join(part for part in prompt.parts if isinstance(part, str))


def test_only_the_scenario_is_the_models_and_only_its_whole_sentences(repository: GitRepository) -> None:
    model = doubtful()
    (finding,) = look(repository, model)
    assert finding.scenario == "order([], 0) raises IndexError."
    assert (finding.start_line, finding.end_line, finding.severity) == (5, 5, Severity.WARNING)
    (schema,) = model.schemas
    assert {name: one.get("const") for name, one in schema.items()} == {
        "quote": "    if number <= len(parts):",
        "title": finding.title,
        "suggestion": finding.suggestion,
        "severity": "warning",
        "category": "logic",
        "scenario": None,
    }


def test_the_model_sees_what_is_used_who_uses_it_and_the_change(repository: GitRepository) -> None:
    model = doubtful()
    look(repository, model)
    prompt = asked(model.prompts[0])
    assert "def take(part):" in prompt
    assert "return order(parts, 0)" in prompt
    assert "-    if number > 1:\n+    if number <= len(parts):" in prompt
    assert prompt.index("def take(part)") < prompt.index("return order(parts, 0)") < prompt.index("```diff")
    assert prompt.index("```diff") < prompt.rindex("    if number <= len(parts):")


@pytest.mark.parametrize("scenario", ["no sentence that comes to its end", ""])
def test_without_a_whole_sentence_it_is_told_in_words_of_ours(
    repository: GitRepository, scenario: str
) -> None:
    (finding,) = look(repository, doubtful(scenario))
    assert finding.scenario.startswith("Where both sides are equal")


def test_it_is_asked_only_where_that_is_wanted(repository: GitRepository) -> None:
    model = doubtful()
    (finding,) = look(repository, model, explained=False)
    assert finding.scenario.startswith("Where both sides are equal")
    assert not model.prompts


def test_a_base_model_only_reads(repository: GitRepository) -> None:
    model = doubtful(family="deepseek-coder-base")
    assert len(look(repository, model)) == 1
    assert model.scored and not model.prompts


def test_what_does_not_fit_the_window_is_told_in_words_of_ours(repository: GitRepository) -> None:
    model = doubtful(window=900)
    (finding,) = look(repository, model)
    assert finding.scenario.startswith("Where both sides are equal")
    assert not model.prompts


def test_where_nothing_is_doubted_nothing_is_asked(repository: GitRepository) -> None:
    repository.write("shop.py", AFTER.replace("<=", "<"))
    model = doubtful()
    assert look(repository, model) == []
    assert model.scored and not model.prompts


def test_white_space_is_not_read(repository: GitRepository) -> None:
    repository.write("shop.py", BEFORE + "\n\n")
    model = doubtful()
    assert look(repository, model) == []
    assert not model.scored


@pytest.mark.parametrize("budget", [300, 600, 900, 2000])
def test_a_prompt_keeps_to_the_budget(repository: GitRepository, budget: int) -> None:
    long = "".join(
        f"def f{number}(a, number):\n    if number <= a:\n        return a + {number}\n\n\n"
        for number in range(20)
    )
    repository.write("long.py", long)
    repository.write("uses.py", "import long\n\n\ndef g():\n    return long.f1(1) + long.f2(2)\n")
    model = doubtful()
    look(repository, model, budget=budget)
    assert len(model.prompts) > 2
    assert all(len(asked(prompt)) <= 1000 + budget for prompt in model.prompts)
