"""`/test`: which command it runs, and where."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from coder_cli import ui
from coder_cli.chat import slash
from coder_cli.chat.loop import Chat
from coder_cli.errors import UsageError

Call = tuple[str, bool, Path | None]


def chat(test_command: str | None = None) -> tuple[Chat, list[Call]]:
    """As much of one as the command looks at, and what it runs."""
    ran: list[Call] = []

    def shell(line: str, *, always: bool = False, folder: Path | None = None) -> None:
        ran.append((line, always, folder))

    parts = SimpleNamespace(tests=None, settings=SimpleNamespace(test_command=test_command), shell=shell)
    return cast("Chat", parts), ran


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "go.mod").touch()
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    return tmp_path


def answering(monkeypatch: pytest.MonkeyPatch, answer: bool) -> list[str]:
    asked: list[str] = []

    def confirm(question: str, default: bool = False) -> bool:
        asked.append(question)
        return answer

    monkeypatch.setattr(ui, "confirm", confirm)
    return asked


def test_what_is_given_is_run_here_and_again(repository: Path) -> None:
    talk, ran = chat("make check")
    slash.run(talk, "/test pytest -x")
    slash.run(talk, "/test")
    assert ran == [("pytest -x", True, repository / "inner")] * 2


def test_the_settings_come_before_a_guess(repository: Path) -> None:
    talk, ran = chat("make check")
    slash.run(talk, "/test")
    assert ran == [("make check", True, repository / "inner")]


def test_a_guess_is_asked_for_once_and_runs_at_the_root(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, True)
    talk, ran = chat()
    slash.run(talk, "/test")
    slash.run(talk, "/test")
    assert ran == [("go test ./...", True, repository)] * 2
    assert asked == [f"Run `go test ./...` in {repository}?"]


def test_without_a_yes_nothing_runs(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, False)
    talk, ran = chat()
    with pytest.raises(UsageError, match="Nothing was run"):
        slash.run(talk, "/test")
    (repository / "go.mod").unlink()
    with pytest.raises(UsageError, match="no saying"):
        slash.run(talk, "/test")
    assert not ran
