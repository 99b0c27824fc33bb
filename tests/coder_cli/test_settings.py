from __future__ import annotations

import os
import re
from pathlib import Path

import platformdirs
import pytest

from coder_cli import settings
from coder_cli.errors import ExitCode, ModelError


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def user(isolated_home: Path) -> Path:
    return isolated_home / ".config" / "coder" / "config.toml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_without_files_the_defaults_hold_and_folders_follow_xdg(isolated_home: Path, user: Path) -> None:
    found = settings.load({})
    assert (found.model, found.device, found.threads, found.offline) == ("starter", "auto", None, False)
    assert found.config_file == user
    assert found.data_dir == isolated_home / ".local/share/coder"
    assert found.models_dir == found.data_dir / "models"
    assert found.cache_dir == isolated_home / ".cache/coder"
    assert found.state_dir == isolated_home / ".local/state/coder"
    assert found.origins == {}


def test_each_layer_overrides_the_one_below(user: Path, repository: Path) -> None:
    write(user, 'model = "user"\ndevice = "cpu"\ncontext_tokens = 1000\nthreads = 1\n')
    file = write(repository / ".coder.toml", 'model = "repository"\ncontext_tokens = 2000\n')
    environ = {"CODER_CONTEXT_TOKENS": "3000", "CODER_THREADS": "2"}
    found = settings.load(environ, repository).with_flags(threads=3, device=None)
    assert (found.device, found.model, found.context_tokens, found.threads) == ("cpu", "repository", 3000, 3)
    assert found.origins == {
        "device": str(user),
        "model": str(file),
        "context_tokens": "CODER_CONTEXT_TOKENS",
        "threads": "flag",
    }


def test_the_repository_file_is_found_from_a_folder_below_and_only_inside_a_repository(
    tmp_path: Path,
) -> None:
    write(tmp_path / ".coder.toml", 'model = "stray"\n')
    below = tmp_path / "repo" / "a" / "b"
    below.mkdir(parents=True)
    assert settings.load({}, below).model == "starter"
    (tmp_path / "repo" / ".git").write_text("gitdir: elsewhere\n")  # as in a worktree
    assert settings.load({}, below).model == "starter"
    write(tmp_path / "repo" / ".coder.toml", 'model = "named"\n')
    assert settings.load({}, below).model == "named"


@pytest.mark.parametrize(
    "line",
    [
        'models_dir = "elsewhere"',
        'data_dir = "elsewhere"',
        'device = "cuda"',
        "offline = false",
        'model = "./weights"',
        'model = "/weights"',
        'model = "owner/name"',
        'model = "..\\\\up"',
        'model = "-x"',
    ],
)
def test_a_repository_cannot_set_what_could_harm(repository: Path, line: str) -> None:
    file = write(repository / ".coder.toml", line + "\n")
    with pytest.raises(ModelError) as caught:
        settings.load({}, repository)
    assert str(file) in caught.value.message and line.split()[0] in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("threads = true", ["threads", "whole number", "True"]),
        ("threads = 0", ["threads", "at least 1"]),
        ('offline = "perhaps"', ["offline", "true or false"]),
        ('color = "blue"', ["color", "auto, always or never"]),
        ('device = "cuda:x"', ["device", "cuda:N"]),
        ("model = 3", ["model", "text"]),
        ('model = ""', ["model", "text"]),
        ("modle = 3", ["no setting `modle`"]),
        ("= 3", ["cannot be read"]),
        ("\udce9".encode("utf-8", "surrogateescape").decode("latin-1"), ["cannot be read"]),
        ("#" * 70_000, ["too large"]),
    ],
)
def test_a_wrong_user_file_is_named_with_its_key_and_exit_code_3(
    user: Path, text: str, words: list[str]
) -> None:
    write(user, text + "\n")
    with pytest.raises(ModelError) as caught:
        settings.load({})
    assert caught.value.exit_code is ExitCode.MODEL
    assert all(word in caught.value.message for word in [str(user), *words])


