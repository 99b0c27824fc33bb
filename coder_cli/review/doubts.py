"""Where a model that reads a diff expects something else than what stands there.

Asked in words whether code is right, a small model does not know. But it read much code, and while it reads
the new rows it says at each place how likely each id is. Its surprise alone tells nothing, for new names are
surprising, too; what tells is a rival that is likely where what stands there is not.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from types import MappingProxyType

from coder_cli.model.types import LanguageModel, PrefillProgress, Scores
from coder_cli.review.checks.blanking import blanked, knows
from coder_cli.review.diff_rows import Region, regions
from coder_cli.review.parts import Cost, Part
from coder_cli.review.rivals import Kind, Rival, names_in, rivals
from retrieval.hunks import lines_of

_FOLLOWING = 32  # ids behind a rival that must bear it out
_MOST = 3  # rivals of a region that are read with what follows, each some hundred tokens


@dataclass(frozen=True, slots=True)
class Least:
    """What a rival's first id must have: so much more than the one that is there, and so much by itself."""

    gap: float
    rival: float


# Measured on diffs with a fault and without: see tests/quality/reviews.py.
RULES: Mapping[Kind, Least] = MappingProxyType(
    dict.fromkeys(Kind, Least(1.4, -2.5))
    | {
        Kind.CONDITION: Least(2.0, -2.5),
        Kind.GUARD: Least(3.5, -1.0),
        Kind.RETURNED: Least(3.0, -0.7),
        Kind.SWAP: Least(4.0, -0.5),
    }
)


