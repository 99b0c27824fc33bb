"""Nouns the exporters share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one stage of long work has come. `total` is 0 while unknown."""

    stage: str
    done: int
    total: int
    unit: str = "B"  # "B" (bytes) or a plural noun, as "tensors"


Report = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """A Report for callers who show nothing."""
