"""`coder export`: a checkpoint on this disk becomes a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coder_cli import options, ui
from coder_cli.errors import ExitCode, ModelError
from coder_cli.settings import Settings
from exporters.families import FAMILIES
from exporters.store import InstalledModel, ModelStore
from exporters.targets import DEFAULT_TARGET, TARGETS

if TYPE_CHECKING:
    from exporters.manifest import Manifest
    from exporters.types import Report
    from exporters.verify import Verification


@click.command("export")
@click.argument("source", type=click.Path(path_type=Path), required=False)
@click.option(
    "--target",
    type=click.Choice(list(TARGETS)),
    default=DEFAULT_TARGET,
    show_default=True,
    help="What it becomes.",
)
@click.option("--name", metavar="NAME", help="Its name among the installed models; unset: that of SOURCE.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Model folder to make.")
@click.option("--family", type=click.Choice(list(FAMILIES)), help="Its prompt formats; unset: recognised.")
@click.option("--via", type=click.Choice(["optimum"]), help="Trace an architecture coder has no graph for.")
@click.option(
    "--encoder", metavar="NAME", help="Make an encoder for search instead: static, minilm, or a model's."
)
@click.option("--verify", is_flag=True, help="Compare it with the source afterwards; needs the hf extra.")
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    source: Path | None,
    target: str,
    name: str | None,
    output: Path | None,
    family: str | None,
    via: str | None,
    encoder: str | None,
    verify: bool,
    as_json: bool,
) -> ExitCode:
    """Export a checkpoint to ONNX.

    SOURCE is a folder with config.json and safetensors, or a GGUF file. The model goes to the store, where
    `-m NAME` finds it, or to DIR.

    With --encoder no SOURCE is given: `static` trains the table that is shipped anew, from public packages,
    `minilm` fetches all-MiniLM-L6-v2, and a folder or Hub id stands for any sentence-transformers model.
    """
    if (encoder is None) == (source is None):
        raise click.UsageError("Give either a SOURCE or --encoder NAME.")
    if encoder is not None or source is None:
        from coder_cli.encoder_export import export_encoder

        return export_encoder(settings, encoder or "", output, as_json)
    if not source.expanduser().exists():
        raise ModelError(f"{source} is no file or folder here.", f"coder pull {source}")
    source = source.expanduser().absolute()
    if verify:
        from exporters import reference

        reference.version()  # a missing extra is told now, not after the work
    store = ModelStore(settings.models_dir)
    with ui.progress() as report:
        folder, manifest = _export(settings, source, target, name, output, family, via, report)
        checked = _verified(folder, source, report) if verify else None
    model = InstalledModel(
        manifest.name, target, folder, manifest, sum(file.stat().st_size for file in folder.iterdir())
    )
    in_store = folder == store.place(manifest.name, target)
    _tell(model, checked, as_json, reference=manifest.name if in_store else str(folder))
    return ExitCode.NEGATIVE if checked is not None and not checked.passed else ExitCode.DONE


def _export(
    settings: Settings,
    source: Path,
    target: str,
    name: str | None,
    output: Path | None,
    family: str | None,
    via: str | None,
    report: Report,
) -> tuple[Path, Manifest]:
    from exporters.pull import Room, fetch, locked
    from exporters.wanted import locate

    wanted = locate(str(source), report)
    name = name or wanted.name
    folder = output.absolute() if output else ModelStore(settings.models_dir).place(name, target)
    with locked(settings.cache_dir, name):
        fetched = fetch(wanted, settings.cache_dir, Room(folder.parent, TARGETS[target]), report=report)
        given: dict[str, Any] = {
            "name": name,
            "origin": fetched.origin,
            "licence": fetched.licence,
            "licence_text": fetched.licence_text,
            "report": report,
            **({"family": family} if family else {}),
        }
        if via == "optimum":
            from exporters.optimum import export_with_optimum

            return folder, export_with_optimum(fetched.path, folder, TARGETS[target], **given)
        from exporters.export import export

        return folder, export(fetched.path, folder, TARGETS[target], **given)


def _verified(folder: Path, source: Path, report: Report) -> Verification:
    from exporters.verify import verify

    return verify(folder, source, report)


def _tell(model: InstalledModel, checked: Verification | None, as_json: bool, reference: str) -> None:
    if as_json:
        import dataclasses

        told = {
            "exit_code": int(ExitCode.NEGATIVE if checked and not checked.passed else ExitCode.DONE),
            "name": model.name,
            "target": model.target,
            "family": model.manifest.family,
            "folder": str(model.folder),
            "bytes": model.size,
            "parameters": model.manifest.parameters,
            "licence": model.manifest.licence,
            "verification": dataclasses.asdict(checked) if checked else None,
        }
        ui.json({name: value for name, value in told.items() if value is not None})
        return
    ui.say(f"{model.name} is ready for {model.target}: {ui.amount(model.size)} in {model.folder}")
    if checked:
        ui.say(f"It {checked.summary()}")
    ui.say(f"  coder generate -m {reference} PROMPT")
