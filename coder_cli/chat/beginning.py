"""How a chat begins: the prompt is there at once, the model and the repository come while the user types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coder_cli import ui
from coder_cli.assistant import Length
from coder_cli.chat import record, slash
from coder_cli.chat.completion import ChatCompleter
from coder_cli.chat.line import Line
from coder_cli.chat.loop import Chat
from coder_cli.chat.opening import Opening
from coder_cli.chat.record import Record
from coder_cli.chat.status import Status
from coder_cli.errors import ExitCode, UsageError
from coder_cli.model.types import Sampling
from coder_cli.project import find_repo
from coder_cli.sessions import Session, SessionStore
from coder_cli.settings import Settings
from exporters.store import ModelStore


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for. `session` is a name, "last" for the latest of this repository."""

    sampling: Sampling
    length: Length
    files: tuple[str, ...] = ()
    session: str | None = None


def chat(settings: Settings, wish: Wish) -> ExitCode:
    """Until the user leaves. StoreError or UsageError before the first prompt."""
    installed = ModelStore(settings.models_dir).resolve(settings.model)
    repo = find_repo(settings)
    folder = Path() if repo.has_git else None
    store = SessionStore(settings.state_dir)
    session = _session(store, wish.session, str(repo.root))
    kept = Record(store, installed, str(repo.root))
    if session is not None:
        kept.go_on(session)
    status = Status(installed.name)
    line: Line | None = None

    def changed() -> None:
        if line is not None:
            line.refresh()

    def failed(problem: BaseException) -> None:
        if line is not None:
            line.fail(problem)

    opening = Opening(settings, status, wish.length, changed=changed, failed=failed)
    completer = ChatCompleter(
        {name: row.help for name, row in slash.COMMANDS.items()},
        {name: _offering(row, lambda: talk) for name, row in slash.COMMANDS.items() if row.offers},
        lambda: opening.files,
        lambda: opening.symbols,
    )
    line = Line(settings.state_dir, completer, status.line, color=ui.is_colored())
    talk = Chat(settings, opening, line, status, kept, wish.sampling)
    ui.say(_greeting(installed.name, repo.root.name if folder else "", session))
    opening.start(folder, session, wish.files)
    return talk.run()


def _offering(row: slash.Row, talk: Callable[[], Chat]) -> Callable[[], Sequence[str]]:
    return lambda: row.offers(talk()) if row.offers else ()


def _session(store: SessionStore, name: str | None, repository: str) -> Session | None:
    if name != "last":
        return None if name is None else record.find(store, name)
    for one in store.summaries():
        if one.command == record.COMMAND and one.repository == repository:
            return store.load(one.name)
    raise UsageError("There is no chat about this repository yet.", "coder chat")


def _greeting(model: str, repository: str, session: Session | None) -> str:
    about = f" about {repository}" if repository else " (there is no git repository here)"
    again = f", going on with {session.name}" if session else ""
    return f"coder with {model}{about}{again}. /help lists the commands."
