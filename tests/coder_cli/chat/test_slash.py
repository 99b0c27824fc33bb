"""The table of commands, and what is no command."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from coder_cli.chat import keeping, slash
from coder_cli.chat.loop import Chat
from coder_cli.chat.turns import Exchange
from coder_cli.errors import UsageError

Capture = pytest.CaptureFixture[str]


def chat(**parts: object) -> Chat:
    """As much of one as a command looks at."""
    return cast("Chat", SimpleNamespace(**parts))


@pytest.mark.parametrize("text", ["/help", "/", "/add a.py", "/run make\ntest"])
def test_a_word_behind_a_slash_is_a_command(text: str) -> None:
    assert slash.is_command(text)


@pytest.mark.parametrize("text", ["/etc/hosts is what?", "/usr/bin", "what is /help", "/A"])
def test_a_path_is_none(text: str) -> None:
    assert not slash.is_command(text)


def test_help_has_every_command_and_the_keys(capsys: Capture) -> None:
    slash.run(chat(), "/he")  # as much as only it begins with
    out = capsys.readouterr().out
    assert all(f"/{name}" in out for name in slash.COMMANDS) and "Ctrl-J" in out


def test_the_nearest_command_is_suggested() -> None:
    with pytest.raises(UsageError) as caught:
        slash.run(chat(), "/serch x")
    assert caught.value.help_line == "Did you mean /search?"
    with pytest.raises(UsageError, match="no command /s"):
        slash.run(chat(), "/s")
    with pytest.raises(UsageError, match="/add takes FILE"):
        slash.run(chat(), "/add")


def test_a_conversation_is_written_as_it_was_shown() -> None:
    turns = [
        Exchange("why?\nhow?", answer="raw a.py:9", displayed="It is so, a.py."),
        Exchange("and?", answer="So."),
    ]
    assert keeping.markdown(turns) == "> why?\n> how?\n\nIt is so, a.py.\n\n> and?\n\nSo.\n"


def test_the_clipboard_is_the_terminals_where_there_is_no_program(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(keeping, "_CLIPBOARDS", (("no-such-program-here",),))
    talk = SimpleNamespace(exchanges=[Exchange("why?", answer="hi", displayed="hi")])
    one = chat(room=lambda: SimpleNamespace(conversation=talk), line=SimpleNamespace(send=sent.append))
    keeping.copy(one, "")
    assert sent == ["\x1b]52;c;aGk=\x07"] and "OSC 52" in capsys.readouterr().err
    talk.exchanges[0] = Exchange("why?", answer="x" * 80_000, displayed="x" * 80_000)
    with pytest.raises(UsageError, match="too long"):
        keeping.copy(one, "")
