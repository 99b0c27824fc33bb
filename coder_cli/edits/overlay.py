"""The repository as it would be with changes: what import resolvers ask, answered from the new texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from retrieval.languages.base import Project
from retrieval.languages.content import language_in
from retrieval.types import ParsedFile, SourceFile


class Overlay:
    """A Project over another one. A text of None is a file that goes."""

    def __init__(self, project: Project, texts: Mapping[str, str | None]) -> None:
        self._project, self._texts = project, texts
        self._parses: dict[str, ParsedFile | None] = {}
        self._languages = {path: language_in(path, text) for path, text in texts.items() if text is not None}

    @cached_property
    def paths(self) -> Sequence[str]:
        return tuple(sorted(self._all))

    def __contains__(self, path: str) -> bool:
        return self._texts[path] is not None if path in self._texts else path in self._project

    def written_in(self, *languages: str) -> Sequence[str]:
        known = set(self._project.written_in(*languages)) - self._texts.keys()
        return tuple(sorted(known | {path for path, name in self._languages.items() if name in languages}))

    def parsed(self, path: str) -> ParsedFile | None:
        if path not in self._texts:
            return self._project.parsed(path)
        if path not in self._parses:
            self._parses[path] = self._parse(path)
        return self._parses[path]

    def text(self, path: str) -> str | None:
        return self._texts[path] if path in self._texts else self._project.text(path)

    def _parse(self, path: str) -> ParsedFile | None:
        from retrieval.parse import parse

        text = self._texts[path]
        return None if text is None else parse(SourceFile(path, self._languages[path], text, ""))

    @cached_property
    def _all(self) -> frozenset[str]:
        gone = {path for path, text in self._texts.items() if text is None}
        return frozenset(self._project.paths) - gone | self._languages.keys()
