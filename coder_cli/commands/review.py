"""`coder review`: faults in a change."""

from __future__ import annotations

import click

from coder_cli import options
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings

_LEVELS = ("info", "warning", "error")  # as in coder_cli.review.types.Severity
_FORMATS = ("text", "json", "markdown", "sarif")


@click.command()
@click.argument("revisions", required=False, metavar="[RANGE]")
@click.option("--staged", is_flag=True, help="What the next commit would hold.")
@click.option(
    "--base",
    metavar="REF",
    help="What came since this branch or commit was left, with what is not committed.",
)
@click.option("--commit", metavar="SHA", help="One commit; of a merge what it brings to its first parent.")
@click.option(
    "--severity",
    type=click.Choice(_LEVELS),
    default="info",
    show_default=True,
    help="The least that is shown.",
)
@click.option("--fail-on", type=click.Choice(_LEVELS), help="Exit code 1 where a finding is that grave.")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="How findings are told.",
)
@click.option(
    "--model-findings/--no-model-findings",
    "with_model",
    default=None,
    help="Let the model look, too; default: the setting model_findings.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Let the model say in its own words when what it found fails.",
)
@options.budget
@options.engine
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    revisions: str | None,
    staged: bool,
    base: str | None,
    commit: str | None,
    severity: str,
    fail_on: str | None,
    form: str,
    with_model: bool | None,
    explain: bool,
    budget: int | None,
    as_json: bool,
) -> ExitCode:
    """Look for faults in a change.

    RANGE is A..B, A...B (what B did since it left A) or one commit; without anything the working tree is
    compared with HEAD, files that git does not know yet included. Checks that are rules come first: what
    they find is certain, or says "possible" where it rests on names alone. Then the model reads the change
    part by part, and what it finds much less likely than something else is told as possible. Every finding
    stands at lines of the change. Exit code 1 with --fail-on, where something that grave is found.

    \b
    coder review
    coder review --staged --fail-on error
    coder review --base main
    coder review main...topic --format sarif > review.sarif
    """
    from coder_cli.review import reviewing
    from coder_cli.review.types import Severity

    if sum((revisions is not None, staged, base is not None, commit is not None)) > 1:
        raise UsageError("RANGE, --staged, --base and --commit do not go together: give one of them.")
    if explain and with_model is False:
        raise UsageError("--explain and --no-model-findings do not go together.")
    if as_json and form not in ("text", "json"):
        raise UsageError(f"--json and --format {form} do not go together.")
    asked = reviewing.Asked(
        revisions=revisions,
        staged=staged,
        base=base,
        commit=commit,
        least=Severity[severity.upper()],
        fail_on=Severity[fail_on.upper()] if fail_on else None,
        form="json" if as_json else form,
        with_model=with_model,
        explained=explain,
        budget=budget,
    )
    return reviewing.review(settings, asked)[0]
