"""Parses files in a process of its own: texts come on stdin, packed parses go to stdout. See parse_pool.py.

Run as a file. A frame is four bytes of length and as much msgpack: [[language, text], ...] comes in; for each
of them one [outline, references, problem] goes out, as soon as it is done. The first frame out is empty: it
says that the process runs.
"""

from __future__ import annotations

import gc
import math
import os
import signal
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import resource
except ImportError:  # no such limits on this system
    resource = None  # type: ignore[assignment]

MOST_CPU_SECONDS = 12.0  # for one text; `parse` gives up after a few times its limit at most
LENGTH = struct.Struct("<I")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    # At the end, where it shadows nothing: an installed package is found anyway.
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    import msgspec

    from retrieval.parse import packed_parse

    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    # A parse makes many objects and no cycles to speak of.
    gc.set_threshold(100_000, 50, 100)
    write_frame(out, b"")
    out.flush()
    while (request := read_frame(sys.stdin.buffer)) is not None:
        for language, text in msgspec.msgpack.decode(request, type=list[tuple[str, str]]):
            _end_after(MOST_CPU_SECONDS)
            done = packed_parse(language, text)
            write_frame(out, msgspec.msgpack.encode((done.outline, done.references, done.problem)))
            out.flush()


def _end_after(seconds: float) -> None:
    """The system ends this process when it has computed for so long: some grammars cannot be asked."""
    if resource is not None:
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        end = math.ceil(time.process_time() + seconds)
        if most == resource.RLIM_INFINITY or end < most:
            resource.setrlimit(resource.RLIMIT_CPU, (end, most))


def read_frame(stream: IO[bytes]) -> bytes | None:
    """None where the other side has ended."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def take_frames(data: bytearray) -> Iterator[bytes]:
    """The complete frames at the beginning, which are taken away."""
    while len(data) >= LENGTH.size:
        (length,) = LENGTH.unpack_from(data)
        end = LENGTH.size + length
        if len(data) < end:
            return
        frame = bytes(data[LENGTH.size : end])
        del data[:end]
        yield frame


def write_frame(stream: IO[bytes], body: bytes) -> None:
    stream.write(LENGTH.pack(len(body)))
    stream.write(body)


if __name__ == "__main__":
    main()
