"""`coder chat`: one message after the other, until the user leaves."""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from coder_cli import named, pace, ui
from coder_cli.chat import answering, shell
from coder_cli.chat.opening import Opening, Room
from coder_cli.chat.record import Record
from coder_cli.chat.status import Status
from coder_cli.errors import CoderError, ExitCode, UsageError
from coder_cli.model.types import Completion, Finish, Sampling
from coder_cli.sessions import SessionStore
from coder_cli.settings import Settings
from exporters.errors import ExporterError
from exporters.types import Progress
from retrieval.errors import RepositoryError as RetrievalError

if TYPE_CHECKING:
    from coder_cli.chat.line import Line

Result = TypeVar("Result")
_LOOK = 0.05  # seconds between two looks at what is loading
_PATIENCE = 0.3  # seconds; who waits longer is told for what
_ANOTHER = Sampling(temperature=0.7, top_p=0.9)  # /retry: greedily the same would come again


class Leave(Exception):  # the wish to go is no error
    """The user wants to go."""


@dataclass
class Chat:
    """What the commands of a chat work on."""

    settings: Settings
    opening: Opening
    line: Line
    status: Status
    record: Record
    sampling: Sampling
    retries: int = 0
    attached: list[str] = field(default_factory=list)  # output of programs, for the next question
    default: str = ""  # what stands at the next prompt already
    tests: tuple[str, Path] | None = None  # the command that runs them, and where

    @property
    def store(self) -> SessionStore:
        return self.record.store

    def run(self) -> ExitCode:
        from coder_cli.chat import slash

        while True:
            default, self.default = self.default, ""
            try:
                text = self.line.read(default).strip()
            except EOFError:
                return ExitCode.DONE
            except KeyboardInterrupt:
                return ExitCode.INTERRUPTED
            try:
                if text.startswith("!"):
                    self.shell(text[1:].strip())
                elif slash.is_command(text):
                    slash.run(self, text)
                elif text:
                    self.ask(text)
            except Leave:
                return ExitCode.DONE
            except KeyboardInterrupt:
                ui.say("interrupted")
            except CoderError as problem:
                ui.error(problem)
            except (ExporterError, RetrievalError) as problem:
                ui.error(CoderError(problem.message, problem.help_line))

    def room(self) -> Room:
        """What is loaded beside the prompt; waits for it, aloud where it takes time."""
        room = self.wait(self.opening.room)
        for line in self.opening.take_notices():
            ui.say(line)
        return room

    def wait(self, future: Future[Result]) -> Result:
        begun = time.monotonic()
        while not future.done() and time.monotonic() - begun < _PATIENCE:
            time.sleep(_LOOK)
        if not future.done():
            with ui.progress() as report:
                while not future.done():
                    stage, done, total = self.opening.progress
                    if total and done < total:
                        report(Progress(stage.capitalize(), done, total, "files"))
                    time.sleep(_LOOK)
        return future.result()

    def ask(self, text: str) -> None:
        """A question of the user's own words."""
        try:
            room = self.room()
            words, mentioned = self._mentioned(room, text)
        except (KeyboardInterrupt, UsageError):
            self.default = text  # typed once is enough
            raise
        attached, self.attached = "\n".join(self.attached), []
        self.record.asked(text)
        self.retries = 0
        talk = room.conversation
        completion = answering.show(
            lambda progress: talk.ask(words, self.sampling, progress, named=mentioned, attached=attached),
            talk.cancel,
        )
        if completion is not None and not completion.text and completion.finish is Finish.CANCELLED:
            self.default = text
        self.answered(room, completion)

    def retry(self) -> None:
        """The last question once more, with some chance in the answer."""
        room = self.room()
        talk = room.conversation
        if not talk.exchanges:
            raise UsageError("There is no question to ask again.")
        self.retries += 1
        seed = self.retries
        sampling = Sampling(_ANOTHER.temperature, _ANOTHER.top_p, seed=seed)
        completion = answering.show(lambda progress: talk.again(sampling, progress), talk.cancel)
        talk.rebuilt = True  # the record goes on from the window as it is now
        self.answered(room, completion)

    def answered(self, room: Room, completion: Completion | None) -> None:
        """Keep what came, and learn from it."""
        talk = room.conversation
        answering.tell(completion, talk.bounds.answer)
        if completion is None:
            return
        if talk.made is not None:
            self.record.turn(talk, talk.made, completion.prefill_seconds + completion.decode_seconds)
        pace.learn(self.settings, room.loaded.installed, room.loaded.engine, completion)
        self.status.used, self.status.window = talk.tokens, talk.bounds.window
        if completion.new_tokens > 1 and completion.decode_seconds > 0:
            self.status.speed = completion.new_tokens / completion.decode_seconds

    def _mentioned(self, room: Room, text: str) -> tuple[str, tuple[named.Named, ...]]:
        if room.workspace is None:
            return text, ()
        return named.mentioned(room.workspace, text)

    def shell(self, line: str, *, always: bool = False, folder: Path | None = None) -> None:
        """Run it where the user is, unless there is a folder; what it writes may go to the model with the
        next question."""
        if not line:
            raise UsageError("What is to be run?", "!make test")
        output = shell.run(line, folder or Path.cwd(), ui.answer)
        if output.ending:
            ui.say(output.ending)
        if output.lines and (always or ui.confirm("Give this output to the model with the next question?")):
            self.attached.append(output.text)
            ui.say("It goes with the next question.")
