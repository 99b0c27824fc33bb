"""`coder config` where something is wrong, and as programs read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coder_cli import cli

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(isolated_home: Path) -> Path:
    found = isolated_home / ".config" / "coder" / "config.toml"
    found.parent.mkdir(parents=True)
    return found


def told(capsys: Capture) -> dict[str, object]:
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def test_every_sub_command_has_json(file: Path, capsys: Capture) -> None:
    assert cli.main(["config", "set", "threads", "2", "--json"]) == 0
    assert told(capsys) == {"exit_code": 0, "threads": 2, "file": str(file)}
    assert cli.main(["config", "get", "threads", "--json"]) == 0
    assert told(capsys) == {"exit_code": 0, "threads": 2}
    assert cli.main(["config", "path", "--json"]) == 0
    assert told(capsys) == {"exit_code": 0, "file": str(file), "exists": True}
    assert cli.main(["config", "unset", "threads", "--json"]) == 0
    assert told(capsys) == {"exit_code": 0, "removed": True, "file": str(file)}
    assert cli.main(["config", "--json"]) == 0
    listed = told(capsys)
    assert listed["origins"] == {} and listed["file"] == str(file)


def test_a_file_that_is_no_toml_is_shown_and_never_written_over(file: Path, capsys: Capture) -> None:
    file.write_text("model = [\n")
    assert cli.main(["config", "path"]) == 0
    assert capsys.readouterr().out.strip() == str(file)
    assert cli.main(["config"]) == 3
    seen = capsys.readouterr()
    assert "starter" in seen.out and str(file) in seen.err
    assert cli.main(["config", "--json"]) == 3
    assert told(capsys)["problems"]
    for words in (["get", "model"], ["set", "model", "x"], ["unset", "model"]):
        assert cli.main(["config", *words]) == 3
        assert str(file) in capsys.readouterr().err
    assert file.read_text() == "model = [\n"


@pytest.mark.parametrize("line", ['threads = "many"', 'treads = "2"'])
def test_a_wrong_line_can_be_unset(file: Path, capsys: Capture, line: str) -> None:
    file.write_text(f"# mine\n{line}\n")
    assert cli.main(["search", "x"]) == 3
    assert cli.main(["config", "unset", line.split()[0]]) == 0
    assert file.read_text() == "# mine\n"
    assert cli.main(["config"]) == 0


def test_a_wrong_line_can_be_set_right(file: Path) -> None:
    file.write_text('threads = "many"\n')
    assert cli.main(["config", "set", "threads", "2"]) == 0
    assert cli.main(["config", "get", "threads"]) == 0


def test_what_is_overridden_is_said_when_it_is_set(
    file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_THREADS", "4")
    assert cli.main(["config", "set", "threads", "2"]) == 0
    assert "CODER_THREADS" in capsys.readouterr().err
    assert cli.main(["config", "set", "threads", "2", "--json"]) == 0
    assert told(capsys)["overridden_by"] == "CODER_THREADS"


def test_a_file_that_cannot_be_written_is_a_sentence(file: Path, capsys: Capture) -> None:
    file.parent.rmdir()
    file.parent.write_text("no folder")
    assert cli.main(["config", "set", "threads", "2"]) == 3
    assert "cannot be written" in capsys.readouterr().err


def test_unset_of_an_unknown_key_that_is_not_there_suggests_the_nearest(file: Path, capsys: Capture) -> None:
    assert cli.main(["config", "unset", "treads"]) == 2
    assert "`threads`" in capsys.readouterr().err
