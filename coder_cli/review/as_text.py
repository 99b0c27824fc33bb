"""Findings for a person: at a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from coder_cli.review.report import Report, column_of, counted, titled
from coder_cli.review.types import Finding, Source
from coder_cli.screen.cells import width
from coder_cli.screen.safe import visible
from retrieval.working_tree import printable

_TAB = "    "
_MOST_LINES = 6  # of a quote
_MOST_DELETED = 6
_LONGEST = 160  # characters of a code line


def text(findings: Iterable[Finding]) -> str:
    """Each with its place, its code and a caret below it."""
    return "\n".join("\n".join(_finding(one)) + "\n" for one in findings)


def _finding(finding: Finding) -> Iterator[str]:
    place = f"{printable(finding.path)}:{finding.start_line}:{column_of(finding)}"
    label = f"check {finding.check}" if finding.source is Source.CHECK else f"model, {finding.category}"
    yield f"{place}: {finding.severity.label}: {_one_line(titled(finding))} [{label}]"
    yield from _code(finding)
    for said in (finding.scenario, finding.suggestion):
        if said:
            yield f"  {_one_line(said)}"


def _code(finding: Finding) -> Iterator[str]:
    last = str(finding.end_line)
    gutter = max(len(last), 1)
    for gone in _short(finding.deleted.split("\n") if finding.deleted else (), _MOST_DELETED):
        yield f"  {'':{gutter}} - {_shown(gone)}".rstrip()
    lines = finding.quote.split("\n")
    for number, line in enumerate(_short(lines, _MOST_LINES), start=finding.start_line):
        shown = _shown(line)
        yield f"  {number:{gutter}} | {shown}".rstrip()
        if number == finding.start_line:
            indent = len(shown) - len(shown.lstrip())
            yield f"  {'':{gutter}} | {' ' * indent}{'^' * max(1, width(shown.strip()))}"


def _short(lines: Sequence[str], most: int) -> Iterator[str]:
    yield from lines[:most]


def _shown(line: str) -> str:
    """As many columns at a terminal as here."""
    shown = visible(line.replace("\t", _TAB))
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _one_line(said: str) -> str:
    return " ".join(said.split())


def markdown(report: Report) -> str:
    """A document that a pull request can take as it is."""
    base, head = report.changes.base.name, report.changes.head.name
    out = ["# Review", "", f"{_plain(head)} against {_plain(base)}: {counted(report.findings)}.", ""]
    sections = (("Checks", Source.CHECK), (f"Model {report.model or ''}".rstrip(), Source.MODEL))
    for title, source in sections:
        if found := report.by(source):
            out += [f"## {_plain(title)}", ""]
            for one in found:
                out += [*_markdown_finding(one), ""]
    if report.uncovered:
        out += ["## Not read by the model", ""]
        out += [f"- {_code_span(printable(one.path))}: {_plain(one.reason)}" for one in report.uncovered]
        out.append("")
    return "\n".join(out)


def _markdown_finding(finding: Finding) -> Iterator[str]:
    lines = f"{finding.start_line}"
    if finding.end_line > finding.start_line:
        lines += f"-{finding.end_line}"
    said = f" ({finding.check})" if finding.check else ""
    yield f"### {finding.severity.label.capitalize()}: {_plain(titled(finding))}{_plain(said)}"
    yield ""
    yield f"{_code_span(f'{printable(finding.path)}:{lines}')}, {finding.category.value}"
    yield ""
    deleted = [f"-{line}" for line in finding.deleted.split("\n")] if finding.deleted else []
    quoted = [f" {line}" for line in finding.quote.split("\n")]
    code = "\n".join([*deleted, *quoted])
    fence = "```"
    while fence in code:
        fence += "`"
    yield f"{fence}diff\n{code}\n{fence}"
    for said in (finding.scenario, finding.suggestion):
        if said:
            yield ""
            yield _plain(said)


def _plain(said: str) -> str:
    """Words of a model or a repository as words, not as links, tags or headings."""
    out = _one_line(said)
    for letter in "\\`*_[]<>#|":
        out = out.replace(letter, f"\\{letter}")
    return out


def _code_span(said: str) -> str:
    ticks = "`"
    while ticks in said:
        ticks += "`"
    return f"{ticks} {said} {ticks}" if "`" in said else f"`{said}`"
