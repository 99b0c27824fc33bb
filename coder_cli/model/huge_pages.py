"""Weights in pages of 2 MB instead of 4 KB: a decode step reads all of them, and so it reads them faster.

Most Linux distributions give large pages only to memory that asks for them (`madvise`), and ONNX Runtime does
not ask. So while it loads a model, glibc's malloc serves everything from one stretch of the heap that has
asked. Where there is no glibc, nothing changes. See mallopt(3), madvise(2); numbers: CONTRIBUTING, Decisions.

A large page takes 0.2 ms to clear, less than the 512 small ones it replaces. Not so on a virtual machine that
reports free memory to its host (free page reporting): free large pages have gone back, and fetching one takes
5 ms. So they are taken before loading, as many as there is time for.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_POPULATE_WRITE = 14, 15, 23
PAGE = 2 << 20
SLACK = 128 << 20  # bytes beyond the weights: what packing them needs meanwhile
PACKED = 0.75  # of the weights, about, are copied while loading; the embedding is read where it lies
PATIENCE = 0.3  # seconds to take large pages in

# mallopt(3) parameters, and the values they get back. Setting any of them ends the adaption of the mmap
# threshold, so it gets the largest it would have reached: scratch of a prefill is reused, not mapped anew.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -3, -4, -8
USUAL = {M_ARENA_MAX: 0, M_MMAP_MAX: 65536, M_MMAP_THRESHOLD: 32 << 20, M_TRIM_THRESHOLD: 64 << 20}
LOADING = {
    M_ARENA_MAX: 1,  # the threads that pack weights, too, allocate from the one heap
    M_MMAP_MAX: 0,  # and large tensors get no mapping of their own
    M_TRIM_THRESHOLD: -1,  # what is free at the heap's end stays in it
}


@contextmanager
def huge_pages(size: int) -> Iterator[None]:
    """Allocations in here, of `size` bytes and from any thread, lie in large pages as far as time allowed.

    One thread at a time. A size of 0 changes nothing.
    """
    libc = _glibc()
    if libc is None or not size:
        yield
        return
    for parameter, value in LOADING.items():
        libc.mallopt(parameter, value)
    try:
        before = libc.sbrk(0)
        libc.free(libc.malloc(size + SLACK))  # the heap grows by this much, or stays as it is
        start, end = -(-before // PAGE) * PAGE, libc.sbrk(0) // PAGE * PAGE
        _take(libc, start, min(end, start + int(size * PACKED) // PAGE * PAGE))
        yield
    finally:
        for parameter, value in USUAL.items():
            libc.mallopt(parameter, value)
        libc.malloc_trim(0)


def _take(libc: ctypes.CDLL, start: int, end: int) -> None:
    """Have start..end in large pages, from the start, where malloc takes first, until time is up."""
    until = time.monotonic() + PATIENCE

    def populate(page: int) -> bool:
        return time.monotonic() < until and libc.madvise(page, PAGE, MADV_POPULATE_WRITE) == 0

    libc.madvise(start, max(0, end - start), MADV_HUGEPAGE)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        taken = sum(pool.map(populate, range(start, end, PAGE)))
    if (rest := start + taken * PAGE) < end:
        libc.madvise(rest, end - rest, MADV_NOHUGEPAGE)


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "gnu_get_libc_version"):
        return None
    libc.sbrk.restype = libc.malloc.restype = ctypes.c_void_p
    libc.sbrk.argtypes = [ctypes.c_ssize_t]
    libc.malloc.argtypes = libc.malloc_trim.argtypes = [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    libc.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return libc
