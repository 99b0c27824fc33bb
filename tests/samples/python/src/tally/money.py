"""Amounts of money, exact to the cent."""

from __future__ import annotations

import re
from dataclasses import dataclass

CENTS = 100
_AMOUNT = re.compile(r"(-?)(\d+)(?:\.(\d{2}))?$")


@dataclass(frozen=True, order=True)
class Money:
    """A number of cents."""

    cents: int = 0

    @classmethod
    def parse(cls, text: str) -> Money:
        found = _AMOUNT.match(text.strip())
        if found is None:
            raise ValueError(f"no amount of money: {text!r}")
        sign, whole, fraction = found.groups()
        cents = int(whole) * CENTS + int(fraction or 0)
        return cls(-cents if sign else cents)

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __str__(self) -> str:
        whole, fraction = divmod(abs(self.cents), CENTS)
        return f"{'-' if self.cents < 0 else ''}{whole}.{fraction:02}"


ZERO = Money()
