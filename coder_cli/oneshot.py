"""A request about the repository, answered once: opened, briefed, answered, shown, kept."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coder_cli import answer, assistant, pace, ui, window_view
from coder_cli.assistant import Length
from coder_cli.briefing import LARGEST_ANSWER, PREAMBLE_SHARE, Task, brief, sources_of
from coder_cli.citations import Citations
from coder_cli.errors import ExitCode
from coder_cli.model.types import Completion, Finish, PrefillProgress, Sampling
from coder_cli.project import open_workspace
from coder_cli.refusal import is_refusal
from coder_cli.sessions import Made, SessionStore, Turn
from coder_cli.settings import Settings
from coder_cli.support import support
from coder_cli.workspace import Workspace
from exporters.store import InstalledModel

if TYPE_CHECKING:
    from coder_cli.model.engine import Engine


@dataclass(frozen=True, slots=True)
class Manner:
    """How a request is to be answered."""

    command: str
    sampling: Sampling
    length: Length
    budget: int | None = None  # tokens of the repository's text; None: what this device reads in ten seconds
    explain: bool = False  # tell what the model gets to read
    as_json: bool = False
    output: Path | None = None
    code: bool = False  # the answer is to be code alone


@dataclass(frozen=True, slots=True)
class Opened:
    """All that an answer needs."""

    settings: Settings
    workspace: Workspace
    installed: InstalledModel
    model: Engine

    def made(self, prompt: tuple[int, ...], manner: Manner, runs: tuple[int, ...]) -> Made:
        """How an answer comes about here."""
        numerics = self.model.numerics
        return Made(
            model=self.installed.name,
            artefact=self.installed.manifest.artefact,
            runtime=numerics.runtime,
            device=numerics.device,
            threads=numerics.threads,
            context_length=self.model.context_length,
            sampling=manner.sampling,
            stop=manner.length.stop,
            max_new_tokens=manner.length.max_tokens,
            prompt_ids=prompt,
            runs=runs,
        )


@contextlib.contextmanager
def opened(settings: Settings, path: Path | None = None) -> Iterator[Opened]:
    """The model loads while the repository is read; each takes about a second."""
    assistant.find_model(settings)  # that there is none is told before a large repository is read
    with ThreadPoolExecutor(1, "model") as aside:
        loading = aside.submit(assistant.open_model, settings, ui.say)
        with contextlib.closing(open_workspace(settings, path)) as workspace:
            yield Opened(settings, workspace, *loading.result())


def respond(there: Opened, task: Task, manner: Manner) -> ExitCode:
    """Answer a task, show the answer and keep it as a session."""
    length = fitting(manner.length, there.model.context_length)
    budget = budget_of(there, manner.budget, length, preamble=True)
    briefing = brief(there.model, there.workspace, task, length.max_tokens, budget)
    prompt = tuple(there.model.encode(briefing.parts))
    if manner.explain:
        table = window_view.rows(briefing.items, briefing.left_out, short=True)
        ui.table(table, window_view.HEADER, talk=True)
    window_view.detail_left_out(briefing.left_out)
    sources = sources_of(briefing.items, task.found)
    citations = Citations(sources, support(there.workspace, sources))
    session = SessionStore(there.settings.state_dir).begin(
        manner.command, str(there.workspace.root), there.installed.name
    )

    def walk(progress: PrefillProgress) -> Iterator[str | Completion]:
        if manner.command == "generate":
            return assistant.write(
                there.model, briefing, manner.sampling, length, progress, extract=manner.code
            )
        return assistant.answer(there.model, briefing, manner.sampling, length, progress, citations)

    def more(text: str) -> Mapping[str, object]:
        told: dict[str, object] = {"citations": [asdict(source) for source in citations.found]}
        if manner.command == "generate":
            told.clear()
        return {
            **told,
            "refused": is_refusal(text),
            "files": window_view.item_values(briefing.items),
            "left_out": window_view.left_out_values(briefing.left_out),
            "budget": briefing.budget,
            "prompt_hash": there.made(prompt, manner, ()).prompt_hash,
            **({} if manner.sampling.seed is None else {"seed": manner.sampling.seed}),
            "session": session.name,
        }

    shown = answer.deliver(
        walk,
        there.installed.name,
        as_json=manner.as_json,
        output=manner.output,
        markdown=not manner.code,
        more=more,
    )
    if is_refusal(shown.text) and not (shown.completion and shown.completion.finish is Finish.LENGTH):
        ui.say("The model found no answer in what it was given. Name a file with --file, or ask otherwise.")
    done = shown.completion
    if done is not None:
        pace.learn(there.settings, there.installed, there.model, done)
        session.append_turn(
            Turn(
                manner.command,
                task.request,
                shown.text,
                done.finish.value,
                there.made(prompt, manner, done.runs),
                sources,
                tuple(citations.found),
                briefing.budget,
                round(done.prefill_seconds + done.decode_seconds, 3),
            )
        )
        ui.detail(f"session {session.name}")
    return shown.code


def fitting(length: Length, context_length: int) -> Length:
    """A small window is for reading first."""
    return Length(min(length.max_tokens, max(1, int(context_length * LARGEST_ANSWER))), length.stop)


def budget_of(there: Opened, wanted: int | None, length: Length, *, preamble: bool = False) -> int:
    """Tokens of the repository's text: as wanted, else what this device reads in about ten seconds.

    The preamble comes on top of that: it is read once, and then kept.
    """
    if wanted is not None:
        return wanted
    known = pace.pace(there.settings, there.installed, there.model, ui.say)
    budget = pace.default_budget(known, there.model.context_length, length.max_tokens)
    return int(budget / (1 - PREAMBLE_SHARE)) if preamble else budget
