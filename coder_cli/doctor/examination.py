"""The walk through everything that can be wrong. Nothing that is broken ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

from coder_cli.doctor import libraries as versions
from coder_cli.doctor import machine, model, repository
from coder_cli.doctor.finding import Finding, guarded
from coder_cli.doctor.libraries import Libraries
from coder_cli.model.device import Device
from coder_cli.settings import Settings
from exporters.types import Report


def examine(
    settings: Settings, *, deep: bool, notice: Callable[[str], None], report: Report
) -> Iterator[Finding]:
    """One Finding after the other. `deep` hashes the model, loads it, and measures its pace."""
    with closing(Libraries()) as libraries:  # at work while the rest is looked at
        yield from guarded("coder", versions.program)
        yield from guarded("settings", partial(machine.files, settings))
        yield from guarded("folder", partial(machine.folders, settings))
        yield from guarded("terminal", partial(machine.terminal, settings))
        yield from guarded("network", partial(machine.network, settings))
        yield from guarded("git", versions.git)
        yield from guarded("onnxruntime", partial(versions.imported, libraries))
        yield from guarded("model", partial(model.installed, settings, deep, report))
        yield from guarded("model", partial(_running, settings, libraries, deep, notice))
    yield from guarded("repository", partial(repository.around, settings))
    yield from guarded("cache", partial(repository.caches, settings))
    yield from guarded("errors", partial(machine.last_error, settings))


def _running(
    settings: Settings, libraries: Libraries, deep: bool, notice: Callable[[str], None]
) -> Iterator[Finding]:
    """What can be told of a model that is there, on an ONNX Runtime that is there."""
    found = model.find(settings)
    if found is None or not libraries.providers:
        return
    chosen = model.device(settings, found, libraries.providers)
    if not isinstance(chosen, Device):
        yield chosen
        return
    yield from guarded("device", partial(model.runs_on, settings, chosen, libraries.providers))
    yield from guarded("memory", partial(model.fits, settings, found, chosen))
    if deep:
        yield from guarded("pace", partial(_measured, settings, notice))
    yield from guarded("pace", partial(model.reads, settings, found, chosen))


def _measured(settings: Settings, notice: Callable[[str], None]) -> Iterator[Finding]:
    model.measure(settings, notice)
    yield from ()
