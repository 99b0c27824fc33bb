"""A model's answer on its way out: to the screen as it comes, to a file, or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from coder_cli import files, ui
from coder_cli.errors import ExitCode
from coder_cli.model.types import Completion, Finish, PrefillProgress

Pieces = Callable[[PrefillProgress], Iterator[str | Completion]]
"""An answer that begins when it is told who hears of its prefill."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was shown. `completion` is None where the answer was broken off before its end."""

    text: str
    completion: Completion | None
    code: ExitCode


def deliver(
    pieces: Pieces,
    model: str,
    *,
    as_json: bool,
    output: Path | None = None,
    exact: bool = False,
    markdown: bool = False,
    more: Callable[[str], Mapping[str, object]] = lambda _: {},
) -> Delivered:
    """Show the pieces; the exit code says whether the answer was interrupted. What came is kept in any case.

    An answer ends with a newline, unless it is wanted `exact` and goes to a program. `more` is what JSON says
    besides, given the text.
    """
    shown: list[str] = []
    completion: Completion | None = None
    code = ExitCode.DONE
    aside = as_json or output is not None
    try:
        with ui.prefilling() as progress, ui.stream(markdown=markdown, exact=exact or aside) as out:
            for piece in pieces(progress):
                if isinstance(piece, Completion):
                    completion = piece
                    continue
                shown.append(piece)
                if not aside:
                    out.write(piece)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    text = "".join(shown)
    if code is ExitCode.DONE and not text:
        code = ExitCode.NEGATIVE
    if output is not None and text:
        ending = "" if exact or text.endswith("\n") else "\n"
        files.write_whole(output, text + ending)
        ui.say(f"{output}: {len(text.splitlines())} lines written")
    if as_json:
        ui.json({**_as_json(text, model, completion), **more(text), "exit_code": int(code)})
    _talk(text, completion, code)
    return Delivered(text, completion, code)


def _talk(text: str, completion: Completion | None, code: ExitCode) -> None:
    if code is ExitCode.INTERRUPTED:
        ui.say("interrupted")
    if completion is None:
        return
    if completion.finish is Finish.LENGTH:
        ui.say(f"The answer was cut after {completion.new_tokens} tokens: see --max-tokens.")
    elif completion.finish is Finish.REPETITION:
        ui.say("The model began to repeat itself: its answer was ended there.")
    elif not text:
        ui.say("The model's answer is empty.")
    ui.detail(
        f"{completion.prompt_tokens} tokens read ({completion.cached_tokens} of them from the cache) "
        f"in {completion.prefill_seconds:.2f} s, "
        f"{completion.new_tokens} written in {completion.decode_seconds:.2f} s"
        + _rate(completion.new_tokens, completion.decode_seconds)
    )


def _rate(tokens: int, seconds: float) -> str:
    return f" ({tokens / seconds:.1f} a second)" if seconds > 0 else ""


def _as_json(text: str, model: str, completion: Completion | None) -> dict[str, object]:
    """One object; counts an interruption left unknown are absent."""
    told: dict[str, object] = {"text": text, "model": model}
    if completion is None:
        told["finish"] = Finish.CANCELLED.value
    else:
        told |= {
            "finish": completion.finish.value,
            "prompt_tokens": completion.prompt_tokens,
            "cached_tokens": completion.cached_tokens,
            "new_tokens": completion.new_tokens,
            "seconds": round(completion.prefill_seconds + completion.decode_seconds, 3),
        }
    return told
