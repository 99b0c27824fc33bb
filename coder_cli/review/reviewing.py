"""`coder review` at work: opened, checked, read, told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING

from coder_cli import assistant, pace, ui
from coder_cli.errors import ExitCode
from coder_cli.model.types import LanguageModel
from coder_cli.project import find_repo, read_project
from coder_cli.review import as_text, sarif
from coder_cli.review.checks.table import CHECKS, run_checks
from coder_cli.review.doubts import Strictness
from coder_cli.review.passes import Looked
from coder_cli.review.report import Report, Rule, counted, value
from coder_cli.review.telling import ANSWER_TOKENS
from coder_cli.review.types import Finding, Severity
from coder_cli.review.walk import Plan, of_the_diff, planned
from coder_cli.settings import Settings
from exporters.errors import StoreError
from exporters.store import InstalledModel
from exporters.types import Progress
from retrieval.changes import Changes, files_of, find_changes
from retrieval.working_tree import printable

if TYPE_CHECKING:
    from coder_cli.model.engine import Engine
    from retrieval.project import RepositoryProject
    from retrieval.repo import Repo


@dataclass(frozen=True, slots=True)
class Asked:
    """A review as the command line asks for it."""

    revisions: str | None = None
    staged: bool = False
    base: str | None = None
    commit: str | None = None
    least: Severity = Severity.INFO  # that is shown
    fail_on: Severity | None = None
    form: str = "text"
    with_model: bool | None = None  # None: as the settings say
    explained: bool = False  # in the model's words
    budget: int | None = None


def review(
    settings: Settings, asked: Asked, loaded: tuple[InstalledModel, Engine] | None = None
) -> tuple[ExitCode, Report]:
    """What is found is shown. `loaded` is a model that is there already."""
    wants_model = loaded is not None or _wants_model(settings, asked)
    repo = find_repo(settings)
    with contextlib.closing(repo):
        changes = find_changes(
            repo, revisions=asked.revisions, staged=asked.staged, base=asked.base, commit=asked.commit
        )
        report = Report(changes)
        if not changes:
            ui.say(f"Nothing differs between {changes.base.name} and {changes.head.name}.")
            return _end(report, asked), report
        before = read_project(settings, *files_of(repo, changes.base))
        after = read_project(settings, *files_of(repo, changes.head))
        report = _checked(changes, before, after)
        _tell(report.findings, asked)
        if wants_model:
            installed, model = loaded or assistant.open_model(settings, ui.say)
            budget = asked.budget or _budget(settings, installed, model)
            report = replace(report, model=installed.name)
            report = _read_by_model(asked, repo, report, after, model, budget)
        return _end(report, asked), report


def _wants_model(settings: Settings, asked: Asked) -> bool:
    """That there is none is told before a large repository is read: who asks for one gets an error."""
    if not (settings.model_findings if asked.with_model is None else asked.with_model):
        return False
    try:
        assistant.find_model(settings)
    except StoreError as problem:
        if asked.with_model:
            raise
        ui.say(f"{problem.message} So only the checks look.")
        return False
    return True


def _checked(changes: Changes, before: RepositoryProject, after: RepositoryProject) -> Report:
    found = of_the_diff(changes, run_checks(changes, before, after))
    return Report(changes, found, tuple(Rule(check.name, check.description) for check in CHECKS))


def _read_by_model(
    asked: Asked, repo: Repo, report: Report, after: RepositoryProject, model: LanguageModel, budget: int
) -> Report:
    """What is found before an interrupt is not lost."""
    with ui.prefilling() as progress:
        plan = planned(
            model, report.changes, after, repo.root.name, budget, Strictness(), asked.explained, progress
        )
        report = replace(report, uncovered=plan.uncovered)
        try:
            for looked in _watched(plan):
                report = _with_part(report, looked, asked)
        except KeyboardInterrupt:
            report = replace(report, interrupted=True)
    return report


def _with_part(report: Report, looked: Looked, asked: Asked) -> Report:
    found = of_the_diff(report.changes, looked.found)
    _tell(found, asked)
    if not looked.is_whole:
        ui.warn(f"{looked.part.place}: the model's answer was cut short.")
    return replace(
        report,
        findings=(*report.findings, *found),
        parts=(*report.parts, looked.part.place),
        cost=report.cost + looked.cost,
    )


def _budget(settings: Settings, installed: InstalledModel, model: Engine) -> int:
    known = pace.pace(settings, installed, model, ui.say)
    return pace.default_budget(known, model.context_length, ANSWER_TOKENS)


def _watched(plan: Plan) -> Iterator[Looked]:
    with ui.progress() as report:
        for done, looked in enumerate(plan.looks(), start=1):
            report(Progress("Reviewing", done, len(plan.parts), "parts"))
            yield looked


def _tell(findings: tuple[Finding, ...], asked: Asked) -> None:
    """As text they are shown as they come."""
    shown = [one for one in findings if one.severity >= _least(asked)]
    if shown and asked.form == "text":
        ui.answer(as_text.text(shown), end="\n")


def _least(asked: Asked) -> Severity:
    """What makes it fail is shown."""
    return min(asked.least, asked.fail_on) if asked.fail_on else asked.least


def _end(report: Report, asked: Asked) -> ExitCode:
    failed = asked.fail_on is not None and any(one.severity >= asked.fail_on for one in report.findings)
    code = ExitCode.NEGATIVE if failed else ExitCode.DONE
    if report.interrupted:
        code = ExitCode.INTERRUPTED
    shown = report.shown(_least(asked))
    if asked.form == "json":
        ui.json(value(shown, code))
    elif asked.form == "sarif":
        ui.json(sarif.document(shown, version("coder-cli")))
    elif asked.form == "markdown":
        ui.answer(as_text.markdown(shown), end="\n")
    if report.changes:
        _sum_up(shown)
    return code


def _parts(report: Report) -> str:
    count = "1 part" if len(report.parts) == 1 else f"{len(report.parts)} parts"
    return f"interrupted after {count}" if report.interrupted else count


def _sum_up(report: Report) -> None:
    files = len(report.changes.files)
    read = f", {_parts(report)} read by {report.model}" if report.model else ""
    ui.say(f"{files} file{'s' if files != 1 else ''}{read}: {counted(report.findings)}.")
    for one in report.uncovered:
        ui.say(f"  not read: {printable(one.path)}, {one.reason}")
    if report.model is None:
        ui.say("Only the checks looked at it.")
