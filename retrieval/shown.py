"""What is shown of each file so far, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from retrieval.notation import notation
from retrieval.room import Room
from retrieval.skeleton import Wanted
from retrieval.sketch import Excerpt
from retrieval.sources import Sources
from retrieval.types import Skipped, SourceFile
from retrieval.window import Item, LeftOut, Level

_NEEDS, _USES = " needs it", " uses "
_NEARLY_WHOLE = 1.25  # a file that is hardly longer than its excerpt is shown whole


@dataclass(slots=True)
class Shown:
    """Files grow in it, from a few lines to all of them; none shrinks. `limit` is of the window's tokens."""

    sources: Sources
    room: Room
    wanted: dict[str, Wanted] = field(default_factory=dict)  # what is shown of a file that is not whole
    reasons: dict[str, list[str]] = field(default_factory=dict)
    unread: dict[str, LeftOut] = field(default_factory=dict)
    target: str = ""
    dependents: Collection[str] = ()  # what needs the target, without being needed by it: it is marked
    uses: dict[str, str] = field(default_factory=dict)  # what a file shown for its use of the target uses

    def add(self, path: str, wanted: Wanted, reason: str, limit: int, *, shortened: str = "") -> bool:
        """Show more of a file: what is asked for beside what is there already."""
        file = self._readable(path, reason)
        if file is None or self._is_whole(path, reason):
            return file is not None
        merged = self.wanted.get(path, Wanted()) | wanted
        excerpt = self.sources.excerpt(file, merged)
        if len(file.text) <= _NEARLY_WHOLE * len(excerpt.text) and self.add_whole(path, reason, limit):
            return True
        level = Level.SKELETON if merged.signatures else Level.CHUNK
        if not excerpt.text.strip() or not self._offer(path, level, excerpt, reason, limit, shortened):
            return False
        self.wanted[path] = merged
        return True

    def add_whole(self, path: str, reason: str, limit: int) -> bool:
        file = self._readable(path, reason)
        if file is None or self._is_whole(path, reason):
            return file is not None
        if self._offer(path, Level.WHOLE, self.sources.whole(file), reason, limit, ""):
            return True
        now = self.room.items.get(path)
        if now is not None:
            self.room.items[path] = replace(now, shortened=self.room.refused[path].reason)
        return False

    def _is_whole(self, path: str, reason: str) -> bool:
        """Whether there is nothing to add but the reason."""
        now = self.room.items.get(path)
        if now is None or now.level is not Level.WHOLE:
            return False
        self.reasons[path] = self._said(path, reason)
        self.room.items[path] = replace(now, reason="; ".join(self.reasons[path]))
        return True

    def _said(self, path: str, reason: str) -> list[str]:
        """That a file is needed goes without saying where it is said what is used of it."""
        reasons = self.reasons.get(path, [])
        known = reason in reasons or (reason.endswith(_NEEDS) and any(_USES in each for each in reasons))
        return reasons if known else [*reasons, reason]

    def _offer(self, path: str, level: Level, shown: Excerpt, reason: str, limit: int, short: str) -> bool:
        refused = self.room.refused.get(path)
        if level is not Level.WHOLE and not short and refused is not None:
            short = refused.reason
        said = self._said(path, reason)
        lines = shown.start_line, shown.end_line
        told = "; ".join(said), short, self._note(path)
        item = Item(path, level, *lines, shown.text, 0, *told, parts=shown.parts)
        if not self.room.offer(item, limit):
            return False
        self.reasons[path] = said
        return True

    def _note(self, path: str) -> str:
        """The mark of a file that needs the target, since the target comes after it."""
        file = self.sources.file(path)
        used = self.uses.get(path)
        if not isinstance(file, SourceFile) or not (used or path in self.dependents):
            return ""
        text = f"uses {used} of {self.target}" if used else f"depends on {self.target}"
        return notation(file.language).note(text)

    def _readable(self, path: str, reason: str) -> SourceFile | None:
        """The file, where it has a text. An empty one tells nothing, and is told so."""
        file = self.sources.file(path)
        if isinstance(file, SourceFile) and file.text.strip():
            return file
        why = "empty"
        if isinstance(file, Skipped):
            why = f"not read: {file.reason.value}" + (f" ({file.detail})" if file.detail else "")
        self.unread[path] = LeftOut(path, f"{reason}: {why}")
        return None
