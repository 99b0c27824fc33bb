"""What the user chose: defaults < user file < repository file < environment < flags.

The only reader of os.environ. The repository file (`.coder.toml` beside `.git`) comes with what was cloned,
so it may set harmless keys only: never a path, a device or an address.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import platformdirs

from coder_cli.errors import ModelError
from coder_cli.setting_keys import KEYS, Key, Value, checked, find_key, full_path

REPOSITORY_FILE = ".coder.toml"
LARGEST_FILE = 64 * 1024  # bytes; a settings file is never longer, a hostile one may be
DEFAULT_MODEL = "starter"
COMPLETION_VARIABLE = "_CODER_COMPLETE"
NO_HOME = Path(os.devnull, "coder")  # where nothing can be, for a user without a home

Color = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a command may ask about this run. `origins` says for each set key where it came from."""

    config_file: Path
    data_dir: Path
    models_dir: Path
    cache_dir: Path
    state_dir: Path
    model: str = DEFAULT_MODEL
    device: str = "auto"  # auto, cpu, cuda or cuda:N
    threads: int | None = None  # None: as many as the machine has cores
    context_tokens: int | None = None  # None: what the model and the memory allow
    prefix_cache_mb: int = 2048  # of prompts' key/value state in cache_dir; 0: none
    journal_mb: int = 100  # of edits that can be undone, in state_dir; the newest is kept in any case
    encoder: str = (
        "static"  # of the search index: the shipped table, or the name or folder of an exported one
    )
    test_command: str | None = None  # a line for the shell; None: what the repository suggests
    model_findings: bool = True  # whether a review asks the model, too
    offline: bool = False
    color: Color = "auto"
    verbose: bool = False
    quiet: bool = False
    dumb_terminal: bool = False  # TERM=dumb: no cursor movement
    debug: bool = False  # CODER_DEBUG: show tracebacks
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    problems: tuple[ModelError, ...] = field(default=(), repr=False, compare=False)  # see `collect`

    def with_flags(self, **flags: object) -> Settings:
        """The same with the flags that were given; None means not given."""
        given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
        origins = {**self.origins, **dict.fromkeys(given, "flag")}
        return dataclasses.replace(self, **given, origins=origins)


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Every layer but the flags, which come through `with_flags`. ModelError names the file and the key.

    `folder` is where the search for the repository file starts: the current one unless given.
    """
    found = collect(environ, folder)
    if found.problems:
        raise found.problems[0]
    return found


def collect(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The same, but what is wrong is in `problems`, and its layer counts as if it were not there."""
    environ = os.environ if environ is None else environ
    values: dict[str, Value] = {}
    origins: dict[str, str] = {}
    problems: list[ModelError] = []

    def lay(read: Callable[[], Mapping[str, Value]], origin: str) -> None:
        try:
            layer = read()
        except ModelError as problem:
            problems.append(problem)
            return
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))

    file = user_file(environ)
    lay(lambda: read_file(file), str(file))
    if (repository := repository_file(folder)) is not None:
        lay(lambda: read_file(repository, repository=True), str(repository))
    lay(lambda: _terminal_layer(environ), "environment")
    for key in KEYS.values():
        if raw := environ.get(key.variable, ""):
            lay(partial(_from_variable, key, raw), key.variable)

    try:
        standard = platformdirs.PlatformDirs("coder", appauthor=False)
        for kind in ("data", "cache", "state"):
            if f"{kind}_dir" not in values:
                values[f"{kind}_dir"] = getattr(standard, f"user_{kind}_path")
    except RuntimeError:
        problems.append(ModelError("This user has no home folder.", "Name one: export HOME=/FOLDER"))
        values = dict.fromkeys(("data_dir", "cache_dir", "state_dir"), NO_HOME) | values
    values.setdefault("models_dir", Path(str(values["data_dir"])) / "models")
    fields: dict[str, Any] = dict(values)
    return Settings(
        config_file=file,
        dumb_terminal=environ.get("TERM") == "dumb",
        debug=environ.get("CODER_DEBUG", "") not in ("", "0"),
        origins=origins,
        problems=tuple(problems),
        **fields,
    )


def forbid_telemetry() -> None:
    """Of the libraries, in this process and its children. ONNX Runtime's wheels for Linux report to their
    maker from 1.32 on, with an identifier that they keep in the user's cache folder."""
    os.environ.update(ORT_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1")


def completing() -> str | None:
    """What a shell asks at TAB, as click's scripts do."""
    return os.environ.get(COMPLETION_VARIABLE)


def variables(*names: str) -> dict[str, str]:
    """What the environment says of a terminal or a proxy, and every CODER_ variable, for `coder doctor`."""
    wanted = {name: value for name, value in os.environ.items() if name in names and value}
    return wanted | {name: value for name, value in os.environ.items() if name.startswith("CODER_")}


def user_file(environ: Mapping[str, str]) -> Path:
    """CODER_CONFIG_FILE, else coder/config.toml in the user's configuration folder."""
    if named := environ.get("CODER_CONFIG_FILE"):
        with contextlib.suppress(ValueError):
            return full_path(named)
        return Path(named)
    with contextlib.suppress(RuntimeError):
        return platformdirs.user_config_path("coder", appauthor=False) / "config.toml"
    return NO_HOME / "config.toml"


def repository_file(folder: Path | None = None) -> Path | None:
    """`.coder.toml` at the root of the repository around `folder`, if both exist and can be looked at."""
    with contextlib.suppress(OSError):  # a current folder that is gone, or that may not be entered
        folder = folder or Path.cwd()
        for parent in (folder, *folder.parents):
            if (parent / ".git").exists():
                found = parent / REPOSITORY_FILE
                return found if found.is_file() else None
    return None


def read_file(file: Path, repository: bool = False) -> dict[str, Value]:
    """The checked settings of one file; none where there is no file. ModelError with file and key."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise ModelError(f"{file} is too large for a settings file (over {LARGEST_FILE} bytes).")
        table = tomllib.loads(data.decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error.strerror}.", f"ls -ld {file}") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(
            f"{file} cannot be read as settings: {error}", "Mend the line or remove the file."
        ) from error
    return {name: _from_file(file, name, raw, repository) for name, raw in table.items()}


def _from_file(file: Path, name: str, raw: object, repository: bool) -> Value:
    key = find_key(name, str(file))
    if repository and not key.repository:
        raise ModelError(
            f"{file}: a repository may not set `{name}`, since its files come from others.",
            f"Set it for yourself: coder config set {name} VALUE",
        )
    value = checked(key, raw, str(file))
    if repository and name == "model" and not re.fullmatch(r"\w[\w.@-]*", str(value)):
        raise ModelError(f"{file}: a repository may set `model` to an installed name only, not to {value!r}.")
    return value


def _from_variable(key: Key, raw: str) -> dict[str, Value]:
    return {key.name: checked(key, raw, f"The environment variable {key.variable}")}


def _terminal_layer(environ: Mapping[str, str]) -> dict[str, Value]:
    """The customs of terminals: https://no-color.org, FORCE_COLOR, TERM=dumb."""
    if environ.get("NO_COLOR"):
        return {"color": "never"}
    if environ.get("FORCE_COLOR", "") not in ("", "0", "false"):
        return {"color": "always"}
    return {"color": "never"} if environ.get("TERM") == "dumb" else {}
