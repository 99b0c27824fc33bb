"""How a model says an edit: where, a sentence, the lines as they are, and the lines as they are to be.

It can only quote: a path is one of those it was shown (or one that the request names and that is not there
yet), the lines as they are stand in that file, where it was shown, and nowhere else in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coder_cli.edits.types import Edit
from coder_cli.model.guide import Choice, Lines, Pattern, Quote, Step, Text, Until
from coder_cli.model.occurrences import Occurrences

MOST_BLOCKS = 4
_LONGEST_QUOTE = 12  # lines
LONGEST_UNIT = 60  # lines
_LONGEST_SENTENCE = 160  # characters
_MOST_ADDED = 25  # lines that take the place of a quote, more than it has
_AROUND = 100  # tokens of a block that are not its lines
_SPARE = 600  # tokens that a block needs at least, or more than twice the lines that it writes anew
_WRONG_BLOCKS = 3  # that are not accepted; then the answer ends


@dataclass(frozen=True, slots=True)
class Marks:
    """What parts the lines of a block: a fence, which stands in none of them."""

    fence: str = "```"

    @property
    def before(self) -> str:
        return f"From:\n{self.fence}\n"

    @property
    def between(self) -> str:
        return f"{self.fence}\nTo:\n{self.fence}\n"

    @property
    def after(self) -> str:
        return f"{self.fence}\n"


@dataclass(frozen=True, slots=True)
class Editable:
    """A file as the model was shown it."""

    lines: tuple[str, ...]  # all of them, without line feeds
    spans: tuple[Lines, ...]  # those that were shown
    symbols: tuple[tuple[str, Lines], ...] = ()  # definitions in them, by name
    likely: tuple[Lines, ...] = ()  # where the first change most likely belongs


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block's lines may come from. No spans: a new file."""

    path: str
    spans: tuple[Lines, ...]
    is_unit: bool = False  # short enough to be written anew as a whole


def marks_for(texts: Iterable[str]) -> Marks:
    """Marks that no line of the texts is, or begins with."""
    begin = re.compile("^[ \t]*(`{3,})", re.MULTILINE)
    longest = max((len(run) for text in texts for run in begin.findall(text)), default=2)
    return Marks("`" * (longest + 1))


def without_stray_fence(replace: str, search: str) -> str:
    """Without the usual fence that a model closes a block with, out of habit, before the longer one."""
    fences = [sum(map(_is_fence, text.split("\n"))) for text in (replace, search)]
    *lines, last, _ = ["", *replace.split("\n")]
    stray = last.strip() == "```" and (fences[0] - fences[1]) % 2
    return "".join(f"{line}\n" for line in lines[1:]) if stray else replace


def _is_fence(line: str) -> bool:
    return line.lstrip().startswith("```")


