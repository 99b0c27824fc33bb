"""An answer on the screen as it comes, and how Esc and Ctrl-C end it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from coder_cli import ui
from coder_cli.chat.conversation import Note
from coder_cli.chat.interrupts import interrupts
from coder_cli.model.types import Completion, Finish, PrefillProgress

Piece = str | Completion | Note
Walk = Callable[[PrefillProgress], Iterator[Piece]]


class _Signal:
    """What is no piece of an answer."""


_STOP, _END = _Signal(), _Signal()


def show(walk: Walk, cancel: Callable[[], None]) -> Completion | None:
    """Run a walk beside and show what it yields. What came before a cancel stays on the screen.

    None where the walk ended without a Completion. What the walk raises is raised here.
    """
    events: SimpleQueue[Piece | _Signal | BaseException] = SimpleQueue()  # `put` may be called by a signal

    def work(progress: PrefillProgress) -> None:
        try:
            for piece in walk(progress):
                events.put(piece)
        except BaseException as problem:
            events.put(problem)
        events.put(_END)

    completion, failure = None, None
    with (
        interrupts(lambda: events.put(_STOP)),
        ui.prefilling() as progress,
        contextlib.ExitStack() as streaming,
    ):
        threading.Thread(target=work, args=(progress,), name="answer", daemon=True).start()
        out = None
        while (event := events.get()) is not _END:
            if event is _STOP:
                cancel()
            elif isinstance(event, str):
                out = out or streaming.enter_context(ui.stream())
                out.write(event)
            elif isinstance(event, Note):
                ui.say(event.text)
            elif isinstance(event, Completion):
                completion = event
            elif isinstance(event, BaseException):
                failure = event
    if failure is not None:
        raise failure
    return completion


def tell(completion: Completion | None, answer_tokens: int) -> None:
    """What should be known of how an answer ended."""
    if completion is None:
        return
    if completion.finish is Finish.CANCELLED:
        ui.say("interrupted")
    elif completion.finish is Finish.LENGTH:
        ui.say(f"The answer was cut after {answer_tokens} tokens: ask for the rest.")
    elif completion.finish is Finish.REPETITION:
        ui.say("The model began to repeat itself: its answer was ended there.")
    elif not completion.text.strip():
        ui.say("The model's answer is empty.")
    ui.detail(
        f"{completion.prompt_tokens} tokens read ({completion.cached_tokens} of them from the cache) "
        f"in {completion.prefill_seconds:.2f} s, "
        f"{completion.new_tokens} written in {completion.decode_seconds:.2f} s"
    )
