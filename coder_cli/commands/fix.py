"""`coder fix`: a command fails; what it complains about is mended until it passes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, ui
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from coder_cli.assistant import Length
    from coder_cli.model.types import Sampling


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="[--] COMMAND...")
@click.option("-f", "--file", "files", multiple=True, metavar="FILE[:LINES]", help="A file that may change.")
@options.rounds
@options.in_shell
@options.timeout
@options.yes
@options.dry_run
@options.budget
@options.generation(max_tokens=2048)
@options.engine
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    words: tuple[str, ...],
    files: tuple[str, ...],
    rounds: int,
    in_shell: bool,
    seconds: float,
    yes: bool,
    dry_run: bool,
    budget: int | None,
    sampling: Sampling,
    length: Length,
    as_json: bool,
) -> ExitCode:
    """Run a command, and change the code until it passes.

    COMMAND runs tests, a build, a linter: whatever says what is wrong and where. It runs in this folder, in
    a shell only with --shell. What its output points to is changed, each change is shown and agreed to, and
    it runs again. The best state stays, and where no try is better than the files as they were, those come
    back. One "coder undo" takes all tries back. Exit code 0 where COMMAND passes in the end, else 1.

    \b
    coder fix -- pytest -x tests/test_cart.py
    coder fix --yes --rounds 5 -- make
    coder fix --shell -- "cd web && npm test"
    """
    from coder_cli import checked, named, oneshot
    from coder_cli.running import Program

    if not (yes or dry_run or sys.stdin.isatty()):
        raise UsageError("Nothing is changed without a yes, and there is no terminal to ask at.", "Add -y.")
    program = Program.of_words(words, in_shell=in_shell)
    check = checked.Check(program, Path.cwd(), seconds)
    output = check()
    if output.passed:
        if as_json:
            ui.json({"exit_code": 0, "command": program.line, "passed": True, "tries": 0, "files": []})
        ui.say(f"`{program.line}` passes: there is nothing to fix.")
        return ExitCode.DONE
    with oneshot.opened(settings) as there:
        seeds = tuple(named.find(there.workspace, word).seed for word in files)
        mend = checked.Mend(check, rounds, sampling, length, budget, yes, dry_run, as_json, seeds)
        repaired = mend.fix(there, output, f"coder fix -- {program.line}")
    code = checked.told(repaired, program.line)
    if as_json:
        ui.json({"exit_code": int(code), **mend.values(repaired)})
    return code
