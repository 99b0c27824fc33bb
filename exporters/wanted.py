"""What a person's word for a model means: a path here, a known name, or a Hub id."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from exporters import artefacts
from exporters.artefacts import DEFAULT_ALIAS, KnownModel
from exporters.errors import PullError
from exporters.store import folder_name, sha256_of
from exporters.types import Report, silent


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reference means. One of `model`, `repository`, `path` says where the bytes are."""

    name: str  # in the store
    model: KnownModel | None = None
    repository: str | None = None  # on the Hub
    file: str | None = None  # one GGUF file of `repository`
    path: Path | None = None  # here already
    notice: str | None = None  # what the person should know about it

    @property
    def needs_network(self) -> bool:
        return self.path is None


def locate(reference: str, report: Report = silent) -> Wanted:
    """What a reference means: an existing path first, then a known name or alias, then a Hub id.

    A Hub id is owner/name, or owner/name/FILE.gguf where a repository holds several.
    """
    row = artefacts.known(reference)
    path = _here(reference)
    if row is None and path is not None:
        return _local(path.absolute(), report)
    if row is not None:
        return Wanted(row.name, model=row)
    if artefacts.is_deepseek_7b(reference) and "/" not in reference:
        raise PullError(
            f"{reference} {artefacts.DEEPSEEK_7B_DIFFERS}. It is not among the named models; "
            "its Hub id, deepseek-ai/deepseek-coder-7b-instruct-v1.5, pulls it as a plain Llama.",
            "coder pull deepseek-coder-6.7b-base",
        )
    return _remote(reference)


def _here(reference: str) -> Path | None:
    """The existing path a reference names."""
    try:
        path = Path(reference).expanduser()
    except RuntimeError:  # ~somebody, who is not on this machine
        return None
    return path if reference.strip() and path.exists() else None


def _local(path: Path, report: Report) -> Wanted:
    """A folder or file; one of the known artefacts under any name is recognised by its content."""
    for row in artefacts.MODELS.values():
        known = row.artefact
        if known is None or not path.is_file() or path.stat().st_size != known.bytes:
            continue
        if sha256_of(path, report, f"checking {path.name}", 0, known.bytes) == known.sha256:
            return Wanted(row.name, model=row, path=path)
    stem = path.stem if path.is_file() else path.resolve().name
    return Wanted(folder_name("".join(c if c.isalnum() or c in "._+-" else "-" for c in stem)), path=path)


def _remote(reference: str) -> Wanted:
    owner, _, rest = reference.partition("/")
    name, _, file = rest.partition("/")
    if not owner or not name or owner.startswith((".", "~")) or (file and not file.endswith(".gguf")):
        raise PullError(
            f"{reference!r} is no model I know, no path here and no Hub id (owner/name).{_near(reference)}",
            f"coder pull {DEFAULT_ALIAS}",
        )
    notice = None
    if artefacts.is_deepseek_7b(reference):
        notice = f"{reference} {artefacts.DEEPSEEK_7B_DIFFERS}; it is treated as a plain Llama."
    installed = f"{owner}--{name}" + (f"--{file.removesuffix('.gguf')}" if file else "")
    return Wanted(folder_name(installed), repository=f"{owner}/{name}", file=file or None, notice=notice)


def _near(reference: str) -> str:
    close = difflib.get_close_matches(reference.lower(), [*artefacts.ALIASES, *artefacts.MODELS], n=1)
    return f" Did you mean {close[0]}?" if close else ""
