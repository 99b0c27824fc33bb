"""What a parse tells, against golden files: adding a case is adding two files to tests/cases/symbols.

`symbols/<language>/<name>.<extension>` is the source; `<name>.<extension>.json` beside it is one object with
any of these keys; what has no key is not compared.

  symbols     ["method Shape.area 4:8 3-6/4 The area.", ...]: kind, qualified name, line:column of the name,
              first-last line of the definition, slash, last line of the signature, the documentation if there
              is any. The line ends in ` (forward)` where the symbol is only announced.
  references  ["call load 7:11 config in Shape.area", ...]: kind, name, line:column, the qualifier if there is
              one, `in` and the qualified name of the scope if there is one.
  imports     [{"module": "a.b", "lines": "1-1", ...}, ...]; besides, where they differ from nothing or false:
              "names": ["x", "y as z"], "alias", "type_only", "conditional", "scope".
  namespace   "" where there is none
  complete    whether the whole file could be read

The path's first folder is the language. Lines count from 1, columns from 0, in characters.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.languages.table import LANGUAGES
from retrieval.parse import parse
from retrieval.types import Import, ParsedFile, Reference, SourceFile

ROOT = Path(__file__).parents[1] / "cases" / "symbols"
CASES = sorted(path.with_suffix("") for path in ROOT.glob("*/*.json") if path.with_suffix("").exists())


def shown(parsed: ParsedFile) -> dict[str, object]:
    """A parse as golden files write it."""
    return {
        "symbols": [_symbol(parsed, index) for index in range(len(parsed.symbols))],
        "references": [_reference(parsed, reference) for reference in parsed.references],
        "imports": [_import(parsed, found) for found in parsed.imports],
        "namespace": parsed.namespace,
        "complete": parsed.complete,
    }


def _symbol(parsed: ParsedFile, index: int) -> str:
    symbol = parsed.symbols[index]
    words = [
        symbol.kind.value,
        parsed.qualified_name(index),
        f"{symbol.line}:{symbol.column}",
        f"{symbol.start_line}-{symbol.end_line}/{symbol.signature_end}",
        symbol.doc,
        "(forward)" if symbol.forward else "",
    ]
    return " ".join(word for word in words if word)


def _reference(parsed: ParsedFile, reference: Reference) -> str:
    words = [
        reference.kind.value,
        reference.name,
        f"{reference.line}:{reference.column}",
        reference.qualifier,
        "" if reference.scope is None else f"in {parsed.qualified_name(reference.scope)}",
    ]
    return " ".join(word for word in words if word)


def _import(parsed: ParsedFile, found: Import) -> dict[str, object]:
    told: dict[str, object] = {
        "module": found.module,
        "lines": f"{found.start_line}-{found.end_line}",
        "names": [f"{name.name} as {name.alias}" if name.alias else name.name for name in found.names],
        "alias": found.alias,
        "type_only": found.type_only,
        "conditional": found.conditional,
        "scope": "" if found.scope is None else parsed.qualified_name(found.scope),
    }
    return {key: value for key, value in told.items() if value or key == "module"}


def source_file(path: Path) -> SourceFile:
    return SourceFile(path.name, path.parent.name, path.read_text(encoding="utf-8"), "0" * 40)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_parse_tells_what_its_golden_file_says(path: Path) -> None:
    parsed = parse(source_file(path))
    assert parsed is not None
    expected = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    found = shown(parsed)
    assert set(expected) <= set(found)
    for key, value in expected.items():
        assert found[key] == value


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_parse_keeps_its_promises(path: Path) -> None:
    file = source_file(path)
    parsed = parse(file)
    assert parsed is not None
    assert_promises_hold(parsed, file.text)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_file_cut_anywhere_still_parses(path: Path) -> None:
    file = source_file(path)
    step = max(1, len(file.text) // 40)
    for end in range(0, len(file.text), step):
        text = file.text[:end]
        parsed = parse(SourceFile(file.path, file.language, text, file.digest))
        assert parsed is not None
        assert_promises_hold(parsed, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_golden_file_and_its_name(language: str) -> None:
    assert LANGUAGES[language].name == language
    assert [path for path in CASES if path.parent.name == language]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    ["", "\n", "\ufeff", "}" * 500, "(" * 20_000, "{[(<" * 5_000, "\x00\x01", '"' * 999, "é" * 100],
    ids=["nothing", "newline", "mark", "closing", "deep", "brackets", "controls", "quotes", "accents"],
)
def test_odd_texts_neither_crash_nor_hang_a_language(language: str, text: str) -> None:
    parsed = parse(SourceFile("odd", language, text, "0" * 40))
    assert parsed is not None
    assert_promises_hold(parsed, text)


def assert_promises_hold(parsed: ParsedFile, text: str) -> None:
    """What every user of a parse relies on."""
    lines = text.split("\n")
    starts = [symbol.start_line for symbol in parsed.symbols]
    assert starts == sorted(starts)
    for index, symbol in enumerate(parsed.symbols):
        assert symbol.name
        assert 1 <= symbol.start_line <= symbol.line <= symbol.end_line <= len(lines)
        assert symbol.start_line <= symbol.signature_end <= symbol.end_line
        assert stands_at(symbol.name, lines[symbol.line - 1], symbol.column)
        assert symbol.parent is None or 0 <= symbol.parent < index
    for reference in parsed.references:
        assert stands_at(reference.name, lines[reference.line - 1], reference.column)
        assert reference.scope is None or 0 <= reference.scope < len(parsed.symbols)
    places = [(reference.line, reference.column) for reference in parsed.references]
    assert places == sorted(places)
    for found in parsed.imports:
        assert 1 <= found.start_line <= found.end_line <= len(lines)
        assert found.scope is None or 0 <= found.scope < len(parsed.symbols)
    assert [found.start_line for found in parsed.imports] == sorted(
        found.start_line for found in parsed.imports
    )


def stands_at(name: str, line: str, column: int) -> bool:
    """Whether the name, perhaps behind a mark such as `$`, is where it is said to be; some are unwritten."""
    assert 0 <= column <= len(line)
    return name not in line or line[column:].lstrip("$@:&#'\"`~r").startswith(name.lstrip("$@:&#'\"`~r"))
