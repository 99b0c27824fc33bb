"""Which files a window shows, and how much of each: what matters most first, while there is room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from retrieval.graph import DependencyGraph
from retrieval.room import Room
from retrieval.shown import Shown
from retrieval.skeleton import SIGNATURES, Wanted
from retrieval.sources import Sources
from retrieval.types import ParsedFile, SourceFile, Symbol
from retrieval.uses import (
    Lines,
    bodies_for,
    is_aside,
    on_borders,
    outlines_for,
    shown_around,
    used_symbols,
    uses_of,
)
from retrieval.window import LeftOut, Seed

CALLERS_SHARE = 0.15  # of the budget, at most, for files that use the target
_MISSES = 12  # so many files in a row without room for them: the rest is not even looked at
_WIDEST_HIT = 60  # lines; a hit in a longer symbol is shown as it is
_LARGEST_OUTLINE = 3  # the part of what is left that one dependency's outline may take: a third
_MOST_CALLERS = 60  # that are looked at
_USED_NAMES = 6  # in a reason
_SEEDS_WITH_NEEDS = 8  # the best hits, whose own dependencies are shown too


@dataclass(slots=True)
class Selection:
    """The walk over candidates. `limit` is what the window may hold after a step; the room has the result."""

    graph: DependencyGraph
    shown: Shown
    settled: Collection[str] = ()  # files whose place and text no task may change, unless it finds them
    closed: Collection[str] = ()  # files that would stand before those

    @property
    def sources(self) -> Sources:
        return self.shown.sources

    @property
    def room(self) -> Room:
        return self.shown.room

    def _named(self, path: str) -> str:
        return "the target" if path == self.shown.target else path.rpartition("/")[2]

    # -- dependencies

    def needs(self, path: str) -> Sequence[str]:
        return self.graph.dependencies_of(path) if path in self.graph else ()

    def used_of(self, user: str, needed: str, near: Lines | None, only: bool = False) -> dict[int, int]:
        """What one file uses of another; what it uses near these lines counts more, or alone."""
        parses = self.sources.parsed(user), self.sources.parsed(needed)
        if parses[0] is None or parses[1] is None:
            return {}
        return used_symbols(parses[0], parses[1], self.graph.why(user, needed), near, only)

    def by_use(self, user: str, near: Lines | None, only: bool = False) -> list[tuple[str, dict[int, int]]]:
        """The file's dependencies, the most used ones first."""
        used = [(needed, self.used_of(user, needed, near, only)) for needed in self.needs(user)]
        return sorted(used, key=lambda one: (-sum(one[1].values()), one[0]))

    def add_used(self, user: str, near: Lines | None, limit: int, only: bool = False) -> None:
        """Of each dependency what the file uses of it: of all of them the signatures, then the bodies."""
        using = self.sources.parsed(user)
        used = [
            (needed, self.sources.parsed(needed), weights)
            for needed, weights in self.by_use(user, near, only)
            if self._may_come(needed)
        ]
        for needed, parsed, weights in used:
            if using is not None and parsed is not None and weights:
                reason = f"{self._named(user)} uses {_used(parsed, weights)}"
                fair = min(limit, self.room.used + (limit - self.room.used) // _LARGEST_OUTLINE)
                if not self.shown.add(needed, outlines_for(using, parsed, weights), reason, fair):
                    self.shown.add(needed, Wanted(heads=frozenset(weights)), reason, limit)
        for needed, parsed, weights in used:
            if using is not None and parsed is not None and needed in self.room.items:
                reason = f"{self._named(user)} uses {_used(parsed, weights)}"
                for part in _ever_less(_by_weight(weights)):
                    if self.shown.add(needed, bodies_for(using, parsed, part), reason, limit):
                        break

    def add_signatures(self, paths: Iterable[tuple[str, str]], limit: int) -> None:
        """Skeletons of files, each with a reason, until several in a row find no room."""
        misses = 0
        for path, reason in paths:
            short = "" if path in self.room.items else "signatures are enough at this distance"
            misses = 0 if self.shown.add(path, SIGNATURES, reason, limit, shortened=short) else misses + 1
            if misses == _MISSES:
                return

    def add_wholes(self, paths: Iterable[tuple[str, str]], limit: int) -> None:
        for path, reason in paths:
            self.shown.add_whole(path, reason, limit)

    def farther(self, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
        """What these files need through others, with the reason: nearest first, the most needed first."""
        distances = self.graph.closure([path for path in paths if path in self.graph])
        inside = distances.keys()
        needed = dict.fromkeys(inside, 0)
        for path in inside:
            for need in self.graph.dependencies_of(path):
                needed[need] += 1
        of = self._named(paths[0]) if len(paths) == 1 else "what was found"
        for path in sorted(inside, key=lambda path: (distances[path], -needed[path], path)):
            if distances[path]:
                yield path, distance_reason(of, distances[path])

    # -- dependents

    def add_callers(self, target: str, near: Lines | None, limit: int) -> None:
        """The places where other files use the target: tests after programs, those that use it most first."""
        parsed = self.sources.parsed(target)
        if parsed is None or target not in self.graph:
            return
        callers = []
        for caller in _nearest(self.graph.dependents_of(target), target)[:_MOST_CALLERS]:
            weights = self.used_of(caller, target, None)
            around = {index for index in weights if near and _overlaps(parsed.symbols[index], near)}
            symbols = around or set(weights)
            if symbols:
                rank = (not around, is_aside(caller), -sum(weights[index] for index in symbols), caller)
                callers.append((rank, symbols))
            else:
                self.shown.unread[caller] = LeftOut(
                    caller, f"it needs {target}, but uses nothing of it by name"
                )
        for rank, symbols in sorted(callers, key=lambda one: one[0]):
            self._add_caller(target, rank[-1], {parsed.symbols[index].name for index in symbols}, limit)

    def _add_caller(self, target: str, caller: str, names: set[str], limit: int) -> None:
        user = self.sources.parsed(caller)
        file = self.sources.file(caller)
        if user is None or not isinstance(file, SourceFile):
            return
        uses = uses_of(user, names)
        used = _listed(dict.fromkeys(use.name for use in uses))
        if caller not in self.needs(target):
            self.shown.uses[caller] = used
        wanted = shown_around(user, uses, file.text.count("\n") + 1)
        reason = f"uses {used} of the target"
        self.shown.add(caller, wanted, reason, limit, shortened="only where it uses the target")

    # -- hits

    def add_hits(self, seeds: Sequence[Seed], limit: int) -> None:
        """What a search or the task's own words found, then what that uses, then what surrounds it."""
        lines = {seed: self._add_hit(seed, limit) for seed in seeds}
        for seed in seeds:
            self._add_callees(seed.path, [lines[one] for one in seeds if one.path == seed.path], limit)
        best = list(dict.fromkeys(seed.path for seed in seeds))
        reasons = {seed.path: seed.reason for seed in reversed(seeds)}
        shown = [(path, reasons[path]) for path in best if path in self.room.items]
        half = self.room.used + (limit - self.room.used) // 2
        self.add_signatures(shown, half)
        for seed in seeds[:_SEEDS_WITH_NEEDS]:
            if seed.path in self.room.items:
                self.add_used(seed.path, lines[seed], limit, only=lines[seed] is not None)
        self.add_signatures(shown, limit)
        self.add_wholes(shown[:_SEEDS_WITH_NEEDS], limit)
        self.add_farther(best, limit)

    def add_farther(self, paths: Sequence[str], limit: int) -> None:
        self.add_signatures((one for one in self.farther(paths) if self._may_come(one[0])), limit)

    def _may_come(self, path: str) -> bool:
        """Whether a file may be shown without having been found itself: not before what is settled."""
        return path not in self.settled and path not in self.closed

    def _add_callees(self, path: str, hits: Sequence[Lines | None], limit: int) -> None:
        """What the hits in a file use of the same file."""
        parsed = self.sources.parsed(path)
        spans = [lines for lines in hits if lines is not None]
        if parsed is None or path not in self.room.items:
            return
        names = {
            one.name for one in parsed.references if any(first <= one.line <= last for first, last in spans)
        }
        used = [
            index
            for index, symbol in enumerate(parsed.symbols)
            if symbol.name in names and not any(_overlaps(symbol, lines) for lines in spans)
        ]
        if used:
            reason = f"which uses {_listed(dict.fromkeys(parsed.symbols[index].name for index in used))}"
            self.shown.add(path, bodies_for(parsed, parsed, used), reason, limit)

    def _add_hit(self, seed: Seed, limit: int) -> Lines | None:
        """The lines that are shown for it, widened to whole symbols; None where it is about the file."""
        if seed.start_line is not None:
            last = seed.end_line or seed.start_line
            lines = seed.start_line, last
            if not seed.tight:
                lines = on_borders(self.sources.parsed(seed.path), *lines, _WIDEST_HIT)
            self.shown.add(seed.path, Wanted(spans=(lines,)), seed.reason, limit)
            return lines
        if not (seed.named and self.shown.add_whole(seed.path, seed.reason, limit)):
            self.shown.add(seed.path, SIGNATURES, seed.reason, limit)
        return None


def distance_reason(of: str, distance: int) -> str:
    return f"{of} needs it" if distance == 1 else f"{of} needs it, {distance} imports away"


def _overlaps(symbol: Symbol, near: Lines) -> bool:
    return symbol.start_line <= near[1] and symbol.end_line >= near[0]


def _nearest(paths: Iterable[str], target: str) -> list[str]:
    """Those in the target's own folder first, then by how much of their path they share with it."""
    steps = target.split("/")

    def shared(path: str) -> int:
        pairs = zip(steps, path.split("/"), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    return sorted(paths, key=lambda path: (-shared(path), path))


def _by_weight(weights: Mapping[int, int]) -> list[int]:
    return sorted(weights, key=lambda index: (-weights[index], index))


def _used(parsed: ParsedFile, weights: Mapping[int, int]) -> str:
    return _listed(dict.fromkeys(parsed.qualified_name(index) for index in _by_weight(weights)))


def _ever_less(ranked: Sequence[int]) -> Iterator[Sequence[int]]:
    """All, the better half, the better quarter, ..., the best."""
    while ranked:
        yield ranked
        ranked = ranked[: len(ranked) // 2]


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _USED_NAMES} more" if len(found) > _USED_NAMES else ""
    return ", ".join(found[:_USED_NAMES]) + more
