"""The message of a commit: a repository's style is seen, and what a model says is brought into it."""

from __future__ import annotations

import re

import pytest

from coder_cli.commit_message import message_in, subject_in
from coder_cli.commit_style import Prefix, Style, is_by_a_person, pattern, style_in

TYPED = ["fix(parser): read the last line", "feat(cli): add a flag", "chore: drop the old name", "fix: a bug"]
AREAS = ["parser: read the last line", "cli: add a flag", "net/http: drop the old name", "cli: say why"]
PLAIN = ["Read the last line", "Add a flag", "Drop the old name", "Say why"]


def style(subjects: list[str], body: str = "") -> Style:
    return style_in([(subject, body) for subject in subjects])


def test_habits_are_seen() -> None:
    typed = style(TYPED)
    assert (typed.prefix, typed.scope, typed.capital, typed.period) == (Prefix.TYPE, None, False, False)
    assert typed.types[:3] == ("fix", "feat", "chore")
    assert (style(AREAS).prefix, style(AREAS).capital) == (Prefix.AREA, False)
    assert (style(PLAIN).prefix, style(PLAIN).capital) == (Prefix.NONE, True)
    assert style(TYPED[:2] + PLAIN[:2]).prefix is Prefix.MIXED
    assert style([f"{subject}." for subject in PLAIN]).period


def test_a_body_of_trailers_is_none() -> None:
    assert style(PLAIN, "It was read twice.\n").body
    assert not style(PLAIN, "Signed-off-by: Ada <ada@example.org>\nFixes #12\n").body
    assert not style(PLAIN).body


def test_numbers_of_pull_requests_are_not_shown() -> None:
    assert style(["Read the last line (#12) (#13)"]).subjects == ("Read the last line",)


@pytest.mark.parametrize(
    "subject",
    ["v1.2.0", "ignore-0.4.33", "Bump actions/checkout from 6 to 7", "build(deps): bump x from 1 to 2"],
)
def test_what_programs_word_is_no_persons(subject: str) -> None:
    assert not is_by_a_person(subject)
    assert is_by_a_person("Bumper cars go faster")


def test_an_area_is_one_that_there_was_or_a_part_of_a_path_that_changed() -> None:
    allowed = re.compile(pattern(style(AREAS), ("retrieval", "graph")))
    for subject in ("cli: add a flag for it", "net/http: drop the old name", "graph: order what is left"):
        assert allowed.fullmatch(subject)
    for subject in ("Fixes: the flag of the graph", "-deps: update everything else", "add a flag for it"):
        assert not allowed.fullmatch(subject)


@pytest.mark.parametrize(("subjects", "others"), [(TYPED, PLAIN), (AREAS, PLAIN), (PLAIN, TYPED + AREAS)])
def test_the_pattern_takes_what_keeps_to_the_style(subjects: list[str], others: list[str]) -> None:
    kept = re.compile(pattern(style(subjects)))
    assert all(kept.fullmatch(subject) for subject in subjects if len(subject) > 12)
    assert not any(kept.fullmatch(subject) for subject in others)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Read the last line", "Read the last line"),
        ('```\n"read the last line."\n```', "Read the last line"),
        ("Subject: **Read the last line**", "Read the last line"),
        ("fix(parser): read the last line (#12)", "Read the last line"),
        ("HTTP is spoken", "HTTP is spoken"),
        ("Read\x1b[31m the last\u202e line", "Read[31m the last line"),
        ("\n\n", ""),
    ],
)
def test_an_answer_becomes_a_subject_of_the_repository(said: str, expected: str) -> None:
    assert subject_in(said, style(PLAIN)) == expected


def test_a_subject_that_is_too_long_is_cut_at_a_word() -> None:
    long = "Read the last line of the file also where it does not end with a line feed and with nothing"
    cut = message_in(long, style(PLAIN))
    assert cut == "Read the last line of the file also where it does not end with a line"
    assert message_in(f"{'Read the last line ' * 3}of the file and a", style(PLAIN)).endswith("of the file")


def test_a_body_is_wrapped_and_has_no_trailers() -> None:
    said = (
        "Read the last line\n\nA file need not end with a line feed, and the last line was lost where it did"
        " not. It broke\nCo-authored-by: Nobody <a@b>\n```"
    )
    message = message_in(said, style(PLAIN, "Because.\n"))
    subject, _, body = message.partition("\n\n")
    assert subject == "Read the last line"
    assert body.endswith("did not.") and "Nobody" not in body
    assert max(map(len, body.split("\n"))) <= 72
    assert message_in(said, style(PLAIN)) == subject
