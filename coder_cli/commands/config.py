"""`coder config`: what is set, where it came from, and a safe way to change the user's file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, ui
from coder_cli.errors import ExitCode, ModelError, UsageError
from coder_cli.setting_keys import KEYS, Key, find_key
from coder_cli.settings import Settings

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_MEND = "Mend the line or remove the file."


@click.group("config", invoke_without_command=True)
@options.as_json
@click.pass_context
def command(context: click.Context, as_json: bool) -> ExitCode | None:
    """Show and change the settings."""
    if context.invoked_subcommand is not None:
        return None
    code: ExitCode | None = context.invoke(list_settings, as_json=as_json)
    return code


@command.command("list")
@options.as_json
@click.pass_obj
def list_settings(settings: Settings, as_json: bool) -> ExitCode | None:
    """Every setting, its value and where it came from.

    What cannot be read is said, and counts as not set: exit code 3.
    """
    code = ExitCode.MODEL if settings.problems else ExitCode.DONE
    if as_json:
        found = {name: _plain(getattr(settings, name)) for name in KEYS}
        told: dict[str, object] = {
            "exit_code": int(code),
            "settings": found,
            "origins": dict(settings.origins),
        }
        told["file"] = str(settings.config_file)
        if settings.problems:
            told["problems"] = [problem.message for problem in settings.problems]
        ui.json(told)
        return code
    rows = [(name, _shown(settings, name), settings.origins.get(name, "default")) for name in KEYS]
    ui.table(rows, header=("setting", "value", "from"))
    for problem in settings.problems:
        ui.error(problem)
    return code


@command.command()
@click.argument("key")
@options.as_json
@click.pass_obj
def get(settings: Settings, key: str, as_json: bool) -> None:
    """One setting's value."""
    name = _named(key, "coder config get").name
    if settings.problems:
        raise settings.problems[0]
    if as_json:
        ui.json({"exit_code": 0, name: _plain(getattr(settings, name))})
    else:
        ui.answer(_shown(settings, name), end="\n")


@command.command("set")
@click.argument("key")
@click.argument("value")
@options.as_json
@click.pass_obj
def set_value(settings: Settings, key: str, value: str, as_json: bool = False) -> None:
    """Write one setting to the user's file, keeping its comments."""
    import tomlkit

    row = _named(key, "coder config set")
    try:
        checked = row.read(value)
    except ValueError as problem:
        raise UsageError(f"coder config set: `{key}` {problem}, not {value!r}.") from None
    document = _document(settings.config_file)
    document[row.name] = str(checked) if isinstance(checked, Path) else checked
    _write(settings.config_file, tomlkit.dumps(document))
    above = _above(settings, row.name)
    if as_json:
        told = {"exit_code": 0, row.name: _plain(checked), "file": str(settings.config_file)}
        ui.json(told | ({"overridden_by": above} if above else {}))
        return
    ui.say(f"{row.name} = {_plain(checked)} in {settings.config_file}")
    if above:
        ui.warn(f"Here {above} says otherwise, and counts more.")


@command.command()
@click.argument("key")
@options.as_json
@click.pass_obj
def unset(settings: Settings, key: str, as_json: bool) -> None:
    """Remove one setting from the user's file, also one that coder does not know."""
    import tomlkit

    document = _document(settings.config_file)
    there = key in document
    if there:
        document.remove(key)
        _write(settings.config_file, tomlkit.dumps(document))
    else:
        _named(key, "coder config unset")
    if as_json:
        ui.json({"exit_code": 0, "removed": there, "file": str(settings.config_file)})
    else:
        ui.say(f"{key} is {'no longer' if there else 'not'} set in {settings.config_file}")


@command.command()
@options.as_json
@click.pass_obj
def path(settings: Settings, as_json: bool) -> None:
    """Where the user's file is, whether or not it exists yet."""
    if as_json:
        ui.json({"exit_code": 0, "file": str(settings.config_file), "exists": settings.config_file.is_file()})
    else:
        ui.answer(str(settings.config_file), end="\n")


def _named(name: str, where: str) -> Key:
    """An unknown name is here a wrong call, where in a file it is a wrong setting."""
    try:
        return find_key(name, where)
    except ModelError as unknown:
        raise UsageError(unknown.message, unknown.help_line) from None


def _above(settings: Settings, name: str) -> str | None:
    """What overrides the user's file: the repository's, the environment, a flag."""
    origin = settings.origins.get(name)
    return origin if origin != str(settings.config_file) else None


def _document(file: Path) -> TOMLDocument:
    """What stands in the file, comments and all. ModelError where it is no TOML: it is never written over."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(file.read_bytes().decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return tomlkit.document()
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error.strerror}.", f"ls -ld {file}") from error
    except (ValueError, TOMLKitError, RecursionError) as error:
        raise ModelError(f"{file} cannot be read as settings: {error}", _MEND) from error


def _write(file: Path, text: str) -> None:
    """Whole or not at all; a link to the file stays a link, and a mode stays as it was."""
    try:
        _replace(file.resolve(), text)
    except OSError as error:
        raise ModelError(f"{file} cannot be written: {error.strerror}.", "coder doctor") from error


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, prefix=".config-", delete=False, encoding="utf-8"
    ) as new:
        temporary = Path(new.name)
        try:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
            if file.exists():
                temporary.chmod(file.stat().st_mode & 0o777)
            temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _shown(settings: Settings, name: str) -> str:
    value = _plain(getattr(settings, name))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value
