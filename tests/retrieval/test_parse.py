"""Parsing: its limits, its columns, its versions."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from retrieval import parse as parsing
from retrieval.languages.base import Project, Resolver
from retrieval.languages.python.language import Python
from retrieval.languages.table import LANGUAGES
from retrieval.parse import packed_parse, parse, version
from retrieval.types import ParsedFile, SourceFile

if TYPE_CHECKING:
    import tree_sitter
    from tree_sitter import Node


def python(text: str) -> SourceFile:
    return SourceFile("a.py", "python", text, "0" * 40)


def parsed(text: str, seconds: float = parsing.PARSE_SECONDS) -> ParsedFile:
    found = parse(python(text), seconds=seconds)
    assert found is not None
    return found


class Scripted:
    """Python's grammar with an outline that a test decides."""

    name = "python"
    version = 7

    def grammar(self) -> object:
        return Python().grammar()

    def outline(self, root: Node, source: bytes) -> ParsedFile:
        raise NotImplementedError

    def resolver(self, project: Project) -> Resolver:
        raise NotImplementedError


def use(language: Scripted, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(LANGUAGES, "python", language)
    parsing.version.cache_clear()
    parsing._grammar.cache_clear()


def test_a_language_without_a_grammar_has_no_parse_and_no_version() -> None:
    assert parse(SourceFile("a.f90", "fortran", "end", "0" * 40)) is None
    assert version("fortran") is None


def test_columns_are_characters() -> None:
    found = parsed('é = "ü"; straße = "😀"; wert = laden("ü", straße)\n')
    assert [(symbol.name, symbol.column) for symbol in found.symbols] == [
        ("é", 0),
        ("straße", 9),
        ("wert", 23),
    ]
    assert [(use.name, use.column) for use in found.references] == [("laden", 30), ("straße", 41)]


def test_text_that_is_no_unicode_keeps_its_columns() -> None:
    found = parsed("a = '\udcff\udcfe'; b = 1\n")
    assert [(symbol.name, symbol.column) for symbol in found.symbols] == [("a", 0), ("b", 10)]


def test_syntax_errors_leave_what_can_be_read() -> None:
    found = parsed("def before(): pass\n\n)(\n\ndef after(): pass\n")
    assert not found.complete
    assert {symbol.name for symbol in found.symbols} >= {"before", "after"}
    assert parsed("def before(): pass\n").complete


def test_only_the_beginning_of_an_endless_text_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MOST_BYTES", 25)
    found = parsed("one = 1\ntwo = 2\nthree = 3\nfour = 4\n")
    assert [symbol.name for symbol in found.symbols] == ["one", "two"]
    assert not found.complete
    assert parsed("é" * 100).symbols == ()  # no line ends within the limit: cut between characters


def test_a_grammar_that_takes_too_long_yields_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"name_{number} = call({number})\n" for number in range(6_000))
    whole = parsed(text)
    assert whole.complete
    seen: list[int] = []
    real = parsing._timed_tree

    def slow(parser: tree_sitter.Parser, source: bytes, seconds: float) -> tree_sitter.Tree:
        seen.append(len(source))
        return real(parser, source, 1e-4 if len(source) > len(text) // 3 else seconds)

    monkeypatch.setattr(parsing, "_timed_tree", slow)
    found = parsed(text)
    assert not found.complete
    assert 0 < len(found.symbols) < len(whole.symbols)
    assert found.symbols == whole.symbols[: len(found.symbols)]
    assert [size * divisor // len(text) for size, divisor in zip(seen, (1, 2, 16), strict=True)] == [1, 0, 0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_grammar_lost_in_a_text_is_stopped(language: str) -> None:
    for text in ("/* " * 20_000, "a<" * 4_000, "word" * 20_000):
        began = time.process_time()
        assert parse(SourceFile("a", language, text, "0" * 40), seconds=0.03)
        assert time.process_time() - began < 2  # three times, by the grammar and the outline


def test_an_outline_that_takes_too_long_yields_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    class Quadratic(Scripted):
        def outline(self, root: Node, source: bytes) -> ParsedFile:
            while len(source) > 1_000:
                pass
            return ParsedFile("python", namespace=f"{len(source)} bytes")

    use(Quadratic(), monkeypatch)
    began = time.monotonic()
    found = parsed("a = 1\n" * 2_000, seconds=0.1)
    assert found == ParsedFile("python", namespace="750 bytes", complete=False)
    assert time.monotonic() - began < 5


def test_an_outline_that_never_ends_yields_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(Scripted):
        def outline(self, root: Node, source: bytes) -> ParsedFile:
            while True:
                try:
                    while True:
                        pass
                except Exception:  # noqa: S112 - a language that swallows everything
                    continue

    use(Endless(), monkeypatch)
    assert parsed("a = 1\n", seconds=0.05) == ParsedFile("python", complete=False)


def test_a_parse_outside_of_the_main_thread_sets_no_timer() -> None:
    found: list[ParsedFile] = []
    thread = threading.Thread(target=lambda: found.append(parsed("a = 1\n")))
    thread.start()
    thread.join()
    assert found == [parsed("a = 1\n")]


def test_a_bug_in_a_language_is_told_and_costs_that_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Buggy(Scripted):
        def outline(self, root: Node, source: bytes) -> ParsedFile:
            raise KeyError("oops")

    assert packed_parse("python", "a = 1\n").unpack() == parsed("a = 1\n")
    use(Buggy(), monkeypatch)
    found = packed_parse("python", "a = 1\n")
    assert found.problem == "KeyError: 'oops'"
    assert found.unpack() == ParsedFile("python", complete=False)


def test_the_version_changes_with_the_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    before = version("python")
    use(Scripted(), monkeypatch)
    assert version("python") not in (before, None)


@pytest.fixture(autouse=True)
def _forget_versions() -> object:
    yield
    parsing.version.cache_clear()
    parsing._grammar.cache_clear()
