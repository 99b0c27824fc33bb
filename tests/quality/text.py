"""A fixed text of code for perplexity: the evaluation sets of ../shared/data, in one order, for ever.

Four languages, so that a quantiser is not judged on Python alone: Python functions with their solutions
(HumanEval, MBPP); Java, C++ and JavaScript functions with their tests (MultiPL-E, which has no solutions).
"""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

# File below eval/, the fields that make one piece of code, joined.
_SOURCES = (
    ("humaneval/humaneval-python.jsonl", ("prompt", "canonical_solution")),
    ("humaneval/humaneval-java.jsonl", ("prompt", "test")),
    ("mbpp/mbpp.jsonl", ("text", "code")),
    ("humaneval/humaneval-cpp.jsonl", ("prompt", "test")),
    ("humaneval/humaneval-js.jsonl", ("prompt", "test")),
)


def code_pieces(shared_data: Path) -> list[str]:
    """One piece a problem, a language after the other in turn."""
    columns = [list(_read(shared_data / "eval" / name, fields)) for name, fields in _SOURCES]
    return list(chain.from_iterable(zip(*columns, strict=False)))


def code_text(shared_data: Path) -> str:
    """All pieces, in order, two empty lines between: about 90,000 tokens."""
    return "\n\n\n".join(code_pieces(shared_data))


def _read(path: Path, fields: tuple[str, ...]) -> list[str]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return ["\n".join(row[name].strip("\r\n") for name in fields).replace("\r\n", "\n") for row in rows]
