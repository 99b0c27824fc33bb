"""`coder models`: what is installed, and its care."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coder_cli import options, ui
from coder_cli.errors import ExitCode, UsageError
from coder_cli.settings import Settings
from exporters.artefacts import ALIASES, DEFAULT_ALIAS
from exporters.errors import StoreError
from exporters.store import InstalledModel, ModelStore

if TYPE_CHECKING:
    from exporters.types import Report


@click.group("models", invoke_without_command=True)
@options.as_json
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List, show, verify and remove installed models."""
    if context.invoked_subcommand is None:
        _list(context.obj, as_json)


@command.command("list")
@options.as_json
@click.pass_obj
def list_models(settings: Settings, as_json: bool) -> None:
    """Name, size, family, target, context, source and date of every model."""
    _list(settings, as_json)


@command.command()
@click.argument("name", required=False)
@options.as_json
@click.pass_obj
def show(settings: Settings, name: str | None, as_json: bool) -> None:
    """All that is known of one model; without NAME, of the default."""
    model = ModelStore(settings.models_dir).resolve(name or settings.model)
    if as_json:
        ui.json({"exit_code": 0, **_told(model, settings), "manifest": _plain(model)})
        return
    manifest = model.manifest
    rows = [
        ("name", model.name),
        ("folder", str(model.folder)),
        ("size", ui.amount(model.size)),
        ("family", manifest.family),
        ("target", model.target),
        ("context", f"{manifest.context_length} tokens"),
        ("parameters", f"{manifest.parameters / 1e9:.2f} billion"),
        ("shape", f"{manifest.layers} layers, {manifest.kv_heads} KV heads of {manifest.head_dim}"),
        ("source", manifest.source),
        ("revision", manifest.revision or ""),
        ("licence", manifest.licence or "not stated"),
        ("created", manifest.created),
        *((f"quantisation {key}", str(value)) for key, value in manifest.quantisation.items()),
        *((f"verification {key}", str(value)) for key, value in manifest.verification.items()),
        *((f"sha256 {file}", digest) for file, digest in manifest.files.items()),
    ]
    ui.table([row for row in rows if row[1]])


@command.command()
@click.argument("name")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@options.as_json
@click.pass_obj
def rm(settings: Settings, name: str, yes: bool, as_json: bool) -> None:
    """Remove a model: NAME in all its targets, or NAME@TARGET."""
    store = ModelStore(settings.models_dir)
    models = store.matching(name)
    if models and not yes:
        size = ui.amount(sum(model.size for model in models))
        _confirm(f"Remove {', '.join(map(_title, models))} ({size})?")
    removed = store.remove(name)
    if as_json:
        ui.json({"exit_code": 0, "removed": [str(folder) for folder in removed]})
    for folder in removed:
        ui.say(f"Removed {folder}")


@command.command()
@click.argument("name", required=False)
@click.option("--deep", is_flag=True, help="Compare with the source weights too (needs the hf extra).")
@click.option(
    "--source",
    type=click.Path(exists=True, path_type=Path),
    help="Those weights; unset: what --keep-source kept.",
)
@options.as_json
@click.pass_obj
def verify(
    settings: Settings, name: str | None, deep: bool, source: Path | None, as_json: bool
) -> ExitCode | None:
    """Hash the files of NAME again, or of every model."""
    store = ModelStore(settings.models_dir)
    if source is not None and not (name and deep):
        raise UsageError(
            "--source belongs to one model and --deep: coder models verify NAME --deep --source PATH"
        )
    models = [store.resolve(name)] if name else store.list()
    results = []
    for model in models:
        with ui.progress() as report:
            damaged = list(store.verify(model, report))
            numbers = _deep(settings, model, source, report) if deep and not damaged else None
        passed = not damaged and (numbers is None or bool(numbers["passed"]))
        results.append({"name": model.name, "target": model.target, "passed": passed, "damaged": damaged})
        if numbers is not None:
            results[-1]["verification"] = numbers
        _tell_verified(model, damaged)
    broken = [] if name else store.damaged()
    for title, why in broken:
        ui.warn(f"{title}: {why}")
        results.append({"name": title, "passed": False, "damaged": [why]})
    code = ExitCode.DONE if all(result["passed"] for result in results) else ExitCode.NEGATIVE
    if as_json:
        ui.json({"exit_code": int(code), "models": results})
    elif not results:
        _hint_empty()
    return code


