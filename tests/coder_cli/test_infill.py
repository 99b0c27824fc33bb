"""Holes: where they are, what fits around them, where what fills them ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_cli import infill
from coder_cli.errors import ContextError, UsageError
from coder_cli.infill import Hole, Middle


def filled(prefix: str, suffix: str, *pieces: str, most: int | None = None) -> tuple[str, bool]:
    """What is shown of the model's pieces, and whether the filter ended it."""
    middle = Middle(Hole(prefix, suffix), most)
    shown = ""
    for piece in pieces:
        shown += middle.push(piece)
        if middle.done:
            return shown, True
    return shown + middle.close(), middle.done


@pytest.mark.parametrize(
    ("line", "column", "prefix"),
    [
        (1, None, "a = 1"),
        (2, None, "a = 1\n    "),
        (1, 1, ""),
        (1, 3, "a "),
        (1, 6, "a = 1"),
        (4, None, "a = 1\n    \nb\n"),
    ],
)
def test_a_line_is_its_end_and_a_column_the_place_before_it(
    line: int, column: int | None, prefix: str
) -> None:
    text = "a = 1\n    \nb\n"
    hole = infill.at_position(text, line, column)
    assert hole.prefix == prefix
    assert hole.prefix + hole.suffix == text


@pytest.mark.parametrize(("line", "column"), [(0, None), (5, None), (1, 0), (1, 7)])
def test_a_place_that_is_not_there_is_a_usage_error(line: int, column: int | None) -> None:
    with pytest.raises(UsageError, match="no"):
        infill.at_position("a = 1\n    \nb\n", line, column)


def test_one_fill_mark_is_the_hole() -> None:
    assert infill.at_mark("a<FILL>b") == Hole("a", "b")
    for text in ("ab", "<FILL><FILL>"):
        with pytest.raises(UsageError, match="once"):
            infill.at_mark(text)


def test_a_model_that_ends_by_itself_is_taken_at_its_word() -> None:
    assert filled("x = ", "\n", "1") == ("1", False)
    assert filled("def f():\n    ", "\n", "a = 1\n", "\n\n    return a\n") == (
        "a = 1\n\n\n    return a\n",
        False,
    )
    assert filled("", "", "\n\n") == ("\n\n", False)


def test_indentation_that_is_there_is_not_written_again() -> None:
    assert filled("def f():\n    ", "\n", "    a = 1\n    b\n") == ("a = 1\n    b\n", False)
    assert filled("def f():\n", "\n", "    a = 1\n    b\n") == ("    a = 1\n    b\n", False)
    assert filled("x =", "\n", " 1") == (" 1", False)


@given(st.lists(st.text("ab \n", max_size=5)), st.sampled_from(["", "x = ", "\n"]))
def test_without_an_end_of_ours_every_character_is_passed_on(pieces: list[str], prefix: str) -> None:
    middle = Middle(Hole(prefix, "\nnothing the model writes\n"))
    shown = "".join(map(middle.push, pieces)) + middle.close()
    written = "".join(pieces)
    assert shown == written if not middle.done else written.startswith(shown)


