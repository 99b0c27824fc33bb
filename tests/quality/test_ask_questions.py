"""The questions are what they say; places in answers are found as a reader would find them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.quality.ask_questions import HELD_OUT, TUNING, Question, Span, exists, printed, repositories

ALL = [question for repository in repositories() for question in repository.questions]


def test_half_of_the_questions_are_held_out() -> None:
    assert Counter(question.kind for question in ALL) == {TUNING: 20, HELD_OUT: 20}
    assert len({question.identifier for question in ALL}) == 40
    for repository in repositories():
        kinds = Counter(question.kind for question in repository.questions)
        assert abs(kinds[TUNING] - kinds[HELD_OUT]) <= 1


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.identifier)
def test_an_echo_of_the_question_says_no_fact(question: Question) -> None:
    assert not question.answered_by(question.text)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("It is `src/app.py:10-20`.", [Span("src/app.py", 10, 20)]),
        ("(internal/git/repo.go:23)", [Span("internal/git/repo.go", 23, 23)]),
        (
            "See index.ts:4, and [site/[pkg].paths.ts:7](x).",
            [Span("index.ts", 4, 4), Span("site/[pkg].paths.ts", 7, 7)],
        ),
        ("src/app.py:L10–L12", [Span("src/app.py", 10, 12)]),
        ("http://localhost.com:80 and 12:30, std::io:3", []),
    ],
)
def test_places_in_an_answer_are_found(text: str, places: list[Span]) -> None:
    assert printed(text) == places


def test_a_place_exists_if_the_file_has_its_lines(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1\n2\n3\n", encoding="utf-8")
    (tmp_path.parent / "b.py").write_text("1\n", encoding="utf-8")
    assert exists(Span("a.py", 1, 3), tmp_path)
    assert not exists(Span("a.py", 1, 9), tmp_path)
    assert not exists(Span("none.py", 1, 1), tmp_path)
    assert not exists(Span("../b.py", 1, 1), tmp_path)


def test_what_was_read_is_compared_with_what_answers() -> None:
    question = Question("q", TUNING, "?", (Span("a.py", 10, 12),), ())
    assert question.place_of([Span("b.py", 10, 12), Span("a.py", 1, 10)]) == 2
    assert question.place_of([Span("a.py", 13, 20)]) is None
    assert question.file_of(["a.py"]) == 1
