"""An answer once more: cold, from the tokens of a kept session, in the runs that were taken then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coder_cli import answer, assistant, ui
from coder_cli.citations import Citations
from coder_cli.errors import ExitCode, UsageError
from coder_cli.model.types import Completion, Finish, Numerics, PrefillProgress, Prompt
from coder_cli.sessions import Made, SessionStore, Turn
from coder_cli.settings import Settings


def replay(settings: Settings, name: str, as_json: bool) -> ExitCode:
    """The last answer of a session. Exit code 1 where the text is another one; it is said what differs."""
    session = SessionStore(settings.state_dir).load(name)
    turns = session.turns
    if not turns:
        raise UsageError(f"The session {session.name} has no answer yet.", "coder sessions")
    turn = turns[-1]
    if turn.command == "generate":
        raise UsageError(f"The session {session.name} is one of coder generate: answers alone are replayed.")
    made = turn.made
    settings = settings.with_flags(
        model=made.model, threads=made.threads, context_tokens=made.context_length, device=made.device
    )
    installed, model = assistant.open_model(settings, ui.say)
    differing = _differing(made, installed.manifest.artefact, model.numerics, model.context_length)
    for difference in differing:
        ui.warn(difference)
    citations = Citations(turn.sources, lambda _: turn.cited)
    prompt = Prompt((), stop=made.stop, max_new_tokens=made.max_new_tokens)

    def walk(progress: PrefillProgress) -> Iterator[str | Completion]:
        pieces = model.replay(made.prompt_ids, made.runs, prompt, made.sampling, progress)
        return assistant.checked(model, pieces, citations)

    def more(text: str) -> Mapping[str, object]:
        return {"session": session.name, "same": _is_same(turn, text), "differing": differing}

    shown = answer.deliver(walk, installed.name, as_json=as_json, markdown=True, more=more)
    if shown.code is not ExitCode.DONE:
        return shown.code
    if _is_same(turn, shown.text):
        ui.say(f"the same text as on {turn.at}")
        return ExitCode.DONE
    why = "" if differing else ", though model, runtime, device and threads are the same"
    ui.warn(f"The text is another one than on {turn.at}{why}.")
    return ExitCode.NEGATIVE


def _differing(made: Made, artefact: str, now: Numerics, context_length: int) -> list[str]:
    """What decides the bits of an answer and is not as it was."""
    pairs = (
        ("the model's files", made.artefact[:12], artefact[:12]),
        ("the runtime", made.runtime, now.runtime),
        ("the device", made.device, now.device),
        ("the threads", made.threads, now.threads),
        ("the context", made.context_length, context_length),
    )
    sampled = made.sampling.temperature > 0 and made.sampling.seed is None
    found = [f"{what}: {before} then, {after} now" for what, before, after in pairs if before != after]
    return [*found, "the answer was drawn without a seed"] if sampled else found


def _is_same(turn: Turn, text: str) -> bool:
    """Of an answer that was broken off, as far as it went."""
    return text.startswith(turn.answer) if turn.finish == Finish.CANCELLED.value else text == turn.answer
