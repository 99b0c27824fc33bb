"""The screen, and the only writer to it: answers go to stdout, talk to stderr.

Nothing but text leaves for a pipe: no colour, no movement. What a model or a file says reaches a terminal
with its control characters made visible, so that text cannot drive the terminal.
"""

from __future__ import annotations

import json as _json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TextIO

from coder_cli.errors import CoderError, UsageError
from coder_cli.screen import bars
from coder_cli.screen.bars import amount as amount
from coder_cli.screen.prefill_line import NoLine, PrefillLine
from coder_cli.screen.rows import Runs, plain, styled
from coder_cli.screen.safe import visible as _safe
from coder_cli.screen.writer import Plain, Writer
from coder_cli.settings import Color, Settings
from exporters.types import Report, silent

_LEAST_LAST = 12  # columns that the last of a table's needs to be readable; it may wrap
_RED, _YELLOW, _BOLD, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"


@dataclass(slots=True)
class _Screen:
    """How this process writes. One screen a process, so one of these."""

    color: Color = "auto"
    quiet: bool = False
    verbose: bool = False
    dumb: bool = False
    say_above: Callable[[str], None] | None = None  # bars are drawn right now: talk must go above them
    prefill: PrefillLine | None = None  # these two may be drawn right now: what is written erases them first
    live: Writer | None = None


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
    person = is_read_by_a_person()
    if markdown and person and _colored(sys.stdout) and not _screen.dumb:
        from coder_cli.screen.live import LiveMarkdown

        writer: Writer = LiveMarkdown(_put, _size)
        _screen.live = writer
    else:
        writer = Plain(partial(_write, sys.stdout), ends_line=person or not exact)
    try:
        yield writer
    finally:
        _screen.live = None
        writer.close()


@contextmanager
def prefilling() -> Iterator[PrefillLine | NoLine]:
    """A PrefillProgress, shown as one line on stderr if it takes over a second; any writing erases it."""
    if _screen.quiet or _screen.dumb or not _at_terminal(sys.stderr):
        yield NoLine()
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


def choose(question: str, options: Mapping[str, str]) -> str:
    """The letter of the option that the person takes; "" where the input ends.

    `?` explains the options, and any other answer brings the question again. UsageError where nobody can be
    asked.
    """
    if not (_at_terminal(sys.stdin) and _at_terminal(sys.stderr)):
        raise UsageError(f"Nobody can be asked here: {question}", "Say --yes to go on without a question.")
    while True:
        _make_room()
        sys.stderr.write(f"{_styled(sys.stderr, _BOLD, _safe(question))} [{','.join(options)},?] ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        answer = line.strip().lower()[:1]
        if not line:
            sys.stderr.write("\n")
        if not line or answer in options:
            return answer
        for letter, meaning in options.items():
            _line(f"  {letter}  {meaning}")


def diff(rows: Iterable[Runs], patch: str | None = None) -> None:
    """A diff on stdout: rows for a person, and for a program or a file the patch, if there is one."""
    if patch is not None and not is_read_by_a_person() and not is_colored():
        _write(sys.stdout, patch)
        return
    _make_room()
    for row in rows:
        sys.stdout.write((styled(row) if is_colored() else _safe(plain(row))) + "\n")
    sys.stdout.flush()


def is_read_by_a_person() -> bool:
    """Whether answers go to a terminal, not to a program or a file."""
    return _at_terminal(sys.stdout)


def is_a_terminal() -> bool:
    """Whether a person reads and types here."""
    return _at_terminal(sys.stdin) and _at_terminal(sys.stdout)


def is_colored() -> bool:
    return _colored(sys.stdout)


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


def table(rows: Iterable[Sequence[str]], header: Sequence[str] = (), *, talk: bool = False) -> None:
    """Aligned columns, two spaces apart, on stdout or as talk; the header only when a person looks."""
    if talk and _screen.quiet:
        return
    stream = sys.stderr if talk else sys.stdout
    lines = [[_safe(cell) for cell in row] for row in rows]
    _make_room()
    titled = bool(header) and _at_terminal(stream)
    if titled:
        lines.insert(0, list(header))
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    if titled and sum(widths[:-1]) + 2 * len(widths) + _LEAST_LAST > _size()[0]:
        stream.write("".join(_block(line, header) for line in lines[1:]))
        stream.flush()
        return
    for number, line in enumerate(lines):
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        text = "  ".join(padded).rstrip()
        stream.write(_styled(stream, _BOLD, text) if titled and number == 0 else text)
        stream.write("\n")
    stream.flush()


def _block(row: Sequence[str], header: Sequence[str]) -> str:
    """A row of a table that is wider than the terminal: a line a cell, below the first."""
    names = [f"{name}  " if name else "" for name in header]
    width = max(map(_width, names[1:]), default=0)
    below = [f"  {name:{width}}{cell}\n" for name, cell in zip(names[1:], row[1:], strict=True) if cell]
    return "".join([f"{row[0]}\n", *below])


@contextmanager
def progress() -> Iterator[Report]:
    """A Report that shows long work on stderr: bars at a terminal, else a line at each end of a stage."""
    if _screen.quiet:
        yield silent
    elif _at_terminal(sys.stderr) and not _screen.dumb:
        with bars.drawn(sys.stderr, _colored(sys.stderr)) as (_screen.say_above, report):
            try:
                yield report
            finally:
                _screen.say_above = None
    else:
        yield bars.StageLines(_line)


def _line(text: str, label: str = "", style: str = "") -> None:
    _make_room()
    text = _styled(sys.stderr, style, label) + _safe(text) if label else _safe(text)
    if _screen.say_above is not None:
        _screen.say_above(text)
    else:
        sys.stdout.flush()  # what was said after an answer stands after it
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def _write(stream: TextIO, text: str) -> None:
    _make_room()
    stream.write(_safe(text) if _at_terminal(stream) else text)
    stream.flush()


def _put(frame: str) -> None:
    """What is drawn already: it holds movements of ours, and its texts are visible."""
    if _screen.prefill is not None:
        _screen.prefill.make_room()
    sys.stdout.write(frame)
    sys.stdout.flush()


def _size() -> tuple[int, int]:
    """Columns and lines of the terminal as it is now; COLUMNS would tell how it was once."""
    try:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        columns = lines = 0
    return columns or 80, lines or 24


def _make_room() -> None:
    """Erase what is drawn for the time being, where something else is going to be written."""
    for drawn in (_screen.prefill, _screen.live):
        if drawn is not None:
            drawn.make_room()


def _at_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def _styled(stream: TextIO, style: str, text: str) -> str:
    return f"{style}{text}{_PLAIN}" if _colored(stream) else text


def _colored(stream: TextIO) -> bool:
    return _screen.color == "always" or (_screen.color == "auto" and _at_terminal(stream))


def _width(text: str) -> int:
    """Columns of a terminal: wide East Asian characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
