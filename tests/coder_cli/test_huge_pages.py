"""Where memory comes from while a model is loaded. That it is faster is the benches' business."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from coder_cli.model import huge_pages as module
from coder_cli.model.huge_pages import _glibc, huge_pages

Answer = TypeVar("Answer")

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


def fresh(question: Callable[[], Answer]) -> Answer:
    """Answered in a new process, whose heap no other test has used."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(question).result()


def asks_while_loading() -> bool:
    assert libc is not None
    module.PATIENCE = 60
    with huge_pages(2 * SIZE):
        return asked_for(libc.malloc(SIZE) + SIZE // 2)


def asks_without_time() -> bool:
    assert libc is not None
    module.PATIENCE = 0
    with huge_pages(2 * SIZE):
        return asked_for(libc.malloc(SIZE) + SIZE // 2)


def is_mapped_afterwards() -> bool:
    assert libc is not None
    with huge_pages(SIZE), huge_pages(SIZE):
        pass
    return bool(libc.malloc(SIZE) > libc.sbrk(0))  # a mapping of its own, above the heap


@needs_glibc
def test_memory_taken_while_loading_asks_for_large_pages() -> None:
    assert fresh(asks_while_loading)


@needs_glibc
def test_memory_for_which_there_was_no_time_asks_for_nothing() -> None:
    assert not fresh(asks_without_time)


@needs_glibc
def test_afterwards_large_blocks_are_mapped_as_before() -> None:
    assert fresh(is_mapped_afterwards)


def test_more_memory_than_there_is_changes_nothing() -> None:
    with huge_pages(1 << 46):
        assert np.ones(1000).sum() == 1000


def test_elsewhere_than_on_linux_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with huge_pages(SIZE):
        pass
