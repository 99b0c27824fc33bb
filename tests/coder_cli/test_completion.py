"""What TAB offers, asked as the shells ask, and in a real bash at a pseudo-terminal."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coder_cli import cli
from coder_cli import settings as all_settings
from coder_cli.completion import SHELLS, respond, script
from coder_cli.setting_keys import KEYS
from coder_cli.settings import COMPLETION_VARIABLE
from exporters.store import ModelStore
from tests.exporters.test_store import install

Capture = pytest.CaptureFixture[bytes]
Ask = Callable[..., list[tuple[str, str]]]
PROGRAM = Path(sys.executable).with_name("coder")


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsysbinary: Capture) -> Ask:
    """What is offered for the last of the words, and as what."""

    def ask(*words: str) -> list[tuple[str, str]]:
        monkeypatch.setenv("COMP_WORDS", " ".join(["coder", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        assert respond(cli.cli, all_settings.collect(), "bash_complete") == 0
        lines = capsysbinary.readouterr().out.decode().split()
        return [(value, kind) for kind, _, value in (line.partition(",") for line in lines)]

    return ask


def plain(found: list[tuple[str, str]]) -> list[str]:
    assert {kind for _, kind in found} <= {"plain"}
    return [value for value, _ in found]


def test_every_command_is_offered_and_none_is_imported(offered: Ask) -> None:
    assert plain(offered("")) == list(cli.COMMANDS)
    assert plain(offered("doc")) == ["doctor"]
    words = ["COMP_WORDS='coder '", "COMP_CWORD=1", f"{COMPLETION_VARIABLE}=bash_complete"]
    command = f"{' '.join(words)} {sys.executable} -X importtime -m coder_cli"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert "coder_cli.commands" not in done.stderr and "plain,doctor" in done.stdout


def test_options_and_their_choices_are_offered(offered: Ask) -> None:
    assert "--model" in plain(offered("doctor", "--"))
    assert plain(offered("bench", "--color", "a")) == ["auto", "always"]
    assert plain(offered("config", "")) == ["get", "list", "path", "set", "unset"]
    assert plain(offered("completion", "")) == list(SHELLS)


def test_installed_models_are_offered_for_m(
    offered: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CODER_MODELS_DIR", str(tmp_path))
    assert plain(offered("bench", "-m", "")) == []
    for name in ("qwen2.5-coder-1.5b-instruct", "mine"):
        install(ModelStore(tmp_path), name)
    assert plain(offered("bench", "-m", "")) == ["starter", "mine", "qwen2.5-coder-1.5b-instruct"]
    assert plain(offered("models", "rm", "m")) == ["mine"]
    assert offered("bench", "-m", "./") == [("./", "dir")]
    assert "deepseek-coder-1.3b-base" in plain(offered("pull", "deep"))


@pytest.mark.parametrize(
    "words", [["infill", "src/a"], ["context", "--for", "src/a"], ["graph", "--why", "src/b", "src/a"]]
)
def test_files_are_left_to_the_shell(offered: Ask, words: list[str]) -> None:
    assert offered(*words) == [("src/a", "file")]


def test_settings_and_sessions_are_offered(offered: Ask) -> None:
    assert plain(offered("config", "get", "")) == list(KEYS)
    folder = all_settings.load().state_dir / "sessions"
    folder.mkdir(parents=True)
    for name in ("20260101-a", "20260102-b"):
        (folder / f"{name}.jsonl").touch()
    assert plain(offered("ask", "--replay", "2026")) == ["20260102-b", "20260101-a"]


def test_nothing_is_said_where_something_is_wrong(isolated_home: Path) -> None:
    file = isolated_home / ".config" / "coder" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("model = [\n")
    for asked, words in (("bash_complete", "coder doc"), ("bash_complete", "coder 'open"), ("nothing", "")):
        environ = {**os.environ, COMPLETION_VARIABLE: asked, "COMP_WORDS": words, "COMP_CWORD": "1"}
        done = subprocess.run([sys.executable, "-m", "coder_cli"], env=environ, capture_output=True)
        assert done.stderr == b""
    environ = {**os.environ, COMPLETION_VARIABLE: "bash_complete"}  # not as a shell asks
    done = subprocess.run([sys.executable, "-m", "coder_cli"], env=environ, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_its_script(shell: str, capsysbinary: Capture) -> None:
    assert cli.main(["completion", shell]) == 0
    told = capsysbinary.readouterr().out.decode()
    assert told == script(shell) + "\n"
    assert f"{COMPLETION_VARIABLE}={shell}_complete" in told


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_that_is_here_reads_its_script(shell: str) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"no {shell} here")
    check = ["--no-execute"] if shell == "fish" else ["-n"]
    done = subprocess.run([found, *check], input=script(shell).encode(), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(
    not (shutil.which("bash") and PROGRAM.exists()), reason="needs bash and the installed coder"
)
def test_tab_completes_in_a_real_bash(tmp_path: Path) -> None:
    import pty

    (tmp_path / "with a space.py").touch()
    environ = {**os.environ, "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}", "PS1": "> "}
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], environ)  # noqa: S606
    try:
        seen(terminal, b"> ")
        typed(terminal, b'eval "$(coder completion bash)"; echo re""ady\n', b"ready")
        typed(terminal, b"coder doct\t", b"doctor ")
        typed(terminal, b"\x15coder infill wi\t", b"with\\ a\\ space.py")
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def typed(terminal: int, keys: bytes, wanted: bytes) -> None:
    os.write(terminal, keys)
    seen(terminal, wanted)


def seen(terminal: int, wanted: bytes) -> None:
    text, end = b"", time.monotonic() + 60
    while wanted not in text:
        assert time.monotonic() < end, text
        if select.select([terminal], [], [], 1.0)[0]:
            text += os.read(terminal, 4096)