@dataclass(slots=True)
class EditGuide:
    """The guide of one answer; `edits` are its blocks as they come."""

    files: Mapping[str, Editable]
    judge: Callable[[Sequence[Edit]], bool]  # whether the files are fine with these edits
    count_tokens: Callable[[str], int]
    answer_tokens: int
    new: Sequence[str] = ()  # paths that may be made
    marks: Marks = field(default_factory=Marks)
    edits: list[Edit] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # a sentence for each block that was accepted
    _wrong: list[Edit] = field(default_factory=list)  # blocks that were not accepted
    _places: Mapping[str, Occurrences] = field(init=False)

    def __post_init__(self) -> None:
        self._places = {path: Occurrences(file.lines) for path, file in self.files.items()}

    def __call__(self) -> Generator[Step, str, None]:
        self.edits.clear()
        self._wrong.clear()
        self.said.clear()
        while len(self.edits) < MOST_BLOCKS and self._room > _SPARE and (places := self._headings()):
            heading = yield Choice(tuple(places), may_end=bool(self.edits))
            if not heading:
                return
            place = places[heading]
            # A sentence about the change first, so that the lines follow from what was said.
            sentence = yield Pattern(rf" [A-Za-z`][^\n]{{8,{_LONGEST_SENTENCE}}}\n")
            search = ""
            if place.is_unit:
                search = self._text(place.path, place.spans[0])
                yield Text(self.marks.before + search + self.marks.between)
            elif place.spans:
                anchors = self._anchors(place)
                yield Text("The line `")
                starts = anchors[(yield Choice(tuple(anchors)))]
                yield Text(self.marks.before)
                lines = self.files[place.path].lines
                search = yield Quote(lines, place.spans, self.marks.between, _LONGEST_QUOTE, starts)
            else:
                yield Text(self.marks.before + self.marks.between)

            def accepted(replace: str, path: str = place.path, search: str = search) -> bool:
                replace = without_stray_fence(replace, search)
                return replace != search and self.judge([*self.edits, Edit(path, search, replace)])

            longest = search.count("\n") + _MOST_ADDED
            alone = any(self.marks.fence in line for file in self.files.values() for line in file.lines)
            replace = yield Until(self.marks.after, accepted, alone, longest, like=search)
            edit = Edit(place.path, search, without_stray_fence(replace, search))
            if accepted(replace):
                self.edits.append(edit)
                self.said.append(f"{heading.rstrip(':')}: {sentence.strip()}")
                continue
            self._wrong.append(edit)
            if self.edits or len(self._wrong) == _WRONG_BLOCKS:
                return

    @property
    def _room(self) -> int:
        """Tokens that a block may have: no answer is to break off."""
        said = (f"{edit.search}{edit.replace}" for edit in (*self.edits, *self._wrong))
        return self.answer_tokens - sum(self.count_tokens(text) + _AROUND for text in said)

    def _is_unit(self, path: str, spans: tuple[Lines, ...]) -> bool:
        """Short enough to be written anew as a whole."""
        if len(spans) != 1 or spans[0][1] - spans[0][0] >= LONGEST_UNIT:
            return False
        return 2 * self.count_tokens(self._text(path, spans[0])) + _SPARE <= self._room

    def _text(self, path: str, lines: Lines) -> str:
        return "".join(f"{line}\n" for line in self.files[path].lines[lines[0] - 1 : lines[1]])

    def _headings(self) -> dict[str, Place]:
        """What a block may begin with, and the lines that it may then quote."""
        found: dict[str, Place] = {}
        for path, file in self.files.items():
            spans = self._spans(path)
            if file.likely and not self.edits and not self._wrong:
                likely = {line for first, last in file.likely for line in range(first, last + 1)}
                shown = {line for first, last in spans for line in range(first, last + 1)}
                runs = (run for span in spans for run in _runs(span, shown - likely))
                spans = tuple(run for run in runs if self._places[path].unique(*run)) or spans
            for name, lines in file.symbols:
                inside = tuple(run for run in _within(spans, lines) if self._places[path].unique(*run))
                if inside:
                    found[f"In {path}, `{name}`:"] = Place(path, inside, self._is_unit(path, inside))
            if spans:
                found[f"In {path}:"] = Place(path, spans, self._is_unit(path, spans))
        made = {edit.path for edit in self.edits}
        return found | {f"In the new file {path}:": Place(path, ()) for path in self.new if path not in made}

    def _anchors(self, place: Place) -> dict[str, tuple[int, ...]]:
        """The lines that a quote may begin with, by their text."""
        found: dict[str, tuple[int, ...]] = {}
        lines = self.files[place.path].lines
        for first, last in place.spans:
            for number in range(first, last + 1):
                if text := lines[number - 1].strip():
                    found[f"{text}` changes:\n"] = (*found.get(f"{text}` changes:\n", ()), number)
        return found

    def _spans(self, path: str) -> tuple[Lines, ...]:
        """What can be quoted still: no line twice, so that no two blocks overlap."""
        file, places = self.files[path], self._places[path]
        quoted = {
            line
            for edit in (*self.edits, *self._wrong)
            if edit.path == path
            for first, last in places.of(edit.search.split("\n")[:-1])
            for line in range(first, last + 1)
        }
        return tuple(run for span in file.spans for run in _runs(span, quoted) if places.unique(*run))


def _within(spans: Iterable[Lines], lines: Lines) -> Iterator[Lines]:
    """What of the spans lies within these lines."""
    for first, last in spans:
        first, last = max(first, lines[0]), min(last, lines[1])
        if first <= last:
            yield first, last


def _runs(span: Lines, without: Collection[int]) -> Iterator[Lines]:
    """The lines of a span in a row, without some."""
    first, last = span
    for line in range(first, last + 2):
        if line in without or line > last:
            if first < line:
                yield first, line - 1
            first = line + 1


def edits_in(text: str, marks: Marks) -> list[Edit]:
    """Whole blocks in a text that no guide was followed for, read leniently."""
    fence = re.escape(marks.fence)
    block = re.compile(
        rf"^In (?:the new file )?(?P<path>[^\n:]+?)(?:, `[^\n]*`)?:[^\n]*\n(?:[^\n]+\n)*?"
        rf"From:\n{fence}[^\n]*\n"
        rf"(?P<search>.*?){fence}\nTo:\n{fence}[^\n]*\n(?P<replace>.*?){fence}$",
        re.MULTILINE | re.DOTALL,
    )
    return [Edit(each["path"], each["search"], each["replace"]) for each in block.finditer(text)]
