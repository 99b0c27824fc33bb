"""A checkpoint's own jinja template, rendered where it can do no harm.

The template is code from whoever made the checkpoint, so it runs in a child process (template_child.py): in
jinja's sandbox, with limits on time and memory. It never sees what the user wrote: it arranges placeholders
that cannot be guessed, and the texts are put in their place afterwards. So what a user writes cannot become a
control token, and control tokens are looked for in the template's own text only.
"""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from coder_cli.errors import ModelError
from coder_cli.model.types import ChatTemplate, Markup, Part

LARGEST_TEMPLATE = 256 * 1024  # characters; the longest known (tool calling) are about 10,000
SECONDS = 20.0  # wall clock of the child, start included; it stops itself after 2 s of CPU time
Turn = tuple[str, str]  # role, text

_CHILD = Path(__file__).with_name("template_child.py")


def render(template: ChatTemplate, turns: Sequence[Turn]) -> tuple[Part, ...]:
    """The conversation as the template lays it out: its own words as Markup, the users' as str.

    Templates that know no system role get the system text at the head of the first user message.
    """
    try:
        return _render(template, turns)
    except ModelError:
        if len(turns) < 2 or turns[0][0] != "system" or turns[1][0] != "user":
            raise
        (_, system), (_, user), *rest = turns
        return _render(template, [("user", f"{system}\n\n{user}"), *rest])


def _render(template: ChatTemplate, turns: Sequence[Turn]) -> tuple[Part, ...]:
    if len(template.source) > LARGEST_TEMPLATE:
        raise ModelError("The chat template of this model is too long to be one.")
    names = [f"coder{secrets.token_hex(16)}" for _ in turns]
    # Blanks at the edges stay outside the placeholder, so that a template's `trim` finds them.
    messages = [
        {"role": role, "content": text.replace(text.strip(), name) if text.strip() else text}
        for (role, text), name in zip(turns, names, strict=True)
    ]
    texts = {name: text.strip() for (_, text), name in zip(turns, names, strict=True)}
    rendered = _run_child(
        {
            "template": template.source,
            "variables": {
                "messages": messages,
                "bos_token": template.bos_token,
                "eos_token": template.eos_token,
                "add_generation_prompt": True,
                "tools": None,
                "documents": None,
            },
        }
    )
    parts: list[Part] = []
    for number, piece in enumerate(re.split(f"({'|'.join(names)})", rendered) if names else [rendered]):
        if piece:
            parts.append(texts[piece] if number % 2 else Markup(piece))
    for (role, text), name in zip(turns, names, strict=True):
        if text.strip() and name not in rendered:
            raise ModelError(f"The chat template of this model leaves out the {role} message.")
    return tuple(parts)


def _run_child(request: dict[str, object]) -> str:
    """-P: nothing in the current folder or beside the child is imported in place of a library."""
    try:
        done = subprocess.run(  # noqa: S603 - our own file, no shell
            [sys.executable, "-P", str(_CHILD)],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise ModelError("The chat template of this model takes too long; coder stopped it.") from None
    except ValueError:  # killed by a limit
        raise ModelError("The chat template of this model needs too much time or memory.") from None
    if "text" not in answer:
        raise ModelError(f"The chat template of this model failed: {answer.get('error')}")
    return str(answer["text"])
