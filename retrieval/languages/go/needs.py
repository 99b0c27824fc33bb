"""Which files a Go file needs. Go imports packages; what is used of one tells which of its files count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from retrieval.languages.base import Project, Resolver
from retrieval.languages.go.members import Search
from retrieval.languages.go.packages import Packages, Surroundings
from retrieval.types import Dependency, ParsedFile, Reference


def package_resolver(project: Project) -> Resolver:
    packages = Packages(project)
    search = Search(cache(lambda path: packages.around(path).names()))

    def resolve(path: str, parsed: ParsedFile) -> Iterable[Dependency]:
        around = packages.around(path)
        found = [*_needed(around, path, parsed), *_members(search, around, path, parsed)]
        return {(each.target, each.name): each for each in found}.values()

    return resolve


def _needed(around: Surroundings, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
    """What names of imported packages, and of its own, a file uses."""
    folder = path.rpartition("/")[0]
    tests = path.endswith("_test.go")
    used: set[int] = set()
    for reference, qualifier in _uses(parsed):
        package = around.called.get(qualifier)
        if package is None:
            continue
        same_folder = tests and package.files and package.files[0].rpartition("/")[0] == folder
        for target in package.declaring(reference.name, tests=bool(same_folder)):
            used.add(id(package))
            yield Dependency(path, target, reference.line, f"{qualifier}.{reference.name}")
    for found, package in around.imported:
        if id(package) not in used:
            for target in package.files:
                yield Dependency(path, target, found.start_line, found.module)
    for reference in parsed.references:
        if not reference.qualifier:
            targets = around.own.declaring(reference.name, tests=tests)
            if path not in targets:
                for target in targets:
                    yield Dependency(path, target, reference.line, reference.name)


def _uses(parsed: ParsedFile) -> Iterator[tuple[Reference, str]]:
    """(reference, qualifier) of `name.Reference`, where `name` is no local: that one is a reference, too."""
    before: Reference | None = None
    for reference in parsed.references:
        if (
            before is not None
            and reference.qualifier == before.name
            and not before.qualifier
            and reference.line == before.line
            and reference.column == before.column + len(before.name) + 1
        ):
            yield reference, before.name
        before = reference


def _members(search: Search, around: Surroundings, path: str, parsed: ParsedFile) -> Iterator[Dependency]:
    """The members that are used, of types wherever they are. Only tests of the folder see those of tests."""
    folder = path.rpartition("/")[0]
    tests = path.endswith("_test.go")
    known: set[tuple[str, str]] = set()
    plain = {reference.name for reference in parsed.references if not reference.qualifier}
    for reference in parsed.references:
        use = (reference.qualifier, reference.name)
        if not reference.qualifier or use in known or reference.qualifier in around.called:
            continue
        known.add(use)
        if _first_name(reference.qualifier) not in plain:
            continue  # a local of which nothing is known
        found = search.member(path, *use)
        if found is None or path in found[1].paths:
            continue
        for target in found[1].paths:
            if not target.endswith("_test.go") or (tests and target.rpartition("/")[0] == folder):
                yield Dependency(path, target, reference.line, found[0])


def _first_name(path: str) -> str:
    return path.partition(".")[0].removesuffix("()").removesuffix("{}")
