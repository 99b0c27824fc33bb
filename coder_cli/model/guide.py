"""What an answer may look like, as a generator of steps. Each `yield` gives back the text that came for it.

    def verdict() -> Generator[Step, str, None]:
        yield Text("Is there a fault? ")
        if (yield Choice(("yes", "no"))) == "yes":
            title = yield Pattern(r"[^\\n]{1,80}\\n")

The answer ends where the generator does. Which ids fit a step is the business of `model/constrain.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Lines = tuple[int, int]  # the first and the last, from 1, both included


@dataclass(frozen=True, slots=True)
class Text:
    """This very text. It costs one run, however long it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these texts, none of which begins another."""

    options: tuple[str, ...]
    may_end: bool = False  # none of them where the model would rather write something else: then ""
    decide: Callable[[Mapping[str, float]], str] | None = None
    """Chooses in the model's place, from the log-probability of each option's first token.

    For options whose first tokens differ.
    """


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text that matches a regular expression as a whole (Rust's syntax). It ends where it can go no further,
    and where it is enough and the model would rather write something else."""

    regex: str


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON value under a schema, without white space between its parts."""

    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Quote:
    """One or more whole lines of a text in a row, which stand in it at one place only; then `end`.

    What comes back is the lines, each with a line feed, without `end`. Where the model would end too early
    the quote goes on downwards; where that leads nowhere it is taken back and begins further up.
    """

    lines: Sequence[str]  # of the whole text, without line feeds
    spans: Sequence[Lines]  # where a quote may be taken from
    end: str  # one line with its line feed, which is none of `lines`
    longest: int = 40  # lines
    starts: tuple[int, ...] | None = None  # the lines that it may begin with; None: any


@dataclass(frozen=True, slots=True)
class Until:
    """Free text up to `end`, which is written even where the model stops without it. It comes as whole lines.

    A text that is not accepted is taken back to where the model was least sure, and goes on with its second
    thought; after a few of those it stands.
    """

    end: str  # with a line feed, which is no part of what is looked for
    accept: Callable[[str], bool] = lambda text: True
    alone: bool = False  # whether `end` counts on a line of its own only, not behind other text
    longest: int = 200  # lines; then `end` comes by force
    like: str = ""  # a text that much of it may be taken from; it only makes it faster


Step = Text | Choice | Pattern | Json | Quote | Until
Guide = Callable[[], Generator[Step, str, None]]
