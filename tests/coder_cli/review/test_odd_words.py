"""Words that a model would have written otherwise: where they are looked for, and when they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from coder_cli.model.guide import Choice, Text
from coder_cli.model.types import Part, Prompt
from coder_cli.review.asking import Strictness
from coder_cli.review.oddities import Reading, reading
from coder_cli.review.parts import divided
from coder_cli.review.types import Finding
from coder_cli.review.walk import of_the_diff, planned
from retrieval.changes import find_changes, project_of
from retrieval.repo import Repo
from tests.coder_cli.review.guided import GuidedModel
from tests.git_repository import GitRepository

BEFORE = (
    "def order(parts, number):\n    if number < len(parts):\n        return parts[number]\n    return None\n"
)
AFTER = BEFORE.replace("<", "<=")


@dataclass
class WordModel(GuidedModel):
    """Every text of one word is one token."""

    def encode(self, parts: Sequence[Part]) -> list[int]:
        if len(parts) == 1 and isinstance(parts[0], str) and 0 < len(parts[0]) < 6:
            return [1]
        return super().encode(parts)


def asked(prompt: Prompt) -> str:
    return "".join(part for part in prompt.parts if isinstance(part, str))


def model(first: float, second: float = 1.0) -> WordModel:
    """`first`: what it gives to rivals while it reads; `second`: to the line with one when asked again."""

    def odds(prompt: Prompt) -> float:
        text = asked(prompt)
        if "Which of the two" in text:
            return second if "A:\n```\n    if number <= " in text else -second
        return first if text.startswith("#shop.py\n") else -1.0

    return WordModel([], odds=odds, context_length=30_000)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    made.write("shop.py", BEFORE)
    made.commit()
    made.write("shop.py", AFTER)
    return made


def look(repository: GitRepository, by: GuidedModel, strictness: Strictness | None = None) -> list[Finding]:
    repo = Repo.open(repository.root)
    changes = find_changes(repo)
    project = project_of(repo, changes.head, cache=None)
    plan = planned(by, changes, project, "shop", 4000, strictness or Strictness())
    found = [one.finding for looked in plan.looks() for one in looked.found]
    assert of_the_diff(changes, found) == tuple(found)
    return found


def read(repository: GitRepository, path: str, text: str) -> Reading | None:
    repository.write(path, text)
    repo = Repo.open(repository.root)
    changes = find_changes(repo)
    project = project_of(repo, changes.head, cache=None)
    parts, _ = divided(changes, project.parsed, project.graph(), 10_000, len)
    (part,) = [part for part in parts if part.path == path]
    return reading(part, lambda words: True)


def test_a_likelier_word_is_told_at_its_line_with_the_line_it_would_make(repository: GitRepository) -> None:
    (finding,) = look(repository, model(first=4.0))
    assert (finding.path, finding.start_line, finding.quote) == ("shop.py", 2, "    if number <= len(parts):")
    assert finding.title.startswith("`<=` where `<`")
    assert "55 times" in finding.scenario
    assert finding.suggestion.endswith("if number < len(parts):")
    assert not finding.certain


def test_what_is_hardly_likelier_is_not_asked_about(repository: GitRepository) -> None:
    by = model(first=2.0)
    assert look(repository, by) == []
    assert not any("Which of the two" in asked(prompt) for prompt in by.prompts)
    assert look(repository, model(first=2.0), Strictness(oddity=1.0))


def test_what_the_model_does_not_choose_again_is_dropped(repository: GitRepository) -> None:
    by = model(first=4.0, second=-1.0)
    assert look(repository, by) == []
    again = [asked(prompt) for prompt in by.prompts if "Which of the two" in asked(prompt)]
    assert len(again) == 2  # in both orders
    assert all("<missing line>\n        return parts[number]" in text for text in again)


def test_the_code_is_read_as_it_stands(repository: GitRepository) -> None:
    by = model(first=4.0)
    look(repository, by)
    prompt = next(each for each in by.prompts if asked(each).startswith("#shop.py\n"))
    assert asked(prompt) == "#shop.py\ndef order(parts, number):\n    if number"
    first = next(step for step in by.steps if isinstance(step, Choice))
    assert first.options[0] == " <=" and set(first.options[1:]) == {" <", " >", " >="}


def test_only_new_lines_and_no_strings_or_comments_are_asked_about(repository: GitRepository) -> None:
    text = AFTER.replace("    return None", '    # a < b\n    print("x > 1", number == 2)\n    return None')
    found = read(repository, "shop.py", text)
    assert found is not None
    assert [(place.line, place.word) for place in found.places] == [(2, " <="), (5, " =="), (5, "2")]


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        (
            "a.js",
            "if (a === b && c !== d) { x += 1; return true; }\n",
            [" ===", " &&", " !==", " +=", "1", " true"],
        ),
        ("a.go", "for i := 0; i < n; i++ { v := a[i-1] }\n", ["0", " <", "1"]),
        ("a.py", "x = y and z or not w\nf(True, key=False)\n", [" and", " or", "True", "False"]),
        (
            "a.rs",
            "fn f(v: Vec<u8>) -> bool { v.len() >= 10 || v[0] != 2 }\n",
            [" >=", " ||", "0", " !=", "2"],
        ),
        ("a.c", "int m(int a) { return min(a, 1.0) << 2; }\n", ["min", "2"]),
        ("a.txt", "a < b\n", []),
    ],
)
def test_words_are_known_in_several_languages(
    repository: GitRepository, path: str, code: str, words: list[str]
) -> None:
    found = read(repository, path, code)
    assert [place.word for place in found.places] == words if found else not words


def test_the_forced_text_and_the_words_are_the_text(repository: GitRepository) -> None:
    by = model(first=4.0)
    long = "".join(f"def f{number}(a):\n    return a < {number % 3} and a == 1\n\n\n" for number in range(9))
    repository.write("long.py", long)
    repository.commit()
    repository.write("long.py", long.replace("==", "!="))
    look(repository, by)
    prompt = next(each for each in by.prompts if asked(each).startswith("#long.py\n"))
    steps = iter(by.steps)
    begun = asked(prompt).removeprefix("#long.py\n")
    assert long.replace("==", "!=").startswith(begun)
    said = "".join(
        step.text if isinstance(step, Text) else step.options[0] if isinstance(step, Choice) else ""
        for step in steps
        if not (isinstance(step, Choice) and step.options[0] in ("No fault.", "A"))
    )
    assert long.replace("==", "!=").startswith(begun + said)
