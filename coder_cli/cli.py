"""`coder`: one table of commands, one error door.

How a command is written (commands/NAME.py):

    @click.command()                      # or click.group(); the first line of the docstring is the row below
    @options.model                        # settings flags: they change `settings`, and are no parameters
    @options.as_json                      # gives the parameter `as_json`
    @click.pass_obj
    def command(settings: Settings, as_json: bool) -> ExitCode | None: ...

It raises CoderError, ExporterError or retrieval's RepositoryError and lets them pass; it writes through
`ui`; it returns an ExitCode where the result is negative, nothing where it is done. -q, -v, --color and
--offline are added to each one here.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from coder_cli import options, settings, ui
from coder_cli.errors import CoderError, ExitCode, ModelError, RepositoryError
from exporters.errors import ExporterError
from retrieval.errors import RepositoryError as RetrievalError


class Row(NamedTuple):
    """Where a command lives and its line in `coder --help`, equal to the command's own short help."""

    module: str  # below coder_cli.commands; its `command` is the click object
    help: str


COMMANDS: dict[str, Row] = {
    "chat": Row("chat", "Talk about the repository in the terminal"),
    "pull": Row("pull", "Fetch a model and make it ready for this machine"),
    "models": Row("models", "List, show, verify and remove installed models"),
    "export": Row("export", "Export a checkpoint to ONNX"),
    "ask": Row("ask", "Answer a question about the repository, from its code"),
    "explain": Row("explain", "Explain code: what it is for, what it uses, who uses it"),
    "generate": Row("generate", "Write code or an answer from a prompt"),
    "infill": Row("infill", "Fill in the code at a place in a file"),
    "complete": Row("complete", "Go on with the code from a place in a file, left to right"),
    "edit": Row("edit", "Change files as told"),
    "review": Row("review", "Look for faults in a change"),
    "fix": Row("fix", "Run a command, and change the code until it passes"),
    "commit": Row("commit", "Commit what is staged, with a message in your style"),
    "undo": Row("undo", "Take the last edit back"),
    "redo": Row("redo", "Do again what was undone last"),
    "context": Row("context", "Show what of the repository a model would get to read"),
    "graph": Row("graph", "Show which file needs which, in reading order"),
    "search": Row("search", "Find the places in the repository that a request is about"),
    "index": Row("index", "Show, build and clear the index that search uses"),
    "sessions": Row("sessions", "List, show and remove kept answers and chats"),
    "bench": Row("bench", "Measure speed and memory of a model on this machine"),
    "config": Row("config", "Show and change the settings"),
    "doctor": Row("doctor", "Check that everything works, and say what mends it"),
    "completion": Row("completion", "Let the shell complete commands at TAB"),
}
# They work with settings that cannot be read, for they tell what is wrong with them.
MENDERS = {"doctor", "config", "completion"}
CLICK_LEAST = 52  # columns; in a narrower terminal click would wrap its help as if there were as many


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is used, and not for `--help`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            module = import_module(f"coder_cli.commands.{COMMANDS[cmd_name].module}")
            self.commands[cmd_name] = options.add_globals(module.command, hidden=True)
        return self.commands[cmd_name]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """From the table: click would import every command for its help."""
        found = [
            CompletionItem(name, help=row.help)
            for name, row in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.help) for name, row in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(_unknown(args[0]))
        return super().resolve_command(ctx, args)


def _unknown(word: str) -> str:
    import difflib

    near = difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.5)
    hint = f"Did you mean '{near[0]}'?" if near else "'coder --help' lists the commands."
    return f"There is no command '{word}'. {hint}"


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib.metadata import version

        ui.answer(f"coder {version('coder-cli')}", end="\n")
        context.exit()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="-q, -v, --color and --offline may stand before or after the command.",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version."
)
@click.pass_context
def cli(context: click.Context) -> None:
    """A coding assistant for the terminal. Models run on this machine; nothing you write leaves it."""
    if context.obj.problems and context.invoked_subcommand not in MENDERS:
        raise context.obj.problems[0]
    if context.invoked_subcommand is not None:
        return
    if ui.is_a_terminal():
        from coder_cli.commands import chat

        context.invoke(chat.command)
    else:
        ui.answer(context.get_help(), end="\n")


