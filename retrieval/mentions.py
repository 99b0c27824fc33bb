"""What the words of a task point to: paths, places in files, names of symbols."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import takewhile

from retrieval.types import ParsedFile, Symbol, SymbolKind
from retrieval.uses import is_aside
from retrieval.window import Seed

_PLACE = re.compile(
    r"(?P<path>(?:[\w@+.~-]*[/\\])*[\w@+.~-]*\w)"
    r"""(?:(?::(?:line\ )?|\(|["']?,?\ (?:on\ )?line\ )(?P<first>\d+)(?:-(?P<last>\d+))?)?""",
    re.VERBOSE,
)
_STANDARD_LIBRARY = re.compile(r"/lib/python[\d.]+/(?!(?:site|dist)-packages/)")
_NAME = re.compile(r"(?P<quote>[`'\"]?)(?P<name>[^\W\d]\w*(?:(?:\.|::|->|#)[^\W\d]\w*)*)(?P<call>\(?)")
_STEP = re.compile(r"\.|::|->|#")
_TELLING = re.compile(r"_|\d|[a-z][A-Z]|[A-Z][A-Z].*[a-z]|^[A-Z][a-z]+$")
_MOST_FILES = 5  # with the same name: more say too little
_MOST_SYMBOLS = 6
_SHORTEST_WORD = 4  # letters of a word that is taken for a name although nothing marks it as one
# Names of symbols that are words of prose far more often.
_PROSE = """
about above after again also another back because before below between both call change check class clear
code common could create data default delete does done each else error event every example file files
find first fix format from function handle have help here import init input into item just keys last like
line list load main make many method module more most move must name need next none object only open
option other output over parse path please print process read remove replace request reset response
result return right same save search self send should show size some sort split start step stop string
such table task test tests text than that their them then there these they this time type under update
used user using value view want what when where which while will with word work write your
"""
_COMMON = frozenset(_PROSE.split())
_VALUES = frozenset({SymbolKind.VARIABLE, SymbolKind.CONSTANT})  # only where written as code is


class _Rank(IntEnum):
    """How much a mention says; the least number is the strongest."""

    PLACE = 0
    PATH = 1
    MEMBER = 2  # `Type.method`
    SYMBOL = 3
    AMBIGUOUS_PATH = 4
    WORD = 5
    STEM = 6


@dataclass(frozen=True, slots=True)
class _Found:
    rank: _Rank
    position: int  # in the task
    place: int  # among those of the same name
    seed: Seed


def seeds_in(
    task: str, paths: Sequence[str], parsed: Callable[[str], ParsedFile | None], *, sure: bool = False
) -> tuple[Seed, ...]:
    """What the task names, the surest first. `sure`: no words of prose, and no path that could be several."""
    found = [*_paths_in(task, PathNames(paths)), *_symbols_in(task, paths, parsed)]
    if sure:
        found = [one for one in found if one.rank <= _Rank.SYMBOL]
    found.sort(key=lambda one: (one.rank, one.position, one.place, one.seed.path))
    whole = {one.seed.path for one in found if one.seed.named}
    seeds: dict[tuple[str, int | None, int | None], Seed] = {}
    for one in found:
        if one.rank < _Rank.WORD or one.seed.path not in whole:
            seeds.setdefault((one.seed.path, one.seed.start_line, one.seed.end_line), one.seed)
    return tuple(seeds.values())


def places_in(text: str, names: PathNames) -> Iterator[Seed]:
    """The files, modules and lines of files that a text names, in its order."""
    for found in _paths_in(text, names):
        if found.rank <= _Rank.AMBIGUOUS_PATH:
            yield found.seed


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


# -- paths


class PathNames:
    """The paths of a repository by how a text would name them."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.by_name: dict[str, list[str]] = defaultdict(list)
        self.by_stem: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            name = path.rpartition("/")[2]
            self.by_name[name].append(path)
            self.by_stem[name.partition(".")[0].lower()].append(path)


def _paths_in(task: str, names: PathNames) -> Iterator[_Found]:
    for mention in _PLACE.finditer(task):
        word = mention["path"].replace("\\", "/").removeprefix("./")
        matching = _matching(word, names.by_name)
        yield from _from_path(mention, word, matching)
        if not matching:
            yield from _from_module(mention, word, names.by_stem)


def _matching(word: str, by_name: dict[str, list[str]]) -> list[str]:
    """Files of this path, or whose path ends so; of an absolute path, the one that it ends with."""
    same = by_name.get(word.rpartition("/")[2], [])
    if word in same:
        return [word]
    ends = [path for path in same if path.endswith(f"/{word}")]
    inside = [path for path in same if word.endswith(f"/{path}")]
    return ends or sorted(inside, key=len, reverse=True)[:1] or _installed(word, same)


def _installed(word: str, same: Sequence[str]) -> list[str]:
    """Those that share the most folders with a path of another machine, where `src` is gone."""
    if _STANDARD_LIBRARY.search(word):
        return []
    shared = {path: _shared_end(word.split("/"), path.split("/")) for path in same}
    most = max(shared.values(), default=0)
    return [path for path in same if shared[path] == most] if most > 1 else []


def _shared_end(some: Sequence[str], others: Sequence[str]) -> int:
    pairs = zip(reversed(some), reversed(others), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _from_path(mention: re.Match[str], word: str, matching: list[str]) -> Iterator[_Found]:
    if not 0 < len(matching) <= _MOST_FILES:
        return
    sure = len(matching) == 1
    for number, path in enumerate(sorted(matching, key=lambda path: (is_aside(path), *_depth(path)))):
        if mention["first"]:
            first = int(mention["first"])
            last = max(first, int(mention["last"] or first))
            lines = f"line {first}" if first == last else f"lines {first}-{last}"
            seed = Seed(path, f"the task names {lines} of it", first, last)
            yield _Found(_Rank.PLACE if sure else _Rank.AMBIGUOUS_PATH, mention.start(), number, seed)
        if sure:
            seed = Seed(path, "the task names it", named=True)
            yield _Found(_Rank.PATH, mention.start(), number, seed)
        elif not mention["first"]:
            seed = Seed(path, f"the task names {word}, as {len(matching)} files are called")
            yield _Found(_Rank.AMBIGUOUS_PATH, mention.start(), number, seed)


def _from_module(mention: re.Match[str], word: str, by_stem: dict[str, list[str]]) -> Iterator[_Found]:
    """`package.module`, `package.module.function`, or just a file's name without its extension."""
    steps = word.strip(".").split(".")
    if len(steps) > 1:
        for module in (steps, steps[:-1]):
            tail = "/".join(module)
            same = by_stem.get(module[-1].lower(), [])
            exact = [path for path in same if f"/{path.rpartition('.')[0]}".endswith(f"/{tail}")]
            if len(module) > 1 and len(exact) == 1:
                seed = Seed(exact[0], f"the task names {word}", named=module is steps)
                yield _Found(_Rank.PATH, mention.start(), 0, seed)
                return
        return
    same = by_stem.get(steps[-1].lower(), [])
    code = [path for path in same if not is_aside(path)]
    if len(word) >= _SHORTEST_WORD and word.lower() not in _COMMON and 0 < len(code) <= 2:
        for number, path in enumerate(code):
            yield _Found(
                _Rank.STEM,
                mention.start(),
                number,
                Seed(path, f"the task says {word!r}, and so it is called"),
            )


# -- symbols


@dataclass(frozen=True, slots=True)
class _Word:
    position: int
    steps: tuple[str, ...]
    telling: bool  # written as code is, not as prose

    @property
    def name(self) -> str:
        return self.steps[-1]


def _words(task: str) -> dict[str, list[_Word]]:
    """By the name that a symbol must have."""
    found: dict[str, list[_Word]] = defaultdict(list)
    for match in _NAME.finditer(task):
        steps = tuple(_STEP.split(match["name"]))
        starts_sentence = match.start() == 0 or task[max(0, match.start() - 20) : match.start()].rstrip()[
            -1:
        ] in (
            ".",
            "!",
            "?",
            ":",
            "",
        )
        plain_start = starts_sentence and re.fullmatch(r"[A-Z]?[a-z]+", steps[-1]) is not None
        telling = bool(
            match["quote"] == "`"
            or match["call"]
            or len(steps) > 1
            or (_TELLING.search(steps[-1]) and not plain_start)
        )
        if telling or (len(steps[-1]) >= _SHORTEST_WORD and steps[-1].lower() not in _COMMON):
            word = _Word(match.start(), steps, telling)
            if word.name not in found or telling:
                found[word.name].append(word)
    return found


def _symbols_in(
    task: str, paths: Sequence[str], parsed: Callable[[str], ParsedFile | None]
) -> Iterator[_Found]:
    words = _words(task)
    if not words:
        return
    defined: dict[str, list[tuple[str, ParsedFile, int]]] = defaultdict(list)
    for path in paths:
        parse = parsed(path)
        for index, symbol in enumerate(parse.symbols if parse else ()):
            if parse is not None and symbol.name in words and _counts(symbol):
                defined[symbol.name].append((path, parse, index))
    for name, definitions in defined.items():
        for word in words[name]:
            yield from _from_word(word, definitions)


def _counts(symbol: Symbol) -> bool:
    if symbol.kind is SymbolKind.VARIABLE:
        return symbol.parent is None
    return symbol.kind not in (SymbolKind.NAMESPACE, SymbolKind.FIELD)


def _from_word(word: _Word, definitions: Iterable[tuple[str, ParsedFile, int]]) -> Iterator[_Found]:
    known = [one for one in definitions if word.telling or one[1].symbols[one[2]].kind not in _VALUES]
    members = [one for one in known if len(word.steps) > 1 and _is_member(one[1], one[2], word.steps)]
    chosen = members or known
    bodies = [one for one in chosen if not one[1].symbols[one[2]].forward]
    code = [one for one in bodies or chosen if not is_aside(one[0])]
    chosen = code or bodies or chosen
    if not word.telling and len(chosen) > 2:
        return
    rank = _Rank.MEMBER if members else _Rank.SYMBOL if word.telling else _Rank.WORD
    chosen.sort(key=lambda one: (one[1].symbols[one[2]].parent is not None, *_depth(one[0]), one[2]))
    for number, (path, parse, index) in enumerate(chosen[:_MOST_SYMBOLS]):
        symbol = parse.symbols[index]
        said = "names" if word.telling else "says"
        reason = f"the task {said} {parse.qualified_name(index)}"
        yield _Found(rank, word.position, number, Seed(path, reason, symbol.start_line, symbol.end_line))


def _is_member(parsed: ParsedFile, index: int, steps: tuple[str, ...]) -> bool:
    qualified = parsed.qualified_name(index).split(".")
    return len(qualified) > 1 and qualified[-2:] == list(steps[-2:])
