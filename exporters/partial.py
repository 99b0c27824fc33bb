"""A download in the making: FILE.<hash>.partial, hashed while it grows, renamed when its hash is right."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

from exporters.errors import PlaceFailed, PullError
from exporters.types import Progress, Report

READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """What the bytes of a finished file must be. `algorithm` "git" is the blob id of a file outside LFS."""

    bytes: int
    digest: str  # lower-case hex
    algorithm: str = "sha256"

    def hasher(self) -> hashlib._Hash:
        if self.algorithm == "sha256":
            return hashlib.sha256()
        return hashlib.sha1(b"blob %d\0" % self.bytes, usedforsecurity=False)


class Sink(Protocol):
    """The part of a binary file that huggingface_hub's `http_get` uses."""

    def write(self, data: bytes, /) -> int: ...
    def tell(self) -> int: ...
    def seek(self, offset: int, /) -> int: ...
    def truncate(self) -> int: ...


class Partial:
    """Bytes appended in order by whichever place serves them; survives interruptions.

    The name carries the expected hash, so what is continued is always meant to become the same bytes.
    """

    def __init__(self, final: Path, content: Content, report: Callable[[int], None]) -> None:
        self.final = final
        self.content = content
        self.path = partial_path(final, content)
        self._report = report
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()
        self._stream = self.path.open("r+b")
        self.size = 0
        self._hash = content.hasher()
        self._read_back(min(self.path.stat().st_size, content.bytes))

    def __enter__(self) -> Partial:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def write(self, data: bytes, /) -> int:
        if self.size + len(data) > self.content.bytes:
            self.shorten(0)
            raise PlaceFailed(f"It sent more than the {self.content.bytes} bytes of {self.final.name}.")
        try:
            self._stream.write(data)
        except OSError as error:
            raise PullError(f"{self.path} cannot be written: {error.strerror or error}.") from error
        self._hash.update(data)
        self.size += len(data)
        self._report(self.size)
        return len(data)

    def tell(self) -> int:
        return self.size

    def seek(self, offset: int, /) -> int:
        """Forget what follows `offset`: a server that ignores Range sends the file from there again."""
        self.shorten(offset)
        return self.size

    def truncate(self) -> int:
        return self.size

    def shorten(self, size: int) -> None:
        """Keep the first `size` bytes; what is kept is read and hashed again."""
        if size < self.size:
            self._read_back(size)

    def finish(self) -> Path:
        """Check, make durable, rename. PullError where the bytes are wrong: the file is then removed."""
        if self.size != self.content.bytes:
            raise PlaceFailed(f"It sent {self.size} of the {self.content.bytes} bytes of {self.final.name}.")
        if self._hash.hexdigest() != self.content.digest:
            self._stream.close()
            self.path.unlink()
            raise wrong_hash(self.final.name)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self.path.replace(self.final)
        return self.final

    def _read_back(self, size: int) -> None:
        self._stream.flush()
        self._stream.truncate(size)
        self._stream.seek(0)
        self._hash, self.size = self.content.hasher(), 0
        while self.size < size and (block := self._stream.read(min(READ_BYTES, size - self.size))):
            self._hash.update(block)
            self.size += len(block)
            self._report(self.size)


def partial_path(final: Path, content: Content) -> Path:
    return final.with_name(f"{final.name}.{content.digest[:12]}.partial")


def held_bytes(final: Path, content: Content) -> int:
    """How many of its bytes are on this disk already, finished or not."""
    for path in (final, partial_path(final, content)):
        if path.is_file():
            return min(path.stat().st_size, content.bytes)
    return 0


def is_intact(path: Path, content: Content, stage: str, report: Report) -> bool:
    """Whether a finished file is there with exactly these bytes."""
    if not path.is_file() or path.stat().st_size != content.bytes:
        return False
    digest, done = content.hasher(), 0
    with path.open("rb") as stream:
        while block := stream.read(READ_BYTES):
            digest.update(block)
            done += len(block)
            report(Progress(stage, done, content.bytes))
    return digest.hexdigest() == content.digest


def wrong_hash(name: str) -> PullError:
    return PullError(
        f"{name} was not the file that was expected (another sha256); it has been removed. "
        "Whoever served it holds other bytes under that name.",
        "Try again; if it stays so, fetch the file elsewhere and give its path to coder pull.",
    )
