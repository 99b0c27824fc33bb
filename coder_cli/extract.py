"""Only the code of an answer: what stands in its first fenced block."""

from __future__ import annotations

import ast
import re
import warnings

from coder_cli.model.types import Finish

_OPENING = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")


class CodeBlock:
    """A filter on a chat answer: passes on the lines of the first fenced block, and is done where it closes.

    The first block and not all: joined blocks are rarely one program, and the model can stop there. An answer
    without a fence counts as code when it parses as Python that does something; else `found` stays False.
    """

    finish = Finish.STOP

    def __init__(self) -> None:
        self.done = False
        self.found = False
        self.text = ""  # the whole answer so far
        self._partial = ""
        self._indent = ""
        self._closing: re.Pattern[str] | None = None

    def push(self, piece: str) -> str:
        self.text += piece
        *whole, self._partial = (self._partial + piece).split("\n")
        return "".join(self._take(line, "\n") for line in whole)

    def close(self) -> str:
        """The rest of a block the model did not close, or an answer that is nothing but code."""
        if self.done:
            return ""
        if self.found:
            return self._take(self._partial, "")
        self.found = is_code(self.text)
        return self.text if self.found else ""

    def _take(self, line: str, end: str) -> str:
        if self.done:
            return ""
        if self._closing is None:
            if opening := _OPENING.fullmatch(line.rstrip("\r")):
                self.found = True
                self._indent = opening["indent"]
                fence = opening["fence"]
                self._closing = re.compile(rf"[ \t]*{fence[0]}{{{len(fence)},}}[ \t]*\r?")
            return ""
        if self._closing.fullmatch(line):
            self.done = True
            return ""
        return line.removeprefix(self._indent) + end


def is_code(text: str) -> bool:
    """Whether a bare answer is Python: it parses, and is more than a word or a literal, as "Yes" is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the model's invalid escapes are not the reader's business
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(
        not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call | ast.Await | ast.Yield)
        for node in body
    )
