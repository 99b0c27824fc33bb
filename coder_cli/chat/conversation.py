"""A conversation about a repository, as the model reads it: a window that only grows, until it is full.

First the system text with the repository's preamble, then turn after turn; each may bring a block of what is
new. What the model has read once it need not read again: the next prompt begins with the one before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event, Lock

from coder_cli import frame, prompts
from coder_cli.assistant import checked
from coder_cli.briefing import PREAMBLE_SHARE, excerpts, preamble_of
from coder_cli.chat.blocks import Block, Wish, gather, shown_now
from coder_cli.chat.compaction import compacted, retold
from coder_cli.chat.turns import Bounds, Exchange, Shown
from coder_cli.citations import Citations
from coder_cli.errors import ContextError
from coder_cli.model.types import Completion, LanguageModel, Part, PrefillProgress, Prompt, Sampling
from coder_cli.named import Named
from coder_cli.prompts import Message, Role
from coder_cli.sessions import Source
from coder_cli.support import support
from coder_cli.workspace import Workspace
from retrieval.window import Item

LATER_SHARE = 0.5  # of the budget: a later turn asks on about what is there already
REBUILT_SHARE = 0.6  # of the window: room for the turns to come
_HOLE = "\x00"  # where the next request begins; no text that is read holds one


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the user."""

    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """What an answer stood on, for who keeps it."""

    prompt: Prompt
    sampling: Sampling
    completion: Completion
    exchange: Exchange
    cited: tuple[Source, ...]


