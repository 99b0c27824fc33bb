"""`coder config`: what is set, where it came from, and a safe way to change the user's file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, ui
from coder_cli.errors import ModelError
from coder_cli.settings import KEYS, Settings, find_key

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


@click.group("config", invoke_without_command=True)
@options.as_json
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Show and change the settings."""
    if context.invoked_subcommand is None:
        context.invoke(list_settings, as_json=as_json)


@command.command("list")
@options.as_json
@click.pass_obj
def list_settings(settings: Settings, as_json: bool) -> None:
    """Every setting, its value and where it came from."""
    if as_json:
        found = {name: _plain(getattr(settings, name)) for name in KEYS}
        ui.json({"exit_code": 0, "settings": found, "origins": dict(settings.origins)})
        return
    rows = [(name, _shown(settings, name), settings.origins.get(name, "default")) for name in KEYS]
    ui.table(rows, header=("setting", "value", "from"))


@command.command()
@click.argument("key")
@options.as_json
@click.pass_obj
def get(settings: Settings, key: str, as_json: bool) -> None:
    """One setting's value."""
    name = find_key(key, "coder config get").name
    if as_json:
        ui.json({"exit_code": 0, name: _plain(getattr(settings, name))})
    else:
        ui.answer(_shown(settings, name), end="\n")


@command.command("set")
@click.argument("key")
@click.argument("value")
@click.pass_obj
def set_value(settings: Settings, key: str, value: str) -> None:
    """Write one setting to the user's file, keeping its comments."""
    import tomlkit

    row = find_key(key, "coder config set")
    try:
        checked = row.read(value)
    except ValueError as problem:
        raise ModelError(f"coder config set: `{key}` {problem}, not {value!r}.") from None
    document = _document(settings.config_file)
    document[row.name] = str(checked) if isinstance(checked, Path) else checked
    _write(settings.config_file, tomlkit.dumps(document))
    ui.say(f"{row.name} = {_plain(checked)} in {settings.config_file}")


@command.command()
@click.argument("key")
@click.pass_obj
def unset(settings: Settings, key: str) -> None:
    """Remove one setting from the user's file."""
    import tomlkit

    row = find_key(key, "coder config unset")
    document = _document(settings.config_file)
    if row.name not in document:
        ui.say(f"{row.name} is not set in {settings.config_file}")
        return
    document.remove(row.name)
    _write(settings.config_file, tomlkit.dumps(document))
    ui.say(f"{row.name} is no longer set in {settings.config_file}")


@command.command()
@click.pass_obj
def path(settings: Settings) -> None:
    """Where the user's file is, whether or not it exists yet."""
    ui.answer(str(settings.config_file), end="\n")


def _document(file: Path) -> TOMLDocument:
    import tomlkit

    return tomlkit.parse(file.read_text(encoding="utf-8")) if file.exists() else tomlkit.document()


def _write(file: Path, text: str) -> None:
    """Whole or not at all; a link to the file stays a link, and a mode stays as it was."""
    file = file.resolve()
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