options.add_globals(cli, hidden=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code. The only place where errors are caught to be shown."""
    settings.forbid_telemetry()
    if arguments is None and (asked := settings.completing()):
        return _complete(asked)
    words = list(sys.argv[1:] if arguments is None else arguments)
    ui.prepare_streams()
    door = _Door(as_json="--json" in words)
    try:
        code = door.run(words)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader had enough. Python would complain again when it flushes at exit, so give it a sink.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BROKEN_PIPE


def _complete(asked: str) -> int:
    """A shell asks at TAB: there is no place to say what went wrong, so then nothing is offered."""
    from coder_cli.completion import respond

    try:
        return respond(cli, settings.collect(), asked)
    except Exception:
        return ExitCode.NEGATIVE


class _Door:
    """Turns whatever a command raises into a sentence and an exit code."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._settings: settings.Settings | None = None

    def run(self, words: list[str]) -> int:
        try:
            return self._command(words)
        except BrokenPipeError:
            raise
        except CoderError as problem:
            return self._show(problem, problem.exit_code)
        except ExporterError as problem:
            return self._show(ModelError(problem.message, problem.help_line), ExitCode.MODEL)
        except RetrievalError as problem:
            return self._show(RepositoryError(problem.message, problem.help_line), ExitCode.REPOSITORY)
        except click.exceptions.Exit as leave:
            return leave.exit_code
        except click.ClickException as problem:
            return self._usage(problem)
        except (KeyboardInterrupt, click.Abort):
            return self._interrupted()
        except MemoryError:
            return self._show(CoderError("There is not enough memory for this."), ExitCode.CONTEXT)
        except Exception as bug:
            return self._bug(bug)

    def _command(self, words: list[str]) -> int:
        self._settings = settings.collect()
        ui.configure(self._settings)
        columns = shutil.get_terminal_size().columns
        narrow = max(columns - 1, 20) if columns < CLICK_LEAST else None
        with cli.make_context("coder", words, obj=self._settings, terminal_width=narrow) as context:
            result: Any = cli.invoke(context)
        return int(result) if isinstance(result, int) else ExitCode.DONE

    def _show(self, problem: CoderError, code: ExitCode) -> int:
        if self._as_json:
            told = {"exit_code": int(code), "error": problem.message, "help": problem.help_line}
            ui.json({name: value for name, value in told.items() if value is not None})
        else:
            ui.error(problem)
        return code

    def _interrupted(self) -> int:
        if self._as_json:
            return self._show(CoderError("interrupted"), ExitCode.INTERRUPTED)
        ui.say("interrupted")
        return ExitCode.INTERRUPTED

    def _usage(self, problem: click.ClickException) -> int:
        context = getattr(problem, "ctx", None)
        help_line = f"See: {context.command_path} --help" if context is not None else None
        message = " ".join(problem.format_message().split())  # choices come one a line
        return self._show(CoderError(message, help_line), ExitCode.USAGE)

    def _bug(self, bug: Exception) -> int:
        """A mistake of ours (or a full disk): a short line now, the traceback where it can be found."""
        import traceback

        text = "".join(traceback.format_exception(bug))
        kept = self._keep(text)
        if isinstance(bug, OSError) and bug.strerror:
            place = f" ({bug.filename})" if bug.filename else ""
            problem = CoderError(f"The system says: {bug.strerror}{place}.", "coder doctor")
        elif type(bug).__module__ == "sqlite3":  # a cache on a disk that is full or read-only
            problem = CoderError(f"A cache cannot be used: {bug}.", "coder doctor")
        else:
            problem = CoderError(f"coder made a mistake: {type(bug).__name__}: {bug}", kept)
        if ui.is_verbose() or (self._settings is not None and self._settings.debug):
            ui.warn(text)
        return self._show(problem, ExitCode.NEGATIVE)

    def _keep(self, text: str) -> str:
        if self._settings is None:
            return "Run it again with CODER_DEBUG=1 to see where."
        file = self._settings.state_dir / "last-error.txt"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError:
            return "Run it again with -v to see where."
        return f"The traceback is in {file}; -v shows it."
