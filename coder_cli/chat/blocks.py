"""What of the repository a turn brings along: what is not in the conversation yet, or has changed since."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from coder_cli.chat.turns import Shown
from coder_cli.named import Named
from coder_cli.workspace import Workspace
from retrieval.layout import in_order
from retrieval.types import SourceFile
from retrieval.window import Item, Level, Request, Seed

CountTokens = Callable[[str], int]
_CHANGED = "changed since it was shown"
_BEFORE = "in the conversation before"
_NAMED = "named"
_TELLING = re.compile(r"\w{4,}")
_SHORT_LINE = 5  # names in the line that says what is read
_ENOUGH_WORDS = 5  # that stand for themselves
_LEAST_WORDS = 2  # of a request that is searched for: "and why?" would find chance


@dataclass(frozen=True, slots=True)
class Block:
    """Files in reading order, and what they are as they stand on disk now."""

    items: tuple[Item, ...] = ()
    shown: tuple[Shown, ...] = ()
    notes: tuple[str, ...] = ()  # what the user should know of it

    @property
    def tokens(self) -> int:
        return sum(item.tokens for item in self.items)

    @property
    def said(self) -> list[str]:
        """The notes, and in one line what is read."""
        if not self.shown:
            return list(self.notes)
        names = [str(one) for one in self.shown]
        more = f" and {len(names) - _SHORT_LINE} more" if len(names) > _SHORT_LINE else ""
        return [*self.notes, f"reads {', '.join(names[:_SHORT_LINE])}{more} ({self.tokens:,} tokens)"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a block is for. `before` is the question before, `again` what an earlier window had, the latest
    first."""

    request: str
    before: str = ""
    named: Sequence[Named] = ()
    again: Sequence[Shown] = ()
    dropped: Collection[str] = ()


def gather(
    workspace: Workspace,
    count: CountTokens,
    wish: Wish,
    shown: Sequence[Shown],
    budget: int,
    extra: int = 0,
) -> Block:
    """At most `budget` tokens of what `shown` does not hold already.

    What the user names comes first, and may take `extra` tokens besides; what search finds may not.
    """
    return _Gathering(workspace, count, wish, shown).block(budget, extra)


def shown_now(workspace: Workspace, items: Sequence[Item]) -> tuple[Shown, ...]:
    return tuple(Shown.of(item, digest_of(workspace, item.path)) for item in items)


def digest_of(workspace: Workspace, path: str) -> str:
    """Of the file as it is now; "" where it is gone."""
    file = workspace.read(path)
    return file.digest if isinstance(file, SourceFile) else ""


