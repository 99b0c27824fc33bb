"""`coder fix`: a command that fails, the changes of a scripted model, what is on disk in the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from coder_cli import assistant, checked, cli, oneshot, pace, proposing, running, settings, ui
from coder_cli.editing import Editing, Proposal
from coder_cli.edits.types import FileChange
from coder_cli.errors import ExitCode
from coder_cli.journal.journal import open_journal
from coder_cli.model.types import Sampling
from coder_cli.output import Output
from coder_cli.pace import Pace
from coder_cli.project import open_workspace
from coder_cli.running import Program
from exporters.families import FAMILIES
from tests.fakes import ScriptedModel

Capture = pytest.CaptureFixture[str]

SUM = "def add(a, b):\n    return a - b\n"
TEST = """import sum

results = [sum.add(1, 2) == 3, sum.add(0, 0) == 0]
if not all(results):
    print("sum.py:2: wrong")
    print(f"{results.count(False)} failed, {results.count(True)} passed in 0.1s")
    raise SystemExit(1)
print("2 passed in 0.1s")
"""


class Script:
    """In place of the model's walk: each line is what `sum.py` returns next."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.heard: list[tuple[Editing, Sampling]] = []

    def __call__(self, editing: Editing, sampling: Sampling) -> Proposal:
        self.heard.append((editing, sampling))
        line = self.lines.pop(0)
        before = editing.before.get("sum.py")
        if before is None or not line:
            return Proposal((), (), ("SEARCH is not in sum.py.",), "")
        after = f"def add(a, b):\n    return {line}\n".encode()
        return Proposal((), (FileChange("sum.py", before, after),), (), "")

    @property
    def request(self) -> str:
        return self.heard[-1][0].briefing.messages[-1].text


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "adder"
    folder.mkdir()
    (folder / "sum.py").write_text(SUM)
    (folder / "check.py").write_text(TEST)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(ui, "choose", lambda question, options: "y")
    return folder


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Script:
    scripted = ScriptedModel([], family=FAMILIES["qwen2.5-coder-instruct"], context_length=30_000)
    opened = (SimpleNamespace(name="scripted", target="cpu"), scripted)
    monkeypatch.setattr(assistant, "open_model", lambda settings, notice: opened)
    monkeypatch.setattr(assistant, "find_model", lambda settings: opened[0])
    monkeypatch.setattr(pace, "pace", lambda *_: Pace(1000.0, ""))
    script = Script()
    monkeypatch.setattr(proposing, "proposed", script)
    return script


def fix(*words: str) -> int:
    return cli.main(["fix", *words, "--", sys.executable, "check.py"])


def body(repository: Path) -> str:
    return (repository / "sum.py").read_text().rpartition("return ")[2].strip()


def undo(repository: Path) -> None:
    journal = open_journal(settings.load(), lambda text: None)
    assert journal.history(repository).done == 1
    journal.undo(repository)


