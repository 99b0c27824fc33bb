"""What a review found, and what it looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from coder_cli.review.parts import Cost, Uncovered
from coder_cli.review.types import Finding, Severity, Source
from retrieval.changes import Changes


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that findings are of: a check, or a category of the model's."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Report:
    changes: Changes
    findings: tuple[Finding, ...] = ()  # of the checks first
    rules: tuple[Rule, ...] = ()  # of the checks that were made
    parts: tuple[str, ...] = ()  # the places that a model read
    uncovered: tuple[Uncovered, ...] = ()
    model: str | None = None
    cost: Cost = field(default_factory=Cost)
    interrupted: bool = False  # by the person, before the model had read all parts

    def shown(self, least: Severity) -> Report:
        """Without findings that matter less."""
        return replace(self, findings=tuple(one for one in self.findings if one.severity >= least))

    def by(self, source: Source) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.source is source)


def rule_of(finding: Finding) -> str:
    return finding.check if finding.source is Source.CHECK else f"model-{finding.category.value}"


def titled(finding: Finding) -> str:
    """What rests on names alone says so."""
    return finding.title if finding.certain else f"possible: {finding.title}"


def column_of(finding: Finding) -> int:
    """Where the first line's text begins, from 1."""
    first = finding.quote.split("\n", 1)[0]
    return len(first) - len(first.lstrip()) + 1


def counted(findings: Sequence[Finding]) -> str:
    """`2 findings: 1 error, 1 warning`."""
    if not findings:
        return "no findings"
    counts = Counter(one.severity for one in findings)
    told = [
        f"{counts[level]} {level.label}" + ("s" if counts[level] > 1 and level is not Severity.INFO else "")
        for level in sorted(counts, reverse=True)
    ]
    return f"{len(findings)} finding{'s' if len(findings) > 1 else ''}: {', '.join(told)}"


def value(report: Report, exit_code: int) -> dict[str, object]:
    """For programs."""
    told: dict[str, object] = {
        "exit_code": exit_code,
        "base": report.changes.base.name,
        "head": report.changes.head.name,
        "findings": [_finding_value(one) for one in report.findings],
        "files": [
            {
                "path": file.path,
                **({"old_path": file.old_path} if file.old_path else {}),
                "status": file.status.value,
                "hunks": len(file.hunks),
            }
            for file in report.changes.files
        ],
        "checks": [rule.name for rule in report.rules],
    }
    if report.model is not None:
        told["model"] = report.model
        told["parts"] = list(report.parts)
        told |= {"prompt_tokens": report.cost.prompt_tokens, "new_tokens": report.cost.new_tokens}
        told["left_out"] = [{"path": one.path, "reason": one.reason} for one in report.uncovered]
    return told


def _finding_value(finding: Finding) -> dict[str, object]:
    told: dict[str, object] = {
        "path": finding.path,
        "start_line": finding.start_line,
        "end_line": finding.end_line,
        "column": column_of(finding),
        "severity": finding.severity.label,
        "category": finding.category.value,
        "source": finding.source.value,
        "certain": finding.certain,
        "title": finding.title,
        "scenario": finding.scenario,
        "suggestion": finding.suggestion,
        "quote": finding.quote,
    }
    optional = {"check": finding.check, "deleted": finding.deleted}
    return told | {name: text for name, text in optional.items() if text}
