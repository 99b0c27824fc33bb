"""A conversation in its session: on disk after every turn, and back from there with the same window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from coder_cli import sessions
from coder_cli.chat.conversation import Conversation, Made
from coder_cli.chat.turns import Exchange, Shown
from coder_cli.errors import RepositoryError
from coder_cli.named import Named
from coder_cli.sessions import Session, SessionStore, Source, Turn
from exporters.store import InstalledModel

COMMAND = "chat"  # of a session


@dataclass(slots=True)
class Record:
    """Where a conversation is kept. The session begins with its first turn, so that no empty one is left."""

    store: SessionStore
    installed: InstalledModel
    repository: str
    session: Session | None = None
    _window: bool = False  # whether the session holds the window's beginning

    @property
    def name(self) -> str:
        return self.session.name if self.session is not None else ""

    def asked(self, request: str) -> None:
        """Before the answer comes: a crash loses no question."""
        self._open().append("asked", request=request)

    def turn(self, conversation: Conversation, made: Made, seconds: float) -> None:
        """The last turn, and the window where it does not merely go on."""
        session = self._open()
        session.append_turn(
            Turn(
                COMMAND,
                made.exchange.request,
                made.exchange.displayed,
                made.completion.finish.value,
                self._made(conversation, made),
                tuple(Source(one.path, *span) for one in made.exchange.shown for span in one.spans),
                made.cited,
                conversation.bounds.budget,
                seconds,
            )
        )
        if conversation.rebuilt or not self._window:
            self.window(conversation)
        else:
            session.append("exchange", **made.exchange.record())

    def window(self, conversation: Conversation) -> None:
        """All of it, after what is no mere turn."""
        self._open().append(
            "window",
            system=conversation.system,
            preamble=[asdict(one) for one in conversation.preamble],
            exchanges=[one.record() for one in conversation.exchanges],
            named=[asdict(one) for one in conversation.named.values()],
        )
        self._window = True

    def label(self, name: str) -> None:
        self._open().append("name", name=name)

    def begin_anew(self) -> None:
        """What comes belongs to a session of its own."""
        self.session, self._window = None, False

    def go_on(self, session: Session) -> None:
        self.session, self._window = session, True

    def _open(self) -> Session:
        if self.session is None:
            self.session = self.store.begin(COMMAND, self.repository, self.installed.name)
        return self.session

    def _made(self, conversation: Conversation, made: Made) -> sessions.Made:
        model, numerics = conversation.model, conversation.model.numerics
        return sessions.Made(
            self.installed.name,
            self.installed.manifest.artefact,
            numerics.runtime,
            numerics.device,
            numerics.threads,
            model.context_length,
            made.sampling,
            made.prompt.stop,
            made.prompt.max_new_tokens,
            tuple(model.encode(made.prompt.parts)),
            made.completion.runs,
        )


def restore(conversation: Conversation, session: Session) -> str:
    """The window as it was after the last turn. Returns the request that was not answered any more, or ""."""
    unanswered = ""
    try:
        for record in session.records:
            told: Mapping[str, Any] = {name: value for name, value in record.items() if name != "kind"}
            if record["kind"] == "asked":
                unanswered = str(told["request"])
            elif record["kind"] == "exchange":
                unanswered = ""
                conversation.exchanges.append(Exchange.from_record(told))
            elif record["kind"] == "window":
                unanswered = ""
                conversation.system = str(told["system"])
                conversation.preamble = tuple(map(Shown.from_record, told["preamble"]))
                conversation.exchanges[:] = map(Exchange.from_record, told["exchanges"])
                conversation.named = {str(one): one for one in (Named(**each) for each in told["named"])}
    except (KeyError, TypeError, ValueError) as error:
        raise RepositoryError(f"A record of session {session.name} is damaged: {error}.") from error
    return unanswered


def find(store: SessionStore, name: str) -> Session:
    """By what the user called it, else by its own name. UsageError where there is none."""
    for one in store.summaries():
        if one.command == COMMAND and label_of(session := store.load(one.name)) == name:
            return session
    return store.load(name)


def label_of(session: Session) -> str:
    """What the user called it, or ""."""
    names = [str(record.get("name", "")) for record in session.records if record["kind"] == "name"]
    return names[-1] if names else ""
