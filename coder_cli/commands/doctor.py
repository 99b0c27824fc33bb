"""`coder doctor`: is everything as it should be, and what mends it where it is not."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter

import click

from coder_cli import options, ui
from coder_cli.doctor.finding import Finding, Verdict
from coder_cli.errors import ExitCode
from coder_cli.settings import Settings
from exporters.types import silent

_MARK, _NAME = 9, 13  # columns
_LEAST_TEXT = 24  # columns; a terminal that leaves less has text below the name
_TEXT_MARGIN = 4


@click.command()
@click.option("--deep", is_flag=True, help="Hash the model's files too, load it, and measure how it reads.")
@options.engine
@options.as_json
@click.pass_obj
def command(settings: Settings, deep: bool, as_json: bool) -> ExitCode | None:
    """Check that everything works, and say what mends it.

    A line for each thing: ok, note (it works, and could work better) or problem. Exit code 1 where there is a
    problem. Nothing is changed, and without --deep no model is loaded.
    """
    from coder_cli.doctor.examination import examine

    with ui.progress() as report:
        found = examine(settings, deep=deep, notice=ui.say, report=report if deep else silent)
        findings = []
        for finding in found:
            findings.append(finding)
            if not as_json:
                ui.answer(_shown(finding))
    counts = Counter(finding.verdict for finding in findings)
    code = ExitCode.NEGATIVE if counts[Verdict.PROBLEM] else ExitCode.DONE
    if as_json:
        ui.json({"exit_code": int(code), "checks": [_value(finding) for finding in findings]})
    else:
        ui.say(_summary(counts))
    return code


def _shown(finding: Finding) -> str:
    head = f"{finding.verdict.value:{_MARK}}{finding.name:{_NAME}}"
    indent = " " * len(head)
    if not ui.is_read_by_a_person():
        return f"{head}{finding.text}\n" + (f"{indent}-> {finding.mend}\n" if finding.mend else "")
    width = shutil.get_terminal_size().columns - 1
    if width < len(head) + _LEAST_TEXT:
        head, indent = head.rstrip() + "\n" + " " * _TEXT_MARGIN, " " * _TEXT_MARGIN
    lines = _wrapped(finding.text, width - len(indent), indent)
    mend = f"{indent}-> {finding.mend}\n" if finding.mend else ""  # whole, so that it can be copied
    return f"{head}{lines}\n{mend}"


def _wrapped(text: str, width: int, indent: str) -> str:
    words = textwrap.wrap(text, max(1, width), break_long_words=False, break_on_hyphens=False)
    return f"\n{indent}".join(words)


def _summary(counts: Counter[Verdict]) -> str:
    problems, notes = counts[Verdict.PROBLEM], counts[Verdict.NOTE]
    if not problems:
        more = f"; {_counted(notes, 'note')}" if notes else ""
        return f"Everything works{more}."
    return f"{_counted(problems, 'problem')}, {_counted(notes, 'note')}."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _value(finding: Finding) -> dict[str, object]:
    told = {"name": finding.name, "verdict": finding.verdict.value, "text": finding.text}
    told |= {"mend": finding.mend} if finding.mend else {}
    return {**told, **{name: value for name, value in finding.facts.items() if value is not None}}
