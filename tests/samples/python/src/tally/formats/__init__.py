"""Readers of files, by the ending of their name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .malformed import Malformed

if TYPE_CHECKING:
    from .lines import Reader

__all__ = ["Malformed", "reader_of"]


def reader_of(name: str) -> Reader:
    if name.endswith(".csv"):
        module = import_module("tally.formats.table")
    else:
        module = import_module(".lines", __package__)
    reader: Reader = module.Reader()
    return reader
