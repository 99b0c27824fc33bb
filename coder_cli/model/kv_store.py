"""Key/value state of prompts on disk, so that a later run of coder need not compute it again.

One file holds the state of one block of tokens. Its name is a hash of everything that decides its bits: the
model's files, the runtime, the device, every token up to the block's last and the sizes of the runs that made
them. Nothing else of a prompt is kept. A file is checked before it is believed: this is a cache, and what is
wrong in it is removed and computed again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coder_cli.model.types import Numerics
from exporters.manifest import Manifest

# Tokens. A prompt's tokens behind its last whole block are run again, and so are those of a block in which
# two prompts part: small blocks waste few. Runs of 64 are as fast as runs of 256 (see CONTRIBUTING).
BLOCK = 64
FORMAT = 1
SUFFIX, UNFINISHED = ".kv", ".part"
ABANDONED_SECONDS = 600  # an unfinished file that old belongs to a process that was killed
RESERVE = 1 << 30  # bytes of the disk that are never taken
# Nanoseconds. A prompt's block counts as used that much before the block in front of it, without which it is
# worth nothing: prompts lose their ends first.
AFTER = 1_000

State = NDArray[np.generic]  # [keys and values of all layers, kv_heads, tokens, head_dim]
_HEADER = struct.Struct("<8s32sI")  # magic, key, CRC of the rest
_MAGIC = b"coder-kv"


def identity(manifest: Manifest, numerics: Numerics) -> bytes | None:
    """What state of two models, runtimes or machines differs in; None where the manifest names no files."""
    if not manifest.files:
        return None
    about = [FORMAT, BLOCK, sorted(manifest.files.items()), asdict(numerics), manifest.kv_dtype]
    return hashlib.sha256(json.dumps(about).encode()).digest()


def key_after(key: bytes, ids: Sequence[int], runs: Sequence[int]) -> bytes:
    """The key of the block of `ids`, made by `runs`, behind the block of `key` (or the identity)."""
    return hashlib.sha256(
        key + np.array(ids, "<i8").tobytes() + b"made by" + np.array(runs, "<i8").tobytes()
    ).digest()


def keys(start: bytes, ids: Sequence[int], runs: Sequence[int]) -> Iterator[bytes]:
    """One key a whole block of `ids`, up to a run that does not end where a block does."""
    left = iter(runs)
    for at in range(0, len(ids) - BLOCK + 1, BLOCK):
        own: list[int] = []
        while sum(own) < BLOCK:
            own.append(next(left, BLOCK + 1))
        if sum(own) > BLOCK:
            return
        start = key_after(start, ids[at : at + BLOCK], own)
        yield start


class KvStore:
    """A folder of blocks, of all models, bounded in bytes. Any number of processes may use it."""

    def __init__(self, folder: Path, limit: int, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
        """`shape` and `dtype` are those of a block of this model."""
        self._folder = folder
        self._limit = limit
        self._shape = shape
        self._dtype = dtype
        self._file = bytearray(_HEADER.size + int(np.prod(shape)) * dtype.itemsize)

    def load(self, key: bytes) -> State | None:
        """The block's state, or None. The array is overwritten by the next load.

        Read, not mapped: a mapped file that another process cuts short ends this one.
        """
        path = self._path(key)
        try:
            with path.open("rb", buffering=0) as stream:
                whole = os.fstat(stream.fileno()).st_size == len(self._file)
                whole = whole and stream.readinto(self._file) == len(self._file)
        except OSError:
            return None
        data = memoryview(self._file)[_HEADER.size :]
        if not whole or _HEADER.unpack_from(self._file) != (_MAGIC, key, zlib.crc32(data)):
            with suppress(OSError):
                path.unlink()
            return None
        return np.frombuffer(data, self._dtype).reshape(self._shape)

    def keep(self, blocks: Sequence[bytes], state: Callable[[int], State], stop: Callable[[], bool]) -> None:
        """Write those of a prompt's blocks that are missing; `state(n)` is the n-th's. All count as used.

        Where the disk is full or not ours to write, nothing is kept: state is only ever a saving of time.
        `stop` is asked before each block.
        """
        now = time.time_ns()
        blocks = blocks[: self._limit // len(self._file)]
        used = {key: now - number * AFTER for number, key in enumerate(blocks)}
        with suppress(OSError):
            missing = [number for number, key in enumerate(used) if not self._touch(key, used[key])]
            if missing and self._make_room(len(missing) * len(self._file)):
                for number in missing:
                    if stop():
                        return
                    self._write(blocks[number], state(number))
                    self._touch(blocks[number], used[blocks[number]])

    def _write(self, key: bytes, state: State) -> None:
        """Beside and renamed. Not synced: a file the machine lost is one that fails its check."""
        data = np.ascontiguousarray(state).data.cast("B")
        fresh = self._folder / f"{uuid.uuid4().hex}{UNFINISHED}"
        try:
            # What was read and asked is another's secret, and can be guessed from its state.
            fresh.touch(mode=0o600, exist_ok=False)
            with fresh.open("wb") as stream:
                stream.write(_HEADER.pack(_MAGIC, key, zlib.crc32(data)))
                stream.write(data)
            fresh.replace(self._path(key))
        except BaseException:
            with suppress(OSError):
                fresh.unlink()
            raise

    def _touch(self, key: bytes, used: int) -> bool:
        """Say when the block was used, in nanoseconds. False where it is not there."""
        try:
            os.utime(self._path(key), ns=(used, used))
        except FileNotFoundError:
            return False
        return True

    def _make_room(self, wanted: int) -> bool:
        """Remove what was not used for longest until `wanted` bytes fit the limit and the disk."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held: list[tuple[int, int, Path]] = []
        for entry in os.scandir(self._folder):
            with suppress(FileNotFoundError):  # another process makes room too
                about = entry.stat(follow_symlinks=False)
                if entry.name.endswith(SUFFIX):
                    held.append((about.st_mtime_ns, about.st_size, Path(entry.path)))
                elif entry.name.endswith(UNFINISHED) and about.st_mtime < time.time() - ABANDONED_SECONDS:
                    Path(entry.path).unlink()
        over = sum(size for _, size, _ in held) + wanted - self._limit
        over = max(over, wanted + RESERVE - shutil.disk_usage(self._folder).free)
        for _, size, path in sorted(held):
            if over <= 0:
                break
            path.unlink(missing_ok=True)
            over -= size
        return over <= 0

    def _path(self, key: bytes) -> Path:
        return self._folder / f"{key.hex()}{SUFFIX}"
