from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from coder_cli import cli, options, ui
from coder_cli.errors import CoderError, ContextError, ExitCode
from coder_cli.settings import Settings
from exporters import errors as exporter_errors

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put a function in as `coder probe`, called with (settings, as_json)."""

    def put(body: Callable[[Settings, bool], Any]) -> None:
        @click.command("probe")
        @options.model
        @options.device
        @options.threads
        @options.context_tokens
        @options.as_json
        @click.pass_obj
        def probe(settings: Settings, as_json: bool) -> Any:  # noqa: ANN401
            """Probe the door."""
            return body(settings, as_json)

        monkeypatch.setitem(cli.COMMANDS, "probe", cli.Row("probe", "Probe the door"))
        monkeypatch.setitem(cli.cli.commands, "probe", options.add_globals(probe, hidden=True))

    return put


def raising(error: BaseException) -> Callable[[Settings, bool], None]:
    def body(settings: Settings, as_json: bool) -> None:
        raise error

    return body


def in_a_process(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401
    return subprocess.run(
        [sys.executable, "-m", "coder_cli", *words], text=True, capture_output=True, timeout=60, **more
    )


def test_coder_alone_and_help_show_the_table_and_import_no_command(capsys: Capture) -> None:
    assert cli.main([]) == 0
    alone = capsys.readouterr().out
    assert cli.main(["--help"]) == 0
    assert capsys.readouterr().out == alone
    for name, row in cli.COMMANDS.items():
        assert f"  {name} " in alone and row.help in alone


def test_help_imports_nothing_heavy() -> None:
    heavy = (
        "onnx onnxruntime tokenizers numpy gguf huggingface_hub rich jinja2 torch transformers tomlkit psutil"
    )
    code = (
        "import sys; from coder_cli.cli import main; main(['--help'])\n"
        f"print(set(sys.modules) & set({heavy!r}.split()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert done.stderr == "set()\n"


def test_version_is_the_installed_one(capsys: Capture) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("coder 0.")


@pytest.mark.parametrize("words", [["-q", "probe"], ["probe", "-q"], ["probe", "--quiet"]])
def test_global_flags_stand_before_or_after_the_command(
    words: list[str], install: Callable[..., None], capsys: Capture
) -> None:
    seen: list[Settings] = []

    def body(settings: Settings, as_json: bool) -> None:
        ui.say("talk")
        seen.append(settings)

    install(body)
    assert cli.main(words) == 0
    assert seen[0].quiet and seen[0].origins["quiet"] == "flag"
    assert capsys.readouterr().err == ""


def test_global_flags_reach_a_command_inside_a_group(capsys: Capture) -> None:
    assert cli.main(["config", "get", "offline", "--offline"]) == 0
    assert cli.main(["config", "--offline", "get", "offline"]) == 0
    assert cli.main(["config", "get", "offline"]) == 0
    assert capsys.readouterr().out == "true\ntrue\nfalse\n"


def test_settings_flags_lie_over_the_environment(
    install: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Settings] = []
    install(lambda settings, as_json: seen.append(settings))
    monkeypatch.setenv("CODER_MODEL", "environment")
    monkeypatch.setenv("CODER_THREADS", "2")
    assert cli.main(["probe", "-m", "flag", "--device", "cuda:1", "--context-tokens", "99"]) == 0
    found = seen[0]
    assert (found.model, found.device, found.threads, found.context_tokens) == ("flag", "cuda:1", 2, 99)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["pul"], "There is no command 'pul'. Did you mean 'pull'?"),
        (["xyzzy"], "There is no command 'xyzzy'. 'coder --help' lists the commands."),
        (["--nope"], "No such option '--nope'."),
        (["probe", "--nope"], "No such option '--nope'."),
        (["probe", "more"], "Got unexpected extra argument"),
        (["probe", "--device", "gpu"], "must be auto, cpu, cuda or cuda:N, not 'gpu'"),
        (["probe", "--threads", "0"], "'--threads'"),
        (["probe", "--color", "blue"], "'--color'"),
        (["config", "get"], "Missing argument 'KEY'."),
    ],
)
def test_a_wrong_call_is_a_sentence_and_exit_code_2(
    words: list[str], sentence: str, install: Callable[..., None], capsys: Capture
) -> None:
    install(lambda settings, as_json: None)
    assert cli.main(words) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("error: ") and sentence in err and "--help" in err


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (CoderError("Could not.", "coder try"), 1, "error: Could not.\n  coder try\n"),
        (ContextError("Too long."), 4, "error: Too long.\n"),
        (exporter_errors.PullError("No place.", "coder pull x"), 3, "error: No place.\n  coder pull x\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (MemoryError(), 4, "error: There is not enough memory for this.\n"),
        (
            exporter_errors.missing_extra("cpu,hf", "This", ModuleNotFoundError("no", name="torch")),
            3,
            "error: This needs the hf extra: torch is not installed.\n  pip install 'coder-cli[cpu,hf]'\n",
        ),
    ],
)
def test_every_error_is_a_sentence_and_its_exit_code(
    error: BaseException, code: int, sentence: str, install: Callable[..., None], capsys: Capture
) -> None:
    install(raising(error))
    assert cli.main(["probe"]) == code
    out, err = capsys.readouterr()
    assert out == "" and err.endswith(sentence)


def test_with_json_an_error_is_one_object_on_stdout(install: Callable[..., None], capsys: Capture) -> None:
    install(raising(CoderError("Could not.", "coder try")))
    assert cli.main(["probe", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == {"exit_code": 1, "error": "Could not.", "help": "coder try"} and err == ""
    assert cli.main(["probe", "--json", "--nope"]) == 2
    assert json.loads(capsys.readouterr().out)["exit_code"] == 2


def test_a_negative_result_is_the_returned_code(install: Callable[..., None]) -> None:
    install(lambda settings, as_json: ExitCode.NEGATIVE)
    assert cli.main(["probe"]) == 1


def test_a_bug_is_one_line_and_its_traceback_is_kept(
    install: Callable[..., None], capsys: Capture, isolated_home: Path
) -> None:
    install(raising(KeyError("nothing here")))
    assert cli.main(["probe"]) == 1
    err = capsys.readouterr().err
    assert "coder made a mistake: KeyError: 'nothing here'" in err and "Traceback" not in err
    kept = isolated_home / ".local/state/coder/last-error.txt"
    assert str(kept) in err and "Traceback" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("debug", [True, False])
def test_a_bug_shows_its_traceback_on_request(
    debug: bool, install: Callable[..., None], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(raising(KeyError("nothing here")))
    if debug:
        monkeypatch.setenv("CODER_DEBUG", "1")
    assert cli.main(["probe"] if debug else ["probe", "-v"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_what_the_system_refuses_is_said_with_the_file(
    install: Callable[..., None], capsys: Capture, tmp_path: Path
) -> None:
    install(lambda settings, as_json: (tmp_path / "none").read_text())
    assert cli.main(["probe"]) == 1
    said = capsys.readouterr().err
    assert f"The system says: No such file or directory ({tmp_path / 'none'})." in said
    assert "coder doctor" in said


def test_help_fits_a_narrow_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "36")
    for words in (["--help"], ["doctor", "--help"]):
        assert cli.main(words) == 0
        lines = capsys.readouterr().out.splitlines()
        prose = [line for line in lines if line[:2] == "  " and line[2:3].isalpha()]
        assert prose and max(map(len, prose)) <= 36


def test_a_cache_that_cannot_be_written_is_said(install: Callable[..., None], capsys: Capture) -> None:
    def body(settings: Settings, as_json: bool) -> None:
        import sqlite3

        raise sqlite3.OperationalError("database or disk is full")

    install(body)
    assert cli.main(["probe"]) == 1
    assert capsys.readouterr().err == (
        "error: A cache cannot be used: database or disk is full.\n  coder doctor\n"
    )


def test_wrong_settings_stop_a_command_with_exit_code_3(isolated_home: Path, capsys: Capture) -> None:
    file = isolated_home / ".config/coder/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("threads = 'many'\n")
    assert cli.main(["config", "list"]) == ExitCode.MODEL
    assert f"{file}: `threads` must be a whole number" in capsys.readouterr().err


def test_config_set_keeps_comments_mode_and_links_and_unset_undoes(
    isolated_home: Path, tmp_path: Path, capsys: Capture
) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("# mine\nmodel = 'a'  # the small one\n")
    real.chmod(0o600)
    file = isolated_home / ".config/coder/config.toml"
    file.parent.mkdir(parents=True)
    file.symlink_to(real)
    for words in (["threads", "4"], ["offline", "yes"], ["models_dir", "~/models"], ["model", "b"]):
        assert cli.main(["config", "set", *words]) == 0
    assert real.read_text() == (
        '# mine\nmodel = "b"  # the small one\nthreads = 4\noffline = true\n'
        f'models_dir = "{isolated_home / "models"}"\n'
    )
    assert file.is_symlink() and real.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["dotfiles.toml"]
    assert cli.main(["config", "unset", "offline"]) == 0
    assert "offline" not in real.read_text()
    assert cli.main(["config", "unset", "offline"]) == 0
    capsys.readouterr()
    assert cli.main(["config", "get", "threads"]) == 0
    assert capsys.readouterr().out == "4\n"


def test_config_set_refuses_what_would_not_load(isolated_home: Path, capsys: Capture) -> None:
    assert cli.main(["config", "set", "threads", "many"]) == ExitCode.USAGE
    assert cli.main(["config", "set", "thread", "4"]) == ExitCode.USAGE
    assert "Did you mean `threads`?" in capsys.readouterr().err
    assert not (isolated_home / ".config/coder/config.toml").exists()


def test_config_list_says_where_each_value_came_from(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODER_THREADS", "2")
    assert cli.main(["config", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["exit_code"] == 0
    assert found["settings"]["threads"] == 2 and found["origins"] == {"threads": "CODER_THREADS"}
    assert cli.main(["config"]) == 0
    bare = capsys.readouterr().out
    assert cli.main(["config", "list"]) == 0
    assert capsys.readouterr().out == bare and "CODER_THREADS" in bare
    assert cli.main(["config", "path"]) == 0
    assert capsys.readouterr().out.endswith("coder/config.toml\n")


def test_a_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "coder_cli", "config", "list"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert (done.stderr, done.returncode) == ("", ExitCode.BROKEN_PIPE)


def test_an_output_that_is_full_is_an_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "coder_cli", "--help"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1 and "No space left on device" in done.stderr


def test_a_terminal_without_unicode_does_not_end_the_program() -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "ascii", "CODER_MODEL": "módel"}
    done = in_a_process("config", "get", "model", env=environ)
    assert (done.returncode, done.stdout) == (0, "m?del\n")


def test_the_module_and_the_script_are_one() -> None:
    assert in_a_process("--version").stdout.startswith("coder 0.")
