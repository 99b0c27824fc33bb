"""What the user chose: defaults < user file < repository file < environment < flags.

The only reader of os.environ. The repository file (`.coder.toml` beside `.git`) comes with what was cloned,
so it may set harmless keys only: never a path, a device or an address.
"""

from __future__ import annotations

import dataclasses
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import platformdirs

from coder_cli.errors import ModelError

REPOSITORY_FILE = ".coder.toml"
LARGEST_FILE = 64 * 1024  # bytes; a settings file is never longer, a hostile one may be
DEFAULT_MODEL = "starter"

Color = Literal["auto", "always", "never"]
Value = str | int | bool | Path


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
    encoder: str = (
        "static"  # of the search index: the shipped table, or the name or folder of an exported one
    )
    offline: bool = False
    color: Color = "auto"
    verbose: bool = False
    quiet: bool = False
    dumb_terminal: bool = False  # TERM=dumb: no cursor movement
    debug: bool = False  # CODER_DEBUG: show tracebacks
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def with_flags(self, **flags: object) -> Settings:
        """The same with the flags that were given; None means not given."""
        given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
        origins = {**self.origins, **dict.fromkeys(given, "flag")}
        return dataclasses.replace(self, **given, origins=origins)


@dataclass(frozen=True, slots=True)
class Key:
    """A setting of files and environment. `read` turns a raw value into ours or raises ValueError."""

    name: str
    help: str
    read: Callable[[object], Value]
    repository: bool = False  # may the untrusted repository file set it?

    @property
    def variable(self) -> str:
        return "CODER_" + self.name.upper()


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("must be a text in quotes")
    return raw


def _count(raw: object) -> int:
    if isinstance(raw, str) and raw.strip().isdecimal():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        raise ValueError("must be a whole number of at least 1")
    return raw


def _flag(raw: object) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    found = words.get(raw.strip().lower()) if isinstance(raw, str) else raw
    if not isinstance(found, bool):
        raise ValueError("must be true or false")
    return found


def _color(raw: object) -> str:
    if raw not in ("auto", "always", "never"):
        raise ValueError("must be auto, always or never")
    return str(raw)


def _device(raw: object) -> str:
    if not isinstance(raw, str) or not re.fullmatch(r"auto|cpu|cuda(:\d+)?", raw):
        raise ValueError("must be auto, cpu, cuda or cuda:N")
    return raw


def _path(raw: object) -> Path:
    return Path(_text(raw)).expanduser().absolute()


KEYS: dict[str, Key] = {
    row.name: row
    for row in (
        Key("model", "model that answers: an installed name or a model folder", _text, repository=True),
        Key("device", "auto, cpu, cuda or cuda:N", _device),
        Key("threads", "CPU threads; unset: one a core", _count),
        Key(
            "context_tokens",
            "context window in tokens; unset: what model and memory allow",
            _count,
            repository=True,
        ),
        Key("encoder", "what search compares meanings with: static, or an exported encoder", _text),
        Key("offline", "never open a network connection", _flag),
        Key("color", "auto, always or never", _color),
        Key("verbose", "tell more", _flag),
        Key("quiet", "answers and errors only", _flag),
        Key("models_dir", "where models are kept", _path),
        Key("cache_dir", "downloads and what can be rebuilt", _path),
        Key("data_dir", "what should be kept", _path),
        Key("state_dir", "history and logs", _path),
    )
}


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Every layer but the flags, which come through `with_flags`. ModelError names the file and the key.

    `folder` is where the search for the repository file starts: the current one unless given.
    """
    environ = os.environ if environ is None else environ
    file = user_file(environ)
    values: dict[str, Value] = {}
    origins: dict[str, str] = {}

    def lay(layer: Mapping[str, Value], origin: str) -> None:
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))

    lay(read_file(file), str(file))
    if (repository := repository_file(folder or Path.cwd())) is not None:
        lay(read_file(repository, repository=True), str(repository))
    lay(_terminal_layer(environ), "environment")
    for key in KEYS.values():
        if raw := environ.get(key.variable, ""):
            lay({key.name: _read(key, raw, f"The environment variable {key.variable}")}, key.variable)

    standard = platformdirs.PlatformDirs("coder", appauthor=False)
    values.setdefault("data_dir", standard.user_data_path)
    values.setdefault("models_dir", Path(str(values["data_dir"])) / "models")
    values.setdefault("cache_dir", standard.user_cache_path)
    values.setdefault("state_dir", standard.user_state_path)
    fields: dict[str, Any] = dict(values)
    return Settings(
        config_file=file,
        dumb_terminal=environ.get("TERM") == "dumb",
        debug=environ.get("CODER_DEBUG", "") not in ("", "0"),
        origins=origins,
        **fields,
    )


def user_file(environ: Mapping[str, str]) -> Path:
    """CODER_CONFIG_FILE, else coder/config.toml in the user's configuration folder."""
    if named := environ.get("CODER_CONFIG_FILE"):
        return _path(named)
    return platformdirs.user_config_path("coder", appauthor=False) / "config.toml"


def repository_file(folder: Path) -> Path | None:
    """`.coder.toml` at the root of the repository around `folder`, if both exist."""
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
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
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
    value = _read(key, raw, str(file))
    if repository and name == "model" and not re.fullmatch(r"\w[\w.@-]*", str(value)):
        raise ModelError(f"{file}: a repository may set `model` to an installed name only, not to {value!r}.")
    return value


def find_key(name: str, where: str) -> Key:
    """The row of a key; ModelError that suggests the nearest for an unknown one."""
    if name in KEYS:
        return KEYS[name]
    import difflib

    near = difflib.get_close_matches(name, KEYS, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else "The keys are: " + ", ".join(KEYS) + "."
    raise ModelError(f"{where}: there is no setting `{name}`.", hint)


def _read(key: Key, raw: object, where: str) -> Value:
    try:
        return key.read(raw)
    except ValueError as problem:
        raise ModelError(f"{where}: `{key.name}` {problem}, not {raw!r}.") from None


def _terminal_layer(environ: Mapping[str, str]) -> dict[str, Value]:
    """The customs of terminals: https://no-color.org, FORCE_COLOR, TERM=dumb."""
    if environ.get("NO_COLOR"):
        return {"color": "never"}
    if environ.get("FORCE_COLOR", "") not in ("", "0", "false"):
        return {"color": "always"}
    return {"color": "never"} if environ.get("TERM") == "dumb" else {}
