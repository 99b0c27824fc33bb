"""Skeletons of files in every language, and what else can be shown of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.languages.names import language_of
from retrieval.languages.table import LANGUAGES
from retrieval.parse import parse
from retrieval.skeleton import SIGNATURES, Wanted, excerpt, skeleton
from retrieval.types import ParsedFile, SourceFile, Symbol, SymbolKind

CASES = Path(__file__).parent.parent / "cases" / "skeletons"
SOURCES = sorted(path for path in CASES.iterdir() if path.suffix != ".skeleton")


def read(path: Path) -> tuple[SourceFile, ParsedFile | None]:
    text = path.read_text(encoding="utf-8")
    file = SourceFile(path.name, language_of(path.name, text), text, "")
    return file, parse(file)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_skeleton_is_readable_code(path: Path) -> None:
    expected = path.with_name(path.name + ".skeleton").read_text(encoding="utf-8")
    assert skeleton(*read(path)) == expected.rstrip("\n")


def test_every_language_has_a_skeleton_among_the_cases() -> None:
    assert set(LANGUAGES) - {"tsx"} <= {read(path)[0].language for path in SOURCES}


def python(text: str, *symbols: Symbol) -> tuple[SourceFile, ParsedFile]:
    return SourceFile("a.py", "python", text, ""), ParsedFile("python", symbols=symbols)


STOCK = python(
    "class Stock:\n    def find(self):\n        first()\n        return 1\n\n"
    "    def count(self):\n        return 2\n",
    Symbol("Stock", SymbolKind.CLASS, 1, 6, 1, 7, 1),
    Symbol("find", SymbolKind.METHOD, 2, 8, 2, 4, 2, 0),
    Symbol("count", SymbolKind.METHOD, 6, 8, 6, 7, 6, 0),
)


def test_a_symbol_is_shown_whole_among_signatures() -> None:
    shown = excerpt(*STOCK, Wanted(whole=frozenset({1})) | SIGNATURES)
    assert shown.text == (
        "class Stock:\n    def find(self):\n        first()\n        return 1\n    def count(self): ..."
    )
    assert (shown.start_line, shown.end_line) == (1, 6)


def test_a_member_by_itself_stands_in_its_type() -> None:
    shown = excerpt(*STOCK, Wanted(whole=frozenset({2})))
    assert shown.text == "class Stock:\n    # ...\n    def count(self):\n        return 2"


def test_lines_are_shown_with_what_is_around_them() -> None:
    shown = excerpt(*STOCK, Wanted(spans=((4, 4),)))
    assert shown.text == "class Stock:\n    def find(self):\n        # ...\n        return 1"


def test_a_type_is_outlined() -> None:
    shown = excerpt(*STOCK, Wanted(outlined=frozenset({0})))
    assert shown.text == "class Stock:\n    def find(self): ...\n    def count(self): ..."


def test_a_place_is_found_where_its_line_is_shown_unchanged() -> None:
    shown = excerpt(*STOCK, Wanted(whole=frozenset({1})) | SIGNATURES)
    place = shown.place_of(4, 8)
    assert place is not None and shown.text[place:].startswith("return 1")
    assert shown.place_of(6, 0) is None
    assert shown.place_of(7, 0) is None


def test_attributes_set_in_a_constructor_are_no_lines_of_a_skeleton() -> None:
    file, parsed = python(
        "class A:\n    def __init__(self):\n        self.a = 1\n        self.b = 2\n",
        Symbol("A", SymbolKind.CLASS, 1, 6, 1, 4, 1),
        Symbol("__init__", SymbolKind.METHOD, 2, 8, 2, 4, 2, 0),
        Symbol("a", SymbolKind.FIELD, 3, 13, 3, 3, 3, 0),
    )
    assert skeleton(file, parsed) == "class A:\n    def __init__(self): ..."


def test_deep_nesting_is_no_problem() -> None:
    depth = 5000
    text = "\n".join(" " * number + "class A:" for number in range(depth))
    symbols = [
        Symbol("A", SymbolKind.CLASS, n + 1, n, n + 1, depth, n + 1, n - 1 if n else None)
        for n in range(depth)
    ]
    file, parsed = python(text, *symbols)
    assert skeleton(file, parsed).startswith("class A:\n class A:")


def test_a_comment_that_holds_the_closing_mark_does_not_end_early() -> None:
    text = "int f(void)\n{\n    return 1;\n}\n"
    symbol = Symbol("f", SymbolKind.FUNCTION, 1, 4, 1, 4, 1, doc="Ends */ here.")
    shown = skeleton(SourceFile("a.c", "c", text, ""), ParsedFile("c", symbols=(symbol,)))
    assert shown == "// Ends   here.\nint f(void) { ... }"


def test_lines_that_begin_inside_a_comment_are_shown_without_its_rest() -> None:
    comment = "  /**\n   * Puts it in.\n   * Twice.\n   */\n"
    text = "class Box {\n" + comment + "  void put(int it) {\n    a(it);\n  }\n}\n"
    file = SourceFile("Box.java", "java", text, "")
    parsed = parse(file)
    assert parsed is not None
    shown = excerpt(file, parsed, Wanted(spans=((4, 8),))).text
    assert shown == "class Box {\n  void put(int it) {\n    a(it);\n  }\n}"
