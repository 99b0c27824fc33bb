"""Files of the Hugging Face Hub, or of the mirror HF_ENDPOINT names. The only import of huggingface_hub.

The library resolves addresses, tokens and redirects. The bytes go through its `http_get` into our own partial
file, because `hf_hub_download` (since 1.x) starts an interrupted file from zero again.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging import CRITICAL
from typing import TYPE_CHECKING, BinaryIO, cast

from exporters.errors import PlaceFailed
from exporters.partial import Content, Partial

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

CONNECT_SECONDS = 6.0  # a machine without a route must reach the next place soon
CHUNK_BYTES = 1 << 20  # http_get's own 10 MB would make the bar jump and lose 10 MB at an interruption

# Never *.bin, *.pt, *.py: pickles and code run when they are read.
SIDE_FILES = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "LICENSE*",
    "NOTICE*",
    "README.md",  # the model card: names the licence
)
_PLAIN_NAME = re.compile(r"\w[\w.+-]*(?:/\w[\w.+-]*)?")


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a commit."""

    name: str
    content: Content


@dataclass(frozen=True, slots=True)
class Listing:
    """A repository at one commit."""

    repository: str
    commit: str
    licence: str | None
    files: tuple[HubFile, ...]  # in the root folder only
    below: tuple[HubFile, ...] = ()  # one folder down, as encoders have their pooling

    def file(self, name: str) -> HubFile:
        """PlaceFailed where the repository has no such file."""
        for file in (*self.files, *self.below):
            if file.name == name:
                return file
        raise PlaceFailed(f"{self.repository} has no file {name} at {self.commit[:12]}.")


def listing(repository: str, revision: str | None) -> Listing:
    """What the Hub holds now. PlaceFailed with a sentence where it cannot be asked or refuses."""
    _quiet()
    from huggingface_hub import HfApi

    with _failures(repository, revision):
        info = HfApi().model_info(repository, revision=revision, files_metadata=True, timeout=CONNECT_SECONDS)
    if info.sha is None:
        raise PlaceFailed(f"The Hub names no commit for {repository}: is HF_ENDPOINT a Hub?")
    files = list(_files(info))
    root = tuple(file for file in files if "/" not in file.name)
    below = tuple(file for file in files if "/" in file.name)
    return Listing(repository, info.sha, _licence(info), root, below)


def fetch(found: Listing, file: HubFile, partial: Partial) -> None:
    """Append what is missing of one file, pinned to the listing's commit."""
    _quiet()
    from huggingface_hub import constants, hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils._headers import build_hf_headers

    constants.DOWNLOAD_CHUNK_SIZE = CHUNK_BYTES
    farthest = partial.size
    with _failures(found.repository, found.commit):
        while partial.size < file.content.bytes:
            try:
                http_get(
                    hf_hub_url(found.repository, file.name, revision=found.commit),
                    cast(BinaryIO, partial),
                    resume_size=partial.size,
                    headers={**build_hf_headers(), "Accept-Encoding": "identity"},
                    expected_size=file.content.bytes,
                )
            except _transport_errors():
                if partial.size <= farthest:
                    raise
                farthest = partial.size  # bytes came before it broke: go on from there


def snapshot_files(found: Listing) -> list[HubFile]:
    """Config, tokenizer, licence and safetensors. PlaceFailed for a repository without safetensors."""
    weights = [file for file in found.files if fnmatch.fnmatch(file.name, "model*.safetensors")]
    weights = weights or [file for file in found.files if file.name.endswith(".safetensors")]
    if not weights:
        raise PlaceFailed(_no_safetensors(found))
    sides = [file for file in found.files if any(fnmatch.fnmatch(file.name, row) for row in SIDE_FILES)]
    indexes = [file for file in found.files if file.name.endswith(".safetensors.index.json")]
    return [*sides, *indexes, *weights]


def gguf_files(found: Listing) -> list[HubFile]:
    return [file for file in found.files if file.name.endswith(".gguf")]


def _no_safetensors(found: Listing) -> str:
    if any(file.name.endswith((".bin", ".pt", ".pth")) for file in found.files):
        return f"{found.repository} holds its weights as pickles only: reading them runs code, so we do not."
    return f"{found.repository} holds no safetensors and no GGUF file."


def _files(info: ModelInfo) -> Iterator[HubFile]:
    for sibling in info.siblings or ():
        if _PLAIN_NAME.fullmatch(sibling.rfilename) is None:
            continue
        if sibling.lfs is not None:
            yield HubFile(sibling.rfilename, Content(sibling.lfs.size, sibling.lfs.sha256))
        elif sibling.size is not None and sibling.blob_id is not None:
            yield HubFile(sibling.rfilename, Content(sibling.size, sibling.blob_id, "git"))


def _licence(info: ModelInfo) -> str | None:
    card = info.card_data
    if card is None:
        return None
    named = card.get("license_name") or card.get("license")
    return named if isinstance(named, str) else None


def _quiet() -> None:
    """Its bars and log lines off (the screen is ours), its telemetry off."""
    from huggingface_hub import constants
    from huggingface_hub.utils import logging
    from huggingface_hub.utils.tqdm import disable_progress_bars

    constants.HF_HUB_DISABLE_TELEMETRY = True
    logging.set_verbosity(CRITICAL)
    if not constants.HF_HUB_DISABLE_PROGRESS_BARS:
        constants.HF_HUB_DISABLE_PROGRESS_BARS = True
        disable_progress_bars()


@contextmanager
def _failures(repository: str, revision: str | None) -> Iterator[None]:
    """The library's errors as PlaceFailed, each with a sentence."""
    from huggingface_hub import errors

    try:
        yield
    except PlaceFailed:
        raise
    except errors.GatedRepoError as error:
        raise PlaceFailed(
            f"{repository} is gated: its owner wants its terms accepted on the Hub first.",
            f"Accept them at {_page(repository)} and set HF_TOKEN (or: hf auth login).",
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise PlaceFailed(
            f"The Hub has no model {repository}, or it is private and the token does not open it.",
            "Check the name; for a private model set HF_TOKEN (or: hf auth login).",
        ) from error
    except errors.RevisionNotFoundError as error:
        raise PlaceFailed(f"{repository} has no revision {revision}.") from error
    except errors.OfflineModeIsEnabled as error:
        raise PlaceFailed("HF_HUB_OFFLINE is set, so the Hub is not asked.") from error
    except errors.HFValidationError as error:
        raise PlaceFailed(f"{repository!r} is not a Hub id: {error}") from error
    except errors.HfHubHTTPError as error:
        raise PlaceFailed(f"The Hub refused {repository}: {_first_line(error)}") from error
    except _transport_errors() as error:
        raise PlaceFailed(
            f"The Hub cannot be reached ({_first_line(error)}).",
            "Check the network. HF_ENDPOINT names a mirror; a folder or GGUF file here can be pulled too.",
        ) from error


def _transport_errors() -> tuple[type[Exception], ...]:
    """Of requests or httpx, whichever the installed version uses: they are the bases of HfHubHTTPError."""
    from huggingface_hub.errors import HfHubHTTPError

    return OSError, *(base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception))


def _page(repository: str) -> str:
    from huggingface_hub import constants

    return f"{constants.ENDPOINT}/{repository}"


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
