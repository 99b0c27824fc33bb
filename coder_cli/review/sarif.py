"""A review as SARIF 2.1.0, which code hosts and editors read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import quote

from coder_cli.review.report import Report, Rule, column_of, rule_of, titled
from coder_cli.review.types import Category, Finding, Severity
from retrieval.hunks import lines_of
from retrieval.working_tree import printable, to_bytes

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.INFO: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}
_ROOT = "SRCROOT"


def document(report: Report, version: str) -> dict[str, object]:
    rules = [*report.rules]
    if report.model is not None:
        rules += [
            Rule(f"model-{category.value}", f"Found by a language model: {category.value}.")
            for category in Category
        ]
    numbers = {rule.name: number for number, rule in enumerate(rules)}
    driver = {
        "name": "coder",
        "version": version,
        "rules": [{"id": rule.name, "shortDescription": {"text": rule.description}} for rule in rules],
    }
    run: dict[str, object] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _unread(report)}],
        "results": [_result(finding, numbers, report) for finding in report.findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _unread(report: Report) -> list[dict[str, object]]:
    return [
        {
            "level": "note",
            "message": {"text": f"{printable(one.path)} was not read: {one.reason}."},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(one.path)}}],
        }
        for one in report.uncovered
    ]


def _result(finding: Finding, numbers: Mapping[str, int], report: Report) -> dict[str, object]:
    rule = rule_of(finding)
    said = ". ".join(
        part.strip().rstrip(".") for part in (titled(finding), finding.scenario, finding.suggestion) if part
    )
    region = {
        "startLine": finding.start_line,
        "startColumn": column_of(finding),
        "endLine": finding.end_line,
        "snippet": {"text": _sound(finding.quote)},
    }
    properties: dict[str, object] = {
        "category": finding.category.value,
        "source": finding.source.value,
        "certain": finding.certain,
    }
    if finding.deleted:
        properties["deleted"] = _sound(finding.deleted)
    return {
        "ruleId": rule,
        **({"ruleIndex": numbers[rule]} if rule in numbers else {}),
        "level": _LEVELS[finding.severity],
        "message": {"text": _sound(f"{said}.")},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(finding.path), "region": region}}],
        "partialFingerprints": {"quote/v1": _fingerprint(finding, rule, report)},
        "properties": properties,
    }


def _artifact(path: str) -> dict[str, object]:
    return {"uri": quote(to_bytes(path)), "uriBaseId": _ROOT}


def _fingerprint(finding: Finding, rule: str, report: Report) -> str:
    """The same when lines above move; equal lines of a file are told apart by which of them it is."""
    text = next(
        (file.new.text for file in report.changes.files if file.path == finding.path and file.new), ""
    )
    first = finding.quote.split("\n", 1)[0]
    before = lines_of(text)[: finding.start_line - 1].count(first)
    told = "\0".join((rule, finding.path, finding.quote, str(before), finding.title))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _sound(text: str) -> str:
    """Without halves of characters, which no JSON file may hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