@command.command()
@click.argument("name")
@click.pass_context
def default(context: click.Context, name: str) -> None:
    """Make NAME the model that answers when none is named."""
    from coder_cli.commands.config import set_value

    model = ModelStore(context.obj.models_dir).resolve(name)
    named = name if name in ALIASES or "@" in name or Path(name).exists() else model.name
    context.invoke(set_value, key="model", value=named)


def _list(settings: Settings, as_json: bool) -> None:
    store = ModelStore(settings.models_dir)
    models = store.list()
    if as_json:
        found: dict[str, object] = {"exit_code": 0, "models": [_told(model, settings) for model in models]}
        damaged = [{"name": title, "reason": why} for title, why in store.damaged()]
        ui.json(found | ({"damaged": damaged} if damaged else {}))
        return
    header = ("name", "size", "family", "target", "context", "source", "date", "")
    rows = [
        (
            model.name,
            ui.amount(model.size),
            model.manifest.family,
            model.target,
            str(model.manifest.context_length),
            model.manifest.source,
            model.manifest.created[:10],
            "default" if _is_default(model, settings) else "",
        )
        for model in models
    ]
    if rows:
        ui.table(rows, header)
    else:
        _hint_empty()
    for title, why in store.damaged():
        ui.warn(f"{title} is damaged: {why} Remove it: coder models rm {title}")


def _hint_empty() -> None:
    ui.say(f"No model is installed yet. This one is a good start: coder pull {DEFAULT_ALIAS}")


def _is_default(model: InstalledModel, settings: Settings) -> bool:
    try:
        return ModelStore(settings.models_dir).resolve(settings.model).folder == model.folder
    except StoreError:
        return False


def _title(model: InstalledModel) -> str:
    return f"{model.name}@{model.target}"


def _told(model: InstalledModel, settings: Settings) -> dict[str, object]:
    manifest = model.manifest
    told = {
        "name": model.name,
        "target": model.target,
        "folder": str(model.folder),
        "bytes": model.size,
        "family": manifest.family,
        "context_length": manifest.context_length,
        "source": manifest.source,
        "revision": manifest.revision,
        "licence": manifest.licence,
        "created": manifest.created,
        "default": _is_default(model, settings),
    }
    return {name: value for name, value in told.items() if value is not None}


def _plain(model: InstalledModel) -> dict[str, object]:
    return {**dataclasses.asdict(model.manifest), "layout": model.manifest.layout.value}


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError("Nothing is removed without a yes, and there is no terminal to ask at.", "Add -y.")
    click.confirm(question, abort=True, err=True)


def _deep(
    settings: Settings, model: InstalledModel, source: Path | None, report: Report
) -> dict[str, object]:
    """Numbers of the comparison with the source weights; they are written into the manifest as well."""
    from exporters.pull import kept_source
    from exporters.verify import verify as compare

    result = compare(model.folder, source or kept_source(settings.cache_dir, model.name), report)
    ui.say(f"{_title(model)} {result.summary()}")
    return dataclasses.asdict(result)


def _tell_verified(model: InstalledModel, damaged: list[str]) -> None:
    if not damaged:
        ui.say(f"{_title(model)}: every file is the one that was exported")
        return
    for line in damaged:
        ui.warn(f"{_title(model)}: {line}")
    ui.say(f"Pull it again: coder pull {model.name} --target {model.target} --force")
