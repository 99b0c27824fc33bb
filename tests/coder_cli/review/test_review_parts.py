"""A change in parts: every row is in one, and each fits."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from coder_cli.review.display import displayed
from coder_cli.review.parts import Part, Uncovered, divided
from retrieval.changes import Changes, find_changes, project_of
from retrieval.project import RepositoryProject
from retrieval.repo import Repo
from tests.git_repository import GitRepository

SHOP = """import stock


def order(part):
    found = stock.take(part)
    return found


class Cart:
    def add(self, part):
        self.parts.append(order(part))

    def total(self):
        return sum(part.price for part in self.parts)
"""


def lines(text: str) -> int:
    """A token is a line, and its sign."""
    return text.count("\n") + 1


def opened(repository: GitRepository) -> tuple[Changes, RepositoryProject]:
    repo = Repo.open(repository.root)
    changes = find_changes(repo)
    return changes, project_of(repo, changes.head, cache=None)


def parts_of(repository: GitRepository, most: int = 100) -> tuple[tuple[Part, ...], tuple[Uncovered, ...]]:
    changes, project = opened(repository)
    return divided(changes, project.parsed, project.graph(), most, lines)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    made.write("shop.py", SHOP)
    made.write("stock.py", "def take(part):\n    return part\n")
    made.commit()
    return made


@pytest.mark.parametrize("most", [1, 2, 7, 20, 1000])
def test_every_row_of_every_hunk_is_in_exactly_one_part(repository: GitRepository, most: int) -> None:
    text = SHOP.replace("return found", "return found or None").replace("import stock\n", "")
    repository.write("shop.py", text.replace("        return sum(part.price for part in self.parts)\n", ""))
    repository.write("stock.py", "")
    repository.write("long.py", "".join(f"def f{number}():\n    return {number}\n\n" for number in range(40)))
    changes, _ = opened(repository)
    parts, uncovered = parts_of(repository, most)
    assert not uncovered
    held = Counter((part.path, row) for part in parts for piece in part.pieces for row in piece.rows)
    assert set(held.values()) == {1}
    assert held.keys() == {
        (file.path, row) for file in changes.files for hunk in file.hunks for row in hunk.rows
    }
    for part in parts:
        rows = [row for piece in part.pieces for row in piece.rows]
        assert sum(lines(row.text) + 1 for row in rows) <= most or len(rows) == 1


def test_rows_belong_to_the_symbol_they_stand_in(repository: GitRepository) -> None:
    repository.write(
        "shop.py", SHOP.replace("stock.take(part)", "stock.take(part, 1)").replace("order(part))", "part)")
    )
    parts, _ = parts_of(repository)
    assert [part.names for part in parts] == [("order", "Cart.add")]
    parts, _ = parts_of(repository, most=18)
    assert [part.names for part in parts] == [("order",), ("Cart.add",)]
    assert parts[0].place == "shop.py (order)"


def test_what_others_need_is_read_first(repository: GitRepository) -> None:
    repository.write("shop.py", SHOP + "\n\nx = 1\n")
    repository.write("stock.py", "def take(part):\n    return part.number\n")
    parts, _ = parts_of(repository)
    assert [part.path for part in parts] == ["stock.py", "shop.py"]


def test_what_no_model_reads_is_named_with_the_reason(repository: GitRepository) -> None:
    repository.write("picture.png", b"\x89PNG\0\0\0")
    repository.write(".env", "TOKEN=abc\n")
    repository.write(".gitattributes", "made.py linguist-generated\n")
    repository.write("made.py", "x = 1\n")
    (repository.root / "stock.py").unlink()
    parts, uncovered = parts_of(repository)
    assert {one.path: one.reason for one in uncovered} == {
        "picture.png": "binary",
        ".env": "may hold secrets",
        "made.py": "generated (by .gitattributes)",
        "stock.py": "deleted",
    }
    assert {part.path for part in parts} == {".gitattributes"}


def test_a_part_is_shown_in_its_whole_symbol_with_signs(repository: GitRepository) -> None:
    repository.write("shop.py", SHOP.replace("    return found\n", "    return found or None\n"))
    ((part,), _) = parts_of(repository)
    assert displayed(part, 100, lines).split("\n") == [
        " ",
        " def order(part):",
        "     found = stock.take(part)",
        "-    return found",
        "+    return found or None",
        " ",
        " ",
        " class Cart:",
    ]
