from __future__ import annotations

import io
import json
import re
import time

import pytest

from coder_cli import settings, ui
from coder_cli.errors import CoderError
from coder_cli.screen import prefill_line
from exporters.types import Progress


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both streams pass for a terminal."""
    monkeypatch.setattr(ui, "_at_terminal", lambda stream: True)


def configure(**flags: object) -> None:
    ui.configure(settings.load({}).with_flags(**flags))


def test_the_answer_goes_to_stdout_and_talk_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    ui.answer("def f")
    ui.answer("():", end="\n")
    ui.say("talk")
    ui.warn("careful")
    ui.error(CoderError("It broke.", "coder mend"))
    out, err = capsys.readouterr()
    assert out == "def f():\n"
    assert err == "talk\nwarning: careful\nerror: It broke.\n  coder mend\n"


def test_quiet_leaves_answers_warnings_and_errors(capsys: pytest.CaptureFixture[str]) -> None:
    configure(quiet=True)
    ui.say("talk")
    ui.warn("careful")
    with ui.progress() as report:
        report(Progress("fetching", 1, 2))
    ui.answer("x")
    assert capsys.readouterr() == ("x", "warning: careful\n")


def test_detail_is_told_under_verbose_only(capsys: pytest.CaptureFixture[str]) -> None:
    ui.detail("much")
    configure(verbose=True)
    ui.detail("more")
    assert capsys.readouterr().err == "more\n"


@pytest.mark.usefixtures("terminal")
def test_text_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    configure(color="never")
    ui.answer("a\x1b]0;title\x07\tb\x9bc\r\x7f\n")
    ui.say("\x1b[2J")
    assert capsys.readouterr() == ("a␛]0;title␇\tb\ufffdc␍␡\n", "␛[2J\n")


def test_a_pipe_gets_the_bytes_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    ui.answer("a\x1b[1m\r\n")
    assert capsys.readouterr().out == "a\x1b[1m\r\n"


@pytest.mark.parametrize(("color", "escaped"), [("always", True), ("auto", False), ("never", False)])
def test_a_pipe_gets_colour_only_when_it_is_forced(
    capsys: pytest.CaptureFixture[str], color: str, escaped: bool
) -> None:
    configure(color=color)
    ui.warn("careful")
    assert ("\x1b[" in capsys.readouterr().err) is escaped


@pytest.mark.usefixtures("terminal")
def test_a_terminal_gets_colour_unless_it_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    ui.warn("careful")
    assert "\x1b[33m" in capsys.readouterr().err
    configure(color="never")
    ui.warn("careful")
    assert capsys.readouterr().err == "warning: careful\n"


def test_a_table_in_a_pipe_is_aligned_text_without_a_header(capsys: pytest.CaptureFixture[str]) -> None:
    ui.table([("a", "1.1 GB", "x"), ("名前", "9 MB", "")], header=("name", "size", "note"))
    assert capsys.readouterr().out == "a     1.1 GB  x\n名前  9 MB\n"


@pytest.mark.usefixtures("terminal")
def test_a_table_at_a_terminal_has_a_header(capsys: pytest.CaptureFixture[str]) -> None:
    configure(color="never")
    ui.table([("a", "b")], header=("name", "size"))
    assert capsys.readouterr().out == "name  size\na     b\n"


def test_an_empty_table_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    ui.table([], header=("name",))
    assert capsys.readouterr().out == ""


def test_json_is_one_line_of_readable_text(capsys: pytest.CaptureFixture[str]) -> None:
    ui.json({"exit_code": 0, "text": "é\n"})
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "é" in out
    assert json.loads(out) == {"exit_code": 0, "text": "é\n"}


def test_progress_in_a_log_is_two_lines_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with ui.progress() as report:
        for done in range(0, 5001, 100):
            report(Progress("fetching", done, 5000))
        report(Progress("checking", 0, 0))
        report(Progress("writing", 3, 3, "tensors"))
    err = capsys.readouterr().err
    assert err == "fetching (5 kB)\nfetching: done\nchecking\nwriting (3 tensors)\nwriting: done\n"


@pytest.mark.usefixtures("terminal")
def test_progress_at_a_terminal_is_a_bar_and_talk_stands_above_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    configure(color="never")
    with ui.progress() as report:
        report(Progress("fetching [bold]part[/bold] 1", 2_000_000, 5_000_000))
        ui.say("served by [the] Hub")
        report(Progress("fetching [bold]part[/bold] 1", 5_000_000, 5_000_000))
    out, err = capsys.readouterr()
    assert out == ""
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", err)
    assert "served by [the] Hub" in shown
    assert "fetching [bold]part[/bold] 1" in shown and "5 MB of 5 MB" in shown
    assert "\x1b[3" not in err


@pytest.mark.usefixtures("terminal")
def test_a_dumb_terminal_gets_lines_and_no_movement(capsys: pytest.CaptureFixture[str]) -> None:
    ui.configure(settings.load({"TERM": "dumb"}))
    with ui.progress() as report:
        report(Progress("fetching", 1, 1))
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("count", "unit", "text"),
    [
        (0, "B", "0 B"),
        (999, "B", "999 B"),
        (1500, "B", "1.5 kB"),
        (1_117_320_768, "B", "1.12 GB"),
        (12, "tensors", "12 tensors"),
        (1, "parts", "1 part"),
        (1, "batches", "1 batch"),
    ],
)
def test_amounts_read_as_people_write_them(count: int, unit: str, text: str) -> None:
    assert ui.amount(count, unit) == text


@pytest.mark.parametrize("exact", [False, True])
def test_a_streamed_answer_is_the_very_text_in_a_pipe(
    capsys: pytest.CaptureFixture[str], exact: bool
) -> None:
    with ui.stream(exact=exact) as out:
        out.write("# a\x1b[1m\r\n")
        out.write("**b**")
    assert capsys.readouterr().out == "# a\x1b[1m\r\n**b**" + "\n" * (not exact)


def test_nothing_streamed_is_nothing_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with ui.stream():
        pass
    assert capsys.readouterr().out == ""


def test_nobody_is_asked_where_nobody_is() -> None:
    assert ui.confirm("Sure?") is False
    assert ui.confirm("Sure?", default=True) is True


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("line", "default", "meant"),
    [("y\n", False, True), ("No\n", True, False), ("", True, True), ("?\n", False, False)],
)
def test_a_yes_or_no_is_understood(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: str, default: bool, meant: bool
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    assert ui.confirm("Write a\x1b[1m.py?", default) is meant
    assert capsys.readouterr().err == f"Write a␛[1m.py? [{'Y/n' if default else 'y/N'}] "


@pytest.mark.usefixtures("terminal")
def test_a_long_prefill_is_one_line_that_the_answer_erases(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefill_line, "PATIENCE", 0.0)
    with ui.prefilling() as progress:
        progress(0, 1300)
        while not capsys.readouterr().err:
            time.sleep(0.001)
        progress(768, 1300)
        ui.answer("x")
        progress(1300, 1300)
    assert capsys.readouterr().err == "\r\x1b[K\x1b[?7lreading 768 of 1,300 tokens\x1b[?7h\r\x1b[K"


@pytest.mark.usefixtures("terminal")
def test_a_short_prefill_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with ui.prefilling() as progress:
        progress(0, 10)
        progress(10, 10)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("quiet", [False, True])
def test_a_prefill_shows_nothing_in_a_log_nor_under_quiet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, quiet: bool
) -> None:
    monkeypatch.setattr(prefill_line, "PATIENCE", 0.0)
    monkeypatch.setattr(ui, "_at_terminal", lambda stream: quiet)
    configure(quiet=quiet)
    with ui.prefilling() as progress:
        progress(0, 10)
        time.sleep(0.01)
        progress(5, 10)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("terminal")
def test_a_table_wider_than_the_terminal_is_a_block_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    configure(color="never")
    ui.table(
        [("a" * 40, "1 GB", "from here" * 5, "default"), ("b", "", "there", "")],
        header=("name", "size", "source", ""),
    )
    assert capsys.readouterr().out.splitlines() == [
        "a" * 40,
        "  size    1 GB",
        "  source  " + "from here" * 5,
        "          default",
        "b",
        "  source  there",
    ]
