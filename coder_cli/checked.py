"""A command that judges changes (`coder fix`, `coder edit --check`): run, shown, its failures mended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from coder_cli import proposing, ui
from coder_cli.assistant import Length
from coder_cli.edits import choosing, diff
from coder_cli.errors import ExitCode
from coder_cli.fixing import Changes, Ending, Repair, Repaired
from coder_cli.journal.journal import open_journal
from coder_cli.mending import Mending
from coder_cli.model.types import Sampling
from coder_cli.oneshot import Opened, budget_of, fitting
from coder_cli.output import Output
from coder_cli.running import Program, run
from coder_cli.tried_files import TriedFiles
from retrieval.uses import is_aside
from retrieval.window import Seed

_OUTPUT = 20_000  # characters of it that a program gets


@dataclass(frozen=True, slots=True)
class Check:
    """The command, run where the user is. Its output is talk: it goes to stderr."""

    program: Program
    folder: Path
    seconds: float

    def __call__(self) -> Output:
        ui.say(f"$ {self.program.line}")
        output = run(self.program, self.folder, ui.say, seconds=self.seconds)
        if output.interrupted:
            raise KeyboardInterrupt
        if output.ending:
            ui.say(f"({output.ending})")
        return output


@dataclass(frozen=True, slots=True)
class Mend:
    """How failures are to be mended."""

    check: Check
    rounds: int
    sampling: Sampling
    length: Length
    budget: int | None = None
    yes: bool = False  # without a question
    dry_run: bool = False
    as_json: bool = False  # stdout is for the object at the end
    named: tuple[Seed, ...] = ()  # what may be changed; none: what the output points to
    _proposed: list[Changes] = field(default_factory=list)

    def fix(self, there: Opened, output: Output, title: str) -> Repaired:
        """What the command complains about."""
        return self._repair(there, title, "").fix(output)

    def hold(self, there: Opened, changes: Changes, wanted: str, title: str) -> Repaired:
        """An edit that the user has agreed to; it is applied here."""
        return self._repair(there, title, wanted).hold(changes)

    def _repair(self, there: Opened, title: str, wanted: str) -> Repair:
        length = fitting(self.length, there.model.context_length)
        attempt = Mending(
            there.model,
            there.workspace,
            proposing.proposed,
            self._agreed,
            self.sampling,
            length.max_tokens,
            budget_of(there, self.budget, length),
            self.named,
            wanted,
        )
        files = TriedFiles(open_journal(there.settings, ui.say), there.workspace.root, title)
        return Repair(attempt, self.check, files, self.rounds, ui.say)

    def _agreed(self, changes: Changes) -> Changes:
        self._proposed.append(changes)
        if not self.as_json:
            ui.diff(diff.shown(changes), diff.patch(changes))
        if tests := [change.path for change in changes if is_aside(change.path)]:
            ui.warn(f"This changes tests: {', '.join(tests)}")
        if self.dry_run:
            return ()
        if self.yes:
            return changes
        return choosing.agreed(changes, f"Apply this and run `{self.check.program.line}` again?")

    def values(self, repaired: Repaired) -> dict[str, object]:
        """What became of it, for a program. Of a dry run, the patch that was proposed."""
        kept = repaired.kept
        changes = self._proposed[-1] if self.dry_run and self._proposed else kept.changes
        return {
            "command": self.check.program.line,
            "passed": repaired.mended,
            "tries": repaired.tries,
            "ending": repaired.ending.value,
            "files": [change.path for change in changes],
            "patch": diff.patch(changes),
            "output": kept.output.excerpt(_OUTPUT),
        }


def told(repaired: Repaired, line: str) -> ExitCode:
    """How it ended, and what stays."""
    kept = repaired.kept
    tries = f"{repaired.tries} {'try' if repaired.tries == 1 else 'tries'}"
    if repaired.ending is Ending.IDENTICAL:
        ui.say("The model proposes the same again and again.")
    if repaired.mended:
        ui.say(f"`{line}` passes{f' after {tries}' if repaired.tries else ''}. `coder undo` takes it back.")
    elif kept.changes:
        before = f", before {repaired.original.verdict}" if repaired.original else ""
        ui.say(f"`{line}` still fails: {kept.verdict}{before}. `coder undo` takes it back.")
    elif kept.output.passed:
        ui.say(f"`{line}` passes only without the changes: the files are as they were.")
    elif repaired.ending is Ending.DECLINED:
        ui.say("Nothing is changed.")
    else:
        ui.say(f"`{line}` still fails. {tries}, none better than the files as they were: so they are again.")
    if repaired.mended and repaired.tests_lost:
        ui.warn(f"{repaired.tests_lost} tests ran before and run no more.")
    return ExitCode.DONE if repaired.mended else ExitCode.NEGATIVE
