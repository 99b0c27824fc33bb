"""The C, C++ and Rust sample programs: what their files need, to a reader and to a compiler."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from retrieval.project import RepositoryProject
from retrieval.repo import Repo

SAMPLES = Path(__file__).parents[1] / "samples"
EDGES = {
    "c": {
        "include/rpn/calculator.h": {"include/rpn/stack.h"},
        "src/calculator.c": {"include/rpn/calculator.h", "include/rpn/tokens.h", "src/operators.inc"},
        "src/main.c": {"include/rpn/calculator.h"},
        "src/stack.c": {"include/rpn/stack.h"},
        "src/tokens.c": {"include/rpn/tokens.h"},
        "tests/test_calculator.c": {"include/rpn/calculator.h"},
    },
    "cpp": {
        "include/plan/detail/graph.ipp": {"include/plan/graph.hpp"},
        "include/plan/graph.hpp": {"include/plan/detail/graph.ipp", "include/plan/task.hpp"},
        "include/plan/reader.hpp": {"include/plan/graph.hpp"},
        "src/graph.cpp": {"include/plan/errors.hpp", "include/plan/graph.hpp"},
        "src/main.cpp": {"include/plan/errors.hpp", "include/plan/reader.hpp"},
        "src/reader.cpp": {"include/plan/errors.hpp", "include/plan/reader.hpp", "src/text.h"},
        "tests/graph_test.cpp": {"include/plan/errors.hpp", "include/plan/reader.hpp", "src/text.h"},
    },
    "rust": {
        "command/src/main.rs": {
            "command/src/options.rs",
            "command/src/page/plain.rs",
            "command/src/page/windows.rs",
            "command/src/usage.txt",
            "markup/src/lib.rs",
        },
        "markup/src/block.rs": {"markup/src/inline.rs"},
        "markup/src/html/mod.rs": {
            "markup/src/html/escape.rs",
            "markup/src/lib.rs",
            "markup/src/macros.rs",
        },
        "markup/src/lib.rs": {
            "markup/src/block.rs",
            "markup/src/html/mod.rs",
            "markup/src/inline.rs",
            "markup/src/macros.rs",
        },
        "markup/tests/render.rs": {"markup/src/lib.rs", "markup/tests/common/mod.rs"},
    },
}
ENTERED = re.compile(r"^(\.+) (.*)$", re.MULTILINE)


@pytest.fixture
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy outside of this repository."""
    root = tmp_path / "sample"
    shutil.copytree(SAMPLES / request.param, root)
    return root.resolve()


def edges(root: Path) -> dict[str, set[str]]:
    graph = RepositoryProject.open(Repo.open(root), cache=None, workers=1).graph()
    return {path: set(targets) for path in graph.paths if (targets := graph.dependencies_of(path))}


@pytest.mark.parametrize(("sample", "language"), [(each, each) for each in EDGES], indirect=["sample"])
def test_a_sample_needs_what_a_reader_finds(sample: Path, language: str) -> None:
    assert edges(sample) == EDGES[language]


@pytest.mark.parametrize(("sample", "compiler"), [("c", "gcc"), ("cpp", "g++")], indirect=["sample"])
def test_a_compiler_enters_the_same_headers(sample: Path, compiler: str) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    found = edges(sample)
    for source in sorted(path for path in found if path.endswith((".c", ".cpp"))):
        command = [compiler, "-H", "-fsyntax-only", "-Iinclude", source]
        ran = subprocess.run(command, cwd=sample, capture_output=True, text=True, check=True)
        chain = [source]
        for dots, path in ENTERED.findall(ran.stderr):
            target = Path(sample, path).resolve()
            del chain[len(dots) :]
            inside = target.is_relative_to(sample)
            chain.append(target.relative_to(sample).as_posix() if inside else "")
            if inside and chain[-2]:
                assert chain[-1] in found[chain[-2]]