@dataclass(frozen=True, slots=True)
class Strictness:
    """What a model must give before something is told, in log-odds."""

    rules: Mapping[Kind, Least] = field(default_factory=lambda: RULES)  # of a rival's first id
    odds: float = 0.0  # of the rows with it and what follows them


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rival that is likelier than what stands there, and the lines as they are with it.

    `gap`: log-odds at the first id that differs; `odds`: over all of the rows and what follows them.
    """

    rival: Rival
    lines: tuple[int, ...]
    instead: tuple[str, ...]
    gap: float
    odds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    """`ids` of the rows with the rival, for those from `start` to `end`; they differ from `place` on."""

    rival: Rival
    lines: tuple[int, ...]
    instead: tuple[str, ...]
    ids: tuple[int, ...]
    start: int
    end: int
    place: int

    @property
    def first(self) -> int:
        return self.ids[self.place - self.start]


@dataclass(slots=True)
class Reader:
    """`cost` is what was read so far; `is_whole` becomes False where it was cut short."""

    model: LanguageModel
    rules: Mapping[Kind, Least]
    least_odds: float
    progress: PrefillProgress
    cost: Cost = field(default_factory=Cost)
    is_whole: bool = True

    def doubts(self, part: Part) -> Iterator[Doubt]:
        """Of each region, the strongest first."""
        if (file := part.file.new) is None or not knows(file.language):
            return
        code = blanked(file.text, file.language)
        gone = {row.text.strip() for hunk in part.file.hunks for row in hunk.deleted}
        for region in regions(part):
            read = _Read(self.model, file.text, region)
            yield from self._doubts(read, tuple(read.candidates(code, file.language, gone)))

    def _doubts(self, read: _Read, candidates: Sequence[_Candidate]) -> Iterator[Doubt]:
        found = [one for one in candidates if one.end <= self.model.context_length]
        self.is_whole = self.is_whole and len(found) == len(candidates)
        if not found:
            return
        ids = read.ids
        last = min(len(ids), self.model.context_length, max(one.end for one in found) + _FOLLOWING)
        wanted = {place: {ids[place]} for place in range(min(one.place for one in found), last)}
        for one in found:
            wanted[one.place].add(one.first)
        scores = self._score(ids[:last], wanted)
        if scores is None:
            return
        told: set[int] = set()
        for gap, one in sorted(self._likely(found, ids, scores), key=lambda pair: -pair[0]):
            if len(told) < _MOST and told.isdisjoint(one.lines):
                told.update(one.lines)
                odds = self._borne_out(one, ids, scores)
                if odds > self.least_odds:
                    yield Doubt(one.rival, one.lines, one.instead, gap, odds)

    def _likely(
        self, found: Sequence[_Candidate], ids: Sequence[int], scores: Scores
    ) -> Iterator[tuple[float, _Candidate]]:
        for one in found:
            rival = scores[one.place][one.first]
            gap = rival - scores[one.place][ids[one.place]]
            least = self.rules[one.rival.kind]
            if gap >= least.gap and rival >= least.rival:
                yield gap, one

    def _borne_out(self, one: _Candidate, ids: Sequence[int], scores: Scores) -> float:
        """How much likelier the rows and what follows them are with the rival."""
        following = [place for place in range(one.end, one.end + _FOLLOWING) if place in scores]
        others = [*ids[: one.start], *one.ids, *(ids[place] for place in following)]
        if len(others) > self.model.context_length:
            return -math.inf
        wanted = {place: {others[place]} for place in range(one.place, len(others))}
        found = self._score(others, wanted)
        if found is None:
            return -math.inf
        with_rival = sum(found[place][others[place]] for place in wanted)
        return with_rival - sum(
            scores[place][ids[place]] for place in (*range(one.place, one.end), *following)
        )

    def _score(self, ids: Sequence[int], wanted: Mapping[int, set[int]]) -> Scores | None:
        scores = self.model.score(ids, wanted, self.progress)
        self.cost += Cost(len(ids))
        self.is_whole = self.is_whole and scores is not None
        return scores


class _Read:
    """A region in ids, each row by itself: so only the ids of a row differ that has a rival."""

    def __init__(self, model: LanguageModel, text: str, region: Region) -> None:
        self._text = text
        self._region = region
        self._model = model
        self._begin = model.encode(("",))  # what begins every text
        self._starts = list(accumulate((len(line) + 1 for line in lines_of(text)), initial=0))
        rows = [self._ids_of(row) for row in region.rows]
        self.ids = [*self._begin, *(number for row in rows for number in row)]
        self._offsets = list(accumulate(map(len, rows), initial=len(self._begin)))

    def _ids_of(self, row: str) -> list[int]:
        return self._model.encode((f"{row}\n",))[len(self._begin) :]

    def candidates(self, code: str, language: str, gone: Collection[str]) -> Iterator[_Candidate]:
        """`code`: the blanked text. What makes a row as it was before is none: it was changed on purpose."""
        shown = self._region.at
        names = names_in(code[self._starts[min(shown) - 1] : self._starts[max(shown)]])
        seen: set[tuple[int, tuple[str, ...]]] = set()
        for line in self._region.added:
            begin, end = self._starts[line - 1], self._starts[line] - 1
            for rival in rivals(self._text, code, begin, end, language, names):
                lines, instead = self._with(rival, line)
                if (line, instead) in seen or all(row.strip() in gone for row in instead):
                    continue
                seen.add((line, instead))
                if (one := self._candidate(rival, lines, instead)) is not None:
                    yield one

    def _with(self, rival: Rival, line: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
        last = line + self._text.count("\n", rival.start, rival.end)
        begin, end = self._starts[line - 1], self._starts[last] - 1
        instead = f"{self._text[begin : rival.start]}{rival.text}{self._text[rival.end : end]}"
        return tuple(range(line, last + 1)), tuple(instead.split("\n"))

    def _candidate(self, rival: Rival, lines: tuple[int, ...], instead: tuple[str, ...]) -> _Candidate | None:
        """None where the lines are not all new, or rows that are gone stand between them."""
        rows = [self._region.at.get(line) for line in lines]
        first = self._region.at[lines[0]]
        if rows != list(range(first, first + len(lines))) or not set(lines) <= set(self._region.added):
            return None
        start, end = self._offsets[first], self._offsets[first + len(lines)]
        ids = tuple(number for row in instead for number in self._ids_of(f"+{row}"))
        pairs = enumerate(zip(self.ids[start:end], ids, strict=False), start=start)
        place = next((place for place, (here, there) in pairs if here != there), None)
        return None if place is None else _Candidate(rival, lines, instead, ids, start, end, place)
