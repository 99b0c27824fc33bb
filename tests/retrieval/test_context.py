"""Which files a window shows, how much of each, in which row, and what it says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from retrieval.context import build_context
from retrieval.types import Skip, Skipped
from retrieval.window import Arrangement, ContextWindow, Item, Level, Request, Seed, Target
from tests.retrieval.small_repository import SmallRepository, of_functions

SHOP = of_functions(
    {
        "app.py": {"run": ["config.load", "store.save"], "stop": []},
        "config.py": {"load": ["text.strip"], "unused": ["text.pad"]},
        "store.py": {"save": ["text.strip", "lock.hold"], "drop": []},
        "text.py": {"strip": [], "pad": []},
        "lock.py": {"hold": []},
        "cli.py": {"main": ["app.run"], "usage": []},
        "report.py": {"show": ["text.pad"], "sum_up": ["table.draw"]},
        "table.py": {"draw": [], "line": []},
        "zone.py": {"now": []},
    }
)


def words(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]|\n", text))


def window(
    repository: SmallRepository = SHOP,
    target: Target | None = None,
    *,
    budget: int = 4000,
    seeds: Sequence[Seed] = (),
    order: Arrangement = Arrangement.DEPENDENCY,
    task: str = "task",
) -> ContextWindow:
    return build_context(
        Request(task, target),
        seeds=seeds,
        graph=repository.graph,
        parsed=repository.parsed,
        read=repository.read,
        budget=budget,
        count_tokens=words,
        order=order,
    )


def paths(found: ContextWindow) -> list[str]:
    return [item.path for item in found.items]


def item(found: ContextWindow, path: str) -> Item:
    return next(item for item in found.items if item.path == path)


def reason(found: ContextWindow, path: str) -> str:
    return next(left.reason for left in found.left_out if left.path == path)


def test_dependencies_come_first_the_target_last_and_a_caller_before_all() -> None:
    found = window(target=Target("app.py"))
    assert paths(found) == ["cli.py", "lock.py", "text.py", "config.py", "store.py", "app.py"]
    assert found.left_out == ()
    assert item(found, "app.py").level is Level.WHOLE
    assert item(found, "app.py").text == SHOP.texts["app.py"].rstrip("\n")


def test_the_layout_is_a_path_line_above_each_text() -> None:
    found = window(target=Target("app.py"))
    assert found.text.startswith("#cli.py\n# uses run of app.py\n")
    assert found.text.endswith("#app.py\n" + SHOP.texts["app.py"].rstrip("\n"))
    assert "\n\n#text.py\ndef strip(argument):\n" in found.text
    assert found.tokens == words(found.text)


def test_a_caller_is_shown_where_it_uses_the_target() -> None:
    caller = item(window(target=Target("app.py")), "cli.py")
    assert caller.level is Level.CHUNK
    assert "app.run(argument)" in caller.text and "usage" not in caller.text
    assert caller.reason == "uses run of the target"
    assert caller.shortened == "only where it uses the target"


def test_where_room_is_short_a_dependency_is_what_is_used_of_it() -> None:
    budget = words(SHOP.texts["app.py"]) + 62
    found = window(target=Target("app.py"), budget=budget)
    config = item(found, "config.py")
    assert config.level is Level.CHUNK
    assert "def load" in config.text and "unused" not in config.text
    assert config.reason == "the target uses load"
    assert "def save" in item(found, "store.py").text
    assert all(left.reason for left in found.left_out)
    assert {"text.py", "lock.py"} <= {left.path for left in found.left_out}


def test_with_little_room_every_dependency_has_its_signature_before_one_has_its_body() -> None:
    budget = words(SHOP.texts["app.py"]) + 58
    found = window(target=Target("app.py"), budget=budget)
    assert {"config.py", "store.py"} <= set(paths(found))
    assert "return argument" not in item(found, "store.py").text


def test_what_is_two_imports_away_says_so() -> None:
    assert "the target needs it, 2 imports away" in item(window(target=Target("app.py")), "text.py").reason


def test_hits_stand_after_what_the_target_needs_and_keep_their_own_order() -> None:
    seeds = [Seed("report.py", "found"), Seed("table.py", "found")]
    found = window(target=Target("app.py"), seeds=seeds)
    assert paths(found) == [
        *("cli.py", "lock.py", "text.py", "config.py", "store.py"),
        *("table.py", "report.py"),
        "app.py",
    ]


def test_another_task_shares_everything_before_its_hits() -> None:
    first = window(target=Target("app.py"), seeds=[Seed("report.py", "found")], task="one")
    second = window(target=Target("app.py"), seeds=[Seed("zone.py", "found")], task="two")
    hits = first.text.index("#table.py"), second.text.index("#zone.py")
    assert first.text[: hits[0]] == second.text[: hits[1]]
    assert "#store.py\n" in first.text[: hits[0]] and "#text.py\n" in first.text[: hits[0]]


def test_a_hit_does_not_change_what_stands_before_it_for_what_it_uses() -> None:
    found = window(target=Target("app.py"), seeds=[Seed("report.py", "found", named=True)])
    assert "report.py" in paths(found)
    assert "report.py uses pad" not in item(found, "text.py").reason


def test_a_hit_that_needs_the_target_stands_before_it_and_is_marked() -> None:
    found = window(target=Target("config.py"), seeds=[Seed("cli.py", "found", named=True)])
    assert paths(found)[-1] == "config.py"
    assert item(found, "cli.py").note == "# depends on config.py"
    assert item(found, "cli.py").level is Level.WHOLE


def test_a_named_file_appears_once_and_whole() -> None:
    seeds = [Seed("store.py", "line 1 is named", 1, 1), Seed("store.py", "the task names it", named=True)]
    found = window(target=Target("app.py"), seeds=seeds)
    assert paths(found).count("store.py") == 1
    assert item(found, "store.py").level is Level.WHOLE
    assert "the task names it" in item(found, "store.py").reason


def test_a_hit_is_widened_to_the_function_it_is_in() -> None:
    line = SHOP.texts["report.py"].split("\n").index("    table.draw(argument)") + 1
    found = window(seeds=[Seed("report.py", "found", line, line)], budget=64)
    report = item(found, "report.py")
    assert report.level is Level.CHUNK
    assert report.text.startswith("def sum_up(argument):") and report.text.endswith("return argument")
    assert "no room" in report.shortened


def test_without_a_target_what_the_hits_use_comes_with_them_in_reading_order() -> None:
    found = window(seeds=[Seed("report.py", "found", named=True)])
    assert paths(found) == ["table.py", "text.py", "report.py"]
    assert "report.py uses pad" in item(found, "text.py").reason


def test_lines_near_the_place_decide_what_matters_most() -> None:
    calls = {"near": ["b.one"], "far": ["c.two", "c.two", "c.two"]}
    repository = of_functions({"a.py": calls, "b.py": {"one": []}, "c.py": {"two": []}})
    budget = words(repository.texts["a.py"]) + 32
    near = repository.texts["a.py"].split("\n").index("    b.one(argument)") + 1
    assert "b.py" in paths(window(repository, Target("a.py", near), budget=budget))
    assert "c.py" not in paths(window(repository, Target("a.py", near), budget=budget))
    assert "c.py" in paths(window(repository, Target("a.py"), budget=budget))


def test_a_hole_splits_the_target_at_the_place() -> None:
    found = window(target=Target("app.py", 4, fill=True), task="")
    before, prefix, suffix = found.pieces
    assert before.endswith("\n\n#app.py\n")
    assert prefix + suffix == SHOP.texts["app.py"]
    assert prefix.endswith("".join(SHOP.texts["app.py"].splitlines(keepends=True)[3]).rstrip("\n"))
    assert suffix.startswith("\n")


def test_a_column_is_counted_from_one() -> None:
    found = window(target=Target("app.py", 3, 5, fill=True), task="")
    assert found.pieces[1].endswith("\ndef ")


LARGE = of_functions({"large.py": {f"function_{number}": ["print"] * 5 for number in range(40)}})


def test_a_target_larger_than_the_budget_keeps_the_function_around_the_place() -> None:
    line = LARGE.texts["large.py"].split("\n").index("def function_20(argument):") + 3
    found = window(LARGE, Target("large.py", line), budget=1000)
    target = item(found, "large.py")
    assert target.level is Level.SKELETON
    assert target.text.count("print(argument)") == 5
    assert "def function_0(argument):" in target.text and "def function_39(argument):" in target.text
    assert "larger than the budget" in target.shortened


def test_a_target_much_larger_than_the_budget_is_the_function_or_lines_alone() -> None:
    line = LARGE.texts["large.py"].split("\n").index("def function_20(argument):") + 3
    function = item(window(LARGE, Target("large.py", line), budget=100), "large.py")
    assert function.level is Level.CHUNK
    assert function.text.startswith("def function_20") and function.text.endswith("return argument")
    lines = item(window(LARGE, Target("large.py", line), budget=64, task=""), "large.py")
    assert set(lines.text.split("\n")) <= set(LARGE.texts["large.py"].split("\n"))


def test_both_sides_of_a_hole_are_cut_at_line_borders() -> None:
    text = "\n".join(f"line_{number} = {number}" for number in range(400))
    repository = SmallRepository({"flat.py": text})
    found = window(repository, Target("flat.py", 200, fill=True), budget=200)
    _, prefix, suffix = found.pieces
    assert set((prefix + suffix).split("\n")) <= set(text.split("\n"))
    assert prefix.endswith("\nline_199 = 199") and suffix.startswith("\nline_200 = 200")
    before, after = prefix.count("\n") + 1, suffix.count("\n")
    assert 2.5 <= before / after <= 3.5
    assert 190 <= found.tokens <= 200


def test_what_one_side_of_a_hole_lacks_the_other_gets() -> None:
    text = "\n".join(f"line_{number} = {number}" for number in range(400))
    repository = SmallRepository({"flat.py": text})
    _, prefix, suffix = window(repository, Target("flat.py", 2, fill=True), budget=200).pieces
    assert prefix == "line_0 = 0\nline_1 = 1"
    assert suffix.count("\n") > 40


def test_a_line_too_long_for_the_budget_leaves_the_target_out_with_the_reason() -> None:
    repository = SmallRepository({"wide.py": "word " * 500})
    found = window(repository, Target("wide.py", 1, fill=True), budget=64)
    assert found.items == () and found.tokens == 0
    assert reason(found, "wide.py").startswith("the target: not even a line of it fits")


def test_a_file_that_is_not_read_is_told_with_the_reason() -> None:
    skipped = {
        "key.pem": Skipped("key.pem", Skip.SENSITIVE),
        "big.py": Skipped("big.py", Skip.TOO_LARGE, "9 MB"),
    }
    repository = SmallRepository({"a.py": "import big\n"}, skipped=skipped)
    seeds = [Seed("key.pem", "the task names it", named=True), Seed("big.py", "found")]
    found = window(repository, Target("a.py"), seeds=seeds)
    assert reason(found, "key.pem") == "the task names it: not read: may hold secrets"
    assert reason(found, "big.py") == "found: not read: too large (9 MB)"


@pytest.mark.parametrize("order", Arrangement)
def test_the_target_comes_last_in_every_order(order: Arrangement) -> None:
    found = window(target=Target("app.py"), order=order)
    assert sorted(paths(found)) == ["app.py", "cli.py", "config.py", "lock.py", "store.py", "text.py"]
    assert paths(found)[-1] == "app.py"


def test_other_orders_are_what_they_say() -> None:
    alphabetical = paths(window(target=Target("app.py"), order=Arrangement.ALPHABETICAL))
    assert alphabetical == ["cli.py", "config.py", "lock.py", "store.py", "text.py", "app.py"]
    ranked = paths(window(target=Target("app.py"), order=Arrangement.RANK))
    assert set(ranked[-3:]) == {"config.py", "store.py", "app.py"}, "what matters most is nearest to the end"
    scattered = paths(window(target=Target("app.py"), order=Arrangement.RANDOM))
    assert scattered not in (alphabetical, paths(window(target=Target("app.py"))))


def test_files_that_need_one_another_stand_together_before_the_target() -> None:
    repository = of_functions(
        {
            "a.py": {"first": ["b.second"]},
            "b.py": {"second": ["a.first", "base.root"]},
            "base.py": {"root": []},
            "user.py": {"use": ["a.first"]},
        }
    )
    found = window(repository, Target("a.py"), seeds=[Seed("user.py", "found", named=True)])
    assert paths(found) == ["user.py", "base.py", "b.py", "a.py"]
    assert item(found, "user.py").note == "# uses first of a.py"


def test_what_a_hit_needs_does_not_come_between_what_the_target_needs() -> None:
    """`deep.py` is needed by `base.py`, which is shown whatever the task is, but found no room there."""
    repository = of_functions(
        {
            "app.py": {"run": ["base.root"]},
            "base.py": {"root": ["deep.dig"]},
            "deep.py": {f"dig{number}" if number else "dig": ["print"] * 9 for number in range(12)},
            "other.py": {"look": ["deep.dig"]},
        }
    )
    budget = 2 * words(repository.texts["app.py"]) + words(repository.texts["base.py"]) + 200
    found = window(repository, Target("app.py"), seeds=[Seed("other.py", "found")], budget=budget)
    assert paths(found) == ["base.py", "other.py", "app.py"]
    assert "the same for every task" in reason(found, "deep.py")
    named = window(repository, Target("app.py"), seeds=[Seed("deep.py", "found", 1, 1)], budget=budget)
    assert paths(named) == ["deep.py", "base.py", "app.py"], "a hit keeps its place in the order"


def test_a_cycle_does_not_put_hits_before_what_no_task_changes() -> None:
    repository = of_functions(
        {
            "a.py": {"first": ["b.second"]},
            "b.py": {"second": ["a.first"]},
            "zone.py": {"now": []},
            "yard.py": {"then": []},
        }
    )
    for hit in ("zone.py", "yard.py"):
        found = window(repository, Target("a.py"), seeds=[Seed(hit, "found")])
        assert paths(found) == ["b.py", hit, "a.py"]


def test_a_path_cannot_forge_a_line() -> None:
    repository = SmallRepository({"a\n#b.py": "x = 1\n"})
    assert window(repository, Target("a\n#b.py")).text == "#a\\n#b.py\nx = 1"
