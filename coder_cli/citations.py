"""Places that an answer names: checked against what the model was given, as the answer streams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from coder_cli.sessions import Source

# A path with an extension, or with a folder, and lines behind it: a.py:3, src/a.py:3-9, a.py#L3-L9, a.py:L3.
_CITATION = re.compile(
    r"(?<![\w/.:@-])(?P<path>(?:[\w@+.~-]+/)*[\w@+.~-]*\w)"
    r"(?::|#)L?(?P<first>\d{1,7})(?:(?:-|–|:L?)L?(?P<last>\d{1,7}))?(?![\w-])"
)
_END = re.compile(r"[\s`'\"()\[\]{}<>,;|*]")  # no path that is cited holds one of these
_LONGEST = 400  # characters; a longer word is no path
_MOST_SOURCES = 5


class Citations:
    """A filter on an answer: valid places pass with their whole path, of others the lines are cut off.

    Where no place is valid when the answer ends, it ends with the sources it was given.
    """

    done = False

    def __init__(self, sources: Sequence[Source], names: Iterable[str] = (), *, append: bool = True) -> None:
        """`sources` are what the model was given, the best first. `names` are all paths of the repository."""
        self.found: list[Source] = []
        self._sources = sources
        self._append = append
        self._names = frozenset(names)
        self._held = ""
        self._said = False

    def push(self, piece: str) -> str:
        """What may be shown: whole words only, for a word may become a citation."""
        text = self._held + piece
        end = next((at + 1 for at in range(len(text) - 1, -1, -1) if _END.match(text[at])), 0)
        if not end and len(text) > _LONGEST:
            end = len(text)
        self._held = text[end:]
        return self._checked(text[:end])

    def close(self) -> str:
        text, self._held = self._checked(self._held), ""
        if self.found or not self._said or not self._append or not self._sources:
            return text
        return f"{text}\n\nSources: " + ", ".join(
            f"`{spelled(source)}`" for source in self._sources[:_MOST_SOURCES]
        )

    def _checked(self, text: str) -> str:
        self._said = self._said or bool(text.strip())
        return _CITATION.sub(self._judged, text) if ":" in text or "#" in text else text

    def _judged(self, found: re.Match[str]) -> str:
        path, first = found["path"], int(found["first"])
        last = int(found["last"] or first)
        named = self._named(path)
        if named is None:
            return path if "/" in path or self._is_file(path) else found[0]  # else a port, a time, a ratio
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

    def _is_file(self, path: str) -> bool:
        return path in self._names or any(name.endswith("/" + path) for name in self._names)


def spelled(source: Source) -> str:
    """`path:3` or `path:3-9`, as every tool reads it."""
    lines = f"{source.start_line}"
    if source.end_line > source.start_line:
        lines += f"-{source.end_line}"
    return f"{source.path}:{lines}"
