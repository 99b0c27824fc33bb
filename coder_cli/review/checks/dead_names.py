"""What programs define no more: its tests go with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from coder_cli.review.checks.ground import Ground
from coder_cli.review.checks.paths import is_shown, is_test
from coder_cli.review.checks.tests_of import Test
from retrieval.scopes import TYPES
from retrieval.types import ParsedFile, SymbolKind

_SHORTEST_PART = 4
_CASE = re.compile(r"[A-Z]*[a-z0-9]+|[A-Z]+")
_WORD = re.compile(r"\w+")
_SHORTEST_LOST = 5
_CALLABLE = TYPES | {SymbolKind.FUNCTION}
_SHORTEST_SHARED = 8  # letters of a name that several definitions have


def goes_with(test: Test, beside: Sequence[Test], lost: Set[str]) -> bool:
    """Whether a word that no other test beside it says is among those that programs lost."""
    others = {word for each in beside for word in _said_by(each)}
    return not lost.isdisjoint(_said_by(test) - others)


def _said_by(test: Test) -> set[str]:
    return {*test.words, *_cases(test.name)}


def lost_words(ground: Ground, tests: Mapping[str, Sequence[Test]]) -> frozenset[str]:
    """Long words of code that stood in lines which programs have no more, and stand nowhere in them now.

    `tests`: those of before, by path; Rust has them among its code.
    """
    gone: set[str] = set()
    kept: set[str] = set()
    for pair in ground.pairs:
        if is_test(pair.path) or is_shown(pair.path, pair.language):
            continue
        kept.update(_WORD.findall(pair.new.code) if pair.new is not None else ())
        inside = {number for test in tests[pair.path] for number in range(test.first, test.last + 1)}
        if pair.old is not None:
            lines = [pair.old.code_line(number) for number in pair.deleted_numbers - inside]
            gone.update(_WORD.findall("\n".join(lines)))
    return frozenset(word for word in gone - kept if len(word) >= _SHORTEST_LOST)


@dataclass(frozen=True, slots=True)
class Dead:
    """What programs no longer define and tests no longer say: its tests go with it."""

    names: frozenset[str]
    titles: frozenset[str]  # names that no title of a test has any more
    parts: frozenset[str]  # of the names, those that nothing else has
    short: frozenset[str]  # those of three letters
    members: frozenset[tuple[str, str]]  # a type and what it has no more, which no test says together now

    def is_tested_by(self, test: Test) -> bool:
        every = {word.lower() for word in (*test.words, *re.split(r"[\W_]+", test.name))}
        if any(owner.lower() in every and name.lower() in every for owner, name in self.members):
            return True
        words = (test.path, test.name, *test.words)
        if not self.short.isdisjoint(_cases(test.name)):
            return True
        if not self.parts.isdisjoint(part for word in words for part in _parts_of(word)):
            return True
        title = _joined(test.name)
        said = (*test.words, *_WORD.findall(test.group))
        return not self.names.isdisjoint(said) or any(
            len(name) >= _SHORTEST_PART and _joined(name) in title for name in self.titles
        )


def dead_names(
    ground: Ground, gone_tests: set[str], tests: Sequence[Test], others: Sequence[Test] = ()
) -> Dead:
    """Names that nothing has now and no test says; and long ones that fewer functions or types have.

    `others`: tests as they were before, of those that are still there.
    """
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    members: set[tuple[str, str]] = set()
    shared: set[str] = set()
    for pair in ground.pairs:
        if is_test(pair.path):
            continue
        old, new = ground.before.parsed(pair.old_path), ground.after.parsed(pair.path)
        before.update(symbol.name for symbol in (old.symbols if old and pair.old else ()))
        after.update(symbol.name for symbol in (new.symbols if new and pair.new else ()))
        shared.update(_callable(old) if old and pair.old else ())
        kept_members = set(_members(new)) if new and pair.new else set()
        members.update(set(_members(old)) - kept_members if old and pair.old else ())
    titles = [_joined(test.name) for test in tests]
    said = {word for test in tests for word in test.words}
    untitled = {
        name
        for name in before.keys() - after.keys() - gone_tests
        if not any(_joined(name) in title for title in titles)
    }
    gone = untitled - said
    fewer = {name for name in before - after if name in shared} - gone_tests - gone
    kept = {part for name in (*after, *said, *titles) for part in _cases(name)}
    alone = {part for name in gone for part in _cases(name)} - kept
    return Dead(
        frozenset(gone | fewer & after.keys()),
        frozenset(untitled),
        frozenset(part for part in alone if len(part) >= _SHORTEST_PART),
        frozenset(part for part in alone if len(part) == _SHORTEST_PART - 1),
        frozenset(
            (owner, name)
            for owner, name in members
            if not any(owner in test.words and name in test.words for test in (*tests, *others))
        ),
    )


def _callable(parsed: ParsedFile) -> Iterator[str]:
    """The long names of functions and types; a constructor has that of its type."""
    for symbol in parsed.symbols:
        around = parsed.symbols[symbol.parent] if symbol.parent is not None else None
        makes = around is not None and around.name == symbol.name
        if len(symbol.name) >= _SHORTEST_SHARED and (makes or symbol.kind in _CALLABLE):
            yield symbol.name


def _members(parsed: ParsedFile) -> Iterator[tuple[str, str]]:
    for symbol in parsed.symbols:
        if symbol.parent is not None and parsed.symbols[symbol.parent].kind in TYPES:
            yield parsed.symbols[symbol.parent].name, symbol.name


def _joined(name: str) -> str:
    """`_parse_query_` of parseQuery: so one name is looked for within another."""
    return f"_{'_'.join(_cases(name))}_"


def _cases(name: str) -> list[str]:
    """`rgb`, `to`, `hex` of rgbToHex."""
    return [part.lower() for part in _CASE.findall(name)]


def _parts_of(name: str) -> set[str]:
    """`Sqlite`, `Driver` of SqliteDriver."""
    return {part for part in _cases(name) if len(part) >= _SHORTEST_PART}
