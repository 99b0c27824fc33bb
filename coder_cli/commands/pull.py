"""`coder pull`: from a name to a model that is ready on this machine."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import click

from coder_cli import options, ui
from coder_cli.settings import Settings
from exporters.errors import ExporterError, PullError
from exporters.store import InstalledModel, ModelStore
from exporters.targets import TARGETS, Target

if TYPE_CHECKING:
    from exporters.pull import Fetched
    from exporters.wanted import Wanted


@click.command("pull")
@click.argument("name")
@click.option("--target", type=click.Choice(list(TARGETS)), help="What it becomes; unset: what suits here.")
@click.option("--revision", metavar="REV", help="Branch, tag or commit on the Hub.")
@click.option("--keep-source", is_flag=True, help="Keep the download after the export.")
@click.option("--force", is_flag=True, help="Pull again although it is installed.")
@options.as_json
@click.pass_obj
def command(
    settings: Settings,
    name: str,
    target: str | None,
    revision: str | None,
    keep_source: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Fetch a model and make it ready for this machine.

    NAME is starter, qwen2.5-coder-0.5b-instruct, deepseek-coder-{1.3b,6.7b,33b}-{base,instruct},
    smollm2-135m-instruct, a Hub id (owner/name, owner/name/FILE.gguf), or a folder or GGUF file here.
    """
    from exporters.wanted import locate

    chosen = TARGETS[target or suitable_target(settings.device)]
    with ui.progress() as report:
        wanted = locate(name, report)
    if wanted.notice:
        ui.warn(wanted.notice)
    installed = ModelStore(settings.models_dir).matching(wanted.name, chosen.name)
    if installed and not force:
        ui.say(f"{wanted.name} is installed already for {chosen.name}. --force pulls it again.")
        _tell(installed[0], as_json, new=False)
        return
    if wanted.needs_network and settings.offline:
        raise PullError(f"{wanted.name} is not installed, and --offline forbids to fetch it.", "coder models")
    try:
        model = _make_ready(settings, wanted, chosen, revision, keep_source)
    except KeyboardInterrupt:
        ui.say("What has come is kept: the same command goes on from there.")
        raise
    _tell(model, as_json, new=True)


def _make_ready(
    settings: Settings, wanted: Wanted, target: Target, revision: str | None, keep_source: bool
) -> InstalledModel:
    """Fetch and export, with nobody else at it; the download goes when the model is in its place."""
    from exporters.export import export
    from exporters.pull import Room, fetch, locked

    store = ModelStore(settings.models_dir)
    room = Room(settings.models_dir, target)
    with locked(settings.cache_dir, wanted.name), ui.progress() as report:
        fetched = fetch(wanted, settings.cache_dir, room, revision=revision, report=report, notice=ui.say)
        try:
            _tell_remark(wanted, fetched)
            export(
                fetched.path,
                store.place(wanted.name, target.name),
                target,
                name=wanted.name,
                origin=fetched.origin,
                revision=fetched.revision,
                licence=fetched.licence,
                licence_text=fetched.licence_text,
                report=report,
            )
        except ExporterError:
            _tell_kept(fetched)
            raise
        if keep_source:
            _tell_kept(fetched)
        elif fetched.folder is not None:
            shutil.rmtree(fetched.folder)
    return store.resolve(wanted.name, target.name)


def _tell_remark(wanted: Wanted, fetched: Fetched) -> None:
    """A checkpoint that is not in the table may look like a family and be none of it."""
    if wanted.model is not None or wanted.notice is not None:
        return
    from exporters.recognise import remark
    from exporters.sources import open_source

    with closing(open_source(fetched.path)) as source:
        found = remark(source)
    if found is not None:
        ui.warn(found)


def _tell_kept(fetched: Fetched) -> None:
    if fetched.folder is not None:
        ui.say(f"The download is kept: {fetched.path}")


def suitable_target(device: str) -> str:
    """int4 for the device the settings name; with "auto", for CUDA where its runtime and a GPU are there."""
    cuda = device.startswith("cuda") or (device == "auto" and _cuda_runtime() and _gpu())
    return "cuda-int4" if cuda else "cpu-int4"


def _cuda_runtime() -> bool:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return bool(version("onnxruntime-gpu"))
    except PackageNotFoundError:
        return False


def _gpu() -> bool:
    """Whether the CUDA driver starts and counts a device."""
    import ctypes
    import os

    count = ctypes.c_int(0)
    try:
        driver = ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
        return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
    except (OSError, AttributeError):
        return False


def _tell(model: InstalledModel, as_json: bool, new: bool) -> None:
    manifest = model.manifest
    if as_json:
        told = {
            "exit_code": 0,
            "name": model.name,
            "target": model.target,
            "folder": str(model.folder),
            "bytes": model.size,
            "source": manifest.source,
            "revision": manifest.revision,
            "licence": manifest.licence,
            "new": new,
        }
        ui.json({name: value for name, value in told.items() if value is not None})
        return
    if new:
        ui.say(f"{model.name} is ready for {model.target}: {ui.amount(model.size)} in {model.folder}")
        text = model.folder / "LICENSE"
        where = f"; its text is {text}" if text.is_file() else ""
        ui.say(f"Licence of the model: {manifest.licence or 'not stated'}{where}")
