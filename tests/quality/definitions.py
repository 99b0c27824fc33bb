"""Python definitions against jedi.

    python -m tests.quality.definitions REPOSITORY --source src --only src/ --sample 1500

A sample of the references in the Python files under `--only` is taken by a fixed seed; jedi is asked for the
definition of each (`goto`, imports followed; nothing but `--source` is installed for it). Our exact answers
are compared with it: precision is over those that jedi answers too. Recall is over the references that jedi
leads to a symbol or file of the repository.

An attribute has several definitions where a class declares it and its methods assign it, or where a property
has a setter. Any of them agrees with any other, for they are one attribute of one class; the same holds of a
variable of a module. How many answers agree in that way only is told apart.

jedi carries stubs of Django and answers with these, which counts as wrong here: measure other repositories.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jedi  # type: ignore[import-untyped]

from retrieval.definitions import Definition, SymbolGraph
from retrieval.project import RepositoryProject
from retrieval.repo import Repo
from retrieval.scopes import TYPES
from retrieval.types import ParsedFile, Reference

SEED = 7
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Target:
    """Where jedi leads to; no path: out of the repository. No line: the file itself."""

    path: str | None
    line: int | None
    kind: str


def sample(project: RepositoryProject, only: str, size: int) -> list[tuple[str, int]]:
    """Paths and numbers of references."""
    found = [
        (path, number)
        for path in project.written_in("python")
        if path.startswith(only) and path.endswith(".py") and (parsed := project.parsed(path))
        for number in range(len(parsed.references))
    ]
    random.Random(SEED).shuffle(found)  # noqa: S311
    return sorted(found[:size])


def answers(
    root: Path, project: RepositoryProject, sources: Sequence[str], asked: Sequence[tuple[str, int]]
) -> Iterator[list[Target]]:
    environment = jedi.Project(
        root, sys_path=[str(root / source) for source in sources], smart_sys_path=False
    )
    scripts: dict[str, jedi.Script] = {}
    for path, number in asked:
        if path not in scripts:
            scripts = {path: jedi.Script(path=root / path, project=environment)}
        parsed = project.parsed(path)
        assert parsed is not None
        reference = parsed.references[number]
        try:
            names = scripts[path].goto(reference.line, reference.column, follow_imports=True)
        except Exception:  # a bug of jedi's is no answer
            names = []
        yield [_target(root, name.module_path, name.line, name.type) for name in names]


def _target(root: Path, path: Path | None, line: int | None, kind: str) -> Target:
    if path is None or not path.is_relative_to(root):
        return Target(None, line, kind)
    return Target(path.relative_to(root).as_posix(), None if kind == "module" else line, kind)


def agrees(project: RepositoryProject, ours: Definition, reference: Reference, theirs: Target) -> str:
    """How: "same place", "same attribute"; or "" where it does not."""
    parsed = project.parsed(ours.path)
    if ours.path != theirs.path or parsed is None:
        return ""
    if ours.symbol is None or theirs.line is None:
        return "same place" if ours.symbol is None and theirs.line is None else ""
    symbol = parsed.symbols[ours.symbol]
    if symbol.line == theirs.line:
        return "same place"
    if symbol.name != reference.name or theirs.kind == "param":
        return ""
    return "same attribute" if symbol.parent == _class_around(parsed, theirs.line) else ""


def _class_around(parsed: ParsedFile, line: int) -> int | None:
    around = [
        index
        for index, symbol in enumerate(parsed.symbols)
        if symbol.kind in TYPES and symbol.start_line <= line <= symbol.end_line
    ]
    return around[-1] if around else None


def is_symbol(project: RepositoryProject, target: Target) -> bool:
    parsed = project.parsed(target.path) if target.path else None
    if parsed is None or target.kind == "param":
        return False
    return target.line is None or any(symbol.line == target.line for symbol in parsed.symbols)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--source", action="append", default=[])
    parser.add_argument("--only", default="")
    parser.add_argument("--sample", type=int, default=1500)
    parser.add_argument("--show", choices=("wrong", "missing"))
    options = parser.parse_args(arguments)
    root = options.repository.resolve()
    project = RepositoryProject.open(Repo.open(root), cache=None)
    symbols = SymbolGraph(project, project.graph())
    asked = sample(project, options.only, options.sample)
    counts: Counter[str] = Counter()
    shown: list[str] = []
    theirs = answers(root, project, options.source or [""], asked)
    for (path, number), targets in zip(asked, theirs, strict=True):
        parsed = project.parsed(path)
        assert parsed is not None
        reference = parsed.references[number]
        ours = next((each for each in symbols.definitions(path, number) if each.exact), None)
        by_name = None if ours else next(iter(symbols.definitions(path, number)), None)
        how = {agrees(project, ours, reference, each) for each in targets} - {""} if ours else set()
        verdict = "same place" if "same place" in how else "".join(how)
        place = f"{path}:{reference.line}:{reference.column} {reference.qualifier}.{reference.name}"
        if ours and targets:
            counts["exact"] += 1
            counts[verdict or "wrong"] += 1
            if not verdict and options.show == "wrong":
                shown.append(f"wrong: {place}: {ours}, jedi: {targets[:2]}")
        if any(is_symbol(project, each) for each in targets):
            counts["in the repository"] += 1
            counts["found"] += bool(verdict)
            counts["found by name"] += bool(
                by_name and any(agrees(project, by_name, reference, each) for each in targets)
            )
            if not verdict and options.show == "missing":
                shown.append(f"missing: {place}: jedi: {targets[:2]}")
    random.Random(SEED).shuffle(shown)  # noqa: S311
    print(*shown[:SHOWN], dict(counts), sep="\n")
    right = counts["same place"] + counts["same attribute"]
    print(
        f"{len(asked)} references: precision {right / max(1, counts['exact']):.4f}, "
        f"recall {counts['found'] / max(1, counts['in the repository']):.4f}, with names "
        f"{(counts['found'] + counts['found by name']) / max(1, counts['in the repository']):.4f}"
    )


if __name__ == "__main__":
    main()
