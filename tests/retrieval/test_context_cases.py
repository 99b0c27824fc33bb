"""Whole windows as files: tests/cases/context/REPOSITORY/NAME.json is a request, NAME.txt its window."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from retrieval.beginnings import starting_points
from retrieval.context import build_context
from retrieval.mentions import seeds_in
from retrieval.project import RepositoryProject
from retrieval.repo import Repo
from retrieval.window import Arrangement, ContextWindow, Request, Target

CASES = sorted((Path(__file__).parent.parent / "cases" / "context").glob("*/*.json"))


def count(text: str) -> int:
    """About as a tokenizer does: words, marks, line ends."""
    return len(re.findall(r"\w+|[^\w\s]|\n", text))


def window(case: Path, folder: Path) -> ContextWindow:
    wish = json.loads(case.read_text(encoding="utf-8"))
    shutil.copytree(case.parent / "repository", folder)
    project = RepositoryProject.open(Repo.open(folder), cache=None, workers=1)
    target = None
    if "file" in wish:
        target = Target(wish["file"], wish.get("line"), wish.get("column"), wish.get("fill", False))
    task = wish.get("task", "")
    seeds = seeds_in(task, project.paths, project.parsed)
    if not seeds and target is None:
        seeds = starting_points(project.paths, project.graph())
    return build_context(
        Request(task, target),
        seeds=seeds,
        graph=project.graph(),
        parsed=project.parsed,
        read=project.file,
        budget=wish["budget"],
        count_tokens=count,
        order=Arrangement(wish.get("order", "dependency")),
    )


def told(found: ContextWindow) -> str:
    rows = [
        f"{item.path} | {item.level} {item.start_line}-{item.end_line} | {item.tokens} | "
        + "; ".join(filter(None, (item.reason, item.shortened)))
        for item in found.items
    ]
    rows += [f"{left.path} | left out | {left.reason}" for left in found.left_out]
    text = "<FILL>".join(["".join(found.pieces[:2]), *found.pieces[2:]])
    return "\n".join([f"{found.tokens} of {found.budget} tokens", *rows, "-" * 20, text]) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_a_window_is_as_it_stands_in_its_file(case: Path, tmp_path: Path) -> None:
    expected = case.with_suffix(".txt").read_text(encoding="utf-8")
    assert told(window(case, tmp_path / "repository")) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_the_lines_that_an_item_names_stand_in_it(case: Path, tmp_path: Path) -> None:
    for item in window(case, tmp_path / "repository").items:
        lines = (tmp_path / "repository" / item.path).read_text(encoding="utf-8").split("\n")
        shown = item.text.split("\n")
        assert item.spans == tuple(sorted(item.spans))
        assert item.start_line <= item.spans[0][0] and item.spans[-1][1] <= item.end_line
        for first, last in item.spans:
            part = lines[first - 1 : last]
            assert any(shown[at : at + len(part)] == part for at in range(len(shown)))