@dataclass(slots=True)
class _Gathering:
    workspace: Workspace
    count: CountTokens
    wish: Wish
    shown: Sequence[Shown]
    notes: list[str] = field(default_factory=list)
    _exactly: Sequence[Shown] = ()  # what the user names of what is not in the window
    _digests: dict[str, str] = field(default_factory=dict)

    def block(self, budget: int, extra: int) -> Block:
        exact = list(self._exact(budget + extra))
        self._exactly = [Shown.of(item, self._digest(item.path)) for item in exact]
        left = budget + min(0, extra - sum(item.tokens for item in exact))
        seeds = [seed for seed in dict.fromkeys(self._seeds()) if not self._stands(seed)]
        taken = {item.path for item in exact if item.level is Level.WHOLE}
        found: list[Item] = []
        if seeds and left > 0:
            window = self.workspace.window(
                Request(self.wish.request), seeds=seeds, budget=left, count_tokens=self.count
            )
            found = [item for item in window.items if item.path not in taken and not self._is_covered(item)]
        order = in_order((item.path for item in (*exact, *found)), self.workspace.graph.reading_order())
        rank = {path: number for number, path in enumerate(order)}
        items = tuple(sorted((*exact, *found), key=lambda item: (rank[item.path], item.start_line)))
        return Block(
            items, tuple(Shown.of(item, self._digest(item.path)) for item in items), tuple(self.notes)
        )

    def _exact(self, budget: int) -> Iterator[Item]:
        """What the user names, to the line: nothing is added to it, and nothing is left out unsaid."""
        for one in self.wish.named:
            file = self.workspace.read(one.path)
            if not isinstance(file, SourceFile):
                self.notes.append(f"{one.path} is not read: {file.reason.value}.")
                continue
            lines = file.text.removesuffix("\n").split("\n")
            first, last = one.start_line or 1, one.end_line or one.start_line or len(lines)
            first, last = max(1, min(first, len(lines))), min(last, len(lines))
            text = "\n".join(lines[first - 1 : last])
            if any(each.is_whole or each.holds(first, last) for each in self._same(one.path)):
                continue
            if not text.strip():
                self.notes.append(f"{one} is empty.")
                continue
            tokens, whole = self.count(text), one.start_line is None
            if tokens > budget:
                kept = _fitting(lines[first - 1 : last], budget, self.count)
                if not kept:
                    self.notes.append(f"{one} is not shown: the window has no room for it.")
                    continue
                last, whole = first + kept - 1, False
                text = "\n".join(lines[first - 1 : last])
                tokens = self.count(text)
                self.notes.append(f"{one} is too long for the window: lines {first} to {last} are shown.")
            budget -= tokens
            level = Level.WHOLE if whole else Level.CHUNK
            yield Item(one.path, level, first, last, text, tokens, _NAMED)

    def _seeds(self) -> Iterator[Seed]:
        for seed in (*self._changed(), *self._again(), *self._found()):
            if seed.path not in self.wish.dropped:
                yield seed

    def _changed(self) -> Iterator[Seed]:
        latest = {one.path: one for one in self.shown}
        for path, one in latest.items():
            now = self._digest(path)
            if now == one.digest:
                continue
            if not now:
                self.notes.append(f"{path} is gone since it was shown.")
            elif one.level == Level.CHUNK.value:
                yield from (Seed(path, _CHANGED, *span) for span in one.spans)
            else:
                yield Seed(path, _CHANGED, named=one.is_whole)

    def _again(self) -> Iterator[Seed]:
        for one in self.wish.again:
            if one.is_whole:
                yield Seed(one.path, _BEFORE, named=True)
            elif one.level == Level.CHUNK.value:
                yield from (Seed(one.path, _BEFORE, *span) for span in one.spans)

    def _found(self) -> Iterator[Seed]:
        telling = len(set(_TELLING.findall(self.wish.request)))
        if telling >= _LEAST_WORDS:
            # "And what is its default?" is about what was asked before.
            before = f"{self.wish.before}\n" if telling < _ENOUGH_WORDS else ""
            yield from self.workspace.seeds(before + self.wish.request)

    def _stands(self, seed: Seed) -> bool:
        """Whether all that a seed points to is in the window, as it is on disk."""
        first = seed.start_line
        for one in self._same(seed.path):
            if one.is_whole or (first is None and not seed.named):
                return True
            if (
                first is not None
                and one.level == Level.CHUNK.value
                and one.holds(first, seed.end_line or first)
            ):
                return True
        return False

    def _is_covered(self, item: Item) -> bool:
        now = Shown.of(item, self._digest(item.path))
        same = self._same(item.path)
        if any(one.is_whole for one in same):
            return True
        if item.level is Level.SKELETON:
            same = [one for one in same if one.level == now.level]
        return all(any(one.holds(*span) for one in same) for span in now.spans)

    def _same(self, path: str) -> list[Shown]:
        """What stands of a file that has not changed since."""
        return [
            one
            for one in (*self.shown, *self._exactly)
            if one.path == path and one.digest == self._digest(path)
        ]

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = digest_of(self.workspace, path)
        return self._digests[path]


def _fitting(lines: Sequence[str], budget: int, count: CountTokens) -> int:
    """How many of the first lines take `budget` tokens at most."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count("\n".join(lines[:middle])) <= budget else (low, middle - 1)
    return low
