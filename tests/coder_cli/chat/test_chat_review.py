"""`/review` in a chat."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from coder_cli import settings, ui
from coder_cli.chat import slash
from coder_cli.chat.loop import Chat
from coder_cli.errors import UsageError
from tests.git_repository import GitRepository

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chat:
    shop = GitRepository(tmp_path / "shop")
    shop.write("a.py")
    shop.commit()
    shop.write("a.py", "<<<<<<< ours\nx = 1\n=======\nx = 2\n>>>>>>> theirs\n")
    monkeypatch.chdir(shop.root)
    return cast("Chat", SimpleNamespace(settings=settings.collect(), attached=[]))


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
