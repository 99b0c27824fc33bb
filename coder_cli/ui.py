"""The screen, and the only writer to it: answers go to stdout, talk to stderr.

Nothing but text leaves for a pipe: no colour, no movement. What a model or a file says reaches a terminal
with its control characters made visible, so that text cannot drive the terminal.
"""

from __future__ import annotations

import json as _json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from coder_cli.errors import CoderError
from coder_cli.screen.prefill_line import PrefillLine
from coder_cli.screen.safe import visible as _safe
from coder_cli.settings import Color, Settings
from exporters.types import Progress, Report, silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

_RED, _YELLOW, _BOLD, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"


@dataclass(slots=True)
class _Screen:
    """How this process writes. One screen a process, so one of these."""

    color: Color = "auto"
    quiet: bool = False
    verbose: bool = False
    dumb: bool = False
    bars: Bars | None = None  # drawn right now: talk must go above them
    prefill: PrefillLine | None = None  # may be drawn right now: whatever is written erases it first


_screen = _Screen()


def configure(settings: Settings) -> None:
    """Take over colour and loudness; called by cli.py once they are known."""
    _screen.color, _screen.dumb = settings.color, settings.dumb_terminal
    _screen.quiet, _screen.verbose = settings.quiet, settings.verbose


def is_verbose() -> bool:
    return _screen.verbose


def prepare_streams() -> None:
    """A character the terminal's encoding lacks must not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def answer(text: str, end: str = "") -> None:
    """A piece of the answer, shown at once. `end="\\n"` closes it."""
    _write(sys.stdout, text + end)


@contextmanager
def stream(*, markdown: bool = True, exact: bool = False) -> Iterator[Writer]:
    """Where a model's answer goes piece by piece; `with ui.stream() as out: out.write(piece)`.

    A terminal with colour shows it as Markdown, unless it is code (`markdown=False`). Programs and files get
    the text of the model. A newline ends an answer, unless it is wanted `exact` and goes to a program.
    """
    writer = Writer(exact and not is_read_by_a_person())
    try:
        yield writer
    finally:
        writer.close()


class Writer:
    """An answer as text, unchanged."""

    def __init__(self, exact: bool) -> None:
        self._exact = exact
        self._last = "\n"

    def write(self, piece: str) -> None:
        if piece:
            _write(sys.stdout, piece)
            self._last = piece[-1]

    def close(self) -> None:
        if self._last != "\n" and not self._exact:
            _write(sys.stdout, "\n")


@contextmanager
def prefilling() -> Iterator[Callable[[int, int], None]]:
    """A PrefillProgress, shown as one line on stderr if it takes over a second; any writing erases it."""
    if _screen.quiet or _screen.dumb or not _at_terminal(sys.stderr):
        yield lambda done, total: None
        return
    line = _screen.prefill = PrefillLine(sys.stderr)
    try:
        yield line
    finally:
        _screen.prefill = None
        line.close()


def confirm(question: str, default: bool = False) -> bool:
    """The person's yes or no; `default` where nobody can be asked, or the answer is neither."""
    if not (_at_terminal(sys.stdin) and _at_terminal(sys.stderr)):
        return default
    _make_room()
    sys.stderr.write(f"{_safe(question)} [{'Y/n' if default else 'y/N'}] ")
    sys.stderr.flush()
    return {"y": True, "yes": True, "n": False, "no": False}.get(
        sys.stdin.readline().strip().lower(), default
    )


def is_read_by_a_person() -> bool:
    """Whether answers go to a terminal, not to a program or a file."""
    return _at_terminal(sys.stdout)


def say(text: str) -> None:
    """A line for the person: to stderr, not under --quiet."""
    if not _screen.quiet:
        _line(text)


def detail(text: str) -> None:
    """A line shown only under --verbose."""
    if _screen.verbose:
        _line(text)


def warn(text: str) -> None:
    """Something the person should know; shown under --quiet too."""
    _line(text, label="warning: ", style=_YELLOW)


def error(problem: CoderError) -> None:
    """The sentence, and below it the next step."""
    _line(problem.message, label="error: ", style=_RED)
    if problem.help_line:
        _line("  " + problem.help_line)