class Conversation:
    """Asked from one thread at a time; `cancel` may come from any."""

    def __init__(
        self,
        model: LanguageModel,
        workspace: Workspace | None,
        bounds: Bounds,
        instructions: str = "",
        stop: tuple[str, ...] = (),
    ) -> None:
        self.model = model
        self.workspace = workspace
        self.bounds = bounds
        self.instructions = instructions
        self.stop = stop
        self.system = ""  # empty until the first turn, or until it is warmed
        self.preamble: tuple[Shown, ...] = ()
        self.exchanges: list[Exchange] = []
        self.named: dict[str, Named] = {}  # what the user added: it stays through every rebuild
        self.dropped: set[str] = set()
        self.made: Made | None = None  # of the last answer
        self.stale = False  # the next turn builds the window anew
        self.rebuilt = False  # the last turn did
        self._cancelled = Event()
        self._beginning = Lock()

    @property
    def shown(self) -> list[Shown]:
        return [*self.preamble, *(one for exchange in self.exchanges for one in exchange.shown)]

    @property
    def tokens(self) -> int:
        """Of all that stands in the window."""
        return len(self.model.encode(self._parts(self.exchanges))) if self.system else 0

    def cancel(self) -> None:
        self._cancelled.set()
        self.model.cancel()

    def warm(self) -> int:
        """Read what every next prompt begins with, while the user types. For a thread of its own."""
        self.begin()
        parts = self._parts([*self.exchanges, Exchange(_HOLE)])
        return self.model.warm(_before_hole(parts))

    def begin(self) -> None:
        """The system text and the preamble, once."""
        with self._beginning:
            if not self.system:
                self.preamble, self.system = self._opening()

    def ask(
        self,
        request: str,
        sampling: Sampling,
        progress: PrefillProgress,
        *,
        named: Sequence[Named] = (),
        attached: str = "",
    ) -> Iterator[str | Completion | Note]:
        """Pieces of the answer, the Completion last; before them Notes. What came is kept, cancelled or not.

        ContextError where the request does not fit into an empty window.
        """
        self._cancelled.clear()
        self.rebuilt = False
        self.begin()
        if self.workspace is not None:
            self.workspace.refresh()
        for one in named:
            self.dropped.discard(one.path)
        exchange, notes = self._next(request, (*self.named.values(), *named), attached)
        yield from map(Note, notes)
        yield from self._answer(exchange, sampling, progress)

    def again(self, sampling: Sampling, progress: PrefillProgress) -> Iterator[str | Completion | Note]:
        """The last request once more, with the same before it."""
        self._cancelled.clear()
        last = self.exchanges.pop()
        kept = len(self.exchanges)
        yield from self._answer(dataclasses.replace(last, answer="", displayed=""), sampling, progress)
        if len(self.exchanges) == kept:  # nothing came
            self.exchanges.append(last)

    def add(self, named: Named) -> None:
        self.named[str(named)] = named
        self.dropped.discard(named.path)

    def drop(self, path: str) -> bool:
        """Take a file out of the window, at the next turn. False where it is not in it."""
        names = [name for name, one in self.named.items() if one.path == path]
        for name in names:
            del self.named[name]
        if not any(one.path == path for one in self.shown):
            return bool(names)
        self.dropped.add(path)
        self.stale = True
        return True

    def clear(self) -> None:
        """Begin anew; the system text stays."""
        self.exchanges.clear()
        self.named.clear()
        self.dropped.clear()
        self.stale = False

    # -- the window

    @property
    def _before(self) -> str:
        return self.exchanges[-1].request if self.exchanges else ""

    def _next(self, request: str, named: Sequence[Named], attached: str) -> tuple[Exchange, list[str]]:
        """The request with what it brings along, laid out anew where the window is full."""
        if not self.stale:
            wish = Wish(request, self._before, named, dropped=self.dropped)
            extra = self.bounds.window // 2 if named else 0
            block = self._block(wish, self.shown, self._allowance(), extra)
            exchange = self._exchange(request, attached, block)
            if self._count(self.exchanges, exchange) <= self.bounds.window:
                return exchange, block.said
        return self._rebuilt(request, named, attached)

    def _rebuilt(self, request: str, named: Sequence[Named], attached: str) -> tuple[Exchange, list[str]]:
        """Older turns shorter, files once and in the order in which one reads a repository."""
        limit = int(self.bounds.window * REBUILT_SHARE)
        bare = Exchange(request, attached=attached)
        shown = [one for exchange in reversed(self.exchanges) for one in exchange.shown]
        self.preamble, self.system = self._opening()
        room = self.bounds.window - self._count([], bare)
        if room < 0:
            raise ContextError(
                f"The request has {self._count([], bare)} tokens with what stands before it;"
                f" the window holds {self.bounds.window}.",
                "Shorten it.",
            )
        turns = compacted(self.exchanges, min(room, limit // 2), lambda turns: self._count(turns, None))
        left = limit - self._count(turns, bare)
        block = self._block(
            Wish(request, self._before, named, shown, self.dropped),
            self.preamble,
            max(0, min(left, self.bounds.budget)),
        )
        exchange = self._exchange(request, attached, block)
        while block.items and self._count(turns, exchange) > self.bounds.window:
            block = dataclasses.replace(block, items=block.items[:-1], shown=block.shown[:-1])
            exchange = self._exchange(request, attached, block)
        notes = [retold(self.exchanges, turns, asked=self.stale), *block.said]
        self.exchanges[:] = turns
        self.stale, self.rebuilt = False, True
        return exchange, notes if turns else notes[1:]

    def _allowance(self) -> int:
        """What a turn may bring along of what the user does not name."""
        return int(self.bounds.budget * (LATER_SHARE if self.exchanges else 1 - PREAMBLE_SHARE))

    def _block(self, wish: Wish, shown: Sequence[Shown], budget: int, extra: int = 0) -> Block:
        if self.workspace is None:
            return Block()
        return gather(self.workspace, self.model.count_tokens, wish, shown, budget, extra)

    def _exchange(self, request: str, attached: str, block: Block) -> Exchange:
        return Exchange(request, excerpts(block.items), attached, block.shown)

    def _opening(self) -> tuple[tuple[Shown, ...], str]:
        items: tuple[Item, ...] = ()
        if self.workspace is not None:
            items = preamble_of(self.model, self.workspace, int(self.bounds.budget * PREAMBLE_SHARE))
        shown = shown_now(self.workspace, items) if self.workspace is not None else ()
        outline = f"\nIts most used files, in outline:\n\n{excerpts(items)}" if items else ""
        own = f"\nIts AGENTS.md says:\n\n{self.instructions}\n" if self.instructions else ""
        return shown, self._framed(Exchange(""), own, outline)[0].text

    def _framed(self, exchange: Exchange, instructions: str = "", preamble: str = "") -> list[Message]:
        told = {
            "repository": self.workspace.root.name if self.workspace is not None else "",
            "instructions": instructions,
            "preamble": preamble,
            "context": exchange.context,
            "attached": exchange.attached,
            "request": exchange.request,
        }
        return frame.messages("chat" if self.workspace is not None else "chat_alone", self.model.family, told)

    def _parts(self, exchanges: Sequence[Exchange]) -> tuple[Part, ...]:
        messages = [Message(Role.SYSTEM, self.system)]
        for exchange in exchanges:
            messages.append(self._framed(exchange)[-1])
            if exchange.answer:
                messages.append(Message(Role.ASSISTANT, exchange.answer))
        return prompts.conversation(self.model.family, self.model.chat_template, messages)

    def _count(self, turns: Sequence[Exchange], last: Exchange | None) -> int:
        return len(self.model.encode(self._parts([*turns, *([last] if last else [])])))

    # -- the answer

    def _answer(
        self, exchange: Exchange, sampling: Sampling, progress: PrefillProgress
    ) -> Iterator[str | Completion | Note]:
        self.made = None
        prompt = Prompt(self._parts([*self.exchanges, exchange]), self.stop, self.bounds.answer)
        sources = self._sources(exchange)
        written: list[str] = []

        def heard(done: int, total: int) -> None:
            """A model forgets what was cancelled before it began."""
            if self._cancelled.is_set():
                self.model.cancel()
            progress(done, total)

        def pieces() -> Iterator[str | Completion]:
            for piece in self.model.generate(prompt, sampling, heard):
                if isinstance(piece, str):
                    written.append(piece)
                yield piece

        citations = self._citations(sources)
        for piece in checked(self.model, pieces(), citations):
            if isinstance(piece, Completion) and written:
                whole = dataclasses.replace(exchange, answer="".join(written), displayed=piece.text)
                self.exchanges.append(whole)
                self.made = Made(prompt, sampling, piece, whole, tuple(citations.found))
            yield piece

    def _citations(self, sources: Sequence[Source]) -> Citations:
        if self.workspace is None:
            return Citations(())
        return Citations(sources, support(self.workspace, sources))

    def _sources(self, exchange: Exchange) -> tuple[Source, ...]:
        """The lines that may be cited: the latest first."""
        shown = [*exchange.shown, *reversed(self.shown)]
        return tuple(Source(one.path, *span) for one in shown for span in one.spans)


def _before_hole(parts: Sequence[Part]) -> tuple[Part, ...]:
    """All that comes before the next request."""
    before: list[Part] = []
    for part in parts:
        if isinstance(part, str) and _HOLE in part:
            return (*before, part[: part.index(_HOLE)])
        before.append(part)
    return tuple(before)
