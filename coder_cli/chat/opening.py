"""What a chat needs, made ready beside the prompt: the model, the repository, the window's beginning."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from coder_cli import assistant, pace
from coder_cli.assistant import Length
from coder_cli.chat import instructions, record
from coder_cli.chat.conversation import Conversation
from coder_cli.chat.fuzzy import Names
from coder_cli.chat.status import Status
from coder_cli.chat.turns import Bounds
from coder_cli.named import find
from coder_cli.project import encoder_of, find_repo
from coder_cli.sessions import Session
from coder_cli.settings import Settings
from coder_cli.workspace import Workspace
from exporters.store import InstalledModel

if TYPE_CHECKING:
    from coder_cli.model.engine import Engine
    from retrieval.repo import Repo
    from retrieval.search.index import Index

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model, ready to answer, and how much of a repository it reads in ten seconds."""

    installed: InstalledModel
    engine: Engine
    budget: int


@dataclass(frozen=True, slots=True)
class Room:
    """All that a question needs."""

    loaded: Loaded
    workspace: Workspace | None
    conversation: Conversation


class Opening:
    """Loads in threads of its own. `changed` hears that the status is another, `failed` why nothing comes."""

    def __init__(
        self,
        settings: Settings,
        status: Status,
        length: Length,
        *,
        changed: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self.settings = settings
        self.status = status
        self.files = Names()
        self.symbols = Names()
        self.room: Future[Room] = Future()
        self.progress: tuple[str, int, int] = ("", 0, 0)  # of the repository: stage, files done, of how many
        self._length = length
        self._changed = changed
        self._failed = failed
        self._told: list[str] = []
        self._doings: list[str] = []

    def start(self, folder: Path | None, session: Session | None, named: tuple[str, ...] = ()) -> None:
        """`folder` is where the repository is looked for, None for none; `session` is gone on with."""
        loaded = self._aside("loading the model", self._load, self.settings)
        opened = self._aside("reading the repository", self._open, folder)
        self.room = self._aside("", self._furnish, loaded, opened, session, named)
        self.room.add_done_callback(self._heard)

    def _heard(self, room: Future[Room]) -> None:
        if (problem := room.exception()) is not None:
            self._failed(problem)

    def take_notices(self) -> list[str]:
        """What the user should know of how things were opened; each once."""
        told, self._told[:] = list(self._told), []
        return told

    def load(self, settings: Settings) -> Future[Loaded]:
        """Another model, for the conversation that is on."""
        return self._aside("loading the model", self._load, settings)

    def exchange(self, room: Room, loaded: Loaded) -> None:
        """Another model for the room that is there."""
        changed = Room(loaded, room.workspace, room.conversation)
        self.room = Future()
        self.room.set_result(changed)

    def warm(self, conversation: Conversation) -> None:
        """Read the window's beginning while the user types."""
        self._aside("reading ahead", conversation.warm)

    def _load(self, settings: Settings) -> Loaded:
        installed, engine = assistant.open_model(settings, self._told.append)
        self.status.device = str(engine.device)
        known = pace.pace(settings, installed, engine, self._told.append)
        budget = pace.default_budget(known, engine.context_length, self._length.max_tokens)
        return Loaded(installed, engine, budget)

    def _open(self, folder: Path | None) -> Workspace | None:
        if folder is None:
            return None
        from retrieval.project import RepositoryProject

        repo = find_repo(self.settings, folder)
        cache = self.settings.cache_dir
        told = partial(self._read, "reading files")
        project = RepositoryProject.open(repo, cache=cache, progress=told)
        index = partial(self._index, repo)
        workspace = Workspace(repo, project, index(), index)
        self.files = Names(project.paths)
        parses = (project.parsed(path) for path in project.paths)
        self.symbols = Names(
            dict.fromkeys(symbol.name for parsed in parses if parsed for symbol in parsed.symbols)
        )
        return workspace

    def _index(self, repo: Repo) -> Index:
        from retrieval.search.index import Index

        return Index.open(
            repo,
            cache=self.settings.cache_dir,
            encoder=encoder_of(self.settings),
            progress=partial(self._read, "indexing files"),
            warn=self._told.append,
        )

    def _read(self, stage: str, done: int, total: int) -> None:
        self.progress = (stage, done, total)
        self._changed()

    def _furnish(
        self,
        loading: Future[Loaded],
        opening: Future[Workspace | None],
        session: Session | None,
        named: tuple[str, ...],
    ) -> Room:
        loaded, workspace = loading.result(), opening.result()
        bounds = Bounds.of(loaded.engine.context_length, loaded.budget, self._length.max_tokens)
        text = instructions.Instructions()
        if workspace is not None:
            text = instructions.read(workspace, loaded.engine.count_tokens, bounds.budget)
        conversation = Conversation(loaded.engine, workspace, bounds, text.text, self._length.stop)
        if text.text:
            self._told.append(str(text))
        if session is not None and (unanswered := record.restore(conversation, session)):
            self._told.append(f"The last question was not answered: {unanswered}")
        if workspace is not None:
            for word in named:
                conversation.add(find(workspace, word))
        conversation.begin()
        self.status.window = bounds.window
        self.status.used = conversation.tokens
        self._aside("reading ahead", conversation.warm)
        return Room(loaded, workspace, conversation)

    def _aside(self, doing: str, work: Callable[..., Result], *arguments: object) -> Future[Result]:
        """In a thread that ends with the program: an index that is half built is gone on with next time."""
        future: Future[Result] = Future()

        def run() -> None:
            if doing:
                self._doings.append(doing)
                self._show_doing()
            try:
                future.set_result(work(*arguments))
            except BaseException as problem:
                future.set_exception(problem)
            if doing:
                self._doings.remove(doing)
                self._show_doing()

        threading.Thread(target=run, name=doing or "opening", daemon=True).start()
        return future

    def _show_doing(self) -> None:
        self.status.busy = self._doings[-1] if self._doings else ""
        self._changed()
