"""What the words of a task point to."""

from __future__ import annotations

import pytest

from retrieval.beginnings import starting_points
from retrieval.mentions import seeds_in
from retrieval.types import ParsedFile, Symbol, SymbolKind
from retrieval.window import Seed
from tests.retrieval.small_repository import SmallRepository, of_functions

FUNCTION, METHOD, CLASS = SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CLASS
PARSES = {
    "src/shop/config.py": ParsedFile(
        "python",
        symbols=(
            Symbol("load_config", FUNCTION, 10, 4, 9, 20, 10),
            Symbol("Config", CLASS, 22, 6, 22, 60, 22),
            Symbol("get", METHOD, 30, 8, 30, 35, 30, 1),
            Symbol("merge", METHOD, 40, 8, 40, 45, 40, 1),
        ),
    ),
    "src/shop/store.py": ParsedFile(
        "python", symbols=(Symbol("Store", CLASS, 1, 6, 1, 9, 1), Symbol("get", METHOD, 3, 8, 3, 5, 3, 0))
    ),
    "tests/test_config.py": ParsedFile("python", symbols=(Symbol("load_config", FUNCTION, 5, 4, 5, 9, 5),)),
    "src/shop/__init__.py": ParsedFile("python"),
    "src/shop/web/__init__.py": ParsedFile("python"),
    "src/web/index.ts": ParsedFile("typescript", symbols=(Symbol("paginate", FUNCTION, 1, 0, 1, 4, 1),)),
}
PATHS = sorted([*PARSES, "README.md", "docs/config.md"])


def seeds(task: str) -> list[Seed]:
    return list(seeds_in(task, PATHS, PARSES.get))


def found(task: str) -> list[tuple[str, int | None]]:
    return [(seed.path, seed.start_line) for seed in seeds(task)]


CONFIG = "src/shop/config.py"


@pytest.mark.parametrize(
    "task",
    [
        "why is src/shop/config.py slow?",
        "look at ./src/shop/config.py.",
        "fix shop/config.py, please",
        "fix config.py",
        "see `config.py`",
        "(config.py)",
        "fix src\\shop\\config.py",
        "import shop.config fails",
        "error in /home/me/work/src/shop/config.py",
        "/venv/lib/python3.11/site-packages/shop/config.py is called",
    ],
)
def test_a_path_is_found_however_it_is_written(task: str) -> None:
    assert found(task) == [(CONFIG, None)]
    assert seeds(task)[0].named


@pytest.mark.parametrize(
    ("task", "lines"),
    [
        ("config.py:12", (12, 12)),
        ("config.py:12:7: error", (12, 12)),
        ("config.py:12-14", (12, 14)),
        ('File "/app/src/shop/config.py", line 12, in load', (12, 12)),
        ("src/shop/config.py(12,7): error CS1002", (12, 12)),
        ("in C:\\build\\shop\\config.py:line 12", (12, 12)),
        ("in /www/shop/config.py on line 12", (12, 12)),
    ],
)
def test_a_place_comes_before_its_file(task: str, lines: tuple[int, int]) -> None:
    first, second = seeds(task)[:2]
    assert (first.path, first.start_line, first.end_line) == (CONFIG, *lines)
    assert (second.path, second.named) == (CONFIG, True)


def test_a_file_of_the_standard_library_is_not_ours() -> None:
    assert found("/usr/lib/python3.11/shop/config.py") == []


def test_a_name_that_several_files_have_is_weaker_and_says_so() -> None:
    several = seeds("the __init__.py of it")
    assert {seed.path for seed in several} == {"src/shop/__init__.py", "src/shop/web/__init__.py"}
    assert not any(seed.named for seed in several)
    assert "2 files" in several[0].reason


@pytest.mark.parametrize(
    "task", ["why does load_config fail", "load_config()", "`load_config`", "fix the load_config function"]
)
def test_a_symbol_is_found_in_code_before_tests(task: str) -> None:
    assert found(task) == [(CONFIG, 9)]
    assert seeds(task)[0].reason == "the task names load_config"


def test_a_member_is_found_through_its_type() -> None:
    assert found("Store.get returns None")[0] == ("src/shop/store.py", 3)
    assert found("Config::get returns None")[0] == (CONFIG, 30)
    assert seeds("Store.get returns None")[0].reason == "the task names Store.get"


def test_words_of_prose_are_no_names() -> None:
    assert found("get all of it and load the data") == []
    assert found("Fix the error") == []


def test_a_rare_word_may_be_a_name() -> None:
    assert ("src/web/index.ts", 1) in found("how do I paginate the list?")
    assert seeds("merge two of them")[0].reason == "the task says Config.merge"


def test_nothing_is_found_twice() -> None:
    every = found("config.py and config.py and load_config and load_config()")
    assert len(every) == len(set(every))


def test_what_is_surest_comes_first() -> None:
    order = [seed.reason for seed in seeds("load_config, config.py:12")]
    assert order == ["the task names line 12 of it", "the task names it", "the task names load_config"]


@pytest.mark.parametrize("task", ["", " ", ":12", "///", "a" * 100_000, "../../../etc/passwd", "\0", "(((("])
def test_odd_tasks_find_nothing(task: str) -> None:
    assert seeds(task) == []


def test_long_tasks_are_read_fast() -> None:
    seeds("x/" * 20_000 + " " + "a.b" * 20_000 + " word-" * 20_000)


def test_a_task_that_names_nothing_starts_where_a_reader_would() -> None:
    small = of_functions(
        {
            "cli.py": {"main": ["core.run"]},
            "core.py": {"run": ["base.root"]},
            "other.py": {"look": ["base.root"]},
            "base.py": {"root": []},
            "tests/main.py": {"try_it": ["base.root"]},
        }
    )
    repository = SmallRepository({**small.texts, "README.md": "# Shop"}, small.parses, small.dependencies)
    points = starting_points(repository.graph.paths, repository.graph)
    assert [seed.path for seed in points] == ["README.md", "cli.py", "base.py", "core.py"]
    assert points[2].reason == "the task names nothing: 3 files need this one"
