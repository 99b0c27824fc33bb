"""Operators and constants that a model would have written otherwise: where the change may be wrong.

Asked in words whether code is right, a small model does not know. But it read much code, and while it reads
the new lines it says at each place how likely each of a few words is. A guide makes it read: the code is
forced, and at the places in question what is there comes in any case, whatever is likelier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from coder_cli.model.guide import Choice, Guide, Step, Text
from coder_cli.review.checks.blanking import blanked, knows
from coder_cli.review.parts import Part
from retrieval.hunks import RowKind, lines_of

# What is easily taken for one another. Of each row the first token tells the words apart.
_RIVALS = (
    (" <", " <=", " >", " >="),
    (" ==", " !="),
    (" ===", " !=="),
    (" &&", " ||"),
    (" and", " or"),
    (" +", " -"),
    (" +=", " -="),
    (" true", " false"),
    ("true", "false"),
    (" True", " False"),
    ("True", "False"),
    ("0", "1", "2"),
    ("min", "max"),
)
_BY_WORD = {word: row for row in _RIVALS for word in row}
_PLACE = re.compile(
    r" (?:<=?|>=?|===?|!==?|&&|\|\||\+=?|-=?|and|or|true|false|True|False)(?= |[,;:)\]}]|$)"
    r"|(?<=[(\[=!,])(?:true|false|True|False)(?=[,;:)\]}])"
    r"|(?<![\w.#])[012](?![\w.])"
    r"|(?<!\w)(?:min|max)(?=\()",
    re.MULTILINE,
)
_LINES_BEFORE = 60  # that are read before the first place
_MOST_PLACES = 40  # a part


@dataclass(frozen=True, slots=True)
class Place:
    """A word of the new side that has rivals."""

    line: int  # from 1
    start: int  # in the text
    word: str

    @property
    def rivals(self) -> tuple[str, ...]:
        return tuple(each for each in _BY_WORD[self.word] if each != self.word)


@dataclass(frozen=True, slots=True)
class Oddity:
    """A place where a rival is likelier than what stands there."""

    place: Place
    rival: str
    odds: float  # log-odds of the rival against what is there


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read: `begin` as the prompt, then from there to each of the places."""

    text: str
    begin: int
    first: int
    places: tuple[Place, ...]


def reading(part: Part, tells: Callable[[Sequence[str]], bool]) -> Reading | None:
    """None where there is no place to ask about. `tells`: whether the model's tokens tell the words apart."""
    file = part.file.new
    if file is None or not knows(file.language):
        return None
    added = {
        row.new_line
        for piece in part.pieces
        for row in piece.rows
        if row.kind is RowKind.ADDED and row.new_line is not None
    }
    places = tuple(_places(file.text, file.language, added, tells))[:_MOST_PLACES]
    if not places:
        return None
    top = max(1, places[0].line - _LINES_BEFORE)
    if part.parsed is not None:
        starts = [part.parsed.symbols[index].start_line for index in part.symbols]
        top = max(top, min([start for start in starts if start <= places[0].line], default=top))
    begin = _offsets(file.text)[top - 1]
    return Reading(file.text, begin, places[0].start, places)


def _places(
    text: str, language: str, added: Collection[int], tells: Callable[[Sequence[str]], bool]
) -> Iterator[Place]:
    offsets = _offsets(text)
    known: dict[tuple[str, ...], bool] = {}
    code = blanked(text, language)
    for number, start in enumerate(offsets, start=1):
        if number not in added:
            continue
        end = code.find("\n", start)
        for found in _PLACE.finditer(code, start, end if end >= 0 else len(code)):
            row = _BY_WORD.get(found[0])
            if row is None or text[found.start() : found.end()] != found[0]:
                continue
            if row not in known:
                known[row] = tells(row)
            if known[row]:
                yield Place(number, found.start(), found[0])


def _offsets(text: str) -> list[int]:
    found = [0]
    for line in lines_of(text):
        found.append(found[-1] + len(line) + 1)
    return found


def watching(read: Reading, odd: list[Oddity]) -> Guide:
    """Fills `odd` with what is likelier than what stands there, however little."""

    def guide() -> Generator[Step, str, None]:
        at = read.first
        for place in read.places:
            if place.start > at:
                yield Text(read.text[at : place.start])
            yield Choice((place.word, *place.rivals), decide=_watched(place, odd))
            at = place.start + len(place.word)

    return guide


def _watched(place: Place, odd: list[Oddity]) -> Callable[[Mapping[str, float]], str]:
    def decide(options: Mapping[str, float]) -> str:
        rival = max(place.rivals, key=lambda word: options[word])
        if (odds := options[rival] - options[place.word]) > 0:
            odd.append(Oddity(place, rival, odds))
        return place.word

    return decide


def replaced(text: str, oddity: Oddity) -> str:
    """The line as it would be with the rival."""
    place = oddity.place
    start = text.rfind("\n", 0, place.start) + 1
    end = text.find("\n", place.start)
    line = text[start : end if end >= 0 else len(text)]
    at = place.start - start
    return line[:at] + oddity.rival + line[at + len(place.word) :]
