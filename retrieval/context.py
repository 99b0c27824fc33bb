"""From a request to what a model gets to read: which files, how much of each, in which order.

What matters most is chosen first: the target, what it uses of its direct dependencies, hits, what lies
farther. Then it is put in the order in which the model family read repositories, and counted as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from retrieval import target as targets
from retrieval.arrangement import Places, arranged, places_of, would_stand_before
from retrieval.graph import DependencyGraph
from retrieval.room import CountTokens, Room, tokens_of
from retrieval.selection import CALLERS_SHARE, Selection, distance_reason
from retrieval.shown import Shown
from retrieval.sources import Parsed, Read, Sources
from retrieval.types import SourceFile
from retrieval.window import Arrangement, ContextWindow, Item, LeftOut, Level, Request, Seed, Target

# Of what the target and the used parts of its dependencies leave over. Fixed, so that another task about the
# same target changes nothing of what stands before its hits.
HITS_SHARE = 0.5
_WINDOW_FULL = "no room: the window was full before its turn came"
# For what only the room of the hits could have held: there it would change the text before them.
_KEPT = "no room in the part that is the same for every task about the target"
_SHORTENED = {
    Level.WHOLE: "",
    Level.SKELETON: "signatures are enough",
    Level.CHUNK: "only what is used of it",
}


def build_context(
    request: Request,
    *,
    seeds: Sequence[Seed] = (),
    graph: DependencyGraph,
    parsed: Parsed,
    read: Read,
    budget: int,
    count_tokens: CountTokens,
    order: Arrangement = Arrangement.DEPENDENCY,
) -> ContextWindow:
    """A window of `budget` tokens at most. The same arguments give the same window.

    Every candidate - the target, the seeds, all that these need, all that uses the target - is in it or is
    left out with a reason. `seeds` come best first.
    """
    shown = Shown(Sources(read, parsed), Room(budget, count_tokens))
    walk = _Walk(request, seeds, graph, Selection(graph, shown))
    places, usages = Places(), dict[str, str]()
    details: Iterator[Item] = iter(())
    if request.target is not None:
        details = walk.details(request.target)
        walk.place(next(details, None))
        usages = walk.choose_around(request.target)
    walk.choose_hits()
    if request.target is not None:
        items = shown.room.items
        still = {path for path, text in usages.items() if items[path].text == text}
        places = places_of(request.target.path, graph, items, walk.selection.settled, still)
    row = walk.within_budget(places, order, details)
    return ContextWindow(
        request, row, tokens_of(row, walk.room.count) if row else 0, budget, walk.left_out(row)
    )


@dataclass(slots=True)
class _Walk:
    request: Request
    seeds: Sequence[Seed]
    graph: DependencyGraph
    selection: Selection

    @property
    def room(self) -> Room:
        return self.selection.room

    @property
    def target_path(self) -> str:
        return self.request.target.path if self.request.target else ""

    def details(self, target: Target) -> Iterator[Item]:
        """The target in less and less detail; nothing where it cannot be read."""
        file = self.selection.sources.file(target.path)
        if not isinstance(file, SourceFile) or (not file.text and not target.fill):
            return iter(())
        lines = file.text.count("\n") + 1
        if target.line is not None and not 1 <= target.line <= lines:
            target = replace(target, line=max(1, min(target.line, lines)))
        spans = tuple(
            (seed.start_line, seed.end_line or seed.start_line)
            for seed in self.seeds
            if seed.path == target.path and seed.start_line is not None
        )
        budget, count = self.room.budget, self.room.count
        most = int(budget * targets.PARTIAL_SHARE) if self._has_company(target.path) else budget
        return targets.fitting(self.selection.sources, file, target, spans, budget, most, count)

    def _has_company(self, target: str) -> bool:
        if any(seed.path != target for seed in self.seeds):
            return True
        graph = self.graph
        return target in graph and bool(graph.dependencies_of(target) or graph.dependents_of(target))

    def place(self, item: Item | None) -> None:
        self.room.items.pop(self.target_path, None)
        if item is not None:
            self.room.items[item.path] = item

    def choose_around(self, target: Target) -> dict[str, str]:
        """What belongs to the target whatever the task is.

        Returns the files shown only for their use of the target, and their texts.
        """
        selection, room, path = self.selection, self.room, target.path
        selection.shown.target = path
        if path not in self.graph or path not in room.items:
            return {}
        near = targets.focus(selection.sources.parsed(path), target.line)
        needs = self.graph.closure([path]).keys()
        selection.shown.dependents = self.graph.closure([path], dependents=True).keys() - needs
        selection.add_used(path, near, room.budget)
        left = room.budget - room.used
        limit = room.budget - (int(left * HITS_SHARE) if self.seeds else 0)
        before = set(room.items)
        selection.add_callers(path, near, min(limit, room.used + int(room.budget * CALLERS_SHARE)))
        callers = {caller: room.items[caller].text for caller in room.items.keys() - before}
        told = selection.shown.reasons
        direct = [
            (needed, told[needed][0] if needed in told else distance_reason("the target", 1))
            for needed, _ in selection.by_use(path, near)
        ]
        selection.add_signatures(direct, limit)
        selection.add_signatures(selection.farther([path]), limit)
        selection.add_wholes([one for one in direct if one[0] in room.items], limit)
        selection.settled = frozenset(room.items)
        selection.closed = would_stand_before(self.graph, path, selection.settled)
        return {caller: text for caller, text in callers.items() if room.items[caller].text == text}

    def choose_hits(self) -> None:
        """And where they leave room, more of what the target needs, as far as it may come after them."""
        mine = self.target_path
        self.selection.add_hits([seed for seed in self.seeds if seed.path != mine], self.room.budget)
        if mine in self.graph and mine in self.room.items:
            self.selection.add_farther([mine], self.room.budget)

    def within_budget(self, places: Places, order: Arrangement, details: Iterator[Item]) -> tuple[Item, ...]:
        """The items in their row; the joined text is counted, and the latest go while it is too much."""
        while True:
            ranked = list(dict.fromkeys(step.path for step in self.room.steps))
            row = arranged(self.room.items, ranked, places, self.graph, order)
            items = tuple(self._told(self.room.items[path]) for path in row)
            tokens = tokens_of(items, self.room.count) if items else 0
            if tokens <= self.room.budget:
                return items
            if not self.room.take_back(tokens - self.room.budget):
                self.place(next(details, None))

    def _told(self, item: Item) -> Item:
        """With the reason why it is not whole."""
        if item.shortened or item.level is Level.WHOLE:
            return item
        refused = self.room.refused.get(item.path)
        return replace(item, shortened=refused.reason if refused else _SHORTENED[item.level])

    def left_out(self, items: Sequence[Item]) -> tuple[LeftOut, ...]:
        """Every candidate that is not in the window, those that matter most first."""
        inside = {item.path for item in items}
        found = {}
        for path, reason in self._candidates():
            if path in inside or path in found:
                continue
            told = self.selection.shown.unread.get(path)
            if told is None:
                refused = self.room.refused.get(path)
                why = refused.reason if refused else _WINDOW_FULL
                why = _KEPT if self.seeds and path in self.selection.closed else why
                told = LeftOut(path, f"{reason}: {why}", refused.tokens if refused else None)
            found[path] = told
        return tuple(found.values())

    def _candidates(self) -> Iterator[tuple[str, str]]:
        target = self.target_path
        if target:
            yield target, self._target_reason()
        yield from ((seed.path, seed.reason) for seed in self.seeds)
        known = [path for path in (target,) if path in self.graph]
        if known:
            yield from self.selection.farther(known)
            yield from ((user, "it needs the target") for user in self.graph.dependents_of(target))
        yield from self.selection.farther([seed.path for seed in self.seeds])

    def _target_reason(self) -> str:
        file = self.selection.sources.file(self.target_path)
        if isinstance(file, SourceFile):
            return "the target: not even a line of it fits" if file.text else "the target: empty"
        return f"the target: not read, {file.reason.value}" + (f" ({file.detail})" if file.detail else "")
