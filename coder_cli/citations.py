"""Places that an answer names: checked against what the model was given, as the answer streams."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from coder_cli.model.types import Finish
from coder_cli.sessions import Source
from retrieval.languages.names import TEXT, language_of

# A path with an extension, or with a folder, and lines behind it: a.py:3, src/a.py:3-9, a.py#L3-L9, a.py:L3.
_CITATION = re.compile(
    r"(?<![\w/.:@-])(?P<path>(?:[\w@+.~-]+/)*[\w@+.~-]*\w)"
    r"(?::|#)L?(?P<first>\d{1,7})(?:(?:-|–|:L?)L?(?P<last>\d{1,7}))?(?![\w-])"
)
_END = re.compile(r"[\s`'\"()\[\]{}<>,;|*]")  # no path that is cited holds one of these
_LONGEST = 400  # characters; a longer word is no path
_MOST_SOURCES = 4


class Citations:
    """A filter on an answer: valid places pass with their whole path, of others the lines are cut off.

    Where it names no valid place, it ends with its sources: the lines it has its words from, else what the
    model was given, the best first.
    """

    done = False
    finish = Finish.STOP

    def __init__(
        self,
        sources: Sequence[Source],
        stands_on: Callable[[str], Sequence[Source]] = lambda answer: (),
    ) -> None:
        """`sources` are what the model was given, the best first; `stands_on` which lines of it an answer has
        its words from."""
        self.found: list[Source] = []
        self._sources = sources
        self._stands_on = stands_on
        self._answer = ""
        self._held = ""

    def push(self, piece: str) -> str:
        """What may be shown: whole words only, for a word may become a citation."""
        text = self._held + piece
        end = next((at + 1 for at in range(len(text) - 1, -1, -1) if _END.match(text[at])), 0)
        if not end and len(text) > _LONGEST:
            end = len(text)
        self._held = text[end:]
        shown = self._checked(text[:end])
        self._answer += shown
        return shown

    def close(self) -> str:
        text, self._held = self._checked(self._held), ""
        answer = self._answer + text
        if self.found or not answer.strip() or not self._sources:
            return text
        self.found = list(dict.fromkeys(self._stands_on(answer) or self._sources))[:_MOST_SOURCES]
        return f"{text}\n\nSources: " + ", ".join(f"`{spelled(source)}`" for source in self.found)

    def _checked(self, text: str) -> str:
        return _CITATION.sub(self._judged, text) if ":" in text or "#" in text else text

    def _judged(self, found: re.Match[str]) -> str:
        path, first = found["path"], int(found["first"])
        last = int(found["last"] or first)
        named = self._named(path)
        if named is None:
            return path if "/" in path or language_of(path) != TEXT else found[0]  # a port, a time, a ratio
        for source in self._sources:
            if source.path == named and source.start_line <= last and first <= source.end_line:
                first, last = max(first, source.start_line), min(max(first, last), source.end_line)
                cited = Source(named, first, last)
                if cited not in self.found:
                    self.found.append(cited)
                return spelled(cited)
        return named

    def _named(self, path: str) -> str | None:
        """The one file of the sources that the path names, by its end too."""
        paths = dict.fromkeys(source.path for source in self._sources)
        if path in paths:
            return path
        ends = [known for known in paths if known.endswith("/" + path.removeprefix("./"))]
        return ends[0] if len(ends) == 1 else None


def spelled(source: Source) -> str:
    """`path:3` or `path:3-9`, as every tool reads it."""
    lines = f"{source.start_line}"
    if source.end_line > source.start_line:
        lines += f"-{source.end_line}"
    return f"{source.path}:{lines}"