@given(st.text("ab \n}", max_size=40), st.integers(1, 7))
def test_how_the_text_is_cut_into_pieces_changes_nothing(text: str, size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    around = ("if a:\n  ", "\n}\nb\n")
    assert filled(*around, *pieces) == filled(*around, text)


def test_it_ends_with_the_block_of_the_hole() -> None:
    raw = "a = 1\n    return a\n\n\ndef g():\n    pass\n"
    assert filled("def f():\n    ", "\n", raw) == ("a = 1\n    return a", True)
    assert filled("def f():\n", "\n", "    " + raw) == ("    a = 1\n    return a", True)
    assert filled("\tif a:\n\t\t", "\n", "b()\n\telse_()\n") == ("b()", True)


def test_after_a_header_the_block_is_the_one_it_opens() -> None:
    raw = "\n    return 1\n\n\ndef g():\n    pass\n"
    assert filled("def f():", "", raw) == ("\n    return 1", True)
    assert filled("if a:", "\n", "\n    b()\nelse:\n    c()\nd()\n") == ("\n    b()\nelse:\n    c()", True)
    assert filled("int f() {", "\n", "\n  return 1;\n}\n\nint g() {\n") == ("\n  return 1;\n}", True)
    assert filled("int f() {", "\n}\n", "\n  return 1;\n}\n\nint g() {\n") == ("\n  return 1;", True)


def test_a_closing_line_belongs_to_the_middle_when_nothing_follows() -> None:
    assert filled("f() {\n  ", "", "a;\n}\n\ng() {\n") == ("a;\n}", True)
    assert filled("f() {\n  ", "\n}\n", "a;\n}\n\ng() {\n") == ("a;", True)


def test_it_ends_before_the_text_that_follows_the_hole() -> None:
    assert filled("a = 1\n", "print(a + b)\n", "b = 2\nprint(a + b)\nmore\n") == ("b = 2\n", True)
    assert filled("x", "\nreturn value\n", " = 1\nreturn value\n") == (" = 1", True)


def test_a_line_that_tells_little_must_be_followed_by_the_next() -> None:
    around = ("a\n", "}\nend_of_all()\n")
    assert filled(*around, "b {\n}\n}\nend_of_all()\n") == ("b {\n}\n", True)
    assert filled(*around, "b {\n}\nc\n") == ("b {\n}\nc\n", False)


def test_the_only_line_that_follows_is_not_written_twice() -> None:
    assert filled("{\n", "}\n", "a\n}\n") == ("a\n", True)
    assert filled("{\n", "}\n", "a\n}\nb") == ("a\n}\nb", False)


def test_lines_count_without_blank_ones() -> None:
    assert filled("def f():", "\n", "\n    a\n\n    b\n    c\n", most=2) == ("\n    a\n\n    b", True)
    assert filled("x = ", "\ny = 2\n", "1\n", most=1) == ("1", True)
    assert filled("x = ", "\ny = 2\n", "1", most=1) == ("1", True)


def test_what_follows_on_the_holes_line_keeps_a_line_of_its_own() -> None:
    prefix, suffix = "def f():\n    ", "return a\n"
    assert filled(prefix, suffix, "a = 1\n    b = 2\n", most=1) == ("a = 1\n    ", True)


def test_everything_stays_where_it_fits() -> None:
    hole = Hole("a\nb\n", "c\nd\n")
    assert infill.fit(hole, 8, len) == hole


def test_the_nearest_lines_stay_three_to_one() -> None:
    hole = Hole("".join(f"p{n:02}\n" for n in range(50)), "".join(f"s{n:02}\n" for n in range(50)))
    seen = infill.fit(hole, 40, len)
    assert seen == Hole("".join(f"p{n:02}\n" for n in range(42, 50)), "s00\ns01\n")


def test_room_one_side_does_not_need_goes_to_the_other() -> None:
    long = "".join(f"s{n:02}\n" for n in range(50))
    assert infill.fit(Hole("ab\n", long), 40, len) == Hole("ab\n", long[:36])
    assert infill.fit(Hole(long, ""), 40, len) == Hole(long[-40:], "")


def test_a_line_that_does_not_fit_is_a_context_error() -> None:
    with pytest.raises(ContextError):
        infill.fit(Hole("x" * 100, ""), 40, len)


@given(st.text("ab\n", max_size=200), st.text("ab\n", max_size=200), st.integers(4, 120))
def test_the_budget_is_never_passed(prefix: str, suffix: str, budget: int) -> None:
    try:
        seen = infill.fit(Hole(prefix, suffix), budget, len)
    except ContextError:
        return
    assert len(seen.prefix) + len(seen.suffix) <= budget
    assert prefix.endswith(seen.prefix)
    assert suffix.startswith(seen.suffix)
