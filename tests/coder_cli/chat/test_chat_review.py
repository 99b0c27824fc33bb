"""`/review` in a chat."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from coder_cli import pace, settings, ui
from coder_cli.chat import slash
from coder_cli.chat.loop import Chat
from coder_cli.errors import UsageError
from coder_cli.pace import Pace
from tests.fakes import ScriptedModel
from tests.git_repository import GitRepository

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chat:
    shop = GitRepository(tmp_path / "shop")
    shop.write("a.py")
    shop.commit()
    shop.write("a.py", "<<<<<<< ours\nx = 1\n=======\nx = 2\n>>>>>>> theirs\n")
    monkeypatch.chdir(shop.root)
    monkeypatch.setattr(pace, "pace", lambda *given: Pace(400.0, "now"))
    engine = ScriptedModel([], expects=doubts, context_length=30_000)
    installed = SimpleNamespace(name="scripted", target="cpu")
    room = SimpleNamespace(loaded=SimpleNamespace(installed=installed, engine=engine))
    return cast("Chat", SimpleNamespace(settings=settings.collect(), attached=[], room=lambda: room))


def doubts(before: str, letter: str) -> float:
    return -9.0 if before.endswith("if x <") and letter == "=" else -1.0


def test_the_chats_own_model_reads_the_change(
    chat: Chat, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui, "confirm", lambda question: False)
    Path("a.py").write_text("if x <= 1:\n    y = x\n", encoding="utf-8")
    slash.run(chat, "/review")
    shown = capsys.readouterr()
    assert "a.py:1:1: warning: possible: `<=` where `<` is likelier" in shown.out
    assert "1 part read by scripted" in shown.err
    chat.settings = chat.settings.with_flags(model_findings=False)
    slash.run(chat, "/review")
    shown = capsys.readouterr()
    assert shown.out == "" and "Only the checks looked at it." in shown.err


@pytest.mark.parametrize("words", ["", "--base HEAD"])
def test_what_is_found_may_go_with_the_next_question(
    chat: Chat, words: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui, "confirm", lambda question: True)
    slash.run(chat, f"/review {words}")
    assert "a.py:1:1: error: " in capsys.readouterr().out
    assert len(chat.attached) == 1 and "a.py:1:1: error: " in chat.attached[0]


@pytest.mark.parametrize("words", ["--staged", "HEAD", "--commit HEAD"])
def test_nothing_found_asks_nothing(chat: Chat, words: str, capsys: Capture) -> None:
    slash.run(chat, f"/review {words}")
    assert not chat.attached
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", ["--all", "a b", "--base"])
def test_words_that_name_no_change_are_refused(chat: Chat, words: str) -> None:
    with pytest.raises(UsageError, match="names no change"):
        slash.run(chat, f"/review {words}")
