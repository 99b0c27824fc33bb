"""Imports that a diff adds and that close a circle which was not there before.

Only imports that run while a file is loaded count, and only in languages where a circle of them is a fault:
in Go the compiler refuses it, in Java, C#, Rust and PHP files of a package need one another as they like.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from coder_cli.review.checks.ground import FilePair, Ground, at_lines
from coder_cli.review.checks.paths import is_shown, is_test
from coder_cli.review.types import Category, Finding, Severity
from retrieval.project import RepositoryProject
from retrieval.types import Dependency, Import, ParsedFile, ReferenceKind

NAME = "import-cycle"
_LANGUAGES = frozenset({"python", "javascript", "typescript", "tsx", "ruby", "c", "cpp"})
_TYPED = frozenset({"typescript", "tsx"})
_HEADER = re.compile(r"\.(?:h|hh|hpp|hxx|h\+\+|inl|ipp)$")
_LOADS = re.compile(r"^\s*(?:require|require_relative|load)\b")
_GATHERS = re.compile(r"(?:^|/)(?:__init__\.py|index\.[jt]sx?)$")
_MOST_SHOWN = 6  # files of a circle
_MOST_APART = 2  # circles through one file; more have one cause


class _Runtime:
    """What a file loads while it is itself loaded."""

    def __init__(self, project: RepositoryProject) -> None:
        self.project = project
        self.graph = project.graph()
        self._loaded: dict[str, dict[str, Dependency]] = {}

    def loaded_by(self, path: str) -> dict[str, Dependency]:
        """By path, each with the first statement that does it."""
        if path not in self._loaded:
            self._loaded[path] = dict(self._find(path)) if path in self.graph else {}
        return self._loaded[path]

    def _find(self, path: str) -> Iterator[tuple[str, Dependency]]:
        parsed = self.project.parsed(path)
        if parsed is None or parsed.language not in _LANGUAGES or path.endswith(".pyi"):
            return  # what only describes types is never loaded
        statements = _Statements(self.project, path, parsed)
        for target in self.graph.dependencies_of(path):
            found = [each for each in self.graph.why(path, target) if statements.loads(each)]
            if found and self.project.language(target) in _LANGUAGES:
                yield target, found[0]

    def way(self, start: str, end: str, around: Collection[str] = ()) -> Sequence[str] | None:
        """The files of a shortest way from one to the other, both included, and none of `around`."""
        came_from = {start: ""}
        queue = [start]
        for path in queue:  # grows while it is walked
            if path == end:
                found = [path]
                while came_from[found[-1]]:
                    found.append(came_from[found[-1]])
                return found[::-1]
            for target in sorted(self.loaded_by(path)):
                if target not in came_from and target not in around:
                    came_from[target] = path
                    queue.append(target)
        return None


class _Statements:
    """The imports of one file."""

    def __init__(self, project: RepositoryProject, path: str, parsed: ParsedFile) -> None:
        self._project = project
        self._path = path
        self._parsed = parsed
        self._at: defaultdict[int, list[Import]] = defaultdict(list)
        for each in parsed.imports:
            for line in range(each.start_line, min(each.end_line, each.start_line + 1000) + 1):
                self._at[line].append(each)

    def loads(self, dependency: Dependency) -> bool:
        found = self._at.get(dependency.line, [])
        return any(self._runs(each) for each in found)

    def _runs(self, statement: Import) -> bool:
        if statement.type_only or statement.scope is not None:
            return False
        language = self._parsed.language
        if language in ("c", "cpp"):
            return _HEADER.search(self._path) is not None
        if statement.conditional or self._is_own_package(statement):
            return False
        if language == "ruby":
            return _LOADS.match(self._line(statement.start_line)) is not None
        return language not in _TYPED or self._is_kept(statement)

    def _is_own_package(self, statement: Import) -> bool:
        """`import box` within box: what it holds is asked for when functions run, or it would be named."""
        plain = self._parsed.language == "python" and not statement.names
        return plain and "." not in statement.module and f"/{statement.module}/" in f"/{self._path}"

    def _is_kept(self, statement: Import) -> bool:
        """TypeScript leaves imports out that only types use."""
        names = {each.alias or each.name for each in statement.names} | ({statement.alias} - {""})
        if not names or self._line(statement.start_line).lstrip().startswith("export"):
            return True
        return any(
            each.name in names
            and each.kind is not ReferenceKind.TYPE
            and not each.qualifier
            and not self._line(each.line)[: each.column].endswith("typeof ")
            for each in self._parsed.references
        )

    def _line(self, number: int) -> str:
        lines = (self._project.text(self._path) or "").split("\n")
        return lines[number - 1] if number <= len(lines) else ""


@dataclass(frozen=True, slots=True)
class _Circle:
    pair: FilePair
    statement: Dependency  # that closes it
    way: Sequence[str]  # back to the file of the statement, which stands last


def find(ground: Ground) -> Iterator[Finding]:
    circles = list(_circles(ground))
    through = Counter(path for circle in circles for path in circle.way)
    told: set[str] = set()
    for circle in circles:
        hub = max(circle.way, key=lambda path: through[path])
        if through[hub] <= _MOST_APART:
            yield _finding(circle)
        elif hub not in told:
            told.add(hub)
            yield _finding(circle, f" {through[hub] - 1} more new circles go through {hub}.")


def _circles(ground: Ground) -> Iterator[_Circle]:
    pairs = [pair for pair in ground.pairs if pair.language in _LANGUAGES and _imports_more(ground, pair)]
    graph = ground.after.graph() if pairs else None
    after = before = None
    circles: set[frozenset[str]] = set()
    for pair in pairs:
        if graph is None or pair.path not in graph or is_test(pair.path) or is_shown(pair.path):
            continue
        for target in _newly_needed(ground, pair):
            if pair.path not in graph.closure([target]):
                continue
            after = after or _Runtime(ground.after)
            statement = after.loaded_by(pair.path).get(target)
            way = after.way(target, pair.path) if statement else None
            if statement is None or way is None or statement.line not in pair.added_numbers:
                continue
            before = before or _Runtime(ground.before)
            if len(way) == 2 and _is_split(*way):
                continue
            if _is_old(ground, before, pair.path, way) or frozenset(way) in circles:
                continue
            circles.add(frozenset(way))
            yield _Circle(pair, statement, way)


def _is_split(one: str, other: str) -> bool:
    """Whether they are one header in two files, as C++ has it: `sink.h` and `sink-inl.h`."""
    return all(_HEADER.search(each) for each in (one, other)) and _stem(one) == _stem(other)


def _stem(path: str) -> str:
    return re.sub(r"[-_.](?:inl|impl|fwd|inline)$", "", _HEADER.sub("", path.rpartition("/")[2]))


def _imports_more(ground: Ground, pair: FilePair) -> bool:
    parsed = ground.after.parsed(pair.path) if pair.new and pair.added else None
    return parsed is not None and any(
        not pair.added_numbers.isdisjoint(range(each.start_line, each.end_line + 1))
        for each in parsed.imports
    )


def _newly_needed(ground: Ground, pair: FilePair) -> Iterator[str]:
    graph = ground.after.graph()
    for target in graph.dependencies_of(pair.path):
        if any(each.line in pair.added_numbers for each in graph.why(pair.path, target)):
            yield target


def _is_old(ground: Ground, before: _Runtime, path: str, way: Sequence[str]) -> bool:
    """Whether there was a circle that this import only makes larger: with the file itself, or if it is new
    without it.

    One through a package's `__init__` or index is another: nearly every package has it, and it is meant.
    """
    first = ground.old_path(path)
    packages = {one for one in before.graph.paths if _GATHERS.search(one)} - {
        ground.old_path(each) for each in way
    }
    others = [old for each in way if each != path and (old := ground.old_path(each)) in before.graph]
    starts = [first] if first in before.graph else others
    return any(
        one != other
        and before.way(one, other, packages) is not None
        and before.way(other, one, packages) is not None
        for one in starts
        for other in others
    )


def _finding(circle: _Circle, more: str = "") -> Finding:
    pair, statement, way = circle.pair, circle.statement, circle.way
    files = [pair.path, *way]
    if len(files) > _MOST_SHOWN + 1:
        files = [*files[: _MOST_SHOWN - 1], "…", files[-1]]
    return at_lines(
        pair,
        statement.line,
        statement.line,
        check=NAME,
        severity=Severity.WARNING,
        category=Category.INTERFACE,
        title=f"This import closes a circle of {len(way)} files",
        scenario=f"{' -> '.join(files)}: whichever is loaded first sees another half loaded.{more}",
        suggestion="Move what both need to a file of its own, or import it where it is used.",
    )
