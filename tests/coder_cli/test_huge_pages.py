"""Where memory comes from while a model is loaded. That it is faster is the benches' business."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from coder_cli.model.huge_pages import _glibc, huge_pages

SIZE = 96 << 20  # bytes; more than the largest that malloc would take from the heap of its own accord

libc = _glibc()
needs_glibc = pytest.mark.skipif(libc is None, reason="no glibc here")


def asked_for(address: int) -> bool:
    """Whether the mapping around `address` carries the flag `hg`: large pages were advised."""
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first, _, rest = line.partition(" ")
        if "-" in first and not first.endswith(":"):
            low, high = (int(part, 16) for part in first.split("-"))
            inside = low <= address < high
        elif inside and first == "VmFlags:":
            return "hg" in rest.split()
    raise AssertionError("the address is not mapped")


@needs_glibc
def test_memory_taken_while_loading_asks_for_large_pages() -> None:
    assert libc is not None
    with huge_pages(2 * SIZE):
        block = libc.malloc(SIZE)
        assert asked_for(block + SIZE // 2)
        libc.free(block)


@needs_glibc
def test_afterwards_large_blocks_are_mapped_and_given_back_as_before() -> None:
    assert libc is not None
    with huge_pages(SIZE), huge_pages(SIZE):
        pass
    block = libc.malloc(SIZE)
    assert block > libc.sbrk(0)  # a mapping of its own, above the heap
    libc.free(block)


def test_more_memory_than_there_is_changes_nothing() -> None:
    with huge_pages(1 << 46):
        assert np.ones(1000).sum() == 1000


def test_elsewhere_than_on_linux_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with huge_pages(SIZE):
        pass
