"""Files and their parses as a window needs them: each read once, and only when it is looked at."""

from __future__ import annotations

from collections.abc import Callable

from retrieval.file_lines import FileLines
from retrieval.skeleton import Wanted, excerpt
from retrieval.sketch import Excerpt
from retrieval.types import ParsedFile, Skipped, SourceFile

Read = Callable[[str], SourceFile | Skipped]
Parsed = Callable[[str], ParsedFile | None]


class Sources:
    def __init__(self, read: Read, parsed: Parsed) -> None:
        self._read = read
        self._parsed = parsed
        self._files: dict[str, SourceFile | Skipped] = {}
        self._parses: dict[str, ParsedFile | None] = {}
        self._lines: dict[str, FileLines] = {}

    def file(self, path: str) -> SourceFile | Skipped:
        if path not in self._files:
            self._files[path] = self._read(path)
        return self._files[path]

    def text(self, path: str) -> str:
        file = self.file(path)
        return file.text if isinstance(file, SourceFile) else ""

    def parsed(self, path: str) -> ParsedFile | None:
        if path not in self._parses:
            self._parses[path] = self._parsed(path)
        return self._parses[path]

    def whole(self, file: SourceFile) -> Excerpt:
        """All of a file, without blank lines at its end."""
        text = file.text.rstrip("\n")
        return Excerpt(text, 1, text.count("\n") + 1, {})

    def excerpt(self, file: SourceFile, wanted: Wanted) -> Excerpt:
        if file.path not in self._lines:
            self._lines[file.path] = FileLines(file)
        return excerpt(file, self.parsed(file.path), wanted, self._lines[file.path])
