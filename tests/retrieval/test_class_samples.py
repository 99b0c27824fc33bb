"""The sample programs in Java, Kotlin and C#: their files need exactly what a reader finds in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from retrieval.project import RepositoryProject
from retrieval.repo import Repo

SAMPLES = Path(__file__).parents[1] / "samples"


def edges(root: Path, *, under: str = "") -> dict[str, set[str]]:
    """By path, without the folder that most of a sample's files are in."""
    graph = RepositoryProject.open(Repo.open(root), cache=None, workers=1).graph()
    found = {path: set(graph.dependencies_of(path)) for path in graph.paths}
    return {
        path.removeprefix(under): {target.removeprefix(under) for target in targets}
        for path, targets in found.items()
        if targets
    }


@pytest.fixture
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy outside of this repository."""
    root = tmp_path / "sample"
    shutil.copytree(SAMPLES / request.param, root)
    return root


@pytest.mark.parametrize("sample", ["java"], indirect=True)
def test_the_java_sample(sample: Path) -> None:
    assert edges(sample, under="src/main/java/formula/") == {
        "Main.java": {
            "FormulaException.java",
            "text/Parser.java",
            "tree/Node.java",
            "tree/Scope.java",
            "value/Rational.java",
        },
        "text/Lexer.java": {"FormulaException.java", "text/Token.java"},
        "text/Parser.java": {
            "FormulaException.java",
            "text/Lexer.java",
            "text/Token.java",
            "tree/Node.java",
            "value/Rational.java",
        },
        "tree/Node.java": {"tree/Scope.java", "value/Rational.java"},
        "tree/Scope.java": {"FormulaException.java", "value/Rational.java"},
        "value/Rational.java": {"FormulaException.java"},
        "src/test/java/formula/MainTest.java": {"Main.java", "value/Rational.java"},
    }


@pytest.mark.parametrize("sample", ["kotlin"], indirect=True)
def test_the_kotlin_sample_and_its_java_file(sample: Path) -> None:
    reader = "src/main/java/loans/model/Reader.java"
    assert edges(sample, under="src/main/kotlin/loans/") == {
        "Main.kt": {"Library.kt", "Reminders.kt", "store/Journal.kt", "text/Table.kt"},
        "Library.kt": {"model/Loan.kt", "store/Event.kt", "store/Journal.kt"},
        "Reminders.kt": {"Quotes.kt", "model/Loan.kt"},
        "model/Loan.kt": {"Library.kt", reader},
        reader: {"Quotes.kt"},
        "store/Event.kt": {"model/Loan.kt", reader},
        "store/Journal.kt": {"model/Loan.kt", reader, "store/BadLine.kt", "store/Event.kt"},
        "store/BadLine.kt": {"Quotes.kt"},
        "text/Table.kt": {"model/Loan.kt", "text/Widths.kt"},
        "text/Widths.kt": {"text/Table.kt"},
        "src/test/kotlin/loans/LibraryTest.kt": {"Library.kt", "Reminders.kt", "store/Journal.kt"},
    }


@pytest.mark.parametrize("sample", ["csharp"], indirect=True)
def test_the_csharp_sample(sample: Path) -> None:
    shelf = {"Shelf.cs", "Shelf.Checks.cs"}
    assert edges(sample, under="src/Stock/") == {
        "Program.cs": shelf
        | {"Commands/Command.cs", "StockException.cs", "Text/Layout.cs", "Units/AmountText.cs"},
        "Items/Item.cs": {"Units/Amount.cs"},
        "Units/Amount.cs": {"StockException.cs"},
        "Units/AmountText.cs": {"StockException.cs", "Units/Amount.cs"},
        "Shelf.cs": {"Items/Item.cs", "Shelf.Checks.cs", "Units/Amount.cs"},
        "Shelf.Checks.cs": {"StockException.cs", "Units/Amount.cs"},
        "Commands/Command.cs": shelf
        | {"Commands/PutAndTake.cs", "StockException.cs", "Units/Amount.cs", "Units/AmountText.cs"},
        "Commands/PutAndTake.cs": shelf | {"Commands/Command.cs", "Units/Amount.cs"},
        "tests/Stock.Tests/ShelfTests.cs": shelf
        | {"Commands/Command.cs", "Items/Item.cs", "Units/Amount.cs", "Units/AmountText.cs"},
    }