def json(value: object) -> None:
    """One JSON value on one line of stdout. Unknown counts are left out by the caller, not written as 0."""
    _make_room()
    sys.stdout.write(_json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def table(rows: Iterable[Sequence[str]], header: Sequence[str] = ()) -> None:
    """Aligned columns on stdout, two spaces apart; the header only when a person looks."""
    lines = [[_safe(cell) for cell in row] for row in rows]
    _make_room()
    titled = bool(header) and _at_terminal(sys.stdout)
    if titled:
        lines.insert(0, list(header))
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        text = "  ".join(padded).rstrip()
        sys.stdout.write(_styled(sys.stdout, _BOLD, text) if titled and number == 0 else text)
        sys.stdout.write("\n")
    sys.stdout.flush()


@contextmanager
def progress() -> Iterator[Report]:
    """A Report that shows long work on stderr: bars at a terminal, else a line at each end of a stage."""
    if _screen.quiet:
        yield silent
    elif _at_terminal(sys.stderr) and not _screen.dumb:
        yield from _drawn()
    else:
        yield _Lines()


class _Lines:
    """A Report for logs: no flood, one line when a stage begins and one when it is done."""

    def __init__(self) -> None:
        self._stage = ""
        self._open = False

    def __call__(self, now: Progress) -> None:
        if now.stage != self._stage:
            self._stage, self._open = now.stage, True
            _line(f"{now.stage} ({amount(now.total, now.unit)})" if now.total else now.stage)
        if self._open and now.total and now.done >= now.total:
            self._open = False
            _line(f"{now.stage}: done")


def _drawn() -> Iterator[Report]:
    """A bar for the running stage, with speed and remaining time; finished stages stay above it."""
    from rich.console import Console
    from rich.progress import BarColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Amounts(TextColumn):
        def render(self, task: Task) -> Text:
            return Text(_amounts(task.completed, task.total, task.speed, str(task.fields["unit"])))

    plain = not _colored(sys.stderr)
    console = Console(file=sys.stderr, force_terminal=True, no_color=plain, highlight=False, markup=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        Amounts(""),
        TimeRemainingColumn(),
    )
    tasks: dict[str, int] = {}
    with Bars(*columns, console=console) as bars:
        _screen.bars = bars

        def report(now: Progress) -> None:
            total = now.total or None
            if now.stage not in tasks:
                # What an earlier pull left counts as done, not as speed.
                name = _safe(now.stage)
                tasks[now.stage] = bars.add_task(name, total=total, completed=now.done, unit=now.unit)
            task = bars.tasks[tasks[now.stage]]
            if now.done < task.completed:
                bars.reset(task.id, total=total)
            bars.update(task.id, completed=now.done, total=total)

        try:
            yield report
        finally:
            _screen.bars = None


def _amounts(done: float, total: float | None, speed: float | None, unit: str) -> str:
    if unit != "B":
        return f"{done:.0f} of {amount(total, unit)}" if total else amount(done, unit)
    of = f" of {amount(total)}" if total else ""
    pace = f", {amount(speed)}/s" if speed else ""
    return f"{amount(done)}{of}{pace}"


def amount(count: float, unit: str = "B") -> str:
    """1117320768 -> "1.12 GB"; (12, "tensors") -> "12 tensors". Decimal units, as disks and downloads use."""
    if unit != "B":
        return f"{count:.0f} {unit}"
    for step, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= step:
            return f"{count / step:.3g} {name}"
    return f"{count:.0f} B"


def _line(text: str, label: str = "", style: str = "") -> None:
    _make_room()
    text = _styled(sys.stderr, style, label) + _safe(text) if label else _safe(text)
    if _screen.bars is not None:
        from rich.text import Text

        _screen.bars.console.print(Text.from_ansi(text), soft_wrap=True)
    else:
        sys.stdout.flush()  # what was said after an answer stands after it
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def _write(stream: TextIO, text: str) -> None:
    _make_room()
    stream.write(_safe(text) if _at_terminal(stream) else text)
    stream.flush()


def _make_room() -> None:
    if _screen.prefill is not None:
        _screen.prefill.erase()


def _at_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def _styled(stream: TextIO, style: str, text: str) -> str:
    return f"{style}{text}{_PLAIN}" if _colored(stream) else text


def _colored(stream: TextIO) -> bool:
    return _screen.color == "always" or (_screen.color == "auto" and _at_terminal(stream))


def _width(text: str) -> int:
    """Columns of a terminal: wide East Asian characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
