"""`source -> target amount`, one transfer a line."""

from __future__ import annotations

from collections.abc import Iterator

from ..ledger import Transfer
from ..money import Money
from .malformed import Malformed

ARROW = "->"


class Reader:
    """A line is a transfer; one that is empty or begins with `#` is none."""

    def read(self, text: str) -> Iterator[Transfer]:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                yield self.transfer(number, *self.fields(number, line))

    def fields(self, number: int, line: str) -> tuple[str, str, str]:
        source, arrow, rest = line.partition(ARROW)
        target, _, amount = rest.strip().rpartition(" ")
        if not arrow:
            raise Malformed(number, f"no {ARROW}")
        return source.strip(), target.strip(), amount

    def transfer(self, number: int, source: str, target: str, amount: str) -> Transfer:
        try:
            return Transfer(source, target, Money.parse(amount))
        except ValueError as error:
            raise Malformed(number, str(error)) from error
