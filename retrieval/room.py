"""The room of a window: what stands in it, what it costs, and in which order it came to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from retrieval import layout
from retrieval.layout import Block
from retrieval.window import Item, LeftOut, Level

CountTokens = Callable[[str], int]

# Characters to a token, on average, that no code has: what has more to a token of room is not even counted.
_LONGEST_TOKEN = 10
_AS = {Level.WHOLE: "all of it", Level.SKELETON: "its skeleton", Level.CHUNK: "what matters of it"}


@dataclass(frozen=True, slots=True)
class Step:
    """An item that came in or grew: `before` is what stood there."""

    path: str
    before: Item | None


class Room:
    """Items by path, at most one a file. The cost of each is counted by itself, with its path line.

    Tokens do not add up over texts that are joined, so what fits here is counted again as a whole, and the
    latest steps are taken back where that is too much.
    """

    def __init__(self, budget: int, count_tokens: CountTokens) -> None:
        self.budget = budget
        self.items: dict[str, Item] = {}
        self.steps: list[Step] = []
        self.refused: dict[str, LeftOut] = {}
        self._count = count_tokens
        self._counted: dict[str, int] = {}

    @property
    def used(self) -> int:
        return sum(item.tokens for item in self.items.values())

    def count(self, text: str) -> int:
        if text not in self._counted:
            self._counted[text] = self._count(text)
        return self._counted[text]

    def offer(self, item: Item, limit: int) -> bool:
        """Take an item in, in place of what is there of its file, if `limit` tokens hold it all then."""
        before = self.items.get(item.path)
        free = limit - self.used + (before.tokens if before else 0)
        if len(item.text) > max(free, 0) * _LONGEST_TOKEN:
            self._refuse(item, None, free)
            return False
        tokens = self.count(layout.alone(_block(item)))
        if tokens > free:
            self._refuse(item, tokens, free)
            return False
        self.items[item.path] = replace(item, tokens=tokens)
        self.steps.append(Step(item.path, before))
        return True

    def _refuse(self, item: Item, tokens: int | None, free: int) -> None:
        left = max(free, 0)
        size = (
            f"far more than the {left} tokens left" if tokens is None else f"{tokens} tokens, {left} are left"
        )
        reason = f"no room: {_AS[item.level]} takes {size}"
        self.refused[item.path] = LeftOut(item.path, reason, tokens)

    def take_back(self, tokens: int) -> bool:
        """Undo the latest steps until so many tokens are free again; False where there is none to undo."""
        freed = 0
        while self.steps and freed < tokens:
            step = self.steps.pop()
            now = self.items.pop(step.path)
            if step.before is not None:
                self.items[step.path] = step.before
            freed += now.tokens - (step.before.tokens if step.before else 0)
            reason = f"no room: with {_AS[now.level]} the joined text is over the budget"
            self.refused[step.path] = LeftOut(step.path, reason, now.tokens)
        return freed > 0


def tokens_of(items: Iterable[Item], count: CountTokens) -> int:
    """The finished window's tokens. The parts around a hole are encoded one by one, with marks between."""
    return sum(map(count, layout.pieces([_block(item) for item in items])))


def _block(item: Item) -> Block:
    return Block(item.path, item.text, item.note, item.hole)
