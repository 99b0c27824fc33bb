"""`coder edit`: what a guided model says, what is shown, what is on disk in the end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from coder_cli import assistant, cli, pace, stdin, ui
from coder_cli.edits.format import (
    LONGEST_UNIT,
    MOST_BLOCKS,
    EditGuide,
    edits_in,
    marks_for,
    without_stray_fence,
)
from coder_cli.pace import Pace
from tests.fakes import GuidedModel

Capture = pytest.CaptureFixture[str]

CART = """\
TAX = 0.2


class Cart:
    def __init__(self, items):
        self.items = items

    def total(self):
        return sum(self.items)

    def taxed(self):
        return self.total() * (1 + TAX)
"""
TOTAL = "In cart.py, `Cart.total`:"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "cart.py").write_text(CART)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(stdin, "is_piped", lambda: False)
    return folder


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> GuidedModel:
    scripted = GuidedModel(context_length=30_000)
    opened = (SimpleNamespace(name="scripted", target="cpu"), scripted)
    monkeypatch.setattr(assistant, "open_model", lambda settings, notice: opened)
    monkeypatch.setattr(assistant, "find_model", lambda settings: opened[0])
    monkeypatch.setattr(pace, "pace", lambda *_: Pace(1000.0, ""))
    return scripted


def says(*lines: str) -> list[str]:
    """A block that writes `Cart.total` anew."""
    return [TOTAL, " Empty carts cost nothing.\n", "".join(f"{line}\n" for line in lines)]


FLOAT = ("    def total(self):", "        return float(sum(self.items))")
BROKEN = ("    def total(self:", "        return sum(self.items)")


def test_an_edit_is_applied_and_can_be_taken_back(
    repository: Path, model: GuidedModel, capfd: Capture
) -> None:
    model.answers = says(*FLOAT)
    assert cli.main(["edit", "-y", "let the total be a float", "cart.py"]) == 0
    assert (repository / "cart.py").read_text() == CART.replace("sum(self.items)", "float(sum(self.items))")
    out, err = capfd.readouterr()
    assert "+        return float(sum(self.items))" in out
    assert "Changed cart.py. `coder undo` takes it back." in err
    assert cli.main(["undo", "-y"]) == 0
    assert (repository / "cart.py").read_text() == CART


def test_line_ends_and_what_is_not_touched_stay_bit_for_bit(repository: Path, model: GuidedModel) -> None:
    before = b"\xef\xbb\xbf" + CART.replace("\n", "\r\n").encode().removesuffix(b"\r\n")
    (repository / "cart.py").write_bytes(before)
    (repository / "cart.py").chmod(0o755)
    model.answers = says(*FLOAT)
    assert cli.main(["edit", "-y", "let the total be a float", "cart.py"]) == 0
    assert (repository / "cart.py").read_bytes() == before.replace(
        b"sum(self.items)", b"float(sum(self.items))"
    )
    assert (repository / "cart.py").stat().st_mode & 0o777 == 0o755


def test_a_dry_run_shows_the_patch_and_writes_nothing(
    repository: Path, model: GuidedModel, capfd: Capture
) -> None:
    model.answers = says(*FLOAT)
    assert cli.main(["edit", "--dry-run", "let the total be a float", "cart.py"]) == 0
    assert (repository / "cart.py").read_text() == CART
    assert capfd.readouterr().out.startswith("diff --git a/cart.py b/cart.py")


def test_without_a_terminal_nothing_is_changed_without_a_yes(
    repository: Path, model: GuidedModel, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: False))
    assert cli.main(["edit", "let the total be a float", "cart.py"]) == 2
    assert "Add -y." in capfd.readouterr().err
    assert not model.prompts


def test_a_no_changes_nothing(
    repository: Path, model: GuidedModel, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(ui, "choose", lambda question, options: "n")
    model.answers = says(*FLOAT)
    assert cli.main(["edit", "let the total be a float", "cart.py"]) == 1
    assert (repository / "cart.py").read_text() == CART
    assert "Nothing is changed." in capfd.readouterr().err


def test_what_does_not_parse_is_dropped_and_another_place_is_tried(
    repository: Path, model: GuidedModel
) -> None:
    taxed = ("    def taxed(self):", "        return round(self.total() * (1 + TAX), 2)")
    model.answers = [
        *says(*BROKEN),
        "In cart.py, `Cart.taxed`:",
        "It is rounded.\n",
        "".join(f"{line}\n" for line in taxed),
    ]
    assert cli.main(["edit", "-y", "round it", "cart.py"]) == 0
    text = (repository / "cart.py").read_text()
    assert "round(self.total() * (1 + TAX), 2)" in text
    assert "def total(self:" not in text


def test_an_edit_that_never_comes_out_right_changes_nothing(
    repository: Path, model: GuidedModel, capfd: Capture
) -> None:
    whole = [
        "In cart.py, `Cart.taxed`:",
        "Nothing changes.\n",
        "    def taxed(self):\n        return self.total() * (1 + TAX)\n",
        "In cart.py, `Cart.__init__`:",
        "Nothing changes.\n",
        "    def __init__(self, items):\n        self.items = items\n",
    ]
    model.answers = [*says(*BROKEN), *whole] * 3
    assert cli.main(["edit", "-y", "break it", "cart.py"]) == 1
    assert (repository / "cart.py").read_text() == CART
    err = capfd.readouterr().err
    assert "The answer changes nothing." in err
    assert "Nothing is changed." in err
    assert [each.temperature > 0 for each in model.samplings] == [False, True]


def test_an_edit_that_needs_what_is_not_there_is_told_so_once(
    repository: Path, model: GuidedModel, capfd: Capture
) -> None:
    lacking = ("    def total(self):", "        return add_up(self.items)")
    model.answers = [*says(*lacking), "", *says(*FLOAT)]
    assert cli.main(["edit", "-y", "let the total be a float", "cart.py"]) == 0
    assert "add_up" in str(model.prompts[1].parts[-6:])
    assert (repository / "cart.py").read_text() == CART.replace("sum(self.items)", "float(sum(self.items))")
    assert len(model.prompts) == 2


def test_a_file_that_changed_meanwhile_is_not_touched(
    repository: Path, model: GuidedModel, capfd: Capture
) -> None:
    newer = CART.replace("0.2", "0.25")

    def meanwhile() -> None:
        (repository / "cart.py").write_text(newer)

    model.before_answer = meanwhile
    model.answers = says(*FLOAT)
    assert cli.main(["edit", "-y", "let the total be a float", "cart.py"]) == 1
    assert (repository / "cart.py").read_text() == newer
    assert "cart.py" in capfd.readouterr().err


def test_a_new_file_is_made_where_the_instruction_names_it(repository: Path, model: GuidedModel) -> None:
    model.answers = ["In the new file shop/till.py:", "A till.\n", "from cart import Cart\n"]
    assert cli.main(["edit", "-y", "make shop/till.py, which imports the cart"]) == 0
    assert (repository / "shop" / "till.py").read_text() == "from cart import Cart\n"
    assert cli.main(["undo", "-y"]) == 0
    assert not (repository / "shop").exists()


def test_a_path_out_of_the_repository_or_into_git_is_no_new_file(
    repository: Path, model: GuidedModel
) -> None:
    model.answers = says(*FLOAT)
    request = "make ../outside/till.py and .git/hooks/run.py and ./../a/b.py and /etc/cron.d/x.py as cart.py"
    assert cli.main(["edit", "-y", request, "cart.py"]) == 0
    guide = model.prompts[0].guide
    assert isinstance(guide, EditGuide)
    assert list(guide.new) == []


def test_only_the_lines_that_are_named_may_change(repository: Path, model: GuidedModel) -> None:
    model.answers = ["In cart.py:", " More tax.\n", "TAX = 0.3\n"]
    assert cli.main(["edit", "-y", "more tax", "cart.py:1"]) == 0
    assert (repository / "cart.py").read_text() == CART.replace("0.2", "0.3")
    guide = model.prompts[0].guide
    assert isinstance(guide, EditGuide)
    assert guide.files["cart.py"].spans == ((1, 1),)


def test_in_a_long_file_a_quote_begins_at_a_line_that_the_model_names(
    repository: Path, model: GuidedModel
) -> None:
    steps = "".join(f"STEP_{number} = {number}\n" for number in range(LONGEST_UNIT + 1))
    (repository / "steps.py").write_text(steps)
    model.answers = ["In steps.py:", " A step.\n", "STEP_40 = 40` ", "STEP_40 = 40\n", "STEP_40 = 41\n"]
    assert cli.main(["edit", "-y", "one more", "steps.py"]) == 0
    assert (repository / "steps.py").read_text() == steps.replace("STEP_40 = 40\n", "STEP_40 = 41\n")


def test_a_check_runs_afterwards(repository: Path, model: GuidedModel, capfd: Capture) -> None:
    model.answers = says(*FLOAT)
    line = f'{sys.executable} -c "import cart; assert cart.Cart([1]).total() == 1.0"'
    assert cli.main(["edit", "-y", "let the total be a float", "cart.py", "--check", line]) == 0
    assert "passes" in capfd.readouterr().err


def test_json_is_one_object(repository: Path, model: GuidedModel, capfd: Capture) -> None:
    model.answers = says(*FLOAT)
    assert cli.main(["edit", "-y", "--json", "let the total be a float", "cart.py"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["applied"] is True
    assert told["files"] == ["cart.py"]
    assert told["patch"].startswith("diff --git")
    assert told["complaints"] == []


def test_a_fence_is_longer_than_any_in_the_files() -> None:
    assert marks_for(["x = 1\n"]).fence == "```"
    assert marks_for(["text\n````python\n"]).fence == "`````"
    assert marks_for(["def f():\n    ```\n    x\n    ```\n"]).fence == "````"
    assert marks_for(["/// ```\n/// let x = 1;\n/// ```\n"]).fence == "```"  # none is a line by itself


@pytest.mark.parametrize(
    ("replace", "search", "expected"),
    [
        ("x = 2\n```\n", "x = 1\n", "x = 2\n"),
        ("x = 2\n", "x = 1\n", "x = 2\n"),
        ("```\ncode\n```\n", "text\n", "```\ncode\n```\n"),
        ("new code\n```\n", "code\n```\n", "new code\n```\n"),
        ("```\ncode\n```\n```\n", "```\nold\n```\n", "```\ncode\n```\n"),
        ("", "x = 1\n", ""),
        ("```\n", "", ""),
    ],
)
def test_the_fence_that_closes_too_early_is_no_line_of_the_file(
    replace: str, search: str, expected: str
) -> None:
    assert without_stray_fence(replace, search) == expected


def test_no_line_is_quoted_twice_and_the_blocks_have_an_end(repository: Path, model: GuidedModel) -> None:
    model.answers = [
        *says(*FLOAT),
        "In cart.py, `Cart.taxed`:",
        "Rounded.\n",
        "    def taxed(self):\n        return round(self.total() * (1 + TAX))\n",
        "In cart.py, `TAX`:",
        "More.\n",
        "TAX = 0.3\n",
        "In cart.py, `Cart.__init__`:",
        "A list.\n",
        "    def __init__(self, items):\n        self.items = list(items)\n",
    ]
    assert cli.main(["edit", "-y", "change everything", "cart.py"]) == 0
    guide = model.prompts[0].guide
    assert isinstance(guide, EditGuide)
    assert len(guide.edits) == MOST_BLOCKS
    assert TOTAL not in guide._headings()


def test_what_a_guide_lets_through_reads_the_same_without_it(repository: Path, model: GuidedModel) -> None:
    model.answers = says(*FLOAT)
    assert cli.main(["edit", "-y", "let the total be a float", "cart.py"]) == 0
    guide = model.prompts[0].guide
    assert isinstance(guide, EditGuide)
    block = guide.edits[0]
    text = (
        f"{TOTAL} Empty carts cost nothing.\n"
        f"{guide.marks.before}{block.search}{guide.marks.between}{block.replace}{guide.marks.after}"
    )
    assert edits_in(text, guide.marks) == [block]
