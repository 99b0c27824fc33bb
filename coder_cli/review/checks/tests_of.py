"""The tests of a file, in the frameworks that most projects use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coder_cli.review.checks.ground import FilePair, Ground, Lines
from coder_cli.review.checks.paths import is_shown, is_test
from retrieval.types import ParsedFile, Symbol, SymbolKind

_ROUTINES = {SymbolKind.FUNCTION, SymbolKind.METHOD}
# `it("does", ...)`, `it 'does' do`, `TEST_CASE("does")`, `TEST(Suite, does)`.
_CALLED = {
    "javascript": re.compile(r"^\s*(?P<word>x?it|x?test|fit)(?P<more>(?:\.\w+)*)\s*\(\s*(?=[\"'`])"),
    "ruby": re.compile(r"^\s*(?P<word>x?it|x?specify|test|should)(?P<more>)[ (]\s*(?=[\"'])"),
    "c": re.compile(
        r"^\s*(?P<word>TEST(?:_F|_P|_CASE|_CASE_METHOD)?|SECTION|SCENARIO|BOOST_AUTO_TEST_CASE|TEST_IMPL|TYPED_TEST)(?P<more>)\s*\("
    ),
}
_CALLED["typescript"] = _CALLED["tsx"] = _CALLED["javascript"]
_CALLED["cpp"] = _CALLED["c"]
# `describe("a list", ...)`, `context 'with one entry' do`.
_GROUP = {
    "javascript": re.compile(r"^(?P<indent>\s*)[xf]?(?:describe|context|suite)(?:\.\w+)*\s*\(\s*"),
    "ruby": re.compile(r"^(?P<indent>\s*)(?:RSpec\.)?[xf]?(?:describe|context)[ (]\s*"),
}
_GROUP["typescript"] = _GROUP["tsx"] = _GROUP["javascript"]
_MARKED = {
    "java": re.compile(r"@(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\b"),
    "csharp": re.compile(r"\[\s*(?:\w+,\s*)*(?:Test|TestCase|TestMethod|Fact|Theory)\b"),
    "rust": re.compile(
        r"#\[\s*(?:\w+::)*(?:test|rstest|test_case|quickcheck|bench)\b|#\[\s*cfg_attr\s*\([^\]]*,\s*test\s*\)"
    ),
    "php": re.compile(r"@test\b|#\[\s*Test\b"),
}
_MARKED["kotlin"] = _MARKED["java"]
_TEST_NAMES = {
    "python": re.compile(r"test(?:_|[A-Z0-9]|$)"),
    "go": re.compile(r"(?:Test|Fuzz|Example)(?:[A-Z_]\w*)?$"),
    "ruby": re.compile(r"test_"),
    "php": re.compile(r"test(?:_|[A-Z0-9])"),
    "java": re.compile(r"test[A-Z_]"),
}


_HASHED = frozenset({"python", "ruby"})
_HASH = ("#", "=begin", "=end")  # how comments begin
_SLASHES = ("//", "/*", "*")


@dataclass(frozen=True, slots=True)
class Test:
    path: str
    name: str
    first: int
    line: int  # of its name: decorators stand above
    last: int
    words: tuple[str, ...]  # of its body
    table: tuple[str, ...] = ()  # words of what stands above: decorators, annotations
    group: str = ""  # the title of the innermost `describe` around it
    titled: bool = False  # its name is a text: a dot in it tells no class


def tests_of(path: str, lines: Lines | None, parsed: ParsedFile | None) -> Iterator[Test]:
    if lines is None or is_shown(path, lines.language) or not may_hold_tests(path, lines):
        return
    called = _CALLED.get(lines.language)
    if called is not None:
        groups = list(_groups(lines))
        for number, line in enumerate(lines.code_lines, start=1):
            begun = called.match(line)
            if begun is not None:
                last = end_of_block(lines, number)
                told = lines.line(number)[begun.end() :]
                title = re.match(r"[\"'`](.*?)[\"'`]\s*(?:,|\)|do\b|\{|$)", told)
                name = title[1] if title else told.rstrip(" {;").removesuffix(")").strip()
                around = [title for first, end, title in groups if first < number <= end]
                group = around[-1] if around else ""
                yield Test(
                    path, name, number, number, last, _words(lines, number, last), (), group, titled=True
                )
    if parsed is not None:
        for index, symbol in enumerate(parsed.symbols):
            if _is_test(lines, symbol):
                name = parsed.qualified_name(index)
                yield Test(
                    path,
                    name,
                    symbol.start_line,
                    symbol.line,
                    symbol.end_line,
                    _words(lines, symbol.line, symbol.end_line),
                    _words(lines, symbol.start_line, symbol.line - 1),
                )


def _groups(lines: Lines) -> Iterator[tuple[int, int, str]]:
    """First line, last line and title of each, inner ones after outer ones."""
    grouped = _GROUP.get(lines.language)
    if grouped is None:
        return
    for number, line in enumerate(lines.code_lines, start=1):
        begun = grouped.match(line)
        if begun is not None:
            yield number, end_of_block(lines, number), lines.line(number)[begun.end() :].rstrip()


def new_tests(ground: Ground, pair: FilePair) -> Iterator[Test]:
    return tests_of(pair.path, pair.new, ground.after.parsed(pair.path))


def may_hold_tests(path: str, lines: Lines) -> bool:
    """Rust has its tests beside the code, everything else in files of their own."""
    return is_test(path) or lines.language == "rust"


def _is_test(lines: Lines, symbol: Symbol) -> bool:
    if symbol.kind not in _ROUTINES:
        return False
    named = _TEST_NAMES.get(lines.language)
    if named is not None and named.match(symbol.name):
        return True
    marked = _MARKED.get(lines.language)
    above = "\n".join(lines.line(number) for number in range(symbol.start_line, symbol.line + 1))
    return marked is not None and marked.search(above) is not None


def end_of_block(lines: Lines, first: int) -> int:
    """The line before the next one that is indented no more, with what closes the block."""
    width = len(lines.line(first)) - len(lines.line(first).lstrip())
    opened = first + (lines.line(first + 1).strip() == "{")  # a bracket on a line of its own
    for number in range(opened + 1, len(lines.lines) + 1):
        line = lines.line(number)
        if line.strip() and len(line) - len(line.lstrip()) <= width and not _is_text(lines, number):
            closes = line.strip()[:1] in ")}]" or line.strip().startswith("end")
            return number if closes else number - 1
    return len(lines.lines)


def _is_text(lines: Lines, number: int) -> bool:
    """Whether the line stands within a string, which is indented as it likes, or ends it."""
    code, line = lines.code_line(number).strip(), lines.line(number).strip()
    if code:
        ends = code.count('"') % 2 == 1  # where one begins too, its line begins with what it is given to
        return code.startswith('"') and (ends or not line.startswith(('"', "'", "`")))
    return not line.startswith(_HASH if lines.language in _HASHED else _SLASHES)


def _words(lines: Lines, first: int, last: int) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", "\n".join(lines.line(number) for number in range(first, last + 1))))
