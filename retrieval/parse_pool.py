"""Parses many files on all cores, each core a child process (parse_worker.py).

Children are started as programs, not forked, so threads here do not matter, and they end with their stdin:
whatever happens to this process, they do not stay. A file that crashes one, or keeps it for too long, costs
that file alone.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Self, cast

import msgspec

from retrieval.packed import PackedParse, pack
from retrieval.parse import PARSE_SECONDS, packed_parse
from retrieval.parse_worker import take_frames, write_frame
from retrieval.types import ParsedFile, SourceFile

# A child takes 0.1 s to start, in which a core parses about this much.
_WORTH_A_WORKER = 200_000  # characters
_BATCH_CHARACTERS = 100_000  # long enough to keep a child busy while we read the next one
_BATCH_FILES = 100
_MOST_WORKERS = 32
_READ_BYTES = 1 << 20
# For one file, by the clock on the wall; `parse` itself gives up after a few times its limit at most.
_HANGING_SECONDS = 6 * PARSE_SECONDS
_STARTING_SECONDS = 60.0  # on a machine that has much else to do
# Characters. Some grammars cannot be stopped at the end of a text of nothing but `a<`, and take the square of
# its length: this long about PARSE_SECONDS. What is longer is parsed where it can be killed.
_MOST_HERE = 32_000
_WORKER = Path(__file__).with_name("parse_worker.py")

Parsed = tuple[SourceFile, PackedParse]


def parse_all(files: Iterable[SourceFile], size: int, workers: int | None = None) -> Iterator[Parsed]:
    """Every file with its parse, in any order; `files` is read as it is needed. `size` is theirs, about."""
    if os.name != "posix":  # selectors know no pipes elsewhere
        yield from _here(files)
        return
    count = min(workers or cores(), _MOST_WORKERS, size // _WORTH_A_WORKER)
    with ParsePool(count if count > 1 else 0) as pool:
        yield from pool.parse(files) if count > 1 else _one_by_one(files, pool)


def _one_by_one(files: Iterable[SourceFile], pool: ParsePool) -> Iterator[Parsed]:
    """Here, but for those that nothing could stop: a child for them is started when the first one comes."""
    for file in files:
        if len(file.text) <= _MOST_HERE:
            yield from _here([file])
        else:
            pool.grow()
            yield from pool.parse([file])


def cores() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _here(files: Iterable[SourceFile]) -> Iterator[Parsed]:
    return ((file, packed_parse(file.language, file.text)) for file in files)


class ParsePool:
    """Leave its `with` block, by whatever way, and its children are gone."""

    def __init__(self, count: int, worker: Path | None = None) -> None:
        self._worker = worker or _WORKER
        self._children: list[_Child] = []
        for _ in range(count):
            self._hire()

    def grow(self) -> None:
        """Have one child at least, if one can be started."""
        if not self._children:
            self._hire()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.end()

    def parse(self, files: Iterable[SourceFile]) -> Iterator[Parsed]:
        """`files` is read while the children work, a batch ahead of them."""
        batches = _batches(files)
        ready = next(batches, None)
        left: deque[list[SourceFile]] = deque()  # by children that ended
        while self._children and (ready or left or self._busy()):
            for child in self._children:
                if not child.files and (batch := left.popleft() if left else ready):
                    child.give(batch)
                    if batch is ready:
                        ready = next(batches, None)
            for child in self._speaking():
                try:
                    yield from child.take()
                except EOFError:
                    yield from self._part_with(child, left)
        for batch in chain(left, [ready or []], batches):  # no child could be started
            yield from _here(batch)

    def _hire(self) -> None:
        with contextlib.suppress(OSError):  # no more processes, no Python to start: fewer children, then
            self._children.append(_Child(self._worker))

    def _busy(self) -> list[_Child]:
        return [child for child in self._children if child.files]

    def _speaking(self) -> list[_Child]:
        """The busy children that answer, or have ended, or had to be."""
        busy = self._busy()
        patience = max(0.0, min(child.deadline for child in busy) - time.monotonic())
        with selectors.DefaultSelector() as selector:
            for child in busy:
                selector.register(child.answers, selectors.EVENT_READ, child)
            speaking = [key.data for key, _ in selector.select(patience)]
        if not speaking:
            speaking = [child for child in busy if time.monotonic() >= child.deadline]
            for child in speaking:
                child.kill()
        return speaking

    def _part_with(self, child: _Child, left: deque[list[SourceFile]]) -> Iterator[Parsed]:
        """The file it was at is to blame, and another child takes the others."""
        child.end()
        self._children.remove(child)
        if child.started:
            file = child.files.popleft()
            yield file, pack(ParsedFile(file.language, complete=False), "the parser crashed or did not end")
            self._hire()
        if child.files:
            left.append(list(child.files))


class _Child:
    """A process that answers for a batch at a time, file by file, in their order."""

    def __init__(self, worker: Path) -> None:
        # -P: nothing in the current folder, which may be anybody's, is imported in place of a library.
        self._process = subprocess.Popen(  # noqa: S603 - our own file, no shell
            [sys.executable, "-P", str(worker)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._requests = cast(IO[bytes], self._process.stdin)
        self.answers = cast(IO[bytes], self._process.stdout)
        self.files: deque[SourceFile] = deque()  # given and not answered
        self.started = False
        self.deadline = 0.0
        self._unread = bytearray()

    def give(self, batch: Sequence[SourceFile]) -> None:
        self.files.extend(batch)
        self.deadline = time.monotonic() + (_HANGING_SECONDS if self.started else _STARTING_SECONDS)
        with contextlib.suppress(OSError):  # it has ended: `take` finds that out
            write_frame(
                self._requests, msgspec.msgpack.encode([(file.language, file.text) for file in batch])
            )
            self._requests.flush()

    def take(self) -> Iterator[Parsed]:
        """What it has answered by now; the first frame only says that it runs. EOFError where it ended."""
        data = os.read(self.answers.fileno(), _READ_BYTES)
        if not data:
            raise EOFError
        self._unread += data
        self.deadline = time.monotonic() + _HANGING_SECONDS
        for frame in take_frames(self._unread):
            if self.started:
                outline, references, problem = msgspec.msgpack.decode(frame, type=tuple[bytes, bytes, str])
                yield self.files.popleft(), PackedParse(outline, references, problem)
            self.started = True

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self.kill()
        self._process.wait()
        for stream in (self._requests, self.answers):
            with contextlib.suppress(OSError):  # what was not sent cannot be
                stream.close()


def _batches(files: Iterable[SourceFile]) -> Iterator[list[SourceFile]]:
    batch: list[SourceFile] = []
    characters = 0
    for file in files:
        batch.append(file)
        characters += len(file.text)
        if characters >= _BATCH_CHARACTERS or len(batch) >= _BATCH_FILES:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
