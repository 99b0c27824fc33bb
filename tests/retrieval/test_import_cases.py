"""Which files a file needs, against golden folders: adding a case is adding a folder to tests/cases/imports.

`imports/<language>/<case>/` holds the files of a small repository and `edges.json`: an object that names for
each file those it needs, {"app/main.py": ["app/util.py"]}. Files that need nothing may be left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import pytest

from retrieval.languages.names import language_of
from retrieval.languages.table import LANGUAGES
from retrieval.parse import parse
from retrieval.types import Dependency, ParsedFile, SourceFile

ROOT = Path(__file__).parents[1] / "cases" / "imports"
CASES = sorted(path.parent for path in ROOT.glob("*/*/edges.json"))


class Folder:
    """A Project over a folder of a few files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def paths(self) -> Sequence[str]:
        files = (path for path in self.root.rglob("*") if path.is_file() and path.name != "edges.json")
        return tuple(sorted(path.relative_to(self.root).as_posix() for path in files))

    @cached_property
    def files(self) -> dict[str, SourceFile]:
        found = {}
        for path in self.paths:
            text = (self.root / path).read_text(encoding="utf-8")
            found[path] = SourceFile(path, language_of(path, text.partition("\n")[0]), text, "0" * 40)
        return found

    @cached_property
    def parses(self) -> dict[str, ParsedFile | None]:
        return {path: parse(file) for path, file in self.files.items()}

    def __contains__(self, path: str) -> bool:
        return path in self.files

    def written_in(self, *languages: str) -> Sequence[str]:
        return tuple(path for path, file in self.files.items() if file.language in languages)

    def parsed(self, path: str) -> ParsedFile | None:
        return self.parses.get(path)

    def text(self, path: str) -> str | None:
        return self.files[path].text if path in self.files else None


def dependencies(project: Folder) -> list[Dependency]:
    found: list[Dependency] = []
    for name, language in LANGUAGES.items():
        if project.written_in(name):
            resolve = language.resolver(project)
            for path in project.written_in(name):
                parsed = project.parsed(path)
                assert parsed is not None
                found += resolve(path, parsed)
    return found


@pytest.mark.parametrize("root", CASES, ids=lambda root: f"{root.parent.name}-{root.name}")
def test_a_file_needs_what_its_golden_folder_says(root: Path) -> None:
    edges: dict[str, set[str]] = {}
    for found in dependencies(Folder(root)):
        if found.target != found.source:
            edges.setdefault(found.source, set()).add(found.target)
    expected = json.loads((root / "edges.json").read_text(encoding="utf-8"))
    assert edges == {source: set(targets) for source, targets in expected.items() if targets}


@pytest.mark.parametrize("root", CASES, ids=lambda root: f"{root.parent.name}-{root.name}")
def test_dependencies_join_files_of_the_repository_at_a_line(root: Path) -> None:
    project = Folder(root)
    for found in dependencies(project):
        assert found.source in project
        assert found.target in project
        assert 1 <= found.line <= project.files[found.source].text.count("\n") + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_golden_folder(language: str) -> None:
    assert [root for root in CASES if root.parent.name == language]