def test_an_unknown_key_suggests_the_nearest(user: Path) -> None:
    write(user, "contxt_tokens = 3\n")
    with pytest.raises(ModelError) as caught:
        settings.load({})
    assert caught.value.help_line == "Did you mean `context_tokens`?"


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(
        ModelError, match="environment variable CODER_THREADS: `threads` must be a whole number"
    ):
        settings.load({"CODER_THREADS": "many"})


def test_empty_and_foreign_variables_are_not_settings() -> None:
    assert settings.load({"CODER_MODEL": "", "CODER_URL": "https://example.com"}).model == "starter"


@pytest.mark.parametrize(
    ("environ", "color"),
    [
        ({}, "auto"),
        ({"NO_COLOR": "1"}, "never"),
        ({"NO_COLOR": ""}, "auto"),
        ({"FORCE_COLOR": "1"}, "always"),
        ({"FORCE_COLOR": "0"}, "auto"),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "never"),
        ({"TERM": "dumb"}, "never"),
        ({"NO_COLOR": "1", "CODER_COLOR": "always"}, "always"),
    ],
)
def test_colour_follows_the_customs_of_terminals(environ: dict[str, str], color: str) -> None:
    assert settings.load(environ).color == color


def test_folders_can_be_moved_and_the_models_follow_the_data(isolated_home: Path) -> None:
    found = settings.load({"CODER_DATA_DIR": "~/disk", "CODER_CACHE_DIR": "scratch"})
    assert found.models_dir == isolated_home / "disk" / "models"
    assert found.cache_dir == Path.cwd() / "scratch"


def test_another_configuration_file_can_be_named(tmp_path: Path) -> None:
    file = write(tmp_path / "mine.toml", "threads = 7\n")
    found = settings.load({"CODER_CONFIG_FILE": str(file)})
    assert (found.config_file, found.threads) == (file, 7)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_repository_file_that_is_no_file_is_not_read(repository: Path) -> None:
    os.mkfifo(repository / ".coder.toml")
    assert settings.load({}, repository).model == "starter"


def test_what_cannot_be_read_is_told_and_the_rest_holds(user: Path, repository: Path) -> None:
    write(user, "model = [broken\n")
    write(repository / ".coder.toml", "context_tokens = 2000\n")
    environ = {"CODER_THREADS": "many", "CODER_DEVICE": "cpu"}
    found = settings.collect(environ, repository)
    assert (found.model, found.context_tokens, found.threads, found.device) == ("starter", 2000, None, "cpu")
    assert [str(user) in problem.message for problem in found.problems] == [True, False]
    assert "CODER_THREADS" in found.problems[1].message
    with pytest.raises(ModelError, match=re.escape(str(user))):
        settings.load(environ, repository)


def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(_: object) -> str:
        raise RuntimeError("could not determine the home directory")

    for kind in ("config", "data", "cache", "state"):
        monkeypatch.setattr(platformdirs.PlatformDirs, f"user_{kind}_dir", property(homeless))
    found = settings.collect({})
    assert [problem.message for problem in found.problems] == ["This user has no home folder."]
    assert not found.cache_dir.exists()
    named = settings.load({f"CODER_{kind}_DIR": f"/named/{kind}" for kind in ("DATA", "CACHE", "STATE")})
    assert named.cache_dir == Path("/named/CACHE")


def test_a_current_folder_that_is_gone_has_no_repository_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert settings.load({}).model == "starter"
    assert settings.collect({"CODER_MODELS_DIR": "below/it"}).problems


@pytest.mark.parametrize("value", ["~nobody-of-that-name/models", "a\0b"])
def test_a_folder_that_cannot_be_is_a_sentence(value: str) -> None:
    with pytest.raises(ModelError, match="models_dir"):
        settings.load({"CODER_MODELS_DIR": value})
