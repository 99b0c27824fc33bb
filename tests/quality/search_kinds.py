"""Does search find what belongs to a diff, to code around a cursor, to a stack trace? And the right chunk?

    python -m tests.quality.search_kinds REPOSITORY... [--requests 30] [--save FILE]
    python -m tests.quality.search_kinds --fit FILE [--held-out FILE]

words  the subject of a commit, as in tests.quality.search. Only the chunk is asked for.
diff   what a commit did to one of its source files: the other source files and tests of that commit are
       right, in the tree before it, with the history before it. The file itself is not ranked.
code   twenty lines of a file without its imports, around a call or before it: the files are right that define
       what is called in them, and in the line of the call, by the exact edges of the symbol graph.
trace  calls from function to function by those edges, printed as the language does, with the paths of another
       machine or, but in Python, Go, Ruby and PHP, of a program built without them: the file of the innermost
       call is right, and the chunk of the line.

Right chunks are those of lines that the commit changed, of the definitions, of the line. All files of a tree
are ranked, but those that a commit changed and that are neither source nor tests. --fit fits first the
weights of files, then, on top of them, those of chunks; they are told for each repository left out, and with
--held-out for repositories that had no part in it.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.commits import Commit, ancestors
from retrieval.definitions import SymbolGraph
from retrieval.languages.names import language_of
from retrieval.languages.table import LANGUAGES
from retrieval.project import RepositoryProject
from retrieval.repo import Repo
from retrieval.search import rank
from retrieval.search.index import Index
from retrieval.search.request import Kind, understood
from retrieval.types import Reference, ReferenceKind, SourceFile, SymbolKind
from tests.quality.search import SEED, Row, drawn, is_ranked, softmax_weights

LINES = 20  # of code around a cursor
BEFORE = 15  # of them before the call, where it is among them
FRAMES = 5  # of a trace, at most
SHOWN = 3  # chunks of a file, at most, as a search shows them
_TRIED = 40  # calls for each one that is wanted
_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? ", re.MULTILINE)
_FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD})
_MAY_BE_AGAINST = frozenset({"test"})  # other evidence is never against a file
FITTED_FILES = (
    "text", "covered", "chunk", "name", "symbol", "symbols", "path", "folder", "meaning", "mention",
    "history", "recent", "tested", "test", "together",
)  # fmt: skip
FITTED_CHUNKS = ("chunk", "name", "symbol", "meaning", "place")

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Places = dict[str, list[tuple[int, int]]]  # path -> lines, first and last


@dataclass(frozen=True, slots=True)
class Task:
    kind: Kind
    text: str
    right: Places  # none of a path: only the file is right
    not_ranked: frozenset[str]
    without: tuple[str, ...] = ()  # commits


@dataclass(frozen=True, slots=True)
class Case:
    """A task and what the scorers said."""

    kind: Kind
    right: Flags  # of files
    files: Mapping[str, Floats]
    file_of_chunk: NDArray[np.int32]
    right_chunks: Flags
    chunks: Mapping[str, Floats]


# -- tasks


def is_code(path: str) -> bool:
    return language_of(path) in LANGUAGES


def commit_tasks(repo: Repo, count: int) -> Iterator[tuple[str, Task]]:
    """Each with the revision that is searched."""
    chosen = random.Random(SEED)  # noqa: S311 - a sample
    for commit in drawn(repo, count):
        with contextlib.suppress(IndexError):  # a first commit has no tree before it
            before = ancestors(repo.git, commit.identifier, 2)[1] if repo.git else ""
            others = frozenset(path for path in commit.paths if not is_code(path))
            places = {path: changed_lines(repo, before, commit, path) for path in commit.paths}
            tests = frozenset(path for path in commit.paths if is_code(path) and not is_ranked(path))
            source = {path: lines for path, lines in places.items() if is_ranked(path)}
            yield before, Task(Kind.WORDS, commit.subject, source, others | tests, (commit.identifier,))
            one = chosen.choice(sorted(source))
            right = {path: lines for path, lines in places.items() if is_code(path) and path != one}
            if right:
                diff = _diff(repo, before, commit, one).decode("utf-8", "replace")
                yield before, Task(Kind.DIFF, diff, right, others | {one}, (commit.identifier,))


def changed_lines(repo: Repo, before: str, commit: Commit, path: str) -> list[tuple[int, int]]:
    """In the file as it was before. What is put between two lines belongs to both."""
    found = []
    for hunk in _HUNK.finditer(_diff(repo, before, commit, path, "-U0")):
        first, count = int(hunk[1]), int(hunk[2] or 1)
        found.append((first, first + max(count, 2) - 1))
    return found


def _diff(repo: Repo, before: str, commit: Commit, path: str, *options: str) -> bytes:
    if repo.git is None:
        return b""
    return repo.git.attempt(
        "diff", "--no-ext-diff", "--no-renames", *options, before, commit.identifier, "--", path
    )[1]


class Calls:
    """Of one tree: calls from one function to another, where both are known for certain."""

    def __init__(self, project: RepositoryProject) -> None:
        self._project = project
        self._symbols = SymbolGraph(project, project.graph())
        self._random = random.Random(SEED)  # noqa: S311 - a sample

    def drawn(self) -> Iterator[tuple[str, int]]:
        """Files in turn, and the number of a call in each."""
        rows = {}
        for path in filter(is_ranked, self._project.paths):
            parsed = self._project.parsed(path)
            calls = [
                number
                for number, each in enumerate(parsed.references if parsed else ())
                if each.kind is ReferenceKind.CALL and each.scope is not None
            ]
            if calls:
                self._random.shuffle(calls)
                rows[path] = calls
        while rows:
            paths = list(rows)
            self._random.shuffle(paths)
            for path in paths:
                yield path, rows[path].pop()
                if not rows[path]:
                    del rows[path]

    def target(self, path: str, number: int) -> tuple[str, int | None] | None:
        """What a reference means, where that is certain and source of this repository."""
        found = self._symbols.definitions(path, number)
        if len(found) != 1 or not found[0].exact or not is_ranked(found[0].path):
            return None
        return found[0].path, found[0].symbol

    def lines(self, path: str) -> list[str]:
        file = self._project.file(path)
        return file.text.split("\n") if isinstance(file, SourceFile) else []

    def reference(self, path: str, number: int) -> Reference:
        parsed = self._project.parsed(path)
        assert parsed is not None
        return parsed.references[number]

    def code(self, path: str, number: int, *, shown: bool) -> Task | None:
        """`shown`: the call is in the text; else the cursor stands before it."""
        parsed, lines = self._project.parsed(path), self.lines(path)
        at = self.reference(path, number).line
        first = max(1, at - (BEFORE if shown else LINES))
        last = min(len(lines), first + LINES - 1 if shown else at - 1)
        right: Places = {}
        for other, each in enumerate(parsed.references if parsed else ()):
            if each.kind is ReferenceKind.CALL and (first <= each.line <= last or each.line == at):
                target = self.target(path, other)
                if target is not None and target[0] != path:
                    right.setdefault(target[0], []).extend(self._defined(*target))
        imported = {
            line
            for one in (parsed.imports if parsed else ())
            for line in range(one.start_line, one.end_line + 1)
        }
        text = "\n".join(lines[line - 1] for line in range(first, last + 1) if line not in imported)
        main = self.target(path, number)
        if main is None or main[0] not in right or not text.strip():
            return None
        return Task(Kind.CODE, text, right, frozenset({path}))

    def _defined(self, path: str, symbol: int | None) -> list[tuple[int, int]]:
        parsed = self._project.parsed(path)
        line = parsed.symbols[symbol].line if parsed and symbol is not None else 0
        return [(line, line)] if line else []

    def trace(self, path: str, number: int, printed: Printed) -> Task | None:
        """From this call on, as deep as calls are certain; the last line is that of any call or of a name."""
        frames: list[Frame] = []
        while len(frames) < FRAMES:
            frames.append(self._frame(path, self.reference(path, number)))
            target = self.target(path, number)
            parsed = self._project.parsed(target[0]) if target else None
            if target is None or target[1] is None or parsed is None:
                break
            path, inside = target[0], parsed.symbols[target[1]]
            if inside.kind not in _FUNCTIONS:
                break
            further = [
                other
                for other, each in enumerate(parsed.references)
                if inside.line < each.line <= inside.end_line
            ]
            self._random.shuffle(further)
            further.sort(key=lambda other: self.target(path, other) is None)
            if not further:
                break
            number = further[0]
        last = frames[-1]
        if len({frame.path for frame in frames}) < 2:
            return None
        text = printed(frames)
        return Task(Kind.TRACE, text, {last.path: [(last.line, last.line)]}, frozenset()) if text else None

    def _frame(self, path: str, reference: Reference) -> Frame:
        parsed = self._project.parsed(path)
        assert parsed is not None
        name = parsed.qualified_name(reference.scope) if reference.scope is not None else ""
        return Frame(
            path,
            parsed.language,
            parsed.namespace,
            name,
            reference.line,
            reference.column,
            self.lines(path)[reference.line - 1].strip(),
        )


# -- traces


@dataclass(frozen=True, slots=True)
class Frame:
    path: str
    language: str
    namespace: str
    name: str  # Type.method
    line: int
    column: int
    text: str


class Printed:
    """How a program of each language prints where it was, with the paths of the machine it runs on."""

    def __init__(self, name: str, *, with_paths: bool) -> None:
        """`name` of the repository."""
        self._name = name
        self._with_paths = with_paths

    def __call__(self, frames: Sequence[Frame]) -> str:
        """The outermost frame comes first. "" where the language is not printed so."""
        print_one = getattr(self, f"_{frames[-1].language}", None)
        if print_one is None or len({frame.language for frame in frames}) > 1:
            return ""
        return str(print_one(frames))

    def _installed(self, path: str) -> str:
        """Without the folder that packages are kept in, as an installation has it."""
        return re.sub(r"^(?:src|lib)/", "", path)

    def _python(self, frames: Sequence[Frame]) -> str:
        if not self._with_paths:
            return ""
        folder = "/home/ci/app/.venv/lib/python3.11/site-packages"
        told = ["Traceback (most recent call last):"]
        told += ['  File "/home/ci/app/run.py", line 12, in <module>', "    run()"]
        for frame in frames:
            name = frame.name.rpartition(".")[2]
            place = f'  File "{folder}/{self._installed(frame.path)}", line {frame.line}, in {name}'
            told.append(f"{place}\n    {frame.text}")
        return "\n".join([*told, "ValueError: unexpected value"])

    def _java(self, frames: Sequence[Frame]) -> str:
        told = ['Exception in thread "main" java.lang.IllegalStateException: unexpected value']
        for frame in reversed(frames):
            file = frame.path.rpartition("/")[2]
            place = f"{file}:{frame.line}" if self._with_paths else "Unknown Source"
            told.append(f"\tat {'.'.join(filter(None, (frame.namespace, frame.name)))}({place})")
        return "\n".join([*told, "\tat org.example.app.Runner.go(Runner.java:31)"])

    _kotlin = _java

    def _csharp(self, frames: Sequence[Frame]) -> str:
        told = ["Unhandled exception. System.InvalidOperationException: unexpected value"]
        for frame in reversed(frames):
            name = ".".join(filter(None, (frame.namespace, frame.name)))
            file = f" in /home/runner/work/{self._name}/{frame.path}:line {frame.line}"
            told.append(f"   at {name}(){file if self._with_paths else ''}")
        return "\n".join([*told, "   at App.Program.Main(String[] args)"])

    def _javascript(self, frames: Sequence[Frame]) -> str:
        told = ["TypeError: Cannot read properties of undefined (reading 'length')"]
        for frame in reversed(frames):
            folder = f"/usr/src/app/node_modules/{self._name}/" if self._with_paths else ""
            file = frame.path if self._with_paths else frame.path.rpartition("/")[2]
            name = frame.name or "<anonymous>"
            told.append(f"    at {name} ({folder}{file}:{frame.line}:{frame.column + 1})")
        return "\n".join(
            [*told, "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"]
        )

    _typescript = _javascript

    def _go(self, frames: Sequence[Frame]) -> str:
        if not self._with_paths:
            return ""
        told = ["panic: runtime error: index out of range [3] with length 3\n\ngoroutine 1 [running]:"]
        for frame in reversed(frames):
            folder = f"/root/go/pkg/mod/example.org/{self._name}@v1.8.0"
            owner, _, name = frame.name.rpartition(".")
            called = f"(*{owner}).{name}" if owner else name
            told.append(
                f"example.org/{self._name}.{called}(0xc000, 0x1)\n\t{folder}/{frame.path}:{frame.line} +0x1d"
            )
        return "\n".join([*told, "main.main()\n\t/root/app/main.go:9 +0x17"])

    def _rust(self, frames: Sequence[Frame]) -> str:
        told = ["thread 'main' panicked at 'unexpected value'\nstack backtrace:\n   0: rust_begin_unwind"]
        for number, frame in enumerate(reversed(frames), 1):
            crate = frame.path.partition("/src/")[0].rpartition("/")[2]
            file = f"src/{frame.path.partition('/src/')[2]}" if "/src/" in frame.path else frame.path
            folder = f"/root/.cargo/registry/src/index.crates.io-6f17/{crate}-0.9.1"
            told.append(f"   {number}: {crate.replace('-', '_')}::{frame.name.replace('.', '::')}")
            if self._with_paths:
                told.append(f"             at {folder}/{file}:{frame.line}:{frame.column + 1}")
        return "\n".join(told)

    def _ruby(self, frames: Sequence[Frame]) -> str:
        if not self._with_paths:
            return ""
        folder = f"/usr/local/bundle/gems/{self._name}-3.0.8"
        rows = [
            f"{folder}/{frame.path}:{frame.line}:in `{frame.name.rpartition('.')[2]}'"
            for frame in reversed(frames)
        ]
        rows[0] += ": undefined method `size' for nil:NilClass (NoMethodError)"
        return "\n\tfrom ".join([*rows, "config.ru:3:in `<main>'"])

    def _php(self, frames: Sequence[Frame]) -> str:
        if not self._with_paths:
            return ""
        folder = f"/var/www/vendor/acme/{self._name}"
        last = frames[-1]
        told = [f"PHP Fatal error:  Uncaught TypeError: unexpected value in {folder}/{last.path}:{last.line}"]
        told.append("Stack trace:")
        for number, (inner, outer) in enumerate(
            zip(reversed(frames[1:]), reversed(frames[:-1]), strict=True)
        ):
            told.append(f"#{number} {folder}/{outer.path}({outer.line}): {inner.name.replace('.', '->')}()")
        return "\n".join([*told, f"#{len(frames)} {{main}}"])


# -- cases


def cases(repo: Repo, name: str, count: int, cache: Path, kinds: Collection[Kind]) -> Iterator[Case]:
    if {Kind.CODE, Kind.TRACE} & set(kinds):
        yield from call_cases(repo, name, count, cache, kinds)
    index: Index | None = None
    opened = ""
    for before, task in commit_tasks(repo, count) if {Kind.WORDS, Kind.DIFF} & set(kinds) else ():
        if task.kind not in kinds:
            continue
        if index is None or opened != before:
            if index is not None:
                index.close()
            index, opened = Index.open(repo, cache=cache, revision=before), before
        yield from _case(index, task)
    if index is not None:
        index.close()


def call_cases(repo: Repo, name: str, count: int, cache: Path, kinds: Collection[Kind]) -> Iterator[Case]:
    calls = Calls(RepositoryProject.open(repo, cache=cache, revision=repo.head))
    left = {kind: count for kind in (Kind.CODE, Kind.TRACE) if kind in kinds}
    with contextlib.closing(Index.open(repo, cache=cache, revision=repo.head)) as index:
        for tried, (path, number) in enumerate(calls.drawn()):
            if not any(left.values()) or tried > _TRIED * count:
                break
            if calls.target(path, number) is None:
                continue
            for kind in [kind for kind, some in left.items() if some]:
                even = left[kind] % 2 == 0
                task = (
                    calls.code(path, number, shown=even)
                    if kind is Kind.CODE
                    else calls.trace(path, number, Printed(name, with_paths=even))
                    or calls.trace(path, number, Printed(name, with_paths=True))
                )
                for case in _case(index, task) if task is not None else ():
                    left[kind] -= 1
                    yield case


def _case(index: Index, task: Task) -> Iterator[Case]:
    view = index.view
    kept = [number for number, path in enumerate(view.paths) if path not in task.not_ranked]
    right = np.array([view.paths[number] in task.right for number in kept], bool)
    if not right.any():
        return
    evidence = index.evidence(understood(task.text, task.kind), task.without)
    slots = [np.array(view.slots(number), np.int64) for number in kept]
    row = np.concatenate(slots)
    yield Case(
        task.kind,
        right,
        {name: scores[kept].astype(np.float32) for name, scores in evidence.files.items()},
        np.repeat(np.arange(len(kept), dtype=np.int32), [len(some) for some in slots]),
        np.concatenate([_right_chunks(index, number, task.right) for number in kept]),
        {name: scores[row].astype(np.float32) for name, scores in evidence.chunks.items()},
    )


def _right_chunks(index: Index, number: int, right: Places) -> Flags:
    text = index.view.live.texts[index.view.text_of_path[number]]
    found = np.zeros(len(text.lengths), bool)
    for first, last in right.get(index.view.paths[number], ()):
        found |= (text.starts <= last) & (text.ends >= first)
    return found


# -- places and weights


Weights = Mapping[str, float]


def _sum(evidence: Mapping[str, Floats], weights: Weights, size: int) -> Floats:
    total = np.zeros(size, np.float32)
    for name, weight in weights.items():
        if name in evidence:
            total += np.float32(weight) * evidence[name]
    return total


def file_scores(case: Case, weights: Weights) -> Floats:
    return _sum(case.files, weights, len(case.right))


def place(scores: Floats, right: Flags) -> float:
    """Of the first right one; among equals in the middle."""
    best = scores[right].max()
    return float(1 + np.sum(scores > best) + np.sum((scores == best) & ~right) / 2)


def file_place(case: Case, weights: Weights) -> float:
    return place(file_scores(case, weights), case.right)


def chunk_place(case: Case, files: Weights, chunks: Weights) -> float | None:
    """None where no chunk is right. Of a file only the first few are shown."""
    if not case.right_chunks.any():
        return None
    own = _sum(case.chunks, chunks, len(case.right_chunks))
    order = np.lexsort((-own, case.file_of_chunk))
    starts = np.flatnonzero(np.diff(case.file_of_chunk[order], prepend=-1))
    rank_inside = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    shown = order[rank_inside < SHOWN]
    if not case.right_chunks[shown].any():
        return float("inf")
    scores = (own + file_scores(case, files)[case.file_of_chunk])[shown]
    return place(scores, case.right_chunks[shown])


def fitted_files(some: Sequence[Case], names: Sequence[str]) -> dict[str, float]:
    rows = [(_matrix(case.files, names, len(case.right)), case.right) for case in some]
    return _fitted(names, [(matrix, right, np.zeros(len(right))) for matrix, right in rows])


def fitted_chunks(some: Sequence[Case], files: Weights) -> dict[str, float]:
    rows = [
        (
            _matrix(case.chunks, FITTED_CHUNKS, len(case.right_chunks)),
            case.right_chunks,
            file_scores(case, files)[case.file_of_chunk].astype(float),
        )
        for case in some
        if case.right_chunks.any()
    ]
    return _fitted(FITTED_CHUNKS, rows)


def _fitted(names: Sequence[str], rows: Sequence[Row]) -> dict[str, float]:
    least = np.array([-np.inf if name in _MAY_BE_AGAINST else 0.0 for name in names])
    weights = softmax_weights(rows, least)
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}


def _matrix(evidence: Mapping[str, Floats], names: Sequence[str], size: int) -> NDArray[np.float64]:
    nothing = np.zeros(size, np.float32)
    return np.stack([evidence.get(name, nothing) for name in names], axis=1).astype(float)


# -- report


def report(title: str, ours: Sequence[float], before: Sequence[float]) -> None:
    now, was = np.asarray(ours), np.asarray(before)
    better = 1 / now - 1 / was
    draws = np.random.default_rng(SEED).choice(better, (10_000, len(better)))
    low, high = np.percentile(draws.mean(axis=1), [2.5, 97.5])
    print(
        f"{title:28} {len(now):4}  MRR {np.mean(1 / was):.3f} -> {np.mean(1 / now):.3f}"
        f" ({low:+.3f} to {high:+.3f})  R@5 {np.mean(was <= 5):.3f} -> {np.mean(now <= 5):.3f}",
        flush=True,
    )


def told(title: str, some: Sequence[tuple[Case, Weights, Weights]], kind: Kind) -> None:
    """Beside the weights as they are."""
    if not some:
        return
    files, chunks = rank.weights(kind)
    report(
        f"{title} {kind} files",
        [file_place(case, of_files) for case, of_files, _ in some],
        [file_place(case, files) for case, _, _ in some],
    )
    placed = [
        (now, chunk_place(case, files, chunks))
        for case, of_files, of_chunks in some
        if (now := chunk_place(case, of_files, of_chunks)) is not None
    ]
    if placed:
        report(f"{title} {kind} chunks", [now for now, _ in placed], [was for _, was in placed if was])


def fit(sets: dict[str, list[Case]], held_out: dict[str, list[Case]], kinds: Collection[Kind]) -> None:
    for kind in kinds:
        rows = {name: [case for case in some if case.kind is kind] for name, some in sets.items()}
        if not any(rows.values()):
            continue
        learn = partial(_learnt, kind)
        left_out = []
        for name, some in rows.items():
            weights = learn([case for other, cases in rows.items() if other != name for case in cases])
            left_out += [(case, *weights) for case in some]
        told("each left out", left_out, kind)
        weights = learn([case for some in rows.values() for case in some])
        others = [(case, *weights) for some in held_out.values() for case in some if case.kind is kind]
        told("held out", others, kind)
        print(kind, weights, flush=True)


def _learnt(kind: Kind, some: Sequence[Case]) -> tuple[dict[str, float], dict[str, float]]:
    present = {name for case in some[:1] for name in case.files}
    names = [name for name in FITTED_FILES if name in present]
    # Those of words are fitted by tests.quality.search, on more commits.
    files = dict(rank.weights(kind)[0]) if kind is Kind.WORDS else fitted_files(some, names)
    return files, fitted_chunks(some, files)


def save(file: Path, sets: Mapping[str, Sequence[Case]]) -> None:
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, some in sets.items():
        for number, case in enumerate(some):
            head = f"{name}/{number}/{case.kind}"
            arrays[f"{head}/right/"] = case.right
            arrays[f"{head}/right_chunks/"] = case.right_chunks
            arrays[f"{head}/file_of_chunk/"] = case.file_of_chunk
            arrays |= {
                f"{head}/files/{each}": scores.astype(np.float16) for each, scores in case.files.items()
            }
            arrays |= {
                f"{head}/chunks/{each}": scores.astype(np.float16) for each, scores in case.chunks.items()
            }
    with file.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]


def loaded(file: Path) -> dict[str, list[Case]]:
    rows: dict[tuple[str, str, str], dict[str, dict[str, NDArray[np.generic]]]] = {}
    with np.load(file, allow_pickle=False) as arrays:
        for key in arrays:
            name, number, kind, group, each = key.split("/")
            rows.setdefault((name, number, kind), {}).setdefault(group, {})[each] = arrays[key]
    sets: dict[str, list[Case]] = {}
    for (name, _, kind), groups in rows.items():
        floats = {
            group: {each: scores.astype(np.float32) for each, scores in groups[group].items()}
            for group in ("files", "chunks")
        }
        sets.setdefault(name, []).append(
            Case(
                Kind(kind),
                groups["right"][""].astype(bool),
                floats["files"],
                groups["file_of_chunk"][""].astype(np.int32),
                groups["right_chunks"][""].astype(bool),
                floats["chunks"],
            )
        )
    return sets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("repositories", nargs="*", type=Path)
    parser.add_argument("--requests", type=int, default=30, help="of each kind and repository")
    parser.add_argument("--kinds", nargs="*", type=Kind, default=list(Kind))
    parser.add_argument("--save", type=Path)
    parser.add_argument("--cache", type=Path, help="a folder to keep indexes in")
    parser.add_argument("--fit", type=Path)
    parser.add_argument("--held-out", type=Path)
    arguments = parser.parse_args()
    if arguments.fit:
        held_out = loaded(arguments.held_out) if arguments.held_out else {}
        fit(loaded(arguments.fit), held_out, arguments.kinds)
        return
    sets: dict[str, list[Case]] = {}
    with tempfile.TemporaryDirectory(prefix="coder-search-") as folder:
        for path in arguments.repositories:
            name = path.name if path.name != "repo" else path.parent.name.rpartition("+")[2]
            with contextlib.closing(Repo.open(path)) as repo:
                cache = arguments.cache or Path(folder)
                sets[name] = list(cases(repo, name, arguments.requests, cache, arguments.kinds))
            for kind in arguments.kinds:
                told(name, [(case, *rank.weights(kind)) for case in sets[name] if case.kind is kind], kind)
            if arguments.save:
                save(arguments.save, sets)


if __name__ == "__main__":
    main()
