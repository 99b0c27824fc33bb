from __future__ import annotations

import io
import sys

import pytest

from coder_cli import settings, ui
from coder_cli.edits.choosing import agreed, chosen_by_hunk
from coder_cli.edits.types import FileChange
from coder_cli.errors import UsageError

_BEFORE = b"".join(b"line %d\n" % n for n in range(40))
_AFTER = _BEFORE.replace(b"line 1\n", b"one\n").replace(b"line 20\n", b"").replace(b"line 38\n", b"38\r\n")
_CHANGES = (FileChange("a.py", _BEFORE, _AFTER), FileChange("b.py", None, b"new\n"))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a person types at a terminal."""
    keys = io.StringIO()
    monkeypatch.setattr(ui, "_at_terminal", lambda stream: True)
    monkeypatch.setattr(sys, "stdin", keys)
    return keys


def answers(typed: io.StringIO, *lines: str) -> None:
    typed.write("".join(f"{line}\n" for line in lines))
    typed.seek(0)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("yyyy", [_AFTER, b"new\n"]),
        ("nnnn", []),
        ("ynny", [_BEFORE.replace(b"line 1\n", b"one\n"), b"new\n"]),
        ("nyn", [_BEFORE.replace(b"line 20\n", b"")]),
        ("nnyq", [_BEFORE.replace(b"line 38\n", b"38\r\n")]),
        ("ay", [_AFTER, b"new\n"]),
        ("dy", [b"new\n"]),
        ("yd", [_BEFORE.replace(b"line 1\n", b"one\n")]),
        ("q", []),
    ],
)
def test_hunks_are_chosen_one_by_one(typed: io.StringIO, keys: str, expected: list[bytes]) -> None:
    answers(typed, *keys)
    assert [change.after for change in chosen_by_hunk(_CHANGES)] == expected


def test_a_hunk_is_shown_before_it_is_asked_about(
    typed: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    ui.configure(settings.load({}).with_flags(color="never"))
    answers(typed, "?", "q")
    chosen_by_hunk(_CHANGES)
    out, err = capsys.readouterr()
    assert "-line 1" in out
    assert "-line 20" not in out
    assert err.count("(1/3) Apply this hunk to a.py?") == 2, "asked again after the explanation"
    assert "  a  apply this hunk and all later ones of the file\n" in err


@pytest.mark.parametrize(
    ("keys", "expected"),
    [("y", _CHANGES), ("yes", _CHANGES), ("n", ()), ("", ()), ("x n", ()), ("c n n n y", _CHANGES[1:])],
)
def test_changes_are_agreed_to_as_a_whole_or_chosen(
    typed: io.StringIO, keys: str, expected: tuple[FileChange, ...]
) -> None:
    answers(typed, *keys.split())
    assert agreed(_CHANGES, "Apply?") == expected


def test_a_single_hunk_offers_no_choice(typed: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    answers(typed, "y")
    agreed(_CHANGES[1:], "Apply?")
    assert "Apply?" in (asked := capsys.readouterr().err)
    assert "[y,n,?]" in asked


def test_nobody_to_ask_is_an_error() -> None:
    with pytest.raises(UsageError, match="Nobody can be asked here: Apply"):
        agreed(_CHANGES, "Apply?")
