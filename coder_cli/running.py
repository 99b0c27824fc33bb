"""A program run for its output: so long and no longer."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn, cast

from coder_cli.errors import UsageError
from coder_cli.output import Output

_LARGEST = 1 << 16  # bytes that are read at once; a longer line counts as several
_PATIENCE = 2.0  # seconds for a program to end after it was told to
_LINGERING = 0.5  # seconds for what its children still write after it has ended
_LOOK = 0.1  # seconds between two looks at a silent program
_CONTROLS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_FOR_A_SHELL = frozenset(("&&", "||", "|", ";", "&", ">", ">>", "<", "2>", "2>&1", "&>"))


@dataclass(frozen=True, slots=True)
class Program:
    """What is to be run: a program and its arguments, or a line for the shell where the user wants one."""

    line: str  # as the user would type it
    words: tuple[str, ...] = ()  # none: the shell reads the line

    @classmethod
    def of_line(cls, line: str, *, in_shell: bool = False) -> Program:
        """A line as typed. UsageError where it is empty, or where only a shell would understand it."""
        if in_shell and line.strip():
            return cls(line)
        try:
            words = shlex.split(line)
        except ValueError:
            raise UsageError(f"A quote is not closed in: {line}") from None
        if not words:
            raise UsageError("What is to be run?")
        if special := [word for word in words if word in _FOR_A_SHELL]:
            raise UsageError(
                f"Only a shell understands {special[0]!r} in: {line}", "Add --shell to run it in one."
            )
        return cls(line, tuple(words))

    @classmethod
    def of_words(cls, words: Sequence[str], *, in_shell: bool = False) -> Program:
        """The words that a shell has parted already."""
        if in_shell:
            return cls.of_line(" ".join(words), in_shell=True)
        return cls(shlex.join(words), tuple(words))


def run(
    program: Program,
    folder: Path,
    show: Callable[[str], None],
    *,
    seconds: float | None = None,
    apart: bool = True,
) -> Output:
    """Run it without input, and hear each of its lines, without colours, as it comes. Ctrl-C ends it, and
    what came is kept.

    `apart`: in a session of its own, so that all it has started can be ended with it, after `seconds` at the
    latest; it cannot ask at the terminal. Else it shares the terminal, as from a shell, and Ctrl-C reaches it
    there. UsageError where there is no such program.
    """
    output = Output(program.line)
    begun = time.monotonic()
    process = _started(program, folder, apart)
    heard = _Lines(process, output, show)
    try:
        with _ended_with_us():
            output.timed_out = not heard.read(seconds and begun + seconds, lingering=not apart)
    except KeyboardInterrupt:
        output.interrupted = True
    finally:
        try:
            if process.poll() is None:
                if apart or not output.interrupted:  # else the terminal has told it
                    _tell(process, signal.SIGINT if output.interrupted else signal.SIGTERM, apart)
                with contextlib.suppress(KeyboardInterrupt):  # twice: at once
                    heard.read(time.monotonic() + _PATIENCE, lingering=False)
        finally:
            if apart or process.poll() is None:
                _tell(process, signal.SIGKILL, apart)
            output.status = process.wait()
            output.seconds = time.monotonic() - begun
            heard.close()
    return output


def _started(program: Program, folder: Path, apart: bool) -> subprocess.Popen[bytes]:
    arguments: str | Sequence[str] = program.words or program.line
    try:
        return subprocess.Popen(  # noqa: S603 - the user's own words; a shell only where wanted
            arguments,
            shell=not program.words,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # one pipe: the lines of both stay in order
            bufsize=0,
            start_new_session=apart,
        )
    except FileNotFoundError:
        raise UsageError(f"There is no program {_called(program)!r}.", _hint(program, folder)) from None
    except PermissionError:
        raise UsageError(f"{_called(program)} cannot be executed.", f"chmod +x {_called(program)}") from None
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise UsageError(f"{_called(program)} cannot be run: {why}.") from None


def _called(program: Program) -> str:
    return program.words[0] if program.words else program.line


def _hint(program: Program, folder: Path) -> str | None:
    if not folder.is_dir():
        return f"The folder {folder} is gone."
    name = _called(program)
    if " " in name.strip():
        return "Write its words apart, without quotes around all of them, or add --shell."
    return "Add --shell to run it in one." if "=" in name else None


class _Lines:
    """The lines that a program writes, in either stream."""

    def __init__(self, process: subprocess.Popen[bytes], output: Output, show: Callable[[str], None]) -> None:
        self._process, self._pipe = process, cast("IO[bytes]", process.stdout)
        self._output, self._show = output, show
        self._poll = select.poll()
        self._poll.register(self._pipe)
        self._rest = b""  # of a line whose end has not come

    def read(self, until: float | None, *, lingering: bool) -> bool:
        """All that comes until the program's end; False where that does not come in time.

        `lingering`: also what children write after it, to their end.
        """
        while until is None or time.monotonic() < until:
            if self._process.poll() is not None and not lingering:
                end = time.monotonic() + _LINGERING
                while (left := end - time.monotonic()) > 0 and self._waiting(left) and self._take():
                    pass
                return True
            if self._waiting(_LOOK) and not self._take():
                return self._ended(until)
        return False

    def _waiting(self, seconds: float) -> bool:
        return bool(self._poll.poll(seconds * 1000))

    def _ended(self, until: float | None) -> bool:
        """A program may close its output and go on."""
        try:
            self._process.wait(None if until is None else max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def _take(self) -> bool:
        raw = os.read(self._pipe.fileno(), _LARGEST)
        *lines, self._rest = (self._rest + raw).split(b"\n")
        for line in lines:
            self._hear(line)
        if len(self._rest) > _LARGEST:
            self._hear(self._rest)
            self._rest = b""
        return bool(raw)

    def _hear(self, raw: bytes) -> None:
        text = _CONTROLS.sub("", raw.decode("utf-8", "replace").rstrip("\r"))
        text = text.rpartition("\r")[2]  # what a progress bar shows at last
        self._output.add(text)
        self._show(text)

    def close(self) -> None:
        self._pipe.close()
        if self._rest:
            self._hear(self._rest)


def _tell(process: subprocess.Popen[bytes], number: signal.Signals, apart: bool) -> None:
    """To the whole group, children that outlive their parent too."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if apart:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


@contextlib.contextmanager
def _ended_with_us() -> Iterator[None]:
    """What ends this program in a friendly way ends the other one too, which the terminal does not reach."""

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    known: dict[signal.Signals, object] = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:  # `nohup` lets one be ignored
                known[number] = signal.signal(number, leave)
    try:
        yield
    finally:
        for number in known:
            signal.signal(number, signal.SIG_DFL)
