"""`coder edit`: files changed as told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, stdin, ui
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.assistant import Length
    from coder_cli.changing import Manner, Wanted
    from coder_cli.checked import Check
    from coder_cli.model.types import Sampling
    from coder_cli.oneshot import Opened


@click.command()
@click.argument("instruction")
@click.argument("targets", nargs=-1, metavar="[FILE[:LINES] | FILE#SYMBOL]...")
@options.named_files
@options.yes
@options.dry_run
@click.option("--check", "check_line", metavar="COMMAND", help="Run this afterwards, and mend what it says.")
@options.rounds
@options.in_shell
@options.timeout
@options.budget
@options.generation(max_tokens=2048)
@options.engine
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    instruction: str,
    targets: tuple[str, ...],
    files: tuple[str, ...],
    yes: bool,
    dry_run: bool,
    check_line: str | None,
    rounds: int,
    in_shell: bool,
    seconds: float,
    budget: int | None,
    sampling: Sampling,
    length: Length,
    as_json: bool,
) -> ExitCode:
    """Change files as told.

    The model can only quote lines that are there, so an edit always applies. What it would lose, or leave so
    that it no longer parses, is refused before you see it. The changes are shown as one diff: yes, no, or
    hunk by hunk; then they are written, all or none, and "coder undo" takes them back. With targets only
    those files, lines or symbols change. --check runs a command afterwards and feeds its failures back.

    \b
    coder edit "let the timeout be an option" src/client.py
    coder edit "return early when the list is empty" src/cart.py#Cart.total --check "pytest -x"
    git diff | coder edit -y "update the docstrings to these changes"
    """
    from coder_cli import changing, named, oneshot

    if not instruction.strip():
        raise UsageError("There is no instruction.", 'coder edit "let ... be ..." FILE')
    if not (yes or dry_run or sys.stdin.isatty()):
        raise UsageError("Nothing is changed without a yes, and there is no terminal to ask at.", "Add -y.")
    check = _check(check_line, in_shell, seconds) if check_line is not None else None
    attached = stdin.read().strip("\n") if stdin.is_piped() else ""
    with oneshot.opened(settings) as there:
        words, mentioned = named.mentioned(there.workspace, instruction)
        found = [named.find(there.workspace, word) for word in (*targets, *files)]
        wanted = changing.Wanted(words, tuple(dict.fromkeys((*found, *mentioned))), attached)
        fitting = oneshot.fitting(length, there.model.context_length)
        room = oneshot.budget_of(there, budget, fitting)
        manner = changing.Manner(sampling, fitting.max_tokens, room, yes, dry_run, as_json)
        return _change(settings, there, wanted, manner, check, rounds, length)


def _check(line: str, in_shell: bool, seconds: float) -> Check:
    from coder_cli.checked import Check
    from coder_cli.running import Program

    return Check(Program.of_line(line, in_shell=in_shell), Path.cwd(), seconds)


def _change(
    settings: Settings,
    there: Opened,
    wanted: Wanted,
    manner: Manner,
    check: Check | None,
    rounds: int,
    length: Length,
) -> ExitCode:
    from coder_cli import changing, checked
    from coder_cli.edits import diff

    proposal = changing.propose(settings, there.model, there.workspace, wanted, manner)
    taken = changing.agreed(proposal, manner)
    code = ExitCode.DONE if taken or (manner.dry_run and not proposal.complaints) else ExitCode.NEGATIVE
    values: dict[str, object] = {"applied": bool(taken), "complaints": proposal.complaints}
    patched = taken or (proposal.changes if manner.dry_run else ())
    if taken and check is not None:
        mend = changing.mend_of(check, rounds, length, manner, wanted)
        repaired = mend.hold(there, taken, wanted.request, wanted.title)
        code = checked.told(repaired, check.program.line)
        patched, values["passed"] = repaired.kept.changes, repaired.mended
    elif taken:
        changing.write(settings, there.workspace, taken, wanted.title)
    elif not manner.dry_run:
        ui.say("Nothing is changed.")
    if manner.as_json:
        files = [change.path for change in patched]
        ui.json({"exit_code": int(code), **values, "files": files, "patch": diff.patch(patched)})
    return code
