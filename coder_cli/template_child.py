"""Renders one untrusted jinja template, in a process of its own: request as JSON on stdin, answer on stdout.

Run by chat_template.py as a file, so it imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from typing import NoReturn

CPU_SECONDS = 2
MEMORY_BYTES = 1 << 30
LARGEST_TEXT = 1 << 20  # characters


def limit() -> None:
    """No more than a little CPU time and memory, and no file written. Windows has only the parent's clock."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # macOS refuses RLIMIT_AS
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def render(source: str, variables: dict[str, object]) -> str:
    """As transformers renders chat templates: trimmed blocks, loop controls, three extra names."""
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def raise_exception(message: str) -> NoReturn:
        raise TemplateError(message)

    def tojson(value: object, indent: int | None = None) -> str:
        return json.dumps(value, ensure_ascii=False, indent=indent)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
    pieces, length = [], 0
    for piece in environment.from_string(source).generate(variables):
        length += len(piece)
        if length > LARGEST_TEXT:
            raise TemplateError("it writes without end")
        pieces.append(piece)
    return "".join(pieces)


def main() -> None:
    request = json.loads(sys.stdin.buffer.read())
    limit()
    answer: dict[str, str]
    try:
        answer = {"text": render(request["template"], request["variables"])}
    except MemoryError:
        answer = {"error": "it needs too much memory"}
    except Exception as problem:  # whatever a template does wrong is an answer, not a traceback
        answer = {"error": f"{type(problem).__name__}: {problem}"[:500]}
    with os.fdopen(os.dup(1), "wb") as out:
        out.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
