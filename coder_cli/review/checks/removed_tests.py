"""Tests that are gone, or do not run any more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from coder_cli.review.checks.ground import FilePair, Ground, Lines, at_lines
from coder_cli.review.checks.paths import is_shown, is_test
from coder_cli.review.types import Category, Finding, Severity
from retrieval.types import ParsedFile, Symbol, SymbolKind

REMOVED = "test-removed"
SKIPPED = "test-skipped"
_ALIKE = 0.6  # of the words of two tests: one was made of the other
_HELD = 0.7  # of the words of a test: the other one holds it
_MOST_COMPARED = 400  # words of a test
_MOST_NAMED = 5
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
_MARKED = {
    "java": re.compile(r"@(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\b"),
    "csharp": re.compile(r"\[\s*(?:\w+,\s*)*(?:Test|TestCase|TestMethod|Fact|Theory)\b"),
    "rust": re.compile(r"#\[\s*(?:\w+::)*(?:test|rstest|test_case|quickcheck|bench)\b"),
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
_OFF = {
    "python": re.compile(
        r"^\s*@(?:pytest\.mark\.(?:skip|xfail)\b(?!if)(?!.*\bcondition\s*=)|unittest\.(?:skip|expectedFailure)\b(?!If|Unless)|skip\b|expectedFailure\b)"
    ),
    "javascript": re.compile(r"^\s*(?:xit|xtest|xdescribe)\s*\(|^\s*(?:it|test|describe)\.skip\s*\("),
    "go": re.compile(r"^\t\w+\.Skip(?:f|Now)?\s*\("),
    "rust": re.compile(r"^\s*#\[\s*ignore\b"),
    "java": re.compile(r"^\s*@(?:Disabled|Ignore)\b(?!\w)"),
    "csharp": re.compile(r"^\s*\[\s*Ignore\b|\b(?:Fact|Theory)\s*\([^)]*\bSkip\s*="),
    "ruby": re.compile(r"^\s*(?:xit|xdescribe|xcontext|xspecify)\s|^\s*(?:skip|pending)(?:\s+\"|\s*$)"),
    "php": re.compile(r"^\s*\$this->markTest(?:Skipped|Incomplete)\s*\("),
}
_OFF["typescript"] = _OFF["tsx"] = _OFF["javascript"]
_OFF["kotlin"] = _OFF["java"]
_ONLY = {
    "javascript": re.compile(r"^\s*(?:it|test|describe|context|suite)\.only\s*\(|^\s*(?:fit|fdescribe)\s*\("),
    "ruby": re.compile(r"^\s*(?:fit|fdescribe|fcontext)\s"),
}
_ONLY["typescript"] = _ONLY["tsx"] = _ONLY["javascript"]


@dataclass(frozen=True, slots=True)
class _Test:
    path: str
    name: str
    first: int
    last: int
    words: tuple[str, ...]  # of its body


def find_removed(ground: Ground) -> Iterator[Finding]:
    old = {pair.path: list(_old_tests(ground, pair)) for pair in ground.pairs}
    new = {pair.path: list(_new_tests(ground, pair)) for pair in ground.pairs}
    yield from _removed(ground, old, new)


def find_skipped(ground: Ground) -> Iterator[Finding]:
    for pair, lines in ground.new_pairs():
        yield from _switched_off(pair, lines, list(_new_tests(ground, pair)))


def _old_tests(ground: Ground, pair: FilePair) -> Iterator[_Test]:
    return _tests(pair, pair.old, ground.before.parsed(pair.old_path))


def _new_tests(ground: Ground, pair: FilePair) -> Iterator[_Test]:
    return _tests(pair, pair.new, ground.after.parsed(pair.path))


def _removed(ground: Ground, old: dict[str, list[_Test]], new: dict[str, list[_Test]]) -> Iterator[Finding]:
    gone = [test for path in old for test in _without(old[path], new[path])]
    come = [test for path in new for test in _without(new[path], old[path])]
    names = Counter(test.name for test in come)
    left = []
    for test in gone:
        if names[test.name]:
            names[test.name] -= 1
        else:
            left.append(test)
    pairs = {pair.path: pair for pair in ground.pairs}
    left = [test for test in left if not _is_there(pairs[test.path], test)]
    missing = [test for test in left if not any(_is_made_of(test, each) for each in come)]
    dead = _deleted_names(ground) - {test.name.rpartition(".")[2] for test in left}
    for pair in ground.pairs:
        mine = [test for test in missing if test.path == pair.path and dead.isdisjoint(test.words)]
        if mine:
            yield _removal(pair, mine, len(old[pair.path]))


def _removal(pair: FilePair, tests: Sequence[_Test], before: int) -> Finding:
    names = ", ".join(test.name for test in tests[:_MOST_NAMED])
    more = f" and {len(tests) - _MOST_NAMED} more" if len(tests) > _MOST_NAMED else ""
    whole = pair.new is None or len(tests) == before
    line = pair.beside(tests[0].first)
    return at_lines(
        pair,
        line,
        line,
        check=REMOVED,
        severity=Severity.WARNING,
        category=Category.TESTS,
        title=(
            "All tests of the file are removed"
            if whole and before > 1
            else "A test is removed"
            if len(tests) == 1
            else f"{len(tests)} tests are removed"
        )
        + f": {names}{more}",
        scenario="Nothing in this change tests the same, so what broke these tests would no longer be seen.",
        suggestion="Keep the test, or say in the commit why it is not needed any more.",
        deleted=pair.deleted_text(tests[0].first, tests[0].last),
    )


def _without(tests: Sequence[_Test], others: Sequence[_Test]) -> list[_Test]:
    known = Counter(test.name for test in others)
    found = []
    for test in tests:
        if known[test.name]:
            known[test.name] -= 1
        else:
            found.append(test)
    return found


def _is_there(pair: FilePair, test: _Test) -> bool:
    """Under another name: most of its lines stay where they were."""
    if pair.old is None or pair.new is None:
        return False
    inside = range(test.first + 1, test.last)
    said = [line for line in inside if len(pair.old.line(line).strip()) > 3]
    kept = [line for line in said if line not in pair.deleted_numbers]
    return len(kept) > len(said) / 2


def _is_made_of(gone: _Test, come: _Test) -> bool:
    """Whether the two are alike, or the new one holds the old one."""
    old, new = gone.words[:_MOST_COMPARED], come.words[:_MOST_COMPARED]
    shared = sum((Counter(old) & Counter(new)).values())
    if shared < _ALIKE * len(old):
        return False
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    matched = sum(block.size for block in matcher.get_matching_blocks())
    return matched >= _HELD * len(old) or matcher.ratio() >= _ALIKE


def _deleted_names(ground: Ground) -> set[str]:
    """What programs no longer define: its tests go with it."""
    found: set[str] = set()
    kept: set[str] = set()
    for pair in ground.pairs:
        if is_test(pair.path):
            continue
        before, after = ground.before.parsed(pair.old_path), ground.after.parsed(pair.path)
        found |= {symbol.name for symbol in before.symbols} if before and pair.old else set()
        kept |= {symbol.name for symbol in after.symbols} if after and pair.new else set()
    return found - kept


def _tests(pair: FilePair, lines: Lines | None, parsed: ParsedFile | None) -> Iterator[_Test]:
    if lines is None or is_shown(pair.path, pair.language) or not _may_hold_tests(pair, lines):
        return
    called = _CALLED.get(lines.language)
    if called is not None:
        for number, line in enumerate(lines.code_lines, start=1):
            begun = called.match(line)
            if begun is not None:
                last = _end_of_block(lines, number)
                told = lines.line(number)[begun.end() :]
                title = re.match(r"[\"'`](.*?)[\"'`]\s*(?:,|\)|do\b|\{|$)", told)
                name = title[1] if title else told.rstrip(" {;").removesuffix(")").strip()
                yield _Test(pair.path, name, number, last, _words(lines, number, last))
    if parsed is not None:
        for index, symbol in enumerate(parsed.symbols):
            if _is_test(lines, symbol):
                name = parsed.qualified_name(index)
                yield _Test(
                    pair.path,
                    name,
                    symbol.start_line,
                    symbol.end_line,
                    _words(lines, symbol.line, symbol.end_line),
                )


def _may_hold_tests(pair: FilePair, lines: Lines) -> bool:
    """Rust has its tests beside the code, everything else in files of their own."""
    return is_test(pair.path) or lines.language == "rust"


def _is_test(lines: Lines, symbol: Symbol) -> bool:
    if symbol.kind not in _ROUTINES:
        return False
    named = _TEST_NAMES.get(lines.language)
    if named is not None and named.match(symbol.name):
        return True
    marked = _MARKED.get(lines.language)
    above = "\n".join(lines.line(number) for number in range(symbol.start_line, symbol.line + 1))
    return marked is not None and marked.search(above) is not None


def _end_of_block(lines: Lines, first: int) -> int:
    """The line before the next one that is indented no more, with what closes the block."""
    width = len(lines.line(first)) - len(lines.line(first).lstrip())
    for number in range(first + 1, len(lines.lines) + 1):
        line = lines.line(number)
        if line.strip() and len(line) - len(line.lstrip()) <= width:
            closes = line.strip()[:1] in ")}]" or line.strip().startswith("end")
            return number if closes else number - 1
    return len(lines.lines)


def _words(lines: Lines, first: int, last: int) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", "\n".join(lines.line(number) for number in range(first, last + 1))))


def _switched_off(pair: FilePair, lines: Lines, tests: Sequence[_Test]) -> Iterator[Finding]:
    only, off = _ONLY.get(lines.language), _OFF.get(lines.language)
    if not _may_hold_tests(pair, lines) or is_shown(pair.path, pair.language):
        return
    moved = {row.text.strip() for row in pair.deleted}
    for number in sorted(pair.added_numbers):
        code = lines.code_line(number)
        if lines.line(number).strip() in moved:
            continue
        if only is not None and only.search(code):
            yield _off(
                pair,
                number,
                "Only this test runs",
                "All other tests of the file are left out.",
                "Take .only away.",
            )
        elif off is not None and off.search(code) and _is_old_test(pair, lines, number, tests):
            yield _off(
                pair,
                number,
                "A test is switched off",
                "What it tests can break, and nobody sees it.",
                "Mend the test, or say beside it why and until when it is off.",
            )


def _is_old_test(pair: FilePair, lines: Lines, number: int, tests: Sequence[_Test]) -> bool:
    """Whether the test that is switched off here was there before: some of its lines are not new."""
    around = [test for test in tests if test.first <= number <= test.last]
    inner = min(around, key=lambda test: test.last - test.first, default=None)
    first, last = (inner.first, inner.last) if inner else (number, _end_of_block(lines, number))
    if lines.language == "go" and not re.match(r"func ", lines.line(number - 1)):
        return False
    return any(
        line not in pair.added_numbers and len(lines.line(line).strip()) > 3
        for line in range(first, last + 1)
    )


def _off(pair: FilePair, number: int, title: str, scenario: str, suggestion: str) -> Finding:
    return at_lines(
        pair,
        number,
        number,
        check=SKIPPED,
        severity=Severity.WARNING,
        category=Category.TESTS,
        title=title,
        scenario=scenario,
        suggestion=suggestion,
    )
