"""`coder review`, as it is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from coder_cli import assistant, cli, pace
from coder_cli.pace import Pace
from tests.fakes import ScriptedModel
from tests.git_repository import GitRepository

Capture = pytest.CaptureFixture[str]

BEFORE = (
    "def order(parts, number):\n    if number < len(parts):\n        return parts[number]\n    return None\n"
)
FAULTY = BEFORE.replace("number <", "0 <= number <=")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    made.write("shop.py", BEFORE)
    made.write("other.py", "x = 1\n")
    made.commit()
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def marked(shop: GitRepository) -> GitRepository:
    """With a conflict in the working tree, staged."""
    shop.write("shop.py", BEFORE + "<<<<<<< ours\na = 1\n=======\na = 2\n>>>>>>> theirs\n")
    shop.git("add", "--all")
    return shop


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """It expects `number <` where `number <=` stands."""

    def expects(before: str, letter: str) -> float:
        return -9.0 if before.endswith("number <") and letter == "=" else -1.0

    made = ScriptedModel([], expects=expects, context_length=30_000)
    opened = (SimpleNamespace(name="scripted", target="cpu"), made)
    monkeypatch.setattr(assistant, "find_model", lambda settings: opened[0])
    monkeypatch.setattr(assistant, "open_model", lambda settings, notice: opened)
    monkeypatch.setattr(pace, "pace", lambda *given: Pace(400.0, "now"))
    return made


@pytest.mark.parametrize("words", [[], ["--staged"], ["--base", "HEAD"]])
def test_checks_look_without_a_model(marked: GitRepository, capsys: Capture, words: list[str]) -> None:
    assert cli.main(["review", *words]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("shop.py:5:1: error: ")
    assert "[check conflict-marker]" in shown.out
    assert "Only the checks looked at it" in shown.err


def test_what_is_grave_enough_is_exit_code_1(marked: GitRepository, capsys: Capture) -> None:
    assert cli.main(["review", "--fail-on", "error"]) == 1
    marked.git("commit", "--quiet", "-m", "marked")
    assert cli.main(["review", "--fail-on", "error"]) == 0
    assert cli.main(["review", "HEAD~1..HEAD", "--fail-on", "info"]) == 1
    assert cli.main(["review", "--commit", "HEAD", "--fail-on", "error"]) == 1


@pytest.mark.parametrize("form", ["json", "markdown", "sarif", "text"])
def test_nothing_changed_is_told_and_done(shop: GitRepository, capsys: Capture, form: str) -> None:
    assert cli.main(["review", "--format", form, "--fail-on", "info"]) == 0
    shown = capsys.readouterr()
    assert "Nothing differs between HEAD and the working tree." in shown.err
    assert (shown.out == "") == (form == "text")


def test_forms_go_to_stdout_alone(marked: GitRepository, capsys: Capture) -> None:
    assert cli.main(["review", "--json", "--fail-on", "error"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 1 and told["findings"][0]["check"] == "conflict-marker"
    assert cli.main(["review", "--format", "sarif", "-q"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["version"] == "2.1.0" and not shown.err
    assert cli.main(["review", "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("# Review\n")


def test_less_grave_findings_are_hidden_unless_they_decide(
    shop: GitRepository, capsys: Capture, model: ScriptedModel
) -> None:
    shop.write("shop.py", FAULTY)
    assert cli.main(["review", "--model-findings", "--severity", "error"]) == 0
    assert capsys.readouterr().out == ""
    assert cli.main(["review", "--model-findings", "--severity", "error", "--fail-on", "warning"]) == 1
    assert "warning: possible: `<=` where `<` is likelier" in capsys.readouterr().out


def test_the_model_comes_after_the_checks_and_says_what_it_read(
    shop: GitRepository, capsys: Capture, model: ScriptedModel
) -> None:
    shop.write("shop.py", FAULTY)
    shop.write("other.py", "<<<<<<< ours\nx = 1\n")
    shop.write("a.bin", b"\0\1\2")
    assert cli.main(["review", "--model-findings"]) == 0
    shown = capsys.readouterr()
    assert shown.out.index("[check conflict-marker]") < shown.out.index("[model, logic]")
    assert "shop.py:2:5: warning: possible: `<=` where `<` is likelier [model, logic]" in shown.out
    assert "2 parts read by scripted" in shown.err
    assert "not read: a.bin, binary" in shown.err


def test_what_was_found_before_an_interrupt_is_told(
    shop: GitRepository, capsys: Capture, model: ScriptedModel
) -> None:
    shop.write("a.py", "def a():\n    return 1\n")
    shop.write("other.py", "import a\n\nx = a.a()\n")

    def expects(before: str, letter: str) -> float:
        if "other.py" in before:
            raise KeyboardInterrupt
        return -9.0 if before.endswith("return ") and letter == "1" else -1.0

    model.expects = expects
    assert cli.main(["review", "--model-findings", "--json"]) == 130
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 130 and told["parts"] == ["a.py (a)"] and len(told["findings"]) == 1


def test_without_a_model_asking_for_one_is_exit_code_3(marked: GitRepository, capsys: Capture) -> None:
    assert cli.main(["review", "--model-findings"]) == 3
    assert cli.main(["review", "--no-model-findings"]) == 0


def test_the_setting_lets_the_model_look_where_there_is_one(
    marked: GitRepository, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_MODEL_FINDINGS", "true")
    assert cli.main(["review"]) == 0
    shown = capsys.readouterr()
    assert "So only the checks look." in shown.err and "[check conflict-marker]" in shown.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["main..HEAD", "--staged"], 2),
        (["--base", "main", "--commit", "HEAD"], 2),
        (["--json", "--format", "sarif"], 2),
        (["--severity", "huge"], 2),
        (["nowhere..HEAD"], 5),
        (["--commit", "nowhere"], 5),
    ],
)
def test_wrong_calls_have_their_exit_codes(shop: GitRepository, words: list[str], code: int) -> None:
    assert cli.main(["review", *words]) == code


def test_a_folder_without_git_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["review"]) == 5


@pytest.fixture(params=["rename", "binary", "deleted", "mode", "first", "merge"])
def unusual(request: pytest.FixtureRequest, shop: GitRepository) -> str:
    make: dict[str, Callable[[], object]] = {
        "rename": lambda: shop.git("mv", "shop.py", "moved.py"),
        "binary": lambda: shop.write("a.bin", b"\0\1"),
        "deleted": lambda: (shop.root / "shop.py").unlink(),
        "mode": lambda: (shop.root / "shop.py").chmod(0o755),
        "first": lambda: None,
        "merge": lambda: shop.git("checkout", "--quiet", "-b", "side"),
    }
    make[request.param]()
    shop.commit()
    if request.param == "merge":
        shop.git("checkout", "--quiet", "main")
        shop.git("merge", "--quiet", "--no-ff", "--no-edit", "side")
    return "HEAD~1" if request.param == "first" else "HEAD"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "markdown"])
def test_unusual_changes_are_reviewed(unusual: str, model: ScriptedModel, capsys: Capture, form: str) -> None:
    assert cli.main(["review", "--commit", unusual, "--model-findings", "--format", form]) == 0