def test_what_passes_needs_no_model_and_no_fix(repository: Path, capsys: Capture) -> None:
    assert cli.main(["fix", "--", "true"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "" and "`true` passes: there is nothing to fix." in shown.err


def test_without_a_model_it_says_so_and_changes_nothing(repository: Path, capsys: Capture) -> None:
    assert fix("-y") == 3
    assert (repository / "sum.py").read_text() == SUM


def test_it_is_run_mended_and_run_again(repository: Path, model: Script, capsys: Capture) -> None:
    model.lines = ["b - a", "a + b"]
    assert fix() == 0
    shown = capsys.readouterr()
    assert "-    return a - b\n+    return b - a\n" in shown.out
    assert "Try 1 of 3: 1 failure; before: 1 failure." in shown.err and "passes after 2 tries" in shown.err
    assert body(repository) == "a + b"
    assert "sum.py:2: wrong\n1 failed, 1 passed" in model.request
    undo(repository)
    assert (repository / "sum.py").read_text() == SUM


def test_where_nothing_helps_the_files_come_back(repository: Path, model: Script, capsys: Capture) -> None:
    model.lines = ["b - a", "1", "2"]
    assert fix("-y") == 1
    assert (repository / "sum.py").read_text() == SUM
    assert "none better than the files as they were" in capsys.readouterr().err
    assert [sampling.temperature for _, sampling in model.heard] == [0.0, 0.7, 0.7]


def test_the_likeliest_answer_is_not_asked_for_again(repository: Path, model: Script) -> None:
    model.lines = ["", "a - b", "a + b"]
    assert fix("-y") == 0
    assert [sampling.temperature for _, sampling in model.heard] == [0.0, 0.7, 0.7]


def test_a_no_ends_it(
    repository: Path, model: Script, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui, "choose", lambda question, options: "n")
    model.lines = ["a + b"]
    assert fix() == 1
    assert (repository / "sum.py").read_text() == SUM and "+    return a + b" in capsys.readouterr().out


def test_a_dry_run_shows_and_writes_nothing(repository: Path, model: Script, capsys: Capture) -> None:
    model.lines = ["a + b"]
    assert fix("--dry-run", "--json") == 1
    value = json.loads(capsys.readouterr().out)
    assert value["exit_code"] == 1 and value["files"] == ["sum.py"] and "+    return a + b" in value["patch"]
    assert (repository / "sum.py").read_text() == SUM


def test_a_program_gets_one_object(repository: Path, model: Script, capsys: Capture) -> None:
    model.lines = ["a + b"]
    assert fix("-y", "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["passed"], value["tries"], value["ending"]) == (True, 1, "passed")
    assert value["files"] == ["sum.py"] and "2 passed" in value["output"]
    assert cli.main(["fix", "--json", "--", "true"]) == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True


def test_without_a_terminal_it_wants_a_yes_before_anything_runs(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: False))
    assert cli.main(["fix", "--", "touch", "ran"]) == 2
    assert "Add -y." in capsys.readouterr().err and not (repository / "ran").exists()


def test_ctrl_c_in_the_command_leaves_the_best_state(
    repository: Path, model: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.lines = ["a + b"]
    ran: list[Program] = []

    def run(program: Program, folder: Path, show: Callable[[str], None], *, seconds: float) -> Output:
        ran.append(program)
        output = running.run(program, folder, show, seconds=seconds)
        output.interrupted = len(ran) > 1
        return output

    monkeypatch.setattr(checked, "run", run)
    assert fix("-y") == 130
    assert (repository / "sum.py").read_text() == SUM


def test_a_command_that_is_none_is_told(repository: Path, capsys: Capture) -> None:
    assert cli.main(["fix", "-y", "--", "no-such-program", "-x"]) == 2
    assert "There is no program 'no-such-program'." in capsys.readouterr().err
    assert cli.main(["fix", "-y"]) == 2


def test_options_of_the_command_need_no_dashes_before_it(repository: Path, capsys: Capture) -> None:
    assert cli.main(["fix", "-y", "ls", "-a"]) == 0
    assert cli.main(["fix", "-y", "--shell", "--", "true && true"]) == 0


def test_only_named_files_may_change(repository: Path, model: Script) -> None:
    model.lines = ["a + b"]
    assert fix("-y", "-f", "sum.py") == 0
    assert list(model.heard[0][0].guide.files) == ["sum.py"]


def test_a_test_is_changed_aloud_and_tests_that_vanish_are_counted(
    repository: Path, model: Script, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "tests").mkdir()
    (repository / "check.py").rename(repository / "tests" / "check.py")
    monkeypatch.setenv("PYTHONPATH", str(repository))

    def propose(editing: Editing, sampling: Sampling) -> Proposal:
        before = (repository / "tests/check.py").read_bytes()
        return Proposal((), (FileChange("tests/check.py", before, b'print("1 passed in 0.1s")\n'),), (), "")

    monkeypatch.setattr(proposing, "proposed", propose)
    assert cli.main(["fix", "-y", "--", sys.executable, "tests/check.py"]) == 0
    shown = capsys.readouterr().err
    assert "This changes tests: tests/check.py" in shown and "1 tests ran before and run no more." in shown


def held(repository: Path, script: Script, check: str, *lines: str) -> tuple[ExitCode, str]:
    """As `coder edit --check` does it: an edit that was agreed to, and the command that judges it."""
    loaded = settings.load()
    installed, engine = assistant.open_model(loaded, lambda text: None)
    there = oneshot.Opened(loaded, open_workspace(loaded), installed, engine)
    script.lines = list(lines[1:])
    before = (repository / "sum.py").read_bytes()
    edit = FileChange("sum.py", before, f"def add(a, b):\n    return {lines[0]}\n".encode())
    program = Program.of_line(f"{sys.executable} {check}")
    mend = checked.Mend(
        checked.Check(program, repository, 60), 3, Sampling(), assistant.Length(500), yes=True
    )
    return checked.told(mend.hold(there, (edit,), "add numbers", "coder edit"), "it"), body(repository)


def test_an_edit_that_passes_stays(repository: Path, model: Script) -> None:
    assert held(repository, model, "check.py", "a + b") == (0, "a + b")
    assert not model.heard
    undo(repository)
    assert (repository / "sum.py").read_text() == SUM


def test_an_edit_that_fails_is_mended(repository: Path, model: Script, capsys: Capture) -> None:
    assert held(repository, model, "check.py", "b", "a + b") == (0, "a + b")
    assert "With the edit: 1 failure; without it: 1 failure." in capsys.readouterr().err
    assert "This was changed already: add numbers." in model.request
    undo(repository)
    assert (repository / "sum.py").read_text() == SUM


def test_an_edit_that_only_breaks_goes(repository: Path, model: Script, capsys: Capture) -> None:
    (repository / "check.py").write_text("import sum\nassert sum.add(3, 2) == 1")
    assert held(repository, model, "check.py", "b", "1 - b", "2", "3") == (1, "a - b")
    assert "`it` passes only without the changes" in capsys.readouterr().err
