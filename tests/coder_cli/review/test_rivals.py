"""What could stand in place of what does, in several languages."""

from __future__ import annotations

import pytest

from coder_cli.review.checks.blanking import blanked
from coder_cli.review.rivals import Kind, rivals


def changed(text: str, language: str, names: frozenset[str] = frozenset()) -> dict[Kind, list[str]]:
    """What the first row, with its neighbours where these change, could be."""
    code = blanked(text, language)
    end = text.index("\n") if "\n" in text else len(text)
    found: dict[Kind, list[str]] = {}
    for one in rivals(text, code, 0, end, language, names):
        found.setdefault(one.kind, []).append(text[: one.start] + one.text + text[one.end :])
    return found


def test_comparisons_are_taken_for_one_another() -> None:
    assert changed("if a <= b:", "python")[Kind.OPERATOR] == ["if a < b:", "if a >= b:"]
    assert changed("if (a === b) {", "javascript")[Kind.OPERATOR] == ["if (a !== b) {"]
    assert changed("for (i=0; i<n; i++)", "c")[Kind.OPERATOR][:2] == [
        "for (i=0; i<=n; i++)",
        "for (i=0; i <= n; i++)",
    ]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("List<String> names = read();", "java"),
        ("#include <stdio.h>", "c"),
        ("const add = (a) => a;", "typescript"),
        ("fn f() -> bool {", "rust"),
        ("# a < b", "python"),
        ('print("a < b")', "python"),
    ],
)
def test_brackets_arrows_strings_and_comments_are_no_comparisons(text: str, language: str) -> None:
    assert Kind.OPERATOR not in changed(text, language)


@pytest.mark.parametrize(
    ("text", "language", "kind", "other"),
    [
        ("if (a && b) {", "c", Kind.BOOLEAN, "if (a || b) {"),
        ("x = a and b", "python", Kind.BOOLEAN, "x = a or b"),
        ("if a is not None:", "python", Kind.CONDITION, "if a is None:"),
        ("if a is None:", "python", Kind.CONDITION, "if a is not None:"),
        ("if a not in b:", "python", Kind.CONDITION, "if a in b:"),
        ("if a in b:", "python", Kind.CONDITION, "if a not in b:"),
        ("if not a:", "python", Kind.CONDITION, "if a:"),
        ("if ready(a):", "python", Kind.CONDITION, "if not ready(a):"),
        ("if (!a) {", "c", Kind.CONDITION, "if (a) {"),
        ("if (ready) {", "java", Kind.CONDITION, "if (!ready) {"),
        ("if v := f(); ok(v) {", "go", Kind.CONDITION, "if v := f(); !ok(v) {"),
        ("if node->next->prev) {", "c", Kind.GUARD, "if node->next && node->next->prev) {"),
        ("if a.b == c:", "python", Kind.GUARD, "if a and a.b == c:"),
        ("x = a.b;", "typescript", Kind.GUARD, "x = a?.b;"),
        ("x = f(part[1:])", "python", Kind.NUMBER, "x = f(part[0:])"),
        ("x = n - 1", "python", Kind.NUMBER, "x = n"),
        ("x = part[n]", "python", Kind.NUMBER, "x = part[n + 1]"),
        ("f(true)", "go", Kind.VALUE, "f(false)"),
        ("f(key=False)", "python", Kind.VALUE, "f(key=True)"),
        ("x = self.read(a)", "python", Kind.AWAIT, "x = await self.read(a)"),
        ("f(a, g(b, c))", "go", Kind.SWAP, "f(g(b, c), a)"),
        ("f(a, g(b, c))", "go", Kind.SWAP, "f(a, g(c, b))"),
        ('f("a, b", c)', "python", Kind.SWAP, 'f(c, "a, b")'),
    ],
)
def test_what_could_stand_there(text: str, language: str, kind: Kind, other: str) -> None:
    assert other in changed(text, language)[kind]


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("count = 0", "python", Kind.NUMBER),
        ("if (let x = f()) {", "typescript", Kind.CONDITION),
        ("x = await f(a)", "python", Kind.AWAIT),
        ("x = f(a)", "go", Kind.AWAIT),
        ("f(a, key=b)", "python", Kind.SWAP),
        ("f(a, *rest)", "python", Kind.SWAP),
        ("f(a, a)", "python", Kind.SWAP),
        ("f(a,\n  g(b))", "python", Kind.SWAP),
        ("f(a,\n  b,\n", "python", Kind.SWAP),
        ("return True", "python", Kind.RETURNED),
    ],
)
def test_what_is_left_alone(text: str, language: str, kind: Kind) -> None:
    assert kind not in changed(text, language, frozenset(("other",)))


def test_arguments_change_places_over_two_rows() -> None:
    assert changed("f(first,\n  second)", "python")[Kind.SWAP] == ["f(second,\n  first)"]


def test_another_name_is_returned() -> None:
    found = changed("    return total", "python", frozenset(("total", "count")))
    assert found == {Kind.RETURNED: ["    return count"]}


def test_a_row_that_nobody_wrote_is_not_read() -> None:
    assert changed("f(a, b);" * 1000, "javascript") == {}
