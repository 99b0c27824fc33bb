"""How far long work is: bars at a terminal, lines in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from coder_cli.screen.safe import visible
from exporters.types import Progress, Report


class StageLines:
    """A Report for logs: no flood, one line when a stage begins and one when it is done."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._stage = ""
        self._open = False

    def __call__(self, now: Progress) -> None:
        if now.stage != self._stage:
            self._stage, self._open = now.stage, True
            self._say(f"{now.stage} ({amount(now.total, now.unit)})" if now.total else now.stage)
        if self._open and now.total and now.done >= now.total:
            self._open = False
            self._say(f"{now.stage}: done")


@contextmanager
def drawn(stream: TextIO, color: bool) -> Iterator[tuple[Callable[[str], None], Report]]:
    """A bar for the running stage, with speed and remaining time; finished stages stay above it.

    Yields what prints a line above the bars, and the Report they are drawn from.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Amounts(TextColumn):
        def render(self, task: Task) -> Text:
            return Text(_amounts(task.completed, task.total, task.speed, str(task.fields["unit"])))

    console = Console(file=stream, force_terminal=True, no_color=not color, highlight=False, markup=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        Amounts(""),
        TimeRemainingColumn(),
    )
    tasks: dict[str, int] = {}
    with Bars(*columns, console=console) as bars:

        def report(now: Progress) -> None:
            total = now.total or None
            if now.stage not in tasks:
                # What an earlier pull left counts as done, not as speed.
                name = visible(now.stage)
                tasks[now.stage] = bars.add_task(name, total=total, completed=now.done, unit=now.unit)
            task = bars.tasks[tasks[now.stage]]
            if now.done < task.completed:
                bars.reset(task.id, total=total)
            bars.update(task.id, completed=now.done, total=total)

        def say_above(text: str) -> None:
            console.print(Text.from_ansi(text), soft_wrap=True)

        yield say_above, report


def _singular(plural: str) -> str:
    return plural.removesuffix("es" if plural.endswith("ches") else "s")


def _amounts(done: float, total: float | None, speed: float | None, unit: str) -> str:
    if unit != "B":
        return f"{done:.0f} of {amount(total, unit)}" if total else amount(done, unit)
    of = f" of {amount(total)}" if total else ""
    pace = f", {amount(speed)}/s" if speed else ""
    return f"{amount(done)}{of}{pace}"


def amount(count: float, unit: str = "B") -> str:
    """1117320768 -> "1.12 GB"; (1, "tensors") -> "1 tensor". Decimal units, as disks and downloads use."""
    if unit != "B":
        return f"{count:.0f} {_singular(unit) if count == 1 else unit}"
    for step, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= step:
            return f"{count / step:.3g} {name}"
    return f"{count:.0f} B"
