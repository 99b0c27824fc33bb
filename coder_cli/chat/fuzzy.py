"""Names that hold the letters of a word in order, those first that one means when one types so few."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from heapq import nsmallest

_LONGEST = 40  # letters of a word that are looked for


class Names:
    """Paths or symbols to choose from. Never changes, so that any thread may ask."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.all: Sequence[str] = tuple(names)

    def ranked(self, word: str, limit: int) -> list[str]:
        """The best `limit` names. Without a word those in the fewest folders."""
        if not word:
            return nsmallest(limit, self.all, key=lambda name: (name.count("/"), name))
        letters = word[:_LONGEST].lower()
        found = [(_cost(low, letters), name) for low, name in self._lower if letters in low]
        if len(found) < limit:
            pattern = re.compile(".*?".join(map(re.escape, letters)))
            for low, name in self._lower:
                if letters not in low and (place := pattern.search(low)):
                    found.append(((4, place.end() - place.start(), len(low)), name))
        return [name for _, name in nsmallest(limit, found)]

    @cached_property
    def _lower(self) -> list[tuple[str, str]]:
        return [(name.lower(), name) for name in self.all]


def _cost(name: str, letters: str) -> tuple[int, int, int]:
    """The least is the best: the name itself, its beginning, a part of it."""
    base = name.rpartition("/")[2]
    if letters in (name, base, base.partition(".")[0]):
        return 0, name.count("/"), len(name)
    if base.startswith(letters) or name.startswith(letters):
        return 1, 0, len(name)
    return (2 if letters in base else 3), 0, len(name)
