"""`source,target,amount`: a table with commas."""

from __future__ import annotations

import csv

from . import lines
from .malformed import Malformed

COLUMNS = 3


class Reader(lines.Reader):
    def fields(self, number: int, line: str) -> tuple[str, str, str]:
        row = next(csv.reader([line]))
        if len(row) != COLUMNS:
            raise Malformed(number, f"{len(row)} columns instead of {COLUMNS}")
        source, target, amount = row
        return source, target, amount
