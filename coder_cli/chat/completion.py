"""What Tab offers: commands, what they take, files, symbols."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from coder_cli.chat.fuzzy import Names

_MOST = 40  # offered at once
_LEAST_LETTERS = 2  # of a word that symbols are offered for
_WORD = re.compile(r"[\w./@:#+~-]*$")
_COMMAND = re.compile(r"/(\w*)")
_ARGUMENT = re.compile(r"/(\w+)\s+(.*)")
_OFFERED_AT_ONCE = re.compile(r"/\w*|(?:.*\s)?@[\w./-]+", re.DOTALL)


class ChatCompleter(Completer):
    """`arguments` gives what a command takes, `files` the paths and `symbols` the names of the repository."""

    def __init__(
        self,
        commands: Mapping[str, str],
        arguments: Mapping[str, Callable[[], Sequence[str]]],
        files: Callable[[], Names],
        symbols: Callable[[], Names],
    ) -> None:
        self._commands = commands
        self._names = Names(commands)
        self._arguments = arguments
        self._files = files
        self._symbols = symbols

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        text = document.text_before_cursor
        if command := _COMMAND.fullmatch(text):
            for name in self._names.ranked(command[1], _MOST):
                yield Completion(f"/{name}", -len(text), display_meta=self._commands[name])
        elif argument := _ARGUMENT.fullmatch(text):
            choices = self._arguments.get(argument[1])
            if choices is not None:
                yield from _offered(argument[2], Names(choices()))
        else:
            yield from self._words(text)

    def _words(self, text: str) -> Iterator[Completion]:
        found = _WORD.search(text)
        word = found[0] if found else ""
        if word.startswith("@"):
            yield from _offered(word[1:], self._files(), "@")
        elif len(word) >= _LEAST_LETTERS:
            yield from _offered(word, self._files())
            yield from _offered(word, self._symbols())


def is_offered_at_once(text: str) -> bool:
    """Whether to offer without Tab: commands and files, which begin with a sign of their own."""
    return _OFFERED_AT_ONCE.fullmatch(text) is not None


def _offered(word: str, names: Names, sign: str = "") -> Iterator[Completion]:
    for name in names.ranked(word, _MOST):
        yield Completion(sign + name, -len(sign + word), display=name)
