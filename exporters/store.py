"""The local model store: ROOT/NAME/TARGET/ holds model.onnx(.data), tokenizer.json, coder.json, LICENSE."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporters import manifest as manifests
from exporters.artefacts import ALIASES, DEFAULT_ALIAS, MODELS, known
from exporters.errors import StoreError
from exporters.manifest import MANIFEST_NAME, Manifest
from exporters.targets import TARGETS, Device
from exporters.types import Progress, Report, silent

READ_BYTES = 1 << 20
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """An exported model on this disk."""

    name: str
    target: str
    folder: Path
    manifest: Manifest
    size: int  # bytes of all its files


def folder_name(name: str) -> str:
    """A model's name as one safe path component; a Hub id owner/name becomes owner--name."""
    safe = name.replace("/", "--")
    if _SAFE_NAME.fullmatch(safe) is None or name.count("/") > 1 or safe.endswith("."):
        raise StoreError(
            f"{name!r} cannot be a model's name: letters, digits and . _ + - only, at most one slash."
        )
    return safe


def sha256_of(
    path: Path, report: Report = silent, stage: str = "hashing", done: int = 0, total: int = 0
) -> str:
    """Lower-case hex; `done` and `total` place this file among others that are hashed."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(READ_BYTES):
            digest.update(block)
            done += len(block)
            report(Progress(stage, done, total))
    return digest.hexdigest()


class ModelStore:
    """Models by name. Only complete folders are seen: an export is renamed into its place when done."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, name: str, target: str) -> Path:
        """Where a model belongs; nothing is created."""
        return self.root / folder_name(name) / _checked_target(target)

    def list(self) -> list[InstalledModel]:
        """Sorted by name, then in the order of the target table. Damaged folders are left out."""
        models = []
        for folder in self._folders():
            try:
                models.append(_open(folder, folder.parent.name, folder.name))
            except StoreError:
                continue
        return models

    def damaged(self) -> Sequence[tuple[str, str]]:
        """(`name@target`, why) of folders whose manifest cannot be read."""
        found = []
        for folder in self._folders():
            try:
                _open(folder, folder.parent.name, folder.name)
            except StoreError as error:
                found.append((f"{folder.parent.name}@{folder.name}", error.message))
        return found

    def resolve(
        self, reference: str, target: str | None = None, device: Device | None = None
    ) -> InstalledModel:
        """A name, an alias, `name@target`, a Hub id, or the path of a model folder (`./folder` for one right
        here); names win over paths.

        Among several targets, those for `device` come first, then the order of the target table.
        """
        installed = self.matching(reference, target)
        if installed:
            wrong_device = [device is not None and TARGETS[m.target].device is not device for m in installed]
            return installed[wrong_device.index(min(wrong_device))]
        folder = _as_path(reference)
        if folder is not None and (folder / MANIFEST_NAME).is_file():
            return _open(folder, None, None)
        raise self._missing(reference, target)

    def matching(self, reference: str, target: str | None = None) -> Sequence[InstalledModel]:
        """Every installed target of a name, alias, `name@target` or Hub id; may be empty; never a path."""
        name, wanted = _split(reference)
        wanted = target or wanted
        if wanted is not None:
            _checked_target(wanted)
        if name is None:
            return []
        return [m for m in self.list() if m.name.lower() == name.lower() and wanted in (None, m.target)]

    def remove(self, reference: str) -> Sequence[Path]:
        """Remove a model, in all its targets or the one named by `name@target`; damaged ones too.

        Links are unlinked, never followed; each folder is first renamed away, so none is ever half there.
        """
        name, target = _split(reference)
        if target is not None:
            _checked_target(target)
        folders = [
            folder
            for folder in self._folders()
            if name is not None
            and folder.parent.name.lower() == name.lower()
            and target in (None, folder.name)
        ]
        if not folders:
            raise self._missing(reference, target)
        for folder in folders:
            self._discard(folder)
        return folders

    def verify(self, model: InstalledModel, report: Report = silent) -> Sequence[str]:
        """Hash every file again. One line for each that is missing or not what the manifest says."""
        damaged, done = [], 0
        total = sum(_size(model.folder / name) for name in model.manifest.files)
        for name, expected in model.manifest.files.items():
            path = model.folder / name
            if Path(name).name != name or not path.is_file():
                damaged.append(f"{name} is missing")
                continue
            if sha256_of(path, report, f"verifying {model.name}", done, total) != expected:
                damaged.append(f"{name} is not the file that was exported (another sha256)")
            done += _size(path)
        return damaged

    def _folders(self) -> Iterator[Path]:
        """Folders that look like a model; work in progress has another name than a target's."""
        if not self.root.is_dir():
            return
        for parent in sorted(self.root.iterdir()):
            if parent.name.startswith(".") or not parent.is_dir():
                continue
            yield from (parent / target for target in TARGETS if (parent / target / MANIFEST_NAME).is_file())

    def _discard(self, folder: Path) -> None:
        if folder.parent.is_symlink():  # a whole model linked in from elsewhere: only the link is ours
            folder.parent.unlink(missing_ok=True)
            return
        if folder.is_symlink():
            folder.unlink()
        else:
            doomed = self.root / f".removed-{uuid.uuid4().hex}"
            folder.rename(doomed)
            shutil.rmtree(doomed)
        if not any(folder.parent.iterdir()):
            folder.parent.rmdir()

    def _missing(self, reference: str, target: str | None) -> StoreError:
        name, _ = _split(reference)
        names = sorted({model.name for model in self.list()})
        if name in names:
            there = ", ".join(model.target for model in self.list() if model.name == name)
            return StoreError(
                f"{name} is installed for {there}, not for {target or reference.rpartition('@')[2]}.",
                f"coder pull {name} --target {target or reference.rpartition('@')[2]}",
            )
        row = known(reference.rpartition("@")[0] or reference)
        if row is not None:
            short = reference if reference in ALIASES else row.name
            called = f"{row.name} ({short})" if short != row.name else row.name
            return StoreError(f"The model {called} is not installed.", f"coder pull {short}")
        close = difflib.get_close_matches(reference, [*names, *ALIASES, *MODELS], n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        if Path(reference, MANIFEST_NAME).is_file():
            hint = f" For the folder here: ./{reference}"
        have = f" Installed: {', '.join(names)}." if names else " No model is installed yet."
        return StoreError(
            f"No model {reference!r} is installed, and it is no folder with a {MANIFEST_NAME}.{hint}{have}",
            "coder models" if names else f"coder pull {DEFAULT_ALIAS}",
        )


def _as_path(reference: str) -> Path | None:
    """None for a bare word: a cloned repository with a folder of that name must not become the model."""
    if "/" not in reference and os.sep not in reference and not reference.startswith((".", "~")):
        return None
    try:
        return Path(reference).expanduser()
    except RuntimeError:  # ~somebody, who is not on this machine
        return None


def _split(reference: str) -> tuple[str | None, str | None]:
    """(folder name or None where it cannot be one, target or None)."""
    name, at, target = reference.partition("@")
    row = known(name)
    try:
        return (row.name if row else folder_name(name)), (target if at else None)
    except StoreError:
        return None, (target if at else None)


def _checked_target(target: str) -> str:
    if target not in TARGETS:
        raise StoreError(f"There is no target {target!r}: one of {', '.join(TARGETS)}.")
    return target


def _open(folder: Path, name: str | None, target: str | None) -> InstalledModel:
    manifest = manifests.read(folder)
    size = sum(_size(path) for path in folder.iterdir())
    return InstalledModel(name or manifest.name, target or manifest.target, folder, manifest, size)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
