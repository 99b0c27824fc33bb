from __future__ import annotations

import pytest

from retrieval.languages.table import LANGUAGES
from retrieval.syntax import Fault, Unpaired, faults, unpaired


def test_a_sound_text_has_no_faults() -> None:
    assert faults("go", "package a\n\nfunc f() {}\n") == ()


def test_what_is_missing_is_named() -> None:
    assert faults("c", "int f() {\n  return 1\n}\n") == (Fault(2, 2, ";"),)


def test_lines_that_cannot_be_read_are_told() -> None:
    [fault, *_] = faults("javascript", "a();\nlet = = 3;\nb();\n") or ()
    assert fault.line == 2


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_can_be_asked(language: str) -> None:
    assert faults(language, "") is not None
    assert faults(language, "(") is not None
    assert unpaired(language, "") is None


def test_other_languages_cannot() -> None:
    assert faults("text", "(") is None
    assert unpaired("text", "(") is None


def test_a_text_that_takes_too_long_is_not_judged() -> None:
    assert faults("c", "int x = ((((;\n" * 20_000, seconds=0.01) is None
    assert faults("python", "x = 1\n" * 400_000) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(a, [1, 2);\n", Unpaired("[", 1)),
        ("f(a));\n", Unpaired(")", 1)),
        ("function f() {\n  if (a) {\n    b();\n}\n\nfunction g() {}\n", Unpaired("{", 2)),
        ("f('(', /* ( */ `(`); // (\n", None),
        ("`${a}`;\n", None),
        ("f(\n  a\n", Unpaired("(", 1)),
    ],
)
def test_a_bracket_without_a_partner_is_found(text: str, expected: Unpaired | None) -> None:
    assert unpaired("javascript", text) == expected
